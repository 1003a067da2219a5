"""Mines PubMed abstracts for cytokine / fluid / direction findings in ALS, with the exact words that say so."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractor.api import Findings, mine
    from extractor.records import Article, Finding

__all__ = ["Article", "Finding", "Findings", "__version__", "mine"]
_HOMES = {
    "Article": "extractor.records",
    "Finding": "extractor.records",
    "Findings": "extractor.api",
    "mine": "extractor.api",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  # whatever the name stands for
    """Load a public name when it is first asked for: importing the package loads nothing else."""
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

        try:
            return version("als-cytokine-extractor")
        except PackageNotFoundError:
            return "unknown"
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
