"""``extractor mine``: files or a query in, findings out."""

from __future__ import annotations

import contextlib
import hashlib
import io
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Literal

import typer

from extractor.cli import options
from extractor.cli.console import Reporter, print_json
from extractor.errors import RecordError

if TYPE_CHECKING:
    from extractor.output import Writer
    from extractor.records import Json
    from extractor.run import Counts, MinerSettings, Result

SOME_FAILED = 3
_INPUT = "PubMed XML, MEDLINE, BioC or JSON Lines, plain or gzip: files, folders, patterns, - for stdin."


def mine(
    context: typer.Context,
    inputs: Annotated[list[str] | None, typer.Argument(metavar="INPUT", help=_INPUT, show_default=False)] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="OUT", help="File; stdout without it.")
    ] = None,
    form: Annotated[
        Literal["jsonl", "csv", "tsv", "parquet", "xlsx", "table"] | None,
        typer.Option("--format", help="By OUT's ending, else jsonl; table is for reading.", show_default=False),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes; the output is the same.")] = 1,
    limit: Annotated[int | None, typer.Option(min=0, help="The most records taken.")] = None,
    min_score: Annotated[float, typer.Option(min=0.0, max=1.0, help="Findings below it are left out.")] = 0.0,
    classifier: options.Classifier = None,
    ner: options.Ner = None,
    db: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write articles and findings there.")] = None,
    query: Annotated[str | None, typer.Option(help="Fetch this PubMed query first, and mine what it gives.")] = None,
    since: options.Day = None,
    until: options.Day = None,
    max_records: Annotated[int | None, typer.Option("--max", min=1, help="The most records fetched.")] = None,
    engine: Annotated[
        Literal["local", "ray"] | None, typer.Option(help="Mine shards, each on its own, into the folder -o DIR.")
    ] = None,
    no_merge: Annotated[bool, typer.Option("--no-merge", help="With --engine: leave merging to another run.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what --query would fetch; fetch nothing.")] = False,
    email: options.Email = None,
    api_key: options.ApiKey = None,
    config: options.Config = None,  # noqa: ARG001  # read by its callback
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    log_json: options.LogJson = False,
) -> None:
    """Mine articles for findings, one JSON object a line, in input order.

    Beside OUT come OUT.run.json (inputs, counts, versions, hashes) and, if any record is broken, OUT.errors.jsonl.
    With --engine, OUT is a folder: findings.parquet, errors.parquet, manifest.json; what is done there is skipped.
    Exit code 3: done, but some records failed.
    """
    reporter = Reporter(quiet=quiet, log_json=log_json)
    if engine is not None:
        from extractor.cli import batch

        batch.refuse_other_options(context)
        job = batch.Shards(tuple(inputs or ()), output, engine, jobs, classifier, ner, min_score, not no_merge, db)
        raise typer.Exit(SOME_FAILED if batch.mine_shards(job, reporter, as_json=as_json) else 0)
    if no_merge:
        raise typer.BadParameter("--no-merge belongs to --engine")
    if (query is None) == (not inputs):
        raise typer.BadParameter("give INPUT files or --query, one of the two")
    if output is None and form in {"parquet", "xlsx"}:
        raise typer.BadParameter(f"--format {form} is no text: give -o OUT")
    if output is not None and form == "table":
        raise typer.BadParameter("--format table goes to the terminal: leave out -o, or choose another format")
    from extractor.cli import fetch

    sought = fetch.Sought(query, since, until, max_records, fetch.settings(context, email, api_key)) if query else None
    if dry_run:
        if sought is None:
            raise typer.BadParameter("--dry-run belongs to --query")
        fetch.show_plan(sought, as_json=as_json)
        return
    with fetch.fetched(sought, output, reporter) if sought else contextlib.nullcontext(inputs or []) as sources:
        work = _Job(tuple(sources), output, form, jobs, limit, classifier, ner, min_score, db)
        report = _run(work, reporter)
    if as_json:
        _print_report(report, to_stdout=output is not None)
    raise typer.Exit(SOME_FAILED if report["counts"]["failed"] else 0)


def _print_report(report: Json, *, to_stdout: bool) -> None:
    with contextlib.redirect_stdout(sys.stdout if to_stdout else sys.stderr):
        print_json(report)


@dataclass(frozen=True, slots=True)
class _Job:
    sources: tuple[str, ...]
    output: Path | None
    form: str | None
    jobs: int
    limit: int | None
    classifier: str | None
    ner: str | None
    min_score: float
    db: Path | None

    def beside(self, ending: str) -> Path | None:
        """A file beside OUT; None without OUT, or where OUT is a device or a pipe."""
        if self.output is None or (self.output.exists() and not self.output.is_file()):
            return None
        return self.output.with_name(f"{self.output.name}.{ending}")


def _run(job: _Job, reporter: Reporter) -> Json:
    from extractor import provenance
    from extractor.formats import expand
    from extractor.run import MinerSettings

    start = time.monotonic()
    classifier, stands_in = provenance.chosen_classifier(job.classifier)
    if stands_in:
        reporter.warn("no trained model is released here: the rules decide (say --classifier rules to choose them)")
    names = expand(job.sources)
    _refuse_own_output(job, names)
    settings = MinerSettings(classifier=classifier, ner=job.ner, min_score=job.min_score)
    with _hashed_stdin() as stdin:
        counts, unnormalised = _mine(job, names, settings, reporter)
    report: Json = {
        "schema": 1,
        "program": {"name": provenance.DISTRIBUTION, "version": provenance.package_version()},
        "inputs": [
            {**each, "bytes": stdin.count, "sha256": stdin.digest(whole=job.limit is None)}
            if each["path"] == "-"
            else each
            for each in provenance.inputs(names)
        ],
        "options": {"limit": job.limit, "min_score": job.min_score, "ner": job.ner, "jobs": job.jobs},
        "counts": asdict(counts),
        "unnormalised": [
            {"kind": kind, "text": text, "times": times} for (kind, text), times in sorted(unnormalised.items())
        ],
        "models": provenance.models_used(classifier, job.ner),
        "tables": provenance.tables(),
        "versions": provenance.versions(),
        "seconds": round(time.monotonic() - start, 3),
    }
    if (path := job.beside("run.json")) is not None and job.output is not None:
        from extractor.output import write_json
        from extractor.releases import sha256_of

        out = {"path": str(job.output), "sha256": sha256_of(job.output)}
        write_json(path, {**report, "output": out})
    _summarise(counts, job, report["seconds"], reporter)
    return report


def _refuse_own_output(job: _Job, names: list[str]) -> None:
    """A run must not read what it (or an earlier run) writes."""
    own = {path.resolve() for path in (job.output, job.beside("run.json"), job.beside("errors.jsonl")) if path}
    for name in names:
        if name != "-" and Path(name).resolve() in own:
            raise typer.BadParameter(f"{name}: is an input and the output: write OUT somewhere else")


def _mine(
    job: _Job, names: list[str], settings: MinerSettings, reporter: Reporter
) -> tuple[Counts, Counter[tuple[str, str]]]:
    """Counts of the records, and of the names seen that have no concept."""
    from extractor.output import ErrorLog
    from extractor.run import Counts, mine_inputs, read_inputs

    counts, unnormalised = Counts(), Counter[tuple[str, str]]()
    errors = job.beside("errors.jsonl")
    with contextlib.ExitStack() as stack:
        writer = stack.enter_context(_writer(job))
        log = stack.enter_context(ErrorLog(errors)) if errors is not None else None
        keep = stack.enter_context(_store(job, settings, reporter))
        update = stack.enter_context(reporter.progress("mined"))
        for result in mine_inputs(read_inputs(names), settings, jobs=job.jobs, limit=job.limit):
            counts.add(result)
            unnormalised.update(result.unnormalised)
            writer.add(result.findings)
            keep(result)
            if result.error is not None:
                _log_error(result.error, log, reporter)
            update(counts.read, counts.findings)
    return counts, unnormalised


@contextlib.contextmanager
def _store(job: _Job, settings: MinerSettings, reporter: Reporter) -> Iterator[Callable[[Result], None]]:
    """What writes one record to the database; nothing without one."""
    if job.db is None:
        yield lambda _result: None
        return
    from extractor import store
    from extractor.cli.store_commands import model_name, open_told

    def keep(result: Result) -> None:
        if result.article is not None:
            run.save(result.article, None if result.error is not None else result.findings)

    name = model_name(settings.classifier or "rules", settings.ner)
    with open_told(job.db, reporter) as opened, store.Run(opened, model=name) as run:
        yield keep


def _log_error(error: RecordError, log: object, reporter: Reporter) -> None:
    from extractor.output import ErrorLog

    if isinstance(log, ErrorLog):
        log.add(error)
    else:
        fields = {"file": error.file, "record": error.record, "stage": error.stage, "reason": error.reason}
        reporter.warn(str(error), **fields)


@contextlib.contextmanager
def _writer(job: _Job) -> Iterator[Writer]:
    from extractor.output import format_of, open_writer, writing

    if job.output is not None:
        with writing(job.output, format_of(job.output, job.form)) as writer:
            yield writer
        return
    if job.form == "table":
        from extractor.cli.display import TableWriter

        writer = TableWriter()
    else:
        writer = open_writer(sys.stdout.buffer, format_of(None, job.form))
    yield writer
    writer.close()
    sys.stdout.flush()


def _summarise(counts: Counts, job: _Job, seconds: float, reporter: Reporter) -> None:
    said = (
        f"{counts.read:,} records in {seconds:,.1f} s: {counts.with_findings:,} with {counts.findings:,} findings, "
        f"{counts.no_finding:,} without, {counts.no_cytokine:,} name no cytokine, {counts.no_fluid:,} no fluid, "
        f"{counts.no_abstract:,} have no abstract, {counts.deleted:,} deleted, {counts.failed:,} failed"
    )
    if counts.failed and (path := job.beside("errors.jsonl")):
        said += f" (see {path})"
    reporter.say(said, **asdict(counts), seconds=seconds)


class _HashedInput(io.RawIOBase):
    """Standard input that is hashed as it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._hash, self.count = source, hashlib.sha256(), 0
        self._ended = False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read some bytes."""
        data = self._source.read1(len(buffer))  # type: ignore[attr-defined]
        buffer[: len(data)] = data
        self._hash.update(data)
        self.count += len(data)
        self._ended = self._ended or not data
        return len(data)

    def digest(self, *, whole: bool) -> str | None:
        """SHA-256 of all of it; None where it was not read to its end."""
        return self._hash.hexdigest() if whole and self._ended else None


@contextlib.contextmanager
def _hashed_stdin() -> Iterator[_HashedInput]:
    original = sys.stdin
    hashed = _HashedInput(original.buffer)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(hashed))
    try:
        yield hashed
    finally:
        sys.stdin.detach()
        sys.stdin = original
