"""``extractor schema``, ``doctor`` and ``version``."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from extractor.cli import options
from extractor.cli.console import print_json, visible

_SENTENCE = "CSF levels of IL-6 were higher in patients with amyotrophic lateral sclerosis than in healthy controls."
_IMPORTED = (
    "spacy",
    "scispacy",
    "onnxruntime",
    "transformers",
    "numpy",
    "pandas",
    "pyarrow",
    "lxml",
    "bioc",
    "sklearn",
)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of ``doctor``; ``ok`` None: to be known, but no fault."""

    name: str
    ok: bool | None
    detail: str


def schema() -> None:
    """Print the JSON Schema of a finding, as `mine` writes it."""
    from extractor.contract import SCHEMA

    print_json(SCHEMA)


def version(as_json: options.AsJson = False) -> None:
    """Print the version."""
    from extractor import __version__

    if as_json:
        print_json({"version": __version__})
    else:
        print(__version__)


def doctor(
    context: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask PubMed.")] = False,
    email: options.Email = None,
    api_key: options.ApiKey = None,
    config: options.Config = None,  # noqa: ARG001  # read by its callback
    as_json: options.AsJson = False,
) -> None:
    """Check packages, word lists, models and their hashes, a trial sentence, and whether PubMed answers.

    Exit code 1: something is broken.
    """
    checks = [*_local_checks(), *([] if offline else [_guarded("PubMed", lambda: _pubmed(context, email, api_key))])]
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            mark = {True: "ok", False: "FAILED", None: "note"}[check.ok]
            print(f"{mark:<7}{check.name}: {visible(check.detail)}")
    raise typer.Exit(1 if any(check.ok is False for check in checks) else 0)


def _local_checks() -> Iterator[Check]:
    yield _guarded("packages", _packages)
    yield _guarded("word lists", _word_lists)
    yield from _models()
    yield _guarded("trial sentence", _trial)


def _guarded(name: str, check: Callable[[], str]) -> Check:
    from extractor.errors import ExtractorError

    try:
        return Check(name, ok=True, detail=check())
    except (ExtractorError, ImportError, OSError, ValueError) as error:
        return Check(name, ok=False, detail=" ".join(f"{error or type(error).__name__}".split()))


def _packages() -> str:
    from extractor.provenance import package_version, versions

    for name in _IMPORTED:
        importlib.import_module(name)
    listed = ", ".join(f"{name} {number}" for name, number in versions().items())
    return f"als-cytokine-extractor {package_version()}, {listed}"


def _word_lists() -> str:
    from extractor.provenance import tables
    from extractor.vocabulary import load_vocabulary

    vocabulary = load_vocabulary()
    hashes = ", ".join(f"{name} {digest[:12]}" for name, digest in tables().items())
    return f"{len(vocabulary.cytokines)} cytokines, {len(vocabulary.fluids)} fluids; {hashes}"


def _models() -> Iterator[Check]:
    from extractor.provenance import released_models, verify_model

    folders = released_models()
    if not folders:
        yield Check("models", ok=None, detail="none is released here: the rules decide")
    for folder in folders:

        def verified(folder: object = folder) -> str:
            from pathlib import Path

            hashes = verify_model(Path(str(folder)))
            return ", ".join(f"{name} {digest[:12]}" for name, digest in hashes.items())

        yield _guarded(f"model {folder.name}", verified)


def _trial() -> str:
    from extractor import mine

    found = [(each.cytokine, each.fluid, each.direction, each.model) for each in mine(_SENTENCE)]
    if [row[:3] for row in found] != [("IL6", "CSF", "increased")]:
        raise ValueError(f"found {found} in {_SENTENCE!r}")
    return f"IL6, CSF, increased, found by {found[0][3]}"


def _pubmed(context: typer.Context, email: str | None, api_key: str | None) -> str:
    from extractor.cli import fetch
    from extractor.pubmed import ping

    return f"answered in {ping(fetch.settings(context, email, api_key)):.2f} s"
