"""Parquet files of plain rows, with the same bytes whenever the rows are the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from extractor.output import AtomicFile
from extractor.records import Json
from extractor.tables import open_parquet

ROWS = 10_000
"""Rows of a row group."""
Table: TypeAlias = Any
"""A ``pyarrow.Table``."""
RECORDS = pa.schema([("id", pa.string()), ("version", pa.int32()), ("outcome", pa.string()), ("findings", pa.int32())])
"""A record that came in, in the order of its shard; its findings are the next so many rows of the shard's findings."""
ERRORS = pa.schema([(name, pa.string()) for name in ("shard", "record", "stage", "reason")])
"""A broken record, or, with an empty ``record``, a shard that was not done."""


def write_rows(path: Path, rows: Iterable[Json], schema: Any) -> None:  # noqa: ANN401  # a pyarrow.Schema
    """Write rows, whole or not at all.

    Raises:
        InputError: it cannot be written there.
    """
    stream = iter(rows)
    chunks = iter(lambda: list(islice(stream, ROWS)), [])
    write_tables(path, (pa.Table.from_pylist(chunk, schema=schema) for chunk in chunks), schema)


def write_tables(path: Path, tables: Iterable[Table], schema: Any) -> None:  # noqa: ANN401  # a pyarrow.Schema
    """Write tables as one, in row groups of :data:`ROWS` however they come, whole or not at all.

    Raises:
        InputError: it cannot be written there.
    """
    with AtomicFile(path) as stream, open_parquet(stream, schema) as writer:
        for group in _groups(tables, schema):
            writer.write_table(group, row_group_size=ROWS)


def _groups(tables: Iterable[Table], schema: Any) -> Iterator[Table]:  # noqa: ANN401  # a pyarrow.Schema
    held = schema.empty_table()
    for table in tables:
        held = pa.concat_tables([held, table])
        while held.num_rows >= ROWS:
            yield held.slice(0, ROWS).combine_chunks()
            held = held.slice(ROWS)
    if held.num_rows:
        yield held.combine_chunks()


def read_rows(path: Path) -> list[Json]:
    """All rows of a small file."""
    rows: list[Json] = pq.read_table(path).to_pylist()
    return rows
