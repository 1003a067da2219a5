"""``extractor report``, ``update`` and ``compare``: the living review from a database."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from extractor.cli import options
from extractor.cli.console import Reporter, print_json, visible

if TYPE_CHECKING:
    from extractor.ledger import Compared, Ledger, Selection
    from extractor.report import Provenance
    from extractor.store import Store
    from extractor.update import Changes

SOME_FAILED = 3
_COMPARATORS: Mapping[str, frozenset[str]] = {
    "healthy": frozenset({"healthy"}),
    "disease-control": frozenset({"disease_control", "mimic"}),
    "unspecified": frozenset({"unspecified"}),
}
_SHOWN = 20
_LEAST_SCORE = 0.5  # ledger.LEAST_SCORE, which would load pandas at every start of the program

Database: TypeAlias = Annotated[Path, typer.Option("--db", metavar="FILE", help="The database.")]
Condition: TypeAlias = Annotated[str, typer.Option(help="What the case group has; all for any.")]
Comparator: TypeAlias = Annotated[
    Literal["any", "healthy", "disease-control", "unspecified"], typer.Option(help="Findings against these only.")
]
MinScore: TypeAlias = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Findings below it are left out, unless a curator has decided on them.")
]
Reviewed: TypeAlias = Annotated[bool, typer.Option("--reviewed", help="Only what a curator has decided on.")]


def report(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Gets page, plots and tables.")],
    db: Annotated[Path | None, typer.Option("--db", metavar="FILE", help="The database.")] = None,
    literature: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Annotation files: report their literature claims instead.")
    ] = None,
    condition: Condition = "ALS",
    comparator: Comparator = "any",
    min_score: MinScore = _LEAST_SCORE,
    reviewed: Reviewed = False,
    note: Annotated[str, typer.Option(help="A caution printed at the top of the report.")] = "",
    since: Annotated[int | None, typer.Option(metavar="YEAR", help="Studies from this year on.")] = None,
    until: Annotated[int | None, typer.Option(metavar="YEAR", help="Studies up to this year.")] = None,
    config: options.Config = None,  # noqa: ARG001  # read by its callback
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Write the ledger of agreeing and opposing results: an HTML page, plots, tables, citations, BiomarkerKB TSV."""
    if (db is None) == (literature is None):
        raise typer.BadParameter("give --db FILE or --literature FOLDER, one of the two")
    from extractor.cli.literature import of_literature
    from extractor.ledger import LIMITS
    from extractor.report import write_report

    chosen = _selection(condition, comparator, min_score=min_score, reviewed=reviewed, since=since, until=until)
    reporter = Reporter(quiet=quiet or as_json)
    if literature is not None:
        ledger, provenance = of_literature(literature, chosen)
    else:
        ledger, provenance = _of_database(db or Path(), chosen, reporter)
    written = write_report(ledger, output, provenance=replace(provenance, note=note))
    if as_json:
        cells = [{**cell.key._asdict(), "verdict": cell.verdict, "opposed": cell.opposed} for cell in ledger.cells]
        files = [str(path) for path in written]
        print_json({"studies": len(ledger.studies), "findings": ledger.claims, "cells": cells, "files": files})
        return
    opposed = sum(cell.opposed for cell in ledger.cells)
    reporter.say(
        f"{len(ledger.studies):,} studies, {ledger.claims:,} findings, {len(ledger.cells):,} cells, {opposed:,} with "
        f"rise and fall; studies left out: {len(ledger.excluded):,}"
    )
    for line in LIMITS:
        reporter.say(f"- {line}")
    print(output / "report.html")


def update(
    context: typer.Context,
    db: Database,
    query: Annotated[str | None, typer.Option(help="In place of the ALS, cytokine and fluid query.")] = None,
    classifier: options.Classifier = None,
    ner: options.Ner = None,
    email: options.Email = None,
    api_key: options.ApiKey = None,
    config: options.Config = None,  # noqa: ARG001  # read by its callback
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    log_json: options.LogJson = False,
) -> None:
    """Ask PubMed for what is new or changed since the last time, read it, and say what that changes.

    Interrupted, it goes on where it was when called again. Exit code 3: done, but some records could not be read.
    """
    from extractor import ledger, provenance, update
    from extractor.cli import fetch
    from extractor.mining import Miner, load_classifier
    from extractor.pipeline import build_pipeline

    reporter = Reporter(quiet=quiet, log_json=log_json)
    settings = fetch.settings(context, email, api_key)
    name, stands_in = provenance.chosen_classifier(classifier)
    if stands_in:
        reporter.warn("no classifier is released here: the rules decide")
    asked = query or update.DEFAULT_QUERY
    reporter.say(f"query: {asked}")
    with open_told(db, reporter) as opened, reporter.progress("read") as progress:
        changes = update.update(
            opened,
            settings=settings,
            miner=Miner(nlp=build_pipeline(ner=ner), classifier=load_classifier(name)),
            model=model_name(name, ner),
            query=asked,
            judge=ledger.states,
            on_progress=lambda stage, done, _: progress(done if stage == "reading" else 0, 0),
        )
    if as_json:
        print_json(asdict(changes))
    else:
        _print_changes(changes)
    raise typer.Exit(SOME_FAILED if changes.errors else 0)


def compare(
    table: Annotated[
        Path,
        typer.Argument(metavar="TABLE", help="TSV: host, cytokine, fluid, direction, reference; or literature.jsonl."),
    ],
    db: Database,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="TSV", help="Stdout without it.")] = None,
    contrast: Annotated[str, typer.Option(help="Of the cells that are compared.")] = "disease",
    condition: Condition = "ALS",
    comparator: Comparator = "any",
    min_score: MinScore = _LEAST_SCORE,
    reviewed: Reviewed = False,
    config: options.Config = None,  # noqa: ARG001  # read by its callback
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Compare the ledger with a table made by hand: confirmed, opposed, missed, added."""
    from extractor import ledger
    from extractor.cli.literature import literature_rows

    chosen = _selection(condition, comparator, min_score=min_score, reviewed=reviewed)
    rows = literature_rows(table, chosen, contrast) if table.suffix == ".jsonl" else ledger.read_table(table)
    reporter = Reporter(quiet=quiet or as_json)
    ours, _ = _of_database(db, chosen, reporter)
    compared = ledger.compare(ours, rows, contrast=contrast)
    counts = ledger.tally(compared)
    reporter.say(", ".join(f"{number:,} {outcome}" for outcome, number in counts.items()))
    if as_json:
        print_json({"counts": counts, "rows": [asdict(each) for each in compared]})
    elif output is None:
        _write_compared(compared, sys.stdout)
    else:
        with output.open("w", encoding="utf-8", newline="") as stream:
            _write_compared(compared, stream)


def register(app: typer.Typer) -> None:
    """Add the three commands to an application."""
    app.command("report")(report)
    app.command("update")(update)
    app.command("compare")(compare)


def model_name(classifier: str, ner: str | None) -> str:
    """What the store calls the models that read an article, for example ``relation-1.0.0+ner-1.0.0``.

    Args:
        classifier: as ``provenance.chosen_classifier`` names it.
        ner: as given on the command line.
    """
    from extractor.provenance import models_used

    return "+".join(str(model["name"]) for model in models_used(classifier, ner))


def _selection(condition: str, comparator: str, *, min_score: float, reviewed: bool, **years: int | None) -> Selection:
    from extractor.ledger import Selection

    return Selection(
        condition=None if condition == "all" else condition,
        comparators=_COMPARATORS.get(comparator),
        min_score=min_score,
        reviewed_only=reviewed,
        since=years.get("since"),
        until=years.get("until"),
    )


def open_told(db: Path, reporter: Reporter, *, create: bool = True) -> Store:
    """The store of a file, and a line about each step that brings an older file to the present layout."""
    from extractor.store import open_store

    existed = db.is_file()
    opened = open_store(db, create=create)
    for step in opened.migrated if existed else ():
        reporter.say(step)
    return opened


def _of_database(db: Path, selection: Selection, reporter: Reporter) -> tuple[Ledger, Provenance]:
    from extractor import ledger
    from extractor.provenance import package_version
    from extractor.report import provenance_of

    with open_told(db, reporter, create=False) as opened:
        return ledger.of_store(opened, selection=selection), provenance_of(opened, version=package_version())


def _write_compared(compared: Sequence[Compared], stream: object) -> None:
    from extractor.tables import harmless

    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")  # type: ignore[arg-type]
    writer.writerow(("outcome", "host", "cytokine", "fluid", "direction", "reference", "ours"))
    for each in compared:
        row = each.row
        ours = "; ".join(f"{direction} {number}" for direction, number in each.ours)
        cells = (each.outcome, row.host, row.cytokine, row.fluid, row.direction, row.reference, ours)
        writer.writerow([harmless(visible(cell)) for cell in cells])


def _print_changes(changes: Changes) -> None:
    print(f"asked for {changes.asked:,} records, {changes.asked_again:,} of them known and due for another look")
    lists = {
        "new articles": changes.new,
        "revised": changes.revised,
        "retracted": changes.retracted,
        "expressions of concern": changes.concerns,
        "corrected": changes.corrected,
        "vanished": changes.vanished,
        "back again": changes.returned,
    }
    for name, ids in lists.items():
        if ids:
            print(f"{name} ({len(ids):,}): {_some(ids)}")
    for sign, findings in (("+", changes.findings), ("-", changes.lost)):
        for finding in findings[:_SHOWN]:
            print(visible(f"{sign} {finding[0]}: {finding[1]} in {finding[2]} {finding[3]} ({', '.join(finding[4:])})"))
        if len(findings) > _SHOWN:
            print(f"{sign} {len(findings) - _SHOWN:,} more findings")
    for cell in changes.oppositions:
        print(visible(f"new opposition: {', '.join(cell)}"))
    for flip in changes.flips:
        print(visible(f"verdict: {', '.join(flip.cell)}: {flip.before or 'none'} -> {flip.after or 'none'}"))
    if not any((*lists.values(), changes.findings, changes.lost, changes.flips)):
        print("nothing has changed")
    for error in changes.errors:
        print(visible(f"not read: {error}"), file=sys.stderr)


def _some(ids: Sequence[str]) -> str:
    more = len(ids) - _SHOWN
    return visible(", ".join(ids[:_SHOWN]) + (f" and {more:,} more" if more > 0 else ""))
