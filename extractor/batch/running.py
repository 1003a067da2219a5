"""A run over shards: what is done is skipped, an engine mines the rest, and DIR says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeAlias

from extractor.batch.into_store import Source
from extractor.batch.merge import Mined, merge
from extractor.batch.parquet import ERRORS, read_rows, write_rows
from extractor.batch.shards import FOLDER, LAYOUT, Engine, Shard, Task, made_by, maker_of, plan, read_sidecar
from extractor.errors import ModelError
from extractor.output import write_json
from extractor.records import Json
from extractor.releases import sha256_of
from extractor.run import Counts, MinerSettings

FINDINGS, ERRORS_FILE, MANIFEST = "findings.parquet", "errors.parquet", "manifest.json"
_LOST = "its outputs are missing or damaged"
Told: TypeAlias = Callable[[Counts], None]
"""Called with the counts so far, after each shard."""


@dataclass(slots=True)
class Report:
    """What a run did.

    Attributes:
        skipped: shards that were done before.
        mined: those done now.
        failed: paths of files that could not be read and of shards that could not be done, with the reason.
        counts: of all shards that are done.
        findings: those that hold after updates; None where nothing was merged.
        done: the shards that are done, in the order in which they apply.
    """

    skipped: int = 0
    mined: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    findings: int | None = None
    done: tuple[Source, ...] = ()


def run_batch(
    paths: Iterable[str | Path],
    folder: Path,
    *,
    settings: MinerSettings,
    engine: Engine,
    merged: bool = True,
    told: Told = lambda _counts: None,
) -> Report:
    """Mine shards into DIR.

    Args:
        paths: files, folders and patterns; they apply in the order of the files' names.
        folder: DIR; made where it is missing.
        settings: of the miner.
        engine: what mines the shards that are not done.
        merged: also write ``findings.parquet``, ``errors.parquet`` and ``manifest.json``; without it a job of an array
            leaves its shards' outputs only.
        told: told of the progress.

    Raises:
        InputError: a path leads nowhere, or DIR cannot be written.
        ModelError: a model is missing or does not fit.
    """
    made = made_by(settings)
    task = Task(settings, folder.resolve(), maker_of(made))
    shards, unread = plan(paths, task.folder)
    (task.folder / FOLDER).mkdir(parents=True, exist_ok=True)
    done = {shard.key: said for shard in shards if (said := read_sidecar(task, shard)) is not None}
    report = Report(skipped=len(done), failed=dict(unread))
    for said in done.values():
        _add(report.counts, said)
    todo = [shard for shard in shards if shard.key not in done]
    for shard, said in _mined(engine, task, todo, report):
        done[shard.key] = said
        told(report.counts)
    report.done = tuple(Source(shard.path, _mined_of(task, shard)) for shard in shards if shard.key in done)
    if merged:
        _conclude(task, made, [(shard, done.get(shard.key)) for shard in shards], report)
    return report


def _mined(engine: Engine, task: Task, todo: Sequence[Shard], report: Report) -> Iterator[tuple[Shard, Json]]:
    """Shards as they are done, with what their JSON files say."""
    for answer in engine(task, todo) if todo else ():
        if isinstance(answer.problem, ModelError):
            raise answer.problem
        said = read_sidecar(task, answer.shard) if answer.problem is None else None
        if said is None:
            report.failed[answer.shard.path] = answer.problem or _LOST
            continue
        report.mined += 1
        _add(report.counts, said)
        yield answer.shard, said


def _add(counts: Counts, said: Json) -> None:
    for name, number in said["counts"].items():
        setattr(counts, name, getattr(counts, name) + number)


def _conclude(task: Task, made: Json, shards: Sequence[tuple[Shard, Json | None]], report: Report) -> None:
    """Write what stands in DIR itself; the manifest comes last."""
    findings, errors = task.folder / FINDINGS, task.folder / ERRORS_FILE
    report.findings = merge([source.mined for source in report.done], findings)
    write_rows(errors, _errors(task, shards, report), ERRORS)
    manifest: Json = {
        "schema": LAYOUT,
        **made,
        "made_by": task.maker,
        "counts": {**asdict(report.counts), "replaced": report.counts.findings - report.findings},
        "outputs": {
            FINDINGS: {"rows": report.findings, "sha256": sha256_of(findings)},
            ERRORS_FILE: {"sha256": sha256_of(errors)},
        },
        "shards": [_entry(task, shard, said) for shard, said in shards],
        "failed": dict(sorted(report.failed.items())),
    }
    write_json(task.folder / MANIFEST, manifest)


def _mined_of(task: Task, shard: Shard) -> Mined:
    return Mined(task.output(shard, "findings"), task.output(shard, "records"))


def _entry(task: Task, shard: Shard, said: Json | None) -> Json:
    """A shard in the manifest; without counts where it was not done."""
    entry: Json = {"path": shard.path, "bytes": shard.bytes, "sha256": shard.sha256}
    if said is None:
        return entry
    outputs = {
        str(task.output(shard, kind).relative_to(task.folder)): digest for kind, digest in said["outputs"].items()
    }
    return {**entry, "counts": said["counts"], "outputs": outputs}


def _errors(task: Task, shards: Sequence[tuple[Shard, Json | None]], report: Report) -> Iterator[Json]:
    """Shards that were not done, then the broken records of those that were."""
    for path, reason in sorted(report.failed.items()):
        yield {"shard": Path(path).name, "record": "", "stage": "batch", "reason": reason}
    for shard, said in shards:
        if said is not None and "errors" in said["outputs"]:
            yield from read_rows(task.output(shard, "errors"))
