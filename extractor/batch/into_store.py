"""What came of shards into a database: articles with findings, and those that the database knows already.

The texts are read once more from the shards, since DIR holds none; of an id only the record that holds after all shards
is written, so that updates are applied and a second time changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from extractor import contract
from extractor.batch.merge import Mined, Newest, surviving, with_findings
from extractor.errors import InputError, RecordError
from extractor.formats import read
from extractor.records import Article, Finding, Json
from extractor.store import Run

_ROWS = 1_000


class Source(NamedTuple):
    """A shard that is done.

    Attributes:
        path: where its records stand.
        mined: its outputs.
    """

    path: str
    mined: Mined


def save(sources: Sequence[Source], run: Run, known: set[str]) -> None:
    """Write them to an open store.

    Args:
        sources: in the order in which they apply.
        run: what writes.
        known: ids of the articles that the store has, which updates may change.

    Raises:
        InputError: a shard is no longer what was mined.
        StoreError: the database cannot be written.
    """
    records = [source.mined.records for source in sources]
    wanted: dict[int, dict[int, Newest]] = defaultdict(dict)
    for newest in surviving(records, with_findings(records) | known).values():
        wanted[newest.shard][newest.row] = newest
    for number in sorted(wanted):
        for article, findings in _articles(sources[number], wanted[number]):
            run.save(article, findings)


def _articles(source: Source, wanted: dict[int, Newest]) -> Iterator[tuple[Article, list[Finding] | None]]:
    """The wanted records of a shard; None for findings where the article could not be mined."""
    findings = _findings(source.mined.findings)
    ids = pq.read_table(source.mined.records, columns=["id"])["id"]
    passed: list[RecordError] = []  # what is broken has been counted when it was mined
    taken = 0
    for row, article in enumerate(read([source.path], on_error=passed.append)):
        newest = wanted.get(row)
        if newest is None:
            continue
        if row >= len(ids) or ids[row].as_py() != article.id:
            raise InputError(f"{source.path}: has changed since it was mined")
        while taken < newest.start:
            next(findings)
            taken += 1
        found = [next(findings) for _ in range(newest.start, newest.end)]
        taken = newest.end
        yield article, None if newest.outcome == "failed" else [contract.read_finding(_row(each)) for each in found]


def _findings(path: Path) -> Iterator[Json]:
    """Rows of a shard's findings, in order."""
    for batch in pq.ParquetFile(path).iter_batches(batch_size=_ROWS):
        yield from batch.to_pylist()


def _row(row: Json) -> Json:
    """A row of the table as the contract's object."""
    also = [each.split("-") for each in (row["also"] or "").split()]
    return {
        **row,
        "schema": contract.VERSION,
        "cytokine": {"symbol": row["cytokine"], **_mention(row, "cytokine")},
        "fluid": {"name": row["fluid"], **_mention(row, "fluid")},
        "evidence": {"text": row["evidence"], "start": row["evidence_start"], "end": row["evidence_end"]},
        "also": [{"start": int(start), "end": int(end)} for start, end in also],
    }


def _mention(row: Json, name: str) -> Json:
    return {key: row[f"{name}_{key}"] for key in ("text", "start", "end")}
