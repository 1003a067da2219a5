"""Shards into one table, updates applied in order: newer versions replace, ``DeleteCitation`` removes.

The rule is the store's: a record replaces what came before it unless its version is older, whether anything was found
in it or not. Only ids with findings are held in memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from extractor.batch.parquet import Table, write_tables
from extractor.output import open_writer


class Mined(NamedTuple):
    """Two outputs of a shard."""

    findings: Path
    records: Path


class Newest(NamedTuple):
    """The record that holds of an id.

    Attributes:
        version: of the article; of a deletion that of what it removes.
        shard: number of the shard it stands in.
        row: its row among the records of that shard.
        start: first row of its findings in that shard.
        end: the row after the last.
        outcome: what became of it.
    """

    version: int
    shard: int
    row: int
    start: int
    end: int
    outcome: str


def merge(shards: Sequence[Mined], out: Path) -> int:
    """Write the findings that hold after all shards, in the order of shards and records; gives their number.

    Raises:
        InputError: it cannot be written there.
    """
    records = [shard.records for shard in shards]
    kept: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for each in surviving(records, with_findings(records)).values():
        kept[each.shard].append((each.start, each.end))
    write_tables(out, _tables([shard.findings for shard in shards], kept), _schema())
    return sum(end - start for ranges in kept.values() for start, end in ranges)


def surviving(records: Sequence[Path], ids: Collection[str]) -> dict[str, Newest]:
    """Of each of these ids that occurs, the record that holds after all shards.

    Args:
        records: ``records.parquet`` of each shard, in the order in which they apply.
        ids: those asked for.
    """
    newest: dict[str, Newest] = {}
    wanted = pa.array(sorted(ids), pa.string())
    for number, path in enumerate(records):
        for record, version, outcome, row, start, count in _rows_of(path, wanted):
            known = newest.get(record)
            if outcome == "deleted":
                newest[record] = Newest(known.version if known else 0, number, row, start, start, outcome)
            elif known is None or version >= known.version:
                newest[record] = Newest(version, number, row, start, start + count, outcome)
    return newest


def with_findings(records: Sequence[Path]) -> set[str]:
    """Ids of which something was found in some shard: no other record can change the outcome."""
    found: set[str] = set()
    for path in records:
        table = pq.read_table(path, columns=["id", "findings"])
        found.update(table.filter(pc.greater(table["findings"], 0))["id"].to_pylist())
    return found


def _schema() -> pa.Schema:
    """That of findings, from a file without any."""
    stream = pa.BufferOutputStream()
    open_writer(stream, "parquet").close()
    return pq.read_schema(pa.BufferReader(stream.getvalue()))


def _rows_of(path: Path, ids: pa.Array) -> Iterator[tuple[str, int, str, int, int, int]]:
    """Id, version, outcome, row, first row and number of findings of the records asked for, in order."""
    table = pq.read_table(path)
    counts = table["findings"].to_numpy()
    table = table.append_column("start", pa.array(np.cumsum(counts, dtype=np.int64) - counts, pa.int64()))
    table = table.append_column("row", pa.array(np.arange(table.num_rows, dtype=np.int64)))
    table = table.filter(pc.is_in(table["id"], value_set=ids))
    columns = [table[name].to_pylist() for name in ("id", "version", "outcome", "row", "start", "findings")]
    return zip(*columns, strict=True)


def _tables(findings: Sequence[Path], kept: Mapping[int, Sequence[tuple[int, int]]]) -> Iterator[Table]:
    for number in sorted(kept):
        rows = chain.from_iterable(range(*each) for each in sorted(kept[number]))
        yield pq.read_table(findings[number]).take(pa.array(rows, pa.int64()))
