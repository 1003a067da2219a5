"""Runs systems over one split and gathers every level of the benchmark into one result."""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from itertools import combinations
from pathlib import Path
from typing import Literal, TypeAlias

from extractor.benchmark.page import render_page
from extractor.benchmark.result import SCHEMA_VERSION, as_json, write_result
from extractor.benchmark.systems import Batch, Stages, System, texts_of
from extractor.benchmark.table import render_tables
from extractor.errors import GoldError, InputError
from extractor.evaluate import (
    Judged,
    calibrate,
    compare_systems,
    count_causes,
    direction_score,
    leak_checks,
    mistakes,
    outcomes,
    pairs_of,
    score_context,
    score_findings,
    score_mentions,
    score_pairs,
)
from extractor.gold import Agreement
from extractor.records import Finding, GoldArticle, Json

Part: TypeAlias = Literal["general", "als", "all"]
Predicted: TypeAlias = Sequence[Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What is scored and how.

    Attributes:
        split: ``train``, ``dev`` or ``test``. Test scores are over texts with a PMID only.
        part: ``general`` (real abstracts), ``als`` (rewritten ones) or ``all``.
        samples: bootstrap samples.
        seed: of every generator.
        date: of the run; today by default.
    """

    split: str
    part: Part = "general"
    samples: int = 2000
    seed: int = 0
    date: datetime.date = field(default_factory=lambda: datetime.datetime.now(tz=datetime.UTC).date())

    @property
    def name(self) -> str:
        """``general-dev``: the first step of every figure's key."""
        return f"{self.part}-{self.split}"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A finished run.

    Attributes:
        result: the JSON result.
        gold: the articles scored.
        predicted: system -> findings per article.
        batch: recognised articles with their candidates.
    """

    result: Json
    gold: tuple[GoldArticle, ...]
    predicted: Mapping[str, Predicted]
    batch: Batch


def select(gold: Iterable[GoldArticle], settings: Settings) -> tuple[list[GoldArticle], int]:
    """The articles of a part and split, and how many test articles were left out for want of a PMID.

    Raises:
        GoldError: none is left, or texts are missing; says how to get them.
    """
    wanted = [each for each in gold if each.split == settings.split and _belongs(each, settings.part)]
    kept = [each for each in wanted if settings.split != "test" or each.pmid is not None]
    if not kept:
        raise GoldError(f"{settings.name}: no annotated article")
    bare = [each.id for each in kept if each.article is None]
    if bare:
        raise GoldError(
            f"[{bare[0]}] {settings.name}: text: missing, as for {len(bare)} of {len(kept)} articles: fetch them from "
            "PubMed by PMID (`extractor gold hydrate`) or give --corpus FOLDER"
        )
    return kept, len(wanted) - len(kept)


def _belongs(gold: GoldArticle, part: Part) -> bool:
    return part == "all" or (part == "als") == (gold.stratum == "als")


def accuracy(
    gold: Sequence[GoldArticle],
    systems: Sequence[System],
    stages: Stages,
    settings: Settings,
    *,
    human: Iterable[Agreement] = (),
    external: Mapping[str, object] | None = None,
) -> Benchmark:
    """Score systems at every level.

    Args:
        gold: articles of all splits, with texts for the split under test; train ones with text serve the leak checks.
        systems: each is run once over all articles.
        stages: recognition and pairing, scored on their own.
        settings: split, part, seed.
        human: agreement of annotators, shown as the ceiling.
        external: results of the external tests.

    Raises:
        GoldError: texts are missing.
        InputError: two systems have one name, or a system fails.
    """
    names = [system.name for system in systems]
    if len(set(names)) < len(names):
        raise InputError(f"two systems are named alike: {', '.join(names)}")
    scored, left_out = select(gold, settings)
    draws = {"samples": settings.samples, "seed": settings.seed}
    batch = stages.candidates(stages.recognise(texts_of(scored)))
    on_gold = stages.on_gold_mentions(scored)
    runs = {system.name: _run(system, scored) for system in systems}
    predicted = {name: findings for name, (findings, _) in runs.items()}
    pairs = score_pairs(scored, [candidates for _, candidates in batch], **draws)
    result = {
        **_heading(scored, left_out, settings),
        "mentions": score_mentions(scored, [annotated for annotated, _ in batch], **draws),
        "pairs": {
            "recognised": pairs,
            "gold_mentions": score_pairs(scored, [proposed for _, proposed in on_gold], **draws),
        },
        "systems": {
            system.name: {
                **_levels(system, scored, predicted[system.name], on_gold, settings),
                "causes": _causes(scored, predicted[system.name], batch),
                "seconds": runs[system.name][1],
            }
            for system in systems
        },
        "comparisons": [
            _compare(scored, (one, predicted[one]), (two, predicted[two]), settings)
            for one, two in combinations(names, 2)
        ],
        "human": {each.name: each for each in human},
        "leaks": _leaks(gold, scored, stages, on_gold, settings),
        "external": external or {},
    }
    return Benchmark(as_json(result), tuple(scored), predicted, batch)


def _run(system: System, gold: Sequence[GoldArticle]) -> tuple[Predicted, float]:
    start = time.perf_counter()
    found = system.run(texts_of(gold))
    if len(found) != len(gold):
        raise InputError(f"system {system.name}: gave {len(found)} lists of findings for {len(gold)} articles")
    return found, time.perf_counter() - start


def _heading(gold: Sequence[GoldArticle], left_out: int, settings: Settings) -> Json:
    findings = [finding for each in gold for finding in each.findings]
    sure = sum(finding.confidence == "sure" for finding in findings)
    return {
        "schema": SCHEMA_VERSION,
        "name": settings.name,
        "version": _version(),
        "date": settings.date.isoformat(),
        "part": settings.part,
        "split": settings.split,
        "n": {
            "articles": len(gold),
            "without_pmid_left_out": left_out,
            "findings_sure": sure,
            "findings_debatable": len(findings) - sure,
        },
        "seed": settings.seed,
        "samples": settings.samples,
    }


def _version() -> str:
    try:
        return version("als-cytokine-extractor")
    except PackageNotFoundError:
        return "unknown"


def _compare(
    gold: Sequence[GoldArticle], first: tuple[str, Predicted], second: tuple[str, Predicted], settings: Settings
) -> Json:
    names, samples, seed = (first[0], second[0]), settings.samples, settings.seed
    difference = compare_systems(gold, first[1], second[1], names=names, samples=samples, seed=seed)
    return {"level": "triples", "first": names[0], "second": names[1], "f1": difference.f1, "p": difference.p}


def _causes(gold: Sequence[GoldArticle], found: Predicted, batch: Batch) -> Json:
    counted = count_causes(gold, found, [one for one, _ in batch], [two for _, two in batch])
    return dict(counted.items())


def _levels(system: System, gold: Sequence[GoldArticle], found: Predicted, on_gold: Batch, settings: Settings) -> Json:
    draws = {"samples": settings.samples, "seed": settings.seed}
    triples = score_findings(gold, found, level="triples", **draws)
    calibration = None
    if system.scored:
        required = triples.overall.tp + triples.overall.fn
        calibration = calibrate(outcomes(gold, found), articles=len(gold), required=required, **draws)
    return {
        "triples": triples,
        "triples_contrast": score_findings(gold, found, level="triples_contrast", **draws),
        "context": score_context(gold, found, **draws),
        "direction": None if system.classifier is None else direction_score(gold, _judge(system, on_gold), **draws),
        "calibration": calibration,
    }


def _judge(system: System, batch: Batch) -> list[Judged]:
    if system.classifier is None:
        return []
    decided = system.classifier.decide(batch)
    return [(candidates, decisions) for (_, candidates), decisions in zip(batch, decided, strict=True)]


def _leaks(
    gold: Iterable[GoldArticle], scored: Sequence[GoldArticle], stages: Stages, on_gold: Batch, settings: Settings
) -> object:
    """Fitted on the train articles of the same part; empty when the split is train itself or no train text is there."""
    train = [
        each for each in gold if each.split == "train" and each.article is not None and _belongs(each, settings.part)
    ]
    if not train or settings.split == "train":
        return []
    return leak_checks(
        pairs_of(train, [proposed for _, proposed in stages.on_gold_mentions(train)]),
        pairs_of(scored, [proposed for _, proposed in on_gold]),
        articles=len(scored),
        samples=settings.samples,
        seed=settings.seed,
    )


def write_outputs(benchmark: Benchmark, folder: Path) -> list[Path]:
    """Write ``<name>.json``, ``<name>.md``, ``<name>.html``, and ``<name>.errors.jsonl`` unless the split is test.

    Returns:
        The files written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    result = benchmark.result
    paths = [folder / f"{result['name']}.{ending}" for ending in ("json", "md", "html")]
    write_result(result, paths[0])
    paths[1].write_text(render_tables(result), encoding="utf-8")
    paths[2].write_text(render_page(result), encoding="utf-8")
    if result["split"] != "test":
        paths.append(folder / f"{result['name']}.errors.jsonl")
        paths[3].write_text(_errors(benchmark), encoding="utf-8")
    return paths


def _errors(benchmark: Benchmark) -> str:
    annotated, candidates = [one for one, _ in benchmark.batch], [two for _, two in benchmark.batch]
    lines = []
    for name, found in benchmark.predicted.items():
        for mistake in mistakes(benchmark.gold, found, annotated, candidates):
            values = {**asdict(mistake), "triple": list(mistake.triple)}
            lines.append(json.dumps({"system": name, **values}, ensure_ascii=False) + "\n")
    return "".join(lines)
