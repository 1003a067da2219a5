"""``extractor review``: the page on which curators accept, correct and add findings."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli import options
from extractor.cli.console import Reporter, visible

if TYPE_CHECKING:
    from extractor.gold import Interval
    from extractor.records import GoldArticle, Json
    from extractor.review.app import Service
    from extractor.store import Store

_SAMPLES = 500


def review(
    db: Annotated[Path, typer.Option("--db", metavar="FILE", help="The database.")],
    curator: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Gets a link of its own; may be given several times.")
    ] = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Other machines can reach any but the default.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free.")] = 8765,
    condition: Annotated[str, typer.Option(help="Of the oppositions that come first; all for any.")] = "ALS",
    all_articles: Annotated[bool, typer.Option("--all-articles", help="Also articles without a finding.")] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the link in a browser.")] = False,
    config: options.Config = None,  # noqa: ARG001  # read by its callback
    quiet: options.Quiet = False,
) -> None:
    """Serve a page on which curators accept, correct and add findings; end it with Ctrl-C.

    Every decision is in the database at once. Each start makes new links; with --curator one for each name, without
    it a single one, and each curator says a name on the page.
    """
    try:
        from extractor.review import server
        from extractor.review.app import create_app
    except ModuleNotFoundError as missing:
        raise _not_installed(missing) from None

    reporter = Reporter(quiet=quiet)
    service = _service(db, curator or [], condition=condition, all_articles=all_articles, reporter=reporter)
    listening = server.listen(host, port)
    number = listening.getsockname()[1]
    links = server.links(service.access, host, number)
    if not server.is_loopback(host):
        reporter.warn(f"{host} can be reached from other machines; what is sent is not encrypted")

    def started() -> None:
        for link, name in links.items():
            print(link if name is None else f"{visible(name)}: {link}", flush=True)
        reporter.say("serving until Ctrl-C")
        if open_browser:
            import webbrowser

            webbrowser.open(next(iter(links)))

    app = create_app(service, hosts=server.hosts_of(host, number))
    server.serve(app, listening, on_start=started)
    print(file=sys.stderr)


def _service(db: Path, curators: Sequence[str], *, condition: str, all_articles: bool, reporter: Reporter) -> Service:
    from extractor.review.access import Access, name_of
    from extractor.review.app import Service
    from extractor.store import open_store

    names = [name_of(each) for each in curators]
    if None in names or len(set(names)) < len(names):
        raise typer.BadParameter("--curator: each name once, of 1 to 60 characters")
    with open_store(db, create=False) as store:
        for step in store.migrated:
            reporter.say(step)
    return Service(
        db=db,
        access=Access.for_curators(name for name in names if name is not None),
        measure=measure,
        gold=gold_lines,
        condition=None if condition == "all" else condition,
        without_findings=all_articles,
    )


def measure(first: Sequence[GoldArticle], second: Sequence[GoldArticle], names: tuple[str, str]) -> Json:
    """Agreement of two curators: F1 on triples and with contrast, kappa on direction, each with its 95% interval."""
    from extractor.gold import measure_agreement

    found = measure_agreement(first, second, name="review", annotators=names, samples=_SAMPLES)
    return {
        "triple": _interval(found.slots["triple"].f1),
        "contrast": _interval(found.slots["contrast"].f1),
        "kappa": _interval(found.kappa),
        "units": found.kappa_units,
    }


def gold_lines(store: Store) -> bytes:
    """The finished articles of a store as JSON Lines."""
    from extractor.gold import gold_of_store

    records = gold_of_store(store).records
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def _interval(interval: Interval) -> list[float | None]:
    return [None if math.isnan(value) else round(value, 4) for value in interval]


def _not_installed(missing: ModuleNotFoundError) -> Exception:
    from extractor.errors import ExtractorError

    command = "pip install 'als-cytokine-extractor[review]'"
    return ExtractorError(f"the page needs {missing.name}, which is not installed: {command}")
