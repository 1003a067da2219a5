"""One shard: read, mined, written, and said to be done, in the process that calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import cache

from extractor.batch.parquet import ERRORS, RECORDS, write_rows
from extractor.batch.shards import OUTPUTS, Shard, Task
from extractor.errors import ExtractorError, ModelError, RecordError
from extractor.mining import Miner
from extractor.output import Writer, write_json, writing
from extractor.records import Json
from extractor.releases import sha256_of
from extractor.run import Counts, MinerSettings, Result, mine_inputs, read_inputs

_FAULTS = (ExtractorError, OSError, ValueError, TypeError, LookupError, ArithmeticError, RuntimeError, MemoryError)
"""What a shard or the disk can bring about; it costs that shard only."""


def attempt(task: Task, shard: Shard) -> str | ModelError | None:
    """Mine a shard; None when it is done, else why it is not, in one line."""
    try:
        mine_shard(task, shard)
    except ModelError as error:
        return error
    except _FAULTS as fault:
        return f"{type(fault).__name__}: {' '.join(str(fault).split())[:300]}"
    return None


def mine_shard(task: Task, shard: Shard) -> None:
    """Mine a shard and write its outputs; the JSON file comes last and makes it done.

    Raises:
        ModelError: a model is missing or does not fit.
        InputError: an output cannot be written.
    """
    counts = Counts()
    errors: list[RecordError] = []
    with writing(task.output(shard, "findings"), "parquet") as writer:
        write_rows(task.output(shard, "records"), _records(task, shard, writer, counts, errors), RECORDS)
    _write_errors(task, shard, errors)
    written = [kind for kind in OUTPUTS if kind != "errors" or errors]
    sidecar: Json = {
        "made_by": task.maker,
        "input": {"name": shard.name, "bytes": shard.bytes, "sha256": shard.sha256},
        "counts": asdict(counts),
        "outputs": {kind: sha256_of(task.output(shard, kind)) for kind in written},
    }
    write_json(task.sidecar(shard), sidecar)


@cache
def _miner(settings: MinerSettings) -> Miner:
    """The models, loaded once in a process."""
    return settings.build()


def _records(task: Task, shard: Shard, writer: Writer, counts: Counts, errors: list[RecordError]) -> Iterator[Json]:
    """Rows of the records; findings, counts and errors go where they belong on the way."""
    miner = _miner(task.settings)
    for result in mine_inputs(read_inputs([shard.path]), task.settings, miner=miner):
        counts.add(result)
        writer.add(result.findings)
        if result.error is not None:
            errors.append(result.error)
        if result.article is not None:
            yield _record(result)


def _record(result: Result) -> Json:
    if result.article is None:
        raise AssertionError("a record that could not be read has no row")
    version = result.article.version
    return {
        "id": result.article.id,
        "version": version,
        "outcome": result.outcome,
        "findings": len(result.findings),
    }


def _write_errors(task: Task, shard: Shard, errors: list[RecordError]) -> None:
    path = task.output(shard, "errors")
    if not errors:
        path.unlink(missing_ok=True)
        return
    rows = ({"shard": shard.name, "record": e.record, "stage": e.stage, "reason": e.reason} for e in errors)
    write_rows(path, rows, ERRORS)
