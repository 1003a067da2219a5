"""What made an output: versions, models and tables with their hashes, inputs with theirs."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from extractor.errors import ModelError
from extractor.records import Json
from extractor.releases import check_release, find_release, hashes_of, models_folder, sha256_of
from extractor.rules import RuleClassifier

RULES = "rules"
DISTRIBUTION = "als-cytokine-extractor"
PACKAGES = ("spacy", "scispacy", "onnxruntime", "transformers", "numpy", "pandas", "lxml", "bioc", "pyahocorasick")
"""Those whose version may change what is found."""
KINDS = ("ner", "relation")
"""Kinds of released models: the first part of a folder's name."""


def package_version(name: str = DISTRIBUTION) -> str:
    """Version of an installed distribution, ``"unknown"`` where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def versions() -> dict[str, str]:
    """Python and the packages that findings depend on."""
    return {"python": platform.python_version(), **{name: package_version(name) for name in PACKAGES}}


def inputs(names: Iterable[str]) -> list[Json]:
    """Path, size and hash of each input; null for what cannot be read (twice)."""
    return [_input(name) for name in dict.fromkeys(names)]


def _input(name: str) -> Json:
    path = Path(name)
    try:
        if path.is_file():
            return {"path": name, "bytes": path.stat().st_size, "sha256": sha256_of(path)}
    except OSError:
        pass
    return {"path": name, "bytes": None, "sha256": None}


def tables() -> dict[str, str]:
    """SHA-256 of each word list of the package."""
    folder = Path(str(resources.files("extractor") / "data"))
    return {path.name: sha256_of(path) for path in sorted(folder.glob("*.tsv"))}


def released_models() -> list[Path]:
    """Folders of the released models, by name."""
    folder = models_folder()
    found = (path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else ()
    return sorted(path for path in found if path.name.partition("-")[0] in KINDS)


def chosen_classifier(name: str | None) -> tuple[str, bool]:
    """The classifier that a name asks for, and whether the rules had to stand in for a released model.

    Args:
        name: ``rules``, a released model (``relation-1.0.0``, or ``relation`` for the newest), a model folder, or None
            for the newest released one.

    Raises:
        ModelError: no such model.
    """
    if name == RULES:
        return RULES, False
    found = find_release("relation" if name is None else name)
    if found is None and name is not None and (Path(name) / "config.json").is_file():
        found = Path(name)
    if found is not None:
        return str(found), False
    if name is None:
        return RULES, True
    released = ", ".join(path.name for path in released_models()) or "none"
    raise ModelError(f"--classifier {name}: no such model (released: {released}; or {RULES}, or a folder)")


def models_used(classifier: str, ner: str | None) -> list[Json]:
    """Name and hashes of the classifier that :func:`chosen_classifier` named, and of the NER model, if any."""
    used: list[Json] = []
    if classifier == RULES:
        used.append({"name": RuleClassifier.name, "sha256": {}})
    else:
        used.append({"name": Path(classifier).name, "sha256": hashes_of(Path(classifier))})
    if ner is not None:
        released = find_release(ner)
        used.append(
            {"name": ner if released is None else released.name, "sha256": hashes_of(released) if released else {}}
        )
    return used


def verify_model(folder: Path) -> dict[str, str]:
    """Compare every file of a released model with the manifest; gives the hashes.

    Raises:
        ModelError: a file is missing, foreign or changed.
    """
    check_release(folder)
    return hashes_of(folder)
