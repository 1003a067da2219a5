"""``extractor show``: mentions and findings of a few articles, for a reader."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli import options
from extractor.cli.console import Reporter, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractor.records import AnnotatedArticle, Finding, Json

SOME_FAILED = 3


def show(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FILE|PMID", help="A file as `mine` takes it, or one PMID.")],
    limit: Annotated[int | None, typer.Option(min=0, help="The most articles shown.")] = None,
    classifier: options.Classifier = None,
    ner: options.Ner = None,
    email: options.Email = None,
    api_key: options.ApiKey = None,
    config: options.Config = None,  # noqa: ARG001  # read by its callback
    as_json: options.AsJson = False,
) -> None:
    """Show articles with their mentions coloured (cytokines magenta, fluids green) and what was found in them.

    A PMID is fetched from PubMed.
    """
    from extractor import provenance
    from extractor.errors import RecordError
    from extractor.run import MinerSettings, read_inputs

    reporter = Reporter()
    chosen, stands_in = provenance.chosen_classifier(classifier)
    if stands_in:
        reporter.warn("no trained model is released here: the rules decide (say --classifier rules to choose them)")
    miner = MinerSettings(classifier=chosen, ner=ner, prefilter=False).build()
    failed = 0
    shown: list[Json] = []
    with _files(context, source, email, api_key, reporter) as files:
        for each in islice(read_inputs(files), limit):
            if isinstance(each, RecordError):
                failed += 1
                reporter.warn(str(each))
                continue
            for annotated, findings in miner.mine_annotated([each[1]]):
                if as_json:
                    shown.append(_as_json(annotated, findings))
                else:
                    from extractor.cli.display import print_article

                    print_article(annotated, findings)
    if as_json:
        print_json(shown)
    raise typer.Exit(SOME_FAILED if failed else 0)


@contextmanager
def _files(
    context: typer.Context, source: str, email: str | None, api_key: str | None, reporter: Reporter
) -> Iterator[list[str]]:
    pmid = source.upper().removeprefix("PMID:").strip()
    if Path(source).exists() or not (pmid.isascii() and pmid.isdigit()):
        yield [source]
        return
    from extractor import pubmed
    from extractor.cli import fetch
    from extractor.errors import PubMedError

    with tempfile.TemporaryDirectory(prefix="extractor-") as folder:
        asker = fetch.settings(context, email, api_key)
        manifest = pubmed.fetch_ids([pmid], Path(folder), settings=asker)
        if not manifest.fetched:
            raise PubMedError(f"PubMed has no record {pmid}")
        reporter.say(f"PMID {pmid} fetched from PubMed")
        yield [str(Path(folder) / name) for name in manifest.files]


def _as_json(annotated: AnnotatedArticle, findings: Sequence[Finding]) -> Json:
    from extractor.contract import finding_json

    return {
        "id": annotated.article.id,
        "title": annotated.article.title,
        "abstract": annotated.article.abstract,
        "mentions": [
            {
                "kind": mention.kind,
                "concept": mention.concept,
                "text": mention.text,
                "start": mention.span.start,
                "end": mention.span.end,
                "level": mention.level,
                "source": mention.source,
            }
            for mention in annotated.mentions
        ],
        "findings": [finding_json(finding) for finding in findings],
    }
