"""``extractor export`` and ``import``: findings to the tool a curator works with, and the corrections back."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from extractor.cli import options
from extractor.cli.console import Reporter, print_json

if TYPE_CHECKING:
    from extractor.errors import RecordError
    from extractor.exchange import Document
    from extractor.records import Article, Finding, Json
    from extractor.store import Decision

SOME_FAILED = 3
FormatName: TypeAlias = Literal[
    "brat",
    "bioc-xml",
    "bioc-json",
    "pubtator",
    "pubannotation",
    "label-studio",
    "doccano",
    "inception",
    "prodigy",
]
MinScore: TypeAlias = Annotated[float, typer.Option(min=0.0, max=1.0, help="Findings below it are left out.")]


def export(
    form: Annotated[FormatName, typer.Option("--to", help="The tool's format.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="A new file or folder.")],
    db: Annotated[Path, typer.Option("--db", metavar="FILE", help="The database.")],
    min_score: MinScore = 0.0,
    sample: Annotated[int | None, typer.Option(min=1, help="So many articles, drawn at random.")] = None,
    seed: Annotated[int, typer.Option(help="Of the draw.")] = 0,
    unreviewed: Annotated[bool, typer.Option("--unreviewed", help="Not what curators have finished.")] = False,
    max_articles: Annotated[int | None, typer.Option(min=1, help="At most so many articles.")] = None,
    all_articles: Annotated[bool, typer.Option("--all-articles", help="Also articles without a finding.")] = False,
    config: options.Config = None,  # noqa: ARG001  # read by its callback
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Write pre-annotations for a curator's tool; they arrive open there, not as finished.

    OUT is a folder, but a file for bioc-xml, bioc-json and pubtator.
    """
    from extractor import exchange
    from extractor.store import open_store

    selection = exchange.Selection(
        min_score=min_score,
        unreviewed=unreviewed,
        without_findings=all_articles,
        sample=sample,
        seed=seed,
        max_articles=max_articles,
    )
    with open_store(db, create=False) as store:
        done = exchange.export(exchange.documents_of(store), form, output, selection)
    reporter = Reporter(quiet=quiet or as_json)
    reporter.say(f"{done.articles:,} articles with {done.findings:,} findings written to {output}")
    if done.placeless:
        reporter.warn(f"{done.placeless:,} findings have no place in the text and were left out")
    if as_json:
        print_json({"format": form, "output": str(output), **asdict(done)})


def import_(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="What the tool gave back: a file or folder.")],
    form: Annotated[FormatName, typer.Option("--from", help="The tool's format.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Gets a record in the gold format per article."),
    ] = None,
    db: Annotated[Path | None, typer.Option("--db", metavar="FILE", help="Gets the curator's decisions.")] = None,
    curator: Annotated[str | None, typer.Option(metavar="NAME", help="Who decided; needed with --db.")] = None,
    min_score: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="As in the export: lower ones were not shown.")
    ] = 0.0,
    split: Annotated[Literal["train", "dev", "test"], typer.Option(help="Of the records in FILE.")] = "train",
    config: options.Config = None,  # noqa: ARG001  # read by its callback
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Read a curator's corrections; every span is compared with the text.

    Label Studio and Prodigy say which articles are finished: the others stay open and are left out.

    Exit code 3: some articles could not be read, or their text is not that of the database; each is named.
    """
    if output is None and db is None:
        raise typer.BadParameter("give -o FILE, --db FILE, or both")
    if db is not None and not (curator or "").strip():
        raise typer.BadParameter("--db needs --curator NAME")
    from extractor import exchange

    reporter = Reporter(quiet=quiet or as_json)
    failed: list[RecordError] = []
    read = list(exchange.import_(path, form, on_error=failed.append))
    documents = [each for each in read if each.reviewed or not exchange.FORMATS[form].finished]
    findings = sum(len(document.findings) for document in documents)
    counts = Counter(articles=len(documents), findings=findings, open=len(read) - len(documents))
    if output is not None:
        write_records(documents, output, split=split, source=str(path), failed=failed)
    if db is not None:
        counts.update(decide(documents, db, form, curator=str(curator).strip(), min_score=min_score, failed=failed))
    for error in failed:
        reporter.warn(str(error))
    reporter.say(", ".join(f"{number:,} {name}" for name, number in counts.items()))
    if as_json:
        print_json({**counts, "failed": [str(error) for error in failed]})
    raise typer.Exit(SOME_FAILED if failed else 0)


def write_records(
    documents: Iterable[Document], output: Path, *, split: str, source: str, failed: list[RecordError]
) -> None:
    """Write documents as records of the gold format, with their text.

    One that breaks its rules, for example by a mention without a concept, goes to ``failed``.
    """
    from extractor.errors import GoldError, RecordError
    from extractor.gold import parse_record
    from extractor.output import AtomicFile
    from extractor.vocabulary import load_vocabulary

    concepts = frozenset(load_vocabulary().cytokines)
    with AtomicFile(output) as stream:
        for document in documents:
            record = _gold_record(document, split)
            try:
                parse_record(record, file=output.name, concepts=concepts)
            except GoldError as error:
                failed.append(RecordError(source, document.article.id, "import", str(error)))
            else:
                stream.write((json.dumps(record, ensure_ascii=False) + "\n").encode())


def _gold_record(document: Document, split: str) -> Json:
    from extractor.exchange.slots import named
    from extractor.gold import gold_record
    from extractor.gold.texts import sha256_of
    from extractor.records import GoldArticle

    article = document.article
    gold = GoldArticle(
        id=article.id,
        pmid=article.pmid,
        sha256=sha256_of(article.text),
        split=split,
        stratum="other",
        mentions=tuple(map(named, document.mentions)),
        findings=document.findings,
        article=article,
    )
    return {**gold_record(gold), "title": article.title, "abstract": article.abstract}


def decide(
    documents: Iterable[Document], db: Path, form: str, *, curator: str, min_score: float, failed: list[RecordError]
) -> Counter[str]:
    """Write to the database what the curator decided; returns how often which verdict."""
    from extractor.errors import RecordError
    from extractor.exchange import FORMATS
    from extractor.exchange.decisions import decisions_of, same_text
    from extractor.store import COUNTING, open_store

    counts: Counter[str] = Counter()
    with open_store(db, create=False) as store:
        shown: dict[str, list[tuple[Finding, bool]]] = defaultdict(list)
        for finding, decided in store.findings():
            if finding.score >= min_score:
                shown[finding.article_id].append((finding, decided))
        previous: dict[str, list[Decision]] = defaultdict(list)
        for decision in store.decisions(readings=COUNTING, current=True):
            previous[decision.key[0]].append(decision)
        for document in documents:
            article: Article | None = store.article(document.article.id)
            if article is None or not same_text(article, document.article):
                reason = "is not in the database" if article is None else "has another text in the database"
                failed.append(RecordError(str(db), document.article.id, "decide", reason))
                continue
            for decision in decisions_of(
                shown[article.id],
                document,
                curator=curator,
                previous=previous[article.id],
                triples_only=FORMATS[form].holds == "triple",
            ):
                store.decide(decision)
                counts[decision.verdict] += 1
    return counts


def register(app: typer.Typer) -> None:
    """Add the two commands to an application."""
    app.command("export")(export)
    app.command("import")(import_)
