"""Findings end to end: triples per article (the headline), triples with contrast, slices, and two systems compared.

An article's findings are a set. Gold findings marked debatable are neither required nor penalised: leaving one out is
no miss, predicting one is ignored. Recall is over all other gold findings, proposed or
not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from extractor.gold.counts import pooled
from extractor.gold.resampling import Counts, Interval, Resampler, Score, f1_of, score_counts
from extractor.records import Finding, GoldArticle

Key: TypeAlias = Callable[[Finding], Hashable]
LEVELS: Mapping[str, Key] = {
    "triples": lambda finding: finding.triple,
    "triples_contrast": lambda finding: (*finding.triple, finding.contrast),
    "triples_comparator": lambda finding: (*finding.triple, finding.comparator),
    "triples_condition": lambda finding: (*finding.triple, finding.condition),
    "triples_host": lambda finding: (*finding.triple, finding.host),
}
"""Level -> what is compared."""
CONTEXT = ("comparator", "condition", "host")
"""Slots of a finding besides its triple and contrast."""
SLICES: Mapping[str, Callable[[Finding], str]] = {
    "direction": lambda finding: finding.direction,
    "fluid": lambda finding: pooled(finding.fluid),
    "contrast": lambda finding: finding.contrast,
    "host": lambda finding: pooled(finding.host),
    "evidence": lambda finding: "cross-sentence" if finding.cross_sentence else "same sentence",
}


@dataclass(frozen=True, slots=True)
class FindingScores:
    """Scores of one system at one level.

    Attributes:
        overall: over all articles.
        slices: ``stratum``, ``direction``, ``fluid``, ``contrast``, ``host``, ``evidence`` -> value -> score. What gold
            has counts under gold's values, what is predicted wrongly under the predicted ones; with several values it
            counts in each.
    """

    overall: Score
    slices: Mapping[str, Mapping[str, Score]]


@dataclass(frozen=True, slots=True)
class Difference:
    """F1 of the first system minus F1 of the second, by paired bootstrap over articles.

    Attributes:
        f1: the difference with its interval.
        p: two-sided: twice the smaller share of samples on either side of zero, at most 1.
    """

    first: str
    second: str
    f1: Interval
    p: float


def gold_keys(gold: GoldArticle, key: Key) -> tuple[set[Hashable], set[Hashable]]:
    """What is required of an article, and what is merely debatable."""
    sure = {key(finding) for finding in gold.findings if finding.confidence == "sure"}
    return sure, {key(finding) for finding in gold.findings} - sure


def finding_counts(gold: Sequence[GoldArticle], predicted: Sequence[Sequence[Finding]], *, level: str) -> Counts:
    """True positives, false positives and false negatives of each article.

    Args:
        gold: annotated articles.
        predicted: the findings of each, in the same order.
        level: one of :data:`LEVELS`.

    Raises:
        ValueError: the two differ in length.
    """
    return [_count(each, findings, LEVELS[level]) for each, findings in zip(gold, predicted, strict=True)]


def _count(gold: GoldArticle, predicted: Iterable[Finding], key: Key) -> tuple[int, int, int]:
    sure, debatable = gold_keys(gold, key)
    found = {key(finding) for finding in predicted}
    return len(found & sure), len(found - sure - debatable), len(sure - found)


def score_findings(
    gold: Sequence[GoldArticle],
    predicted: Sequence[Sequence[Finding]],
    *,
    level: str = "triples",
    samples: int = 2000,
    seed: int = 0,
) -> FindingScores:
    """Precision, recall and F1 overall and per slice.

    Raises:
        ValueError: ``gold`` and ``predicted`` differ in length.
    """
    counts = finding_counts(gold, predicted, level=level)
    resampler = Resampler(len(gold), samples, seed)
    slices = {"stratum": _strata(gold, counts, samples=samples, seed=seed)}
    for name, value in SLICES.items():
        slices[name] = _slice(gold, predicted, LEVELS[level], value, resampler)
    return FindingScores(score_counts(counts, resampler), slices)


def score_context(
    gold: Sequence[GoldArticle], predicted: Sequence[Sequence[Finding]], *, samples: int = 2000, seed: int = 0
) -> dict[str, Score]:
    """Per slot of :data:`CONTEXT` the scores of triples that have it right as well.

    Raises:
        ValueError: ``gold`` and ``predicted`` differ in length.
    """
    resampler = Resampler(len(gold), samples, seed)
    return {slot: score_counts(finding_counts(gold, predicted, level=f"triples_{slot}"), resampler) for slot in CONTEXT}


def _strata(gold: Sequence[GoldArticle], counts: Counts, *, samples: int, seed: int) -> dict[str, Score]:
    rows: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for each, row in zip(gold, counts, strict=True):
        rows[each.stratum].append(row)
    return {name: score_counts(part, Resampler(len(part), samples, seed)) for name, part in sorted(rows.items())}


def _values(findings: Iterable[Finding], key: Key, value: Callable[[Finding], str]) -> dict[Hashable, set[str]]:
    values: dict[Hashable, set[str]] = defaultdict(set)
    for finding in findings:
        values[key(finding)].add(value(finding))
    return values


def _slice(
    gold: Sequence[GoldArticle],
    predicted: Sequence[Sequence[Finding]],
    key: Key,
    value: Callable[[Finding], str],
    resampler: Resampler,
) -> dict[str, Score]:
    tables: dict[str, np.ndarray[tuple[int, int], np.dtype[np.int64]]] = {}
    for row, (each, findings) in enumerate(zip(gold, predicted, strict=True)):
        sure, debatable = gold_keys(each, key)
        there = _values((finding for finding in each.findings if finding.confidence == "sure"), key, value)
        found = _values(findings, key, value)
        outcome = [(name, 0 if item in found else 2) for item in sure for name in there[item]]
        outcome += [(name, 1) for item in found.keys() - sure - debatable for name in found[item]]
        for name, column in outcome:
            tables.setdefault(name, np.zeros((len(gold), 3), dtype=np.int64))[row, column] += 1
    return {name: score_counts([(a, b, c) for a, b, c in tables[name].tolist()], resampler) for name in sorted(tables)}


def compare_systems(
    gold: Sequence[GoldArticle],
    first: Sequence[Sequence[Finding]],
    second: Sequence[Sequence[Finding]],
    *,
    names: tuple[str, str],
    level: str = "triples",
    samples: int = 2000,
    seed: int = 0,
) -> Difference:
    """Paired bootstrap of the difference in F1: the same articles are drawn for both systems.

    Raises:
        ValueError: the three differ in length.
    """
    resampler = Resampler(len(gold), samples, seed)
    tables = [
        np.asarray(finding_counts(gold, predicted, level=level), dtype=np.float64).reshape(-1, 3)
        for predicted in (first, second)
    ]
    value = float(f1_of(tables[0].sum(axis=0)) - f1_of(tables[1].sum(axis=0)))
    drawn = f1_of(resampler.totals(tables[0])) - f1_of(resampler.totals(tables[1]))
    defined = drawn[~np.isnan(drawn)]
    if defined.size == 0:
        return Difference(*names, resampler.interval(value, drawn), float("nan"))
    tail = min(float((defined <= 0).mean()), float((defined >= 0).mean()))
    return Difference(*names, resampler.interval(value, drawn), min(1.0, 2 * tail))
