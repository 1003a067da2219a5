"""Released models: where they lie, which one a name means, and whether its files are the ones that were released.

``models/manifest.toml`` has one table per model folder (``ner-1.0.0``), each file of it with its SHA-256.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from extractor.errors import ModelError

MANIFEST = "manifest.toml"
_VERSIONED = re.compile(r"(?P<kind>[a-z]+)-(?P<version>\d+(?:\.\d+)*)")


def models_folder() -> Path:
    """Where released models lie: in the package when installed, beside it in a checkout."""
    packaged = Path(str(resources.files("extractor"))) / "models"
    return packaged if packaged.is_dir() else packaged.parent.parent / "models"


def find_release(name: str, *, models: Path | None = None) -> Path | None:
    """The folder of a released model, None when ``name`` is none.

    Args:
        name: ``ner-1.0.0``, or ``ner`` for the newest version.
        models: folder of all models; the package's own by default.
    """
    folder = models_folder() if models is None else models
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        match = _VERSIONED.fullmatch(path.name)
        if match is not None and path.is_dir() and name in (path.name, match["kind"]):
            found.append((tuple(int(part) for part in match["version"].split(".")), path))
    return max(found)[1] if found else None


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def hashes_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below ``folder``, by its path in it with forward slashes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}


def read_manifest(models: Path) -> dict[str, dict[str, str]]:
    """Model folder → file → SHA-256; empty where there is no manifest.

    Raises:
        ModelError: it is damaged.
    """
    path = models / MANIFEST
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read: {error}") from error
    if not all(isinstance(table, dict) for table in tables.values()):
        raise ModelError(f"{path}: a value stands outside the tables of the models")
    return {name: {file: str(digest) for file, digest in table.items()} for name, table in tables.items()}


def record_release(folder: Path) -> None:
    """Write the hashes of a model folder into the manifest beside it; other models' tables stay as they are.

    Raises:
        ModelError: the manifest is damaged.
    """
    _write_manifest(folder.parent, {**read_manifest(folder.parent), folder.name: hashes_of(folder)})


def record_card(path: Path) -> None:
    """Write the hash of a changed document into the manifest where that lists it; the other files' hashes stay.

    Args:
        path: any document; what is no file of a released model is left alone.

    Raises:
        ModelError: the manifest is damaged.
    """
    models, folder = path.absolute().parent.parent, path.absolute().parent.name
    tables = read_manifest(models)
    if path.name in tables.get(folder, {}):
        tables[folder][path.name] = sha256_of(path)
        _write_manifest(models, tables)


def _write_manifest(models: Path, tables: Mapping[str, Mapping[str, str]]) -> None:
    blocks = [
        "\n".join([f'["{name}"]', *(f'"{file}" = "{digest}"' for file, digest in sorted(tables[name].items()))])
        for name in sorted(tables)
    ]
    (models / MANIFEST).write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def check_release(folder: Path) -> None:
    """Compare a model folder with the manifest beside it.

    Raises:
        ModelError: the manifest does not list the folder, or a file is missing, foreign or changed.
    """
    expected = read_manifest(folder.parent).get(folder.name)
    if expected is None:
        raise ModelError(f"{folder}: is not in {folder.parent / MANIFEST}")
    found = hashes_of(folder)
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            raise ModelError(f"{folder / name}: is missing")
        if found[name] != expected.get(name):
            raise ModelError(f"{folder / name}: sha256 is {found[name][:12]}, the manifest says {expected.get(name)}")
