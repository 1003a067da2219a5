"""What made an output: versions, models and tables with their hashes, inputs with theirs."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from extractor.errors import ModelError
from extractor.records import Json
from extractor.relation import check_hash, models_folder
from extractor.rules import RuleClassifier

RULES = "rules"
DISTRIBUTION = "als-cytokine-extractor"
PACKAGES = ("spacy", "scispacy", "onnxruntime", "transformers", "numpy", "pandas", "lxml", "bioc", "pyahocorasick")
"""Those whose version may change what is found."""
_BLOCK = 1 << 20


def package_version(name: str = DISTRIBUTION) -> str:
    """Version of an installed distribution, ``"unknown"`` where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def versions() -> dict[str, str]:
    """Python and the packages that findings depend on."""
    return {"python": platform.python_version(), **{name: package_version(name) for name in PACKAGES}}


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes, as they are on disk."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def inputs(names: Iterable[str]) -> list[Json]:
    """Path, size and hash of each input; null for what cannot be read (twice)."""
    return [_input(name) for name in dict.fromkeys(names)]


def _input(name: str) -> Json:
    path = Path(name)
    try:
        if path.is_file():
            return {"path": name, "bytes": path.stat().st_size, "sha256": sha256_of_file(path)}
    except OSError:
        pass
    return {"path": name, "bytes": None, "sha256": None}


def tables() -> dict[str, str]:
    """SHA-256 of each word list of the package."""
    folder = Path(str(resources.files("extractor") / "data"))
    return {path.name: sha256_of_file(path) for path in sorted(folder.glob("*.tsv"))}


def released_models() -> list[Path]:
    """Folders of the released models, oldest version first."""
    return [path.parent for path in sorted(models_folder().glob("*/config.json"))]


def chosen_classifier(name: str | None) -> tuple[str, bool]:
    """The classifier that a name asks for, and whether the rules had to stand in for a released model.

    Raises:
        ModelError: no such model.
    """
    if name == RULES:
        return RULES, False
    if name is not None:
        folder = Path(name) if Path(name).is_dir() else models_folder() / name
        if not (folder / "config.json").is_file():
            released = ", ".join(path.name for path in released_models()) or "none"
            raise ModelError(f"--classifier {name}: no such model (released: {released}; or {RULES}, or a folder)")
        return str(folder), False
    relations = [path for path in released_models() if path.name.startswith("relation-")]
    return (str(relations[-1]), False) if relations else (RULES, True)


def classifier_provenance(name: str) -> Json:
    """Name and hashes of a classifier that :func:`chosen_classifier` named.

    Raises:
        ModelError: its config cannot be read.
    """
    if name == RULES:
        return {"name": RuleClassifier.name, "sha256": {}}
    config = model_config(Path(name))
    return {"name": f"relation-{config.get('version')}", "sha256": config.get("sha256", {})}


def model_config(folder: Path) -> Json:
    """``config.json`` of a model folder.

    Raises:
        ModelError: it cannot be read.
    """
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read: {error}") from error
    if not isinstance(config, dict):
        raise ModelError(f"{path}: is no JSON object")
    return config


def verify_model(folder: Path) -> Mapping[str, str]:
    """Compare every file of a model with its hash; gives the hashes.

    Raises:
        ModelError: a file is missing or differs.
    """
    hashes: dict[str, str] = model_config(folder).get("sha256", {})
    for name, digest in hashes.items():
        check_hash(folder / name, digest)
    return hashes


def chosen_ner(name: str | None) -> str | None:
    """What ``--ner`` names: a folder of ``models/``, else whatever spaCy knows by that name."""
    if name is not None and (folder := models_folder() / name).is_dir() and "/" not in name:
        return str(folder)
    return name
