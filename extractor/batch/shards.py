"""Which shards there are, in which order they apply, what is written for each, and whether it has been done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from extractor import provenance
from extractor.errors import InputError, ModelError
from extractor.formats import expand
from extractor.records import Json
from extractor.releases import sha256_of
from extractor.run import MinerSettings

LAYOUT = 1
"""Number of the layout of what is written per shard."""
OUTPUTS = ("findings", "records", "errors")
"""Files of a shard; ``errors`` is there only when there are any."""
FOLDER = "shards"


@dataclass(frozen=True, slots=True)
class Shard:
    """One input file.

    Attributes:
        path: as the user named it.
        sha256: of its bytes as they lie on the disk.
        bytes: its size.
    """

    path: str
    sha256: str
    bytes: int

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return Path(self.path).name

    @property
    def key(self) -> str:
        """What the shard's outputs are called: name and content, wherever the file lies."""
        return f"{self.name}.{self.sha256[:16]}"


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to know besides the shard.

    Attributes:
        settings: of the miner.
        folder: DIR.
        maker: hash of all that decides what is found (:func:`maker_of`).
    """

    settings: MinerSettings
    folder: Path
    maker: str

    def sidecar(self, shard: Shard) -> Path:
        """The JSON file that says that a shard is done."""
        return self.folder / FOLDER / f"{shard.key}.json"

    def output(self, shard: Shard, kind: str) -> Path:
        """One of :data:`OUTPUTS`."""
        return self.folder / FOLDER / f"{shard.key}.{kind}.parquet"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says of one shard it was given.

    Attributes:
        shard: the shard.
        problem: why it was not done, else None.
    """

    shard: Shard
    problem: str | ModelError | None


Engine: TypeAlias = Callable[[Task, Sequence[Shard]], Iterator[Answer]]
"""Mines shards in any order; one answer for each. A ``ModelError`` as problem ends the run."""


def made_by(settings: MinerSettings) -> Json:
    """All that decides what is found: program, models and word lists with their hashes, packages, options.

    Raises:
        ModelError: no such classifier.
    """
    classifier, _ = provenance.chosen_classifier(settings.classifier)
    versions = provenance.versions()
    return {
        "layout": LAYOUT,
        "program": {"name": provenance.DISTRIBUTION, "version": provenance.package_version()},
        "models": provenance.models_used(classifier, settings.ner),
        "tables": provenance.tables(),
        "versions": {name: versions[name] for name in provenance.PACKAGES},
        "options": {"min_score": settings.min_score, "ner": settings.ner},
    }


def maker_of(made: Json) -> str:
    """SHA-256 of :func:`made_by`."""
    return hashlib.sha256(json.dumps(made, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def plan(paths: Iterable[str | Path], folder: Path) -> tuple[list[Shard], list[tuple[str, str]]]:
    """The shards in the order in which they apply, and the files that cannot be read, each with the reason.

    That order is of the files' names, whatever the order given: PubMed numbers baseline and update files so.

    Raises:
        InputError: a path leads nowhere, or is no file that can be read again, or is an output of DIR.
    """
    shards: list[Shard] = []
    unread: list[tuple[str, str]] = []
    own = folder.resolve()
    for name in dict.fromkeys(expand(paths)):
        path = Path(name)
        if name == "-" or not path.is_file():
            raise InputError(f"{name}: a shard is a file")
        if path.resolve().is_relative_to(own):
            raise InputError(f"{name}: is an input and lies in the output folder: write somewhere else")
        try:
            shards.append(Shard(name, sha256_of(path), path.stat().st_size))
        except OSError as error:
            unread.append((name, error.strerror or type(error).__name__))
    unique = {shard.key: shard for shard in reversed(shards)}
    return sorted(unique.values(), key=lambda shard: (shard.name, shard.sha256)), sorted(unread)


def read_sidecar(task: Task, shard: Shard) -> Json | None:
    """What was written when the shard was done; None where it has to be mined (again).

    It has to when its content or the maker is another, or an output is missing or damaged.
    """
    try:
        said: Json = json.loads(task.sidecar(shard).read_text(encoding="utf-8"))
        if said["made_by"] != task.maker or said["input"]["sha256"] != shard.sha256:
            return None
        for kind, digest in said["outputs"].items():
            if sha256_of(task.output(shard, kind)) != digest:
                return None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return said
