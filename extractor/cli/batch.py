"""``extractor mine --engine``: shards in, a folder of Parquet out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from extractor.cli.console import Reporter, print_json

if TYPE_CHECKING:
    from extractor.batch import Report
    from extractor.records import Json

_FOREIGN = ("form", "limit", "query", "since", "until", "max_records", "dry_run")
"""Parameters of ``mine`` that shards do not take."""


@dataclass(frozen=True, slots=True)
class Shards:
    """What was asked for."""

    inputs: tuple[str, ...]
    output: Path | None
    engine: Literal["local", "ray"]
    jobs: int
    classifier: str | None
    ner: str | None
    min_score: float
    merged: bool
    db: Path | None = None


def refuse_other_options(context: typer.Context) -> None:
    """What would be ignored is a mistake.

    Raises:
        typer.BadParameter: an option does not go with ``--engine``.
    """
    for parameter in context.command.params:
        if parameter.name in _FOREIGN and context.params.get(parameter.name):
            raise typer.BadParameter(f"{parameter.opts[0]} does not go with --engine")


def mine_shards(job: Shards, reporter: Reporter, *, as_json: bool) -> bool:
    """Mine them; gives whether a record or a shard failed."""
    if job.output is None or not job.inputs:
        raise typer.BadParameter("--engine needs SHARDS and -o DIR")
    if job.db is not None and not job.merged:
        raise typer.BadParameter("--db does not go with --no-merge")
    from extractor import provenance
    from extractor.batch import mine_locally, mine_with_ray, run_batch
    from extractor.cli.store_commands import model_name
    from extractor.run import MinerSettings

    classifier, stands_in = provenance.chosen_classifier(job.classifier)
    if stands_in:
        reporter.warn("no trained model is released here: the rules decide (say --classifier rules to choose them)")
    with reporter.progress("mined") as update:
        report = run_batch(
            job.inputs,
            job.output,
            settings=MinerSettings(classifier=classifier, ner=job.ner, min_score=job.min_score),
            engine=partial(mine_locally if job.engine == "local" else mine_with_ray, jobs=job.jobs),
            merged=job.merged,
            told=lambda counts: update(counts.read, counts.findings),
        )
    _summarise(report, job.output, reporter)
    if job.db is not None:
        _save(report, job.db, model=model_name(classifier, job.ner), reporter=reporter)
    if as_json:
        print_json(_told(report))
    return bool(report.failed or report.counts.failed)


def _summarise(report: Report, folder: Path, reporter: Reporter) -> None:
    for path, reason in sorted(report.failed.items()):
        reporter.warn(f"{path}: not done: {reason}", path=path, reason=reason)
    counts = report.counts
    said = (
        f"{report.mined:,} shards mined, {report.skipped:,} done before, {len(report.failed):,} failed: "
        f"{counts.read:,} records, {counts.failed:,} of them broken, {counts.findings:,} findings"
    )
    if report.findings is not None:
        said += f", {report.findings:,} after updates (see {folder})"
    reporter.say(said, **_told(report))


def _told(report: Report) -> Json:
    """What is told of a run: not where each shard lies."""
    return {name: value for name, value in asdict(report).items() if name != "done"}


def _save(report: Report, db: Path, *, model: str, reporter: Reporter) -> None:
    from extractor import batch, store
    from extractor.cli.store_commands import open_told

    with open_told(db, reporter) as opened:
        known = {article_id for (article_id,) in opened.rows("SELECT id FROM articles")}
        with store.Run(opened, model=model) as run:
            batch.save(report.done, run, known)
        saved = run.saved
    reporter.say(
        f"{db}: {saved.articles:,} articles, {saved.read:,} of them new to it, {saved.findings:,} findings added"
    )
