"""``extractor gold``: the annotation files checked, counted, compared, and given their texts."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from extractor.cli import options
from extractor.cli.console import Reporter, print_json, visible

if TYPE_CHECKING:
    from extractor.gold import Agreement, Hydration, Imported
    from extractor.records import GoldArticle, Json

SOME_FAILED = 3
ANNOTATIONS = Path("annotations")
app = typer.Typer(help="Check, count, compare and hydrate the annotated articles.", no_args_is_help=True)


@app.command("verify")
def verify(
    annotations: options.Annotations = ANNOTATIONS, corpus: options.Corpus = None, as_json: options.AsJson = False
) -> None:
    """Check every annotation file: labels, spans, hashes, splits, near-duplicates across splits."""
    from extractor import gold

    found = gold.verify(annotations, corpus=corpus)
    if as_json:
        print_json(asdict(found))
        return
    print(f"{found.articles} articles are sound; the spans of {found.checked} were compared with their texts")
    if found.advice:
        print(found.advice)
    if found.unannotated:
        print(f"{len(found.unannotated)} ids of splits.tsv are not annotated: {_some(found.unannotated)}")
    if found.repeated:
        print(f"{len(found.repeated)} articles hold two findings of one identity: {_some(found.repeated)}")
    for pair in found.duplicates:
        print(f"near-duplicates across splits: {pair.first} ({pair.splits[0]}), {pair.second} ({pair.splits[1]})")


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(map(visible, names[:5])) + (" ..." if len(names) > 5 else "")


@app.command("stats")
def stats(
    annotations: options.Annotations = ANNOTATIONS, corpus: options.Corpus = None, as_json: options.AsJson = False
) -> None:
    """Count articles, mentions and findings per part and label."""
    from extractor import gold

    articles = gold.load_gold(annotations, corpus=corpus)
    rebuilt = gold.rebuilt_texts(corpus, {each.id for each in articles}) if corpus is not None else frozenset()
    counted = gold.stats(articles, rebuilt=rebuilt)
    if as_json:
        print_json(counted.as_json())
    else:
        print(gold.stats_table(counted), end="")


@app.command("agreement")
def agreement(
    annotations: options.Annotations = ANNOTATIONS,
    corpus: options.Corpus = None,
    samples: Annotated[int, typer.Option(min=1, help="Bootstrap samples.")] = 2000,
    seed: Annotated[int, typer.Option(help="Of the bootstrap.")] = 0,
    as_json: options.AsJson = False,
) -> None:
    """Agreement of independent annotators: F1 per slot, Cohen's kappa on direction, 95% intervals."""
    from extractor import gold
    from extractor.benchmark.result import as_json as to_json

    found: list[Agreement] = gold.agreement(annotations, corpus=corpus, samples=samples, seed=seed)
    if as_json:
        print_json(to_json(found))
    else:
        print(gold.agreement_table(found), end="")


@app.command("import")
def import_(
    db: Annotated[Path, typer.Option("--db", metavar="FILE", help="The database with the curators' decisions.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Gets a record a line.")],
    split: Annotated[Literal["train", "dev", "test"], typer.Option(help="Of the records.")] = "train",
    with_text: Annotated[bool, typer.Option("--with-text", help="Write titles and abstracts as well.")] = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Turn curators' decisions into gold records, with who, when, on which model's proposal, and what was wrong.

    Articles that are not finished, or wait for adjudication, are left out. Exit code 3: some break a rule of the gold
    set; each is named.
    """
    from extractor import gold
    from extractor.store import open_store

    reporter = Reporter(quiet=quiet or as_json)
    with open_store(db, create=False) as store:
        found = gold.gold_of_store(store, split=split, with_text=with_text)
    _write_records(found, output)
    for reason in found.refused.values():
        reporter.warn(f"left out: {reason}")
    reporter.say(f"{len(found.records)} records written to {output}, {len(found.left_out)} articles are not finished")
    if as_json:
        counts = {"records": len(found.records), "errors": found.errors}
        print_json({**counts, "left_out": dict(found.left_out), "refused": dict(found.refused)})
    else:
        for model, errors in found.errors.items():
            said = ", ".join(f"{number} {name}" for name, number in errors.items())
            print(visible(f"{model or 'no model'}: {said}"))
    raise typer.Exit(SOME_FAILED if found.refused else 0)


def _write_records(found: Imported, output: Path) -> None:
    from extractor.output import AtomicFile

    with AtomicFile(output) as stream:
        for record in found.records:
            stream.write((json.dumps(record, ensure_ascii=False) + "\n").encode())


@app.command("hydrate")
def hydrate(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Gets texts.jsonl.gz.")],
    annotations: options.Annotations = ANNOTATIONS,
    email: options.Email = None,
    api_key: options.ApiKey = None,
    config: options.Config = None,  # noqa: ARG001  # read by its callback
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Fetch the annotated abstracts from PubMed; FOLDER then serves as --corpus.

    Exit code 3: some cannot be had; each is named with the reason.
    """
    from extractor import gold

    reporter = Reporter(quiet=quiet)
    articles = gold.load_gold(annotations)
    hydration = _hydrated(context, articles, email, api_key)
    _write_texts(hydration, articles, output)
    had = sum(
        one.article is not None and two.article is None for one, two in zip(hydration.articles, articles, strict=True)
    )
    if as_json:
        print_json({"hydrated": had, "unavailable": [asdict(each) for each in hydration.unavailable]})
    else:
        for each in hydration.unavailable:
            print(f"{visible(each.id)}: {visible(each.reason)}")
    reporter.say(f"{had} texts written to {output}, {len(hydration.unavailable)} cannot be had")
    raise typer.Exit(SOME_FAILED if hydration.unavailable else 0)


def _hydrated(context: typer.Context, articles: list[GoldArticle], email: str | None, api_key: str | None) -> Hydration:
    from extractor import gold, pubmed
    from extractor.cli import fetch
    from extractor.errors import RecordError
    from extractor.run import read_inputs

    with tempfile.TemporaryDirectory(prefix="extractor-") as folder:
        asker = fetch.settings(context, email, api_key)
        manifest = pubmed.fetch_ids(gold.pmids_to_fetch(articles), Path(folder), settings=asker)
        inputs = read_inputs([Path(folder) / name for name in sorted(manifest.files)])
        return gold.hydrate(articles, [each[1] for each in inputs if not isinstance(each, RecordError)])


def _write_texts(hydration: Hydration, before: list[GoldArticle], folder: Path) -> None:
    from extractor.output import AtomicFile

    folder.mkdir(parents=True, exist_ok=True)
    with AtomicFile(folder / "texts.jsonl.gz") as stream:
        for each, old in zip(hydration.articles, before, strict=True):
            if each.article is not None and old.article is None:
                fields: Json = {"id": each.id, "pmid": each.pmid}
                fields |= {"title": each.article.title, "abstract": each.article.abstract}
                stream.write((json.dumps(fields, ensure_ascii=False) + "\n").encode())
