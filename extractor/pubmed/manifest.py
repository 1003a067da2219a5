"""What a fetch was asked for and what has come of it: ``manifest.json`` beside the batches."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Self

from extractor.errors import PubMedError
from extractor.pubmed.answers import History
from extractor.pubmed.search import Slice

NAME = "manifest.json"
_VERSION = 1


@dataclass(frozen=True)
class Request:
    """What was asked for; a folder belongs to one request.

    Attributes:
        query: as given, never rewritten; None for a list of ids.
        ids: as given; empty for a query.
        since: first day, by the date a record entered PubMed.
        until: last day.
        max_records: the most records wanted.
    """

    query: str | None = None
    ids: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    max_records: int | None = None


@dataclass(frozen=True)
class Batch:
    """A part of a slice, fetched with one request into one file."""

    number: int
    slice: int
    start: int
    pmids: tuple[str, ...]

    @property
    def name(self) -> str:
        """File name."""
        return f"pubmed-{self.number:05d}.xml.gz"


@dataclass(frozen=True)
class Manifest:
    """A fetch, planned or done.

    Attributes:
        request: what was asked for.
        tool: name and version of this program.
        base_url: of the E-utilities asked.
        translation: what NCBI made of the query.
        count: NCBI's count of the whole query; of ids, those resolved.
        slices: the records, with the dates and the kept result that hold them.
        batch_size: records per file.
        warnings: NCBI's, one line each.
        unresolved: ids that lead to no PMID.
        started: time of the search, UTC.
        finished: time of the last batch, None until then.
        files: SHA-256 of each batch file by name, once done.
        fetched: records that came.
        missing: PMIDs asked for that did not come, once done.
    """

    request: Request
    tool: str
    base_url: str
    translation: str
    count: int
    slices: tuple[Slice, ...]
    batch_size: int
    started: str
    warnings: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    finished: str | None = None
    files: dict[str, str] = field(default_factory=dict)
    fetched: int = 0
    missing: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every batch has been fetched."""
        return self.finished is not None

    @property
    def pmids(self) -> tuple[str, ...]:
        """All PMIDs asked for, in order."""
        return tuple(pmid for each in self.slices for pmid in each.pmids)

    def batches(self) -> list[Batch]:
        """The batches the slices are fetched in."""
        places = [
            (index, start)
            for index, each in enumerate(self.slices)
            for start in range(0, len(each.pmids), self.batch_size)
        ]
        return [
            Batch(number, index, start, self.slices[index].pmids[start : start + self.batch_size])
            for number, (index, start) in enumerate(places, 1)
        ]

    def with_history(self, index: int, history: History) -> Self:
        """The same with another kept result for a slice."""
        slices = list(self.slices)
        slices[index] = replace(slices[index], history=history)
        return replace(self, slices=tuple(slices))

    def write(self, folder: Path) -> None:
        """Write it into a folder, whole or not at all."""
        fields = {"extractor_manifest": _VERSION, "complete": self.complete, **asdict(self)}
        fields["slices"] = [_slice_fields(each) for each in self.slices]
        replace_file(folder / NAME, (json.dumps(fields, ensure_ascii=False, indent=1) + "\n").encode())

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """The manifest of a folder, None where there is none.

        Raises:
            PubMedError: it cannot be read.
        """
        path = folder / NAME
        if not path.exists():
            return None
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            version = fields.pop("extractor_manifest")
            fields.pop("complete")
            request = Request(**fields.pop("request"))
            slices = tuple(_slice(each) for each in fields.pop("slices"))
            lists: dict[str, Any] = {name: tuple(fields.pop(name)) for name in ("warnings", "unresolved", "missing")}
            if version != _VERSION:
                raise PubMedError(f"{path}: written by another version of this program")
            return cls(request=replace(request, ids=tuple(request.ids)), slices=slices, **lists, **fields)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise PubMedError(f"{path}: not a manifest of a fetch: {error}") from None


def _slice_fields(each: Slice) -> dict[str, Any]:
    return {
        "since": each.since and each.since.isoformat(),
        "until": each.until and each.until.isoformat(),
        "count": len(each.pmids),
        "webenv": each.history.webenv,
        "query_key": each.history.query_key,
        "pmids": " ".join(each.pmids),
    }


def _slice(fields: dict[str, Any]) -> Slice:
    since, until = (fields[name] and date.fromisoformat(fields[name]) for name in ("since", "until"))
    return Slice(since, until, tuple(fields["pmids"].split()), History(fields["webenv"], fields["query_key"]))


@contextlib.contextmanager
def alone(folder: Path, what: str) -> Iterator[None]:
    """Work in a folder that no other process works in; the lock ends with the process, however that ends.

    Raises:
        PubMedError: another process is at work there.
        OSError: there is no such folder.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PubMedError(f"{folder}: another {what} is at work there") from None
        except OSError:  # a file system without locks
            pass
        yield
    finally:
        os.close(handle)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it, so that it is there whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
