"""``extractor fetch``, and the fetching part of ``extractor mine --query``."""

from __future__ import annotations

import contextlib
import datetime
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli import options
from extractor.cli.console import Reporter, print_json, visible

if TYPE_CHECKING:
    from extractor.pubmed import Manifest, Settings

SOME_FAILED = 3


@dataclass(frozen=True, slots=True)
class Sought:
    """A query with its dates, and who asks."""

    query: str
    since: str | None
    until: str | None
    max_records: int | None
    settings: Settings


def fetch(
    context: typer.Context,
    query: Annotated[str | None, typer.Argument(metavar="[QUERY]", help="Sent to PubMed as it is.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FOLDER", help="Where batches go.")] = None,
    ids: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="PMIDs, DOIs and PMCIDs one a line, or nbib or RIS, in place of a query."),
    ] = None,
    since: options.Day = None,
    until: options.Day = None,
    max_records: Annotated[int | None, typer.Option("--max", min=1, help="The most records, newest first.")] = None,
    email: options.Email = None,
    api_key: options.ApiKey = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many and which requests.")] = False,
    config: options.Config = None,  # noqa: ARG001  # read by its callback
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    log_json: options.LogJson = False,
) -> None:
    """Fetch the records of a query, or of a list of ids, as compressed XML with a manifest; resumes where it stopped.

    Exit code 3: done, but some ids are unknown to PubMed or some records did not come.
    """
    reporter = Reporter(quiet=quiet, log_json=log_json)
    if (query is None) == (ids is None):
        raise typer.BadParameter("give QUERY or --ids, one of the two")
    if output is None and not dry_run:
        raise typer.BadParameter("give -o FOLDER")
    asker = settings(context, email, api_key)
    if query is None and dry_run:
        raise typer.BadParameter("--dry-run needs a query")
    if ids is not None:
        manifest = _fetch_ids(ids, output or Path(), asker, reporter)
    else:
        sought = Sought(query or "", since, until, max_records, asker)
        if dry_run:
            show_plan(sought, as_json=as_json)
            return
        manifest = fetch_query(sought, output or Path(), reporter)
    if as_json:
        print_json(_summary(manifest))
    raise typer.Exit(SOME_FAILED if manifest.missing or manifest.unresolved else 0)


def settings(context: typer.Context, email: str | None, api_key: str | None) -> Settings:
    """Who asks: options, else the environment, else the config file.

    Raises:
        PubMedError: nobody has given an e-mail address.
    """
    from extractor.pubmed import Settings

    return Settings.find(email=email, api_key=api_key, config=context.obj or {})


def show_plan(sought: Sought, *, as_json: bool) -> None:
    """Say what a fetch would do."""
    from extractor.pubmed import dry_run

    plan = dry_run(sought.query, settings=sought.settings, max_records=sought.max_records, **_days(sought))
    if as_json:
        print_json(
            {
                "count": plan.count,
                "wanted": plan.wanted,
                "translation": plan.translation,
                "warnings": list(plan.warnings),
                "requests": list(plan.requests),
            }
        )
        return
    print(f"{plan.count:,} records; {plan.wanted:,} would be fetched with {len(plan.requests)} requests")
    print(f"PubMed reads the query as: {visible(plan.translation)}")
    for line in (*plan.warnings, *plan.requests):
        print(visible(line))


def _days(sought: Sought) -> dict[str, datetime.date | None]:
    return {"since": _day("--since", sought.since), "until": _day("--until", sought.until)}


def _day(option: str, text: str | None) -> datetime.date | None:
    try:
        return None if text is None else datetime.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{option} {text}: is no day like 2025-01-31") from None


def fetch_query(sought: Sought, folder: Path, reporter: Reporter) -> Manifest:
    """Fetch a query into a folder, and say what came."""
    from extractor import pubmed

    with reporter.progress("fetched") as update:
        manifest = pubmed.fetch(
            sought.query,
            folder,
            settings=sought.settings,
            max_records=sought.max_records,
            on_progress=_counting(update),
            **_days(sought),
        )
    _report(manifest, reporter)
    return manifest


def _fetch_ids(path: Path, folder: Path, asker: Settings, reporter: Reporter) -> Manifest:
    from extractor import pubmed

    with reporter.progress("fetched") as update:
        listed = pubmed.read_ids(path)
        manifest = pubmed.fetch_ids(listed, folder, settings=asker, on_progress=_counting(update))
    _report(manifest, reporter)
    return manifest


def _counting(update: Callable[[int, int], None]) -> Callable[[int, int], None]:
    return lambda done, _wanted: update(done, 0)


def _summary(manifest: Manifest) -> dict[str, object]:
    return {
        "count": manifest.count,
        "fetched": manifest.fetched,
        "translation": manifest.translation,
        "warnings": list(manifest.warnings),
        "missing": list(manifest.missing),
        "unresolved": list(manifest.unresolved),
    }


def _report(manifest: Manifest, reporter: Reporter) -> None:
    reporter.say(f"{manifest.fetched:,} of {manifest.count:,} records fetched", **_summary(manifest))
    for warning in manifest.warnings:
        reporter.warn(f"PubMed: {warning}")
    for kind, names in (("not given by PubMed", manifest.missing), ("unknown to PubMed", manifest.unresolved)):
        if names:
            reporter.warn(f"{len(names)} {kind}: {', '.join(names)}")


@contextlib.contextmanager
def fetched(sought: Sought, output: Path | None, reporter: Reporter) -> Iterator[list[str]]:
    """The batch files of a query: kept in ``OUT.pubmed`` beside OUT, so that a fetch resumes, else in passing."""
    with contextlib.ExitStack() as stack:
        if output is not None:
            folder = output.with_name(f"{output.name}.pubmed")
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="extractor-")))
        manifest = fetch_query(sought, folder, reporter)
        yield [str(folder / name) for name in sorted(manifest.files)]
