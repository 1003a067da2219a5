"""Whether scores mean what they say: calibration error against chance, reliability, precision against coverage."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from extractor.evaluate.findings import LEVELS, gold_keys
from extractor.gold.resampling import Floats, Interval, Resampler, ratio
from extractor.records import Finding, GoldArticle


class Outcome(NamedTuple):
    """One predicted finding: index of its article, its score in [0, 1], whether gold has it."""

    article: int
    score: float
    correct: bool


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Predictions whose score lies in [low, high); the last bin takes 1.0 too.

    Attributes:
        confidence: their mean score, NaN in an empty bin.
        accuracy: the share gold has, NaN in an empty bin.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """What is left when only predictions with at least this score are kept.

    Attributes:
        coverage: share of all predictions kept.
        recall: over all gold findings, NaN where there is none.
    """

    score: float
    coverage: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibration of a system's scores.

    Attributes:
        n: number of predictions judged (debatable ones are not).
        ece: expected calibration error, with its interval over articles.
        chance: the error that perfectly calibrated scores would show at this n: mean, 2.5th and 97.5th percentile.
        reliability: the bins.
        curve: precision against coverage, from the strictest threshold to the loosest.
        wanted: the precision asked for.
        threshold: the loosest one that keeps this precision; None where none does.
    """

    n: int
    ece: Interval
    chance: Interval
    reliability: tuple[ReliabilityBin, ...]
    curve: tuple[Threshold, ...]
    wanted: float
    threshold: Threshold | None


def outcomes(
    gold: Sequence[GoldArticle], predicted: Sequence[Sequence[Finding]], *, level: str = "triples"
) -> list[Outcome]:
    """Each predicted triple with the highest score it was given; debatable ones are left out.

    Raises:
        ValueError: the two differ in length.
    """
    key = LEVELS[level]
    result: list[Outcome] = []
    for index, (each, findings) in enumerate(zip(gold, predicted, strict=True)):
        sure, debatable = gold_keys(each, key)
        best: dict[Hashable, float] = {}
        for finding in findings:
            best[key(finding)] = max(finding.score, best.get(key(finding), 0.0))
        result += [Outcome(index, score, item in sure) for item, score in best.items() if item not in debatable]
    return result


def calibrate(
    judged: Sequence[Outcome],
    *,
    articles: int,
    required: int,
    bins: int = 10,
    wanted: float = 0.95,
    samples: int = 2000,
    seed: int = 0,
) -> Calibration:
    """Calibration of scored predictions.

    Args:
        judged: the predictions.
        articles: number of articles they come from, those without predictions included.
        required: number of gold findings, for recall.
        bins: of equal width.
        wanted: precision for which a threshold is sought.
        samples: bootstrap samples, and draws for chance.
        seed: of numpy's generators.
    """
    scores = np.array([outcome.score for outcome in judged], dtype=np.float64)
    correct = np.array([outcome.correct for outcome in judged], dtype=np.float64)
    places = np.minimum((scores * bins).astype(int), bins - 1)
    member = np.zeros((len(judged), bins))
    member[np.arange(len(judged)), places] = 1.0
    owner = np.array([outcome.article for outcome in judged], dtype=int)
    curve = _curve(scores, correct, required)
    return Calibration(
        n=len(judged),
        ece=_ece(member, correct - scores, owner, Resampler(articles, samples, seed)),
        chance=_chance(member, scores, samples=samples, seed=seed),
        reliability=_reliability(member, scores, correct),
        curve=curve,
        wanted=wanted,
        threshold=next((point for point in reversed(curve) if point.precision >= wanted), None),
    )


def _ece(
    member: Floats, residual: Floats, owner: np.ndarray[tuple[int], np.dtype[np.int_]], resampler: Resampler
) -> Interval:
    """Sum over bins of |sum of (correct - score)|, divided by n: the usual weighted mean of |accuracy - confidence|."""
    table = np.zeros((resampler.size, member.shape[1] + 1))
    np.add.at(table, owner, np.column_stack([member * residual[:, np.newaxis], np.ones(len(residual))]))
    total, drawn = table.sum(axis=0), resampler.totals(table)
    value = ratio(np.abs(total[:-1]).sum(), total[-1])
    return resampler.interval(float(value), ratio(np.abs(drawn[:, :-1]).sum(axis=1), drawn[:, -1]))


def _chance(member: Floats, scores: Floats, *, samples: int, seed: int) -> Interval:
    if scores.size == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    drawn = np.random.default_rng(seed).random((samples, scores.size)) < scores
    errors = np.abs((drawn - scores) @ member).sum(axis=1) / scores.size
    low, high = np.percentile(errors, (2.5, 97.5))
    return Interval(float(errors.mean()), float(low), float(high))


def _reliability(member: Floats, scores: Floats, correct: Floats) -> tuple[ReliabilityBin, ...]:
    number = member.sum(axis=0)
    confidence, accuracy = ratio(scores @ member, number), ratio(correct @ member, number)
    bins = member.shape[1]
    return tuple(
        ReliabilityBin(i / bins, (i + 1) / bins, int(number[i]), float(confidence[i]), float(accuracy[i]))
        for i in range(bins)
    )


def _curve(scores: Floats, correct: Floats, required: int) -> tuple[Threshold, ...]:
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], np.cumsum(correct[order])
    last = [i for i in range(len(ranked)) if i + 1 == len(ranked) or ranked[i + 1] != ranked[i]]
    recall = required or float("nan")
    return tuple(
        Threshold(float(ranked[i]), (i + 1) / len(ranked), float(hits[i]) / (i + 1), float(hits[i]) / recall)
        for i in last
    )
