"""``extractor benchmark``: systems scored on the gold set, and the figures of the documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from extractor.cli import options
from extractor.cli.console import Reporter, print_json
from extractor.errors import GoldError, RecordError

if TYPE_CHECKING:
    from extractor.benchmark import Settings, Stages, System
    from extractor.records import Article, GoldArticle, Json

RESULTS = Path("models/benchmark")
app = typer.Typer(help="Score systems on the annotated articles.", no_args_is_help=True)


@app.command("accuracy")
def accuracy(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Gets JSON, tables and a page.")],
    annotations: options.Annotations = Path("annotations"),
    corpus: options.Corpus = None,
    split: Annotated[Literal["train", "dev", "test"], typer.Option(help="Articles scored.")] = "dev",
    part: Annotated[
        Literal["general", "als", "all"], typer.Option(help="Real abstracts, rewritten ones, all.")
    ] = "general",
    system: Annotated[
        list[str] | None, typer.Option(metavar="NAME=COMMAND", help="Also score a program; may be repeated.")
    ] = None,
    classifier: options.Classifier = None,
    external: Annotated[bool, typer.Option("--external", help="Also the tests on others' corpora.")] = False,
    samples: Annotated[int, typer.Option(min=1, help="Bootstrap samples.")] = 2000,
    seed: Annotated[int, typer.Option(help="Of every generator.")] = 0,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Score co-occurrence, rules, TF-IDF, the trained classifier and any program; human agreement is the ceiling."""
    from extractor import benchmark, gold

    reporter = Reporter(quiet=quiet)
    programs = [benchmark.parse_command_system(each) for each in system or []]
    if external and corpus is None:
        raise typer.BadParameter("--external needs --corpus FOLDER")
    settings = benchmark.Settings(split, part, samples=samples, seed=seed)
    articles = gold.load_gold(annotations, corpus=corpus)
    benchmark.select(articles, settings)
    stages = _stages()
    systems = [*_systems(articles, settings, stages, classifier, reporter), *programs]
    human = [each for each in gold.agreement(annotations, samples=samples, seed=seed) if _fits(each.name, settings)]
    tests = _external(corpus, stages, systems, settings) if external and corpus is not None else None
    done = benchmark.accuracy(articles, systems, stages, settings, human=human, external=tests)
    written = benchmark.write_outputs(done, output)
    if as_json:
        print_json(done.result)
    else:
        print(benchmark.render_tables(done.result), end="")
    reporter.say("written: " + ", ".join(map(str, written)))


def _fits(name: str, settings: Settings) -> bool:
    """Whether an agreement belongs to what is scored; rewritten abstracts were read twice across their splits."""
    if settings.part == "all":
        return name.endswith(f"-{settings.split}")
    return name == settings.name or name == settings.part == "als"


def _stages() -> Stages:
    from extractor.benchmark import Stages
    from extractor.mentions import annotate
    from extractor.pipeline import build_pipeline

    nlp = build_pipeline()
    return Stages(lambda articles: list(annotate(nlp, articles)))


def _systems(
    articles: Sequence[GoldArticle], settings: Settings, stages: Stages, classifier: str | None, reporter: Reporter
) -> list[System]:
    """The baselines, and the trained classifier where there is one."""
    from extractor import benchmark
    from extractor.mining import load_classifier
    from extractor.provenance import RULES, chosen_classifier
    from extractor.rules import RuleClassifier

    systems = [benchmark.classifier_system(benchmark.CooccurrenceClassifier(), stages)]
    systems.append(benchmark.classifier_system(RuleClassifier(), stages))
    try:
        train, _ = benchmark.select(articles, benchmark.Settings("train", settings.part))
        learner = benchmark.TfidfClassifier(stages, train, seed=settings.seed)
        systems.append(benchmark.classifier_system(learner, stages, scored=True))
    except GoldError as error:
        reporter.warn(f"tfidf is left out: {error}")
    name, stands_in = chosen_classifier(classifier)
    if stands_in:
        reporter.warn("no trained model is released here: its row is missing")
    elif name != RULES:
        systems.append(benchmark.classifier_system(load_classifier(name), stages, scored=True))
    return systems


def _miners(classifier: str | None, reporter: Reporter) -> Iterator[System]:
    """The whole program, with the rules and with the trained classifier."""
    from extractor import benchmark
    from extractor.mining import Miner, load_classifier
    from extractor.pipeline import build_pipeline
    from extractor.provenance import RULES, chosen_classifier

    name, stands_in = chosen_classifier(classifier)
    if stands_in:
        reporter.warn("no trained model is released here: its row is missing")
    nlp = build_pipeline()
    for each in dict.fromkeys((RULES, name)):
        chosen = load_classifier(each)
        yield benchmark.miner_system(Miner(nlp=nlp, classifier=chosen), chosen.name)


def _external(corpus: Path, stages: Stages, systems: Sequence[System], settings: Settings) -> dict[str, object]:
    from extractor import benchmark
    from extractor.relation import RelationClassifier
    from extractor.vocabulary import load_vocabulary

    draws = {"samples": settings.samples, "seed": settings.seed}
    answering = {
        each.name: benchmark.answer_by(
            each.classifier.score if isinstance(each.classifier, RelationClassifier) else each.classifier.decide
        )
        for each in systems
        if each.classifier is not None
    }
    return {
        "mentions": benchmark.external_mentions(corpus, stages, load_vocabulary(), **draws),
        "directions": benchmark.external_directions(corpus, answering, **draws),
    }


@app.command("literature")
def literature(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Gets the JSON result.")],
    annotations: options.Annotations = Path("annotations"),
    classifier: options.Classifier = None,
    min_score: Annotated[float, typer.Option(min=0.0, max=1.0, help="Findings below it do not count.")] = 0.5,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Compare the ledger of the rewritten ALS abstracts with the claims of the papers they restate."""
    from extractor import benchmark, gold
    from extractor.benchmark import table

    papers = gold.load_literature(annotations)
    sources = gold.rewritten_sources(annotations, papers)
    articles = [each for each in gold.load_gold(annotations) if each.id in sources]
    reporter = Reporter(quiet=quiet)
    systems = list(_miners(classifier, reporter))
    result = benchmark.literature_benchmark(articles, sources, systems, min_score=min_score)
    text = f"{table.literature_caption(result)}\n\n{table.literature_table(result)}"
    _hand_over(result, text, output, reporter, as_json=as_json)


@app.command("speed")
def speed(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Gets the JSON result.")],
    corpus: Annotated[Path, typer.Option(metavar="FOLDER", help="Texts: bulk.jsonl.gz, and the annotated articles'.")],
    records: Annotated[
        Path, typer.Option(metavar="FOLDER", help="PubMed XML (*.xml.gz) whose records the texts of bulk are put into.")
    ],
    annotations: options.Annotations = Path("annotations"),
    classifier: options.Classifier = None,
    bulk: Annotated[int, typer.Option(min=1, help="Abstracts of bulk.")] = 12_000,
    direct: Annotated[int, typer.Option(min=1, help="Annotated articles of the stratum direct, test left out.")] = 120,
    repeats: Annotated[int, typer.Option(min=1, help="Rounds.")] = 3,
    jobs: Annotated[
        int | None, typer.Option(min=0, help="Workers at most; 0 for none.  [default: cores]", show_default=False)
    ] = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Time reading, prefilter, pipeline, classifier and workers against their rivals, in turn, on this machine."""
    import os

    from extractor.benchmark.speed import Sizes, speed_benchmark, table

    reporter = Reporter(quiet=quiet)
    most = os.cpu_count() or 1 if jobs is None else jobs
    result = speed_benchmark(
        bulk=_every(list(_read(corpus / "bulk.jsonl.gz")), bulk),
        direct=_every(_direct(annotations, corpus), direct),
        records=sorted(records.glob("*.xml.gz")),
        sizes=Sizes(repeats=repeats, jobs=_doubling(most), shard=max(1, min(250, bulk // max(1, 8 * most)))),
        classifier=classifier,
        told=reporter.say,
    )
    text = table.render(result)
    _hand_over(result, text, output, reporter, as_json=as_json)


def _hand_over(result: Json, text: str, output: Path, reporter: Reporter, *, as_json: bool) -> None:
    """Write a result, and print it or its text."""
    from extractor import benchmark

    output.mkdir(parents=True, exist_ok=True)
    path = output / f"{result['name']}.json"
    benchmark.write_result(result, path)
    if as_json:
        print_json(result)
    else:
        print(text, end="")
    reporter.say(f"written: {path}")


def _doubling(most: int) -> tuple[int, ...]:
    """1, 2, 4 ... and the most."""
    return tuple(sorted({most, *(1 << n for n in range(most.bit_length()) if 1 << n <= most)})) if most else ()


def _every(articles: Sequence[Article], count: int) -> list[Article]:
    """So many of them, spread evenly."""
    step = max(1, len(articles) // count)
    return list(articles[::step][:count])


def _direct(annotations: Path, corpus: Path) -> list[Article]:
    from extractor import gold

    known = gold.load_gold(annotations, corpus=corpus, splits={"train", "dev"})
    return [each.article for each in known if each.stratum == "direct" and each.article is not None]


def _read(path: Path) -> Iterator[Article]:
    from extractor import formats

    def refuse(error: RecordError) -> None:
        raise error

    return formats.read([path], on_error=refuse)


@app.command("render")
def render(
    documents: Annotated[
        list[Path] | None, typer.Argument(metavar="[DOCUMENT]...", help="README.md and models/*/MODEL.md by default.")
    ] = None,
    results: Annotated[Path, typer.Option(metavar="FOLDER", help="Stored results (*.json).")] = RESULTS,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit code 1 where a figure is stale.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Bring the figures between the benchmark markers of documents up to date with the stored results.

    The manifest of the models gets the new hash of a model's card.
    """
    from extractor import benchmark
    from extractor.releases import record_card

    stored = [benchmark.read_result(path) for path in sorted(results.glob("*.json"))]
    chosen = documents or [Path("README.md"), *sorted(Path("models").glob("*/MODEL.md"))]
    stale: Json = {}
    for path in chosen:
        text = path.read_text(encoding="utf-8")
        stale[str(path)] = benchmark.stale_figures(stored, text)
        if stale[str(path)] and not check:
            path.write_text(benchmark.render_figures(stored, text), encoding="utf-8")
            record_card(path)
    if as_json:
        print_json(stale)
    else:
        for name, keys in stale.items():
            print(f"{name}: " + (f"{len(keys)} figures {'stale' if check else 'updated'}" if keys else "up to date"))
    raise typer.Exit(1 if check and any(stale.values()) else 0)
