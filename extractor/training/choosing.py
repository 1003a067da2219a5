"""Threshold, share of the rules, calibration and the band for a human: all that is chosen on held-out articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from extractor.candidates import find_candidates
from extractor.records import DIRECTIONS, AnnotatedArticle, GoldArticle, Triple
from extractor.relation import Opinion, RelationClassifier, logit_of, squash

Scored = dict[Triple, float]
Held = Mapping[str, Sequence[tuple[AnnotatedArticle, GoldArticle]]]
_SHARES = tuple((blind, rules) for rules in (0.0, 0.2, 0.4) for blind in (0.0, 0.3, 0.6))
"""Shares of blind network and rules that are tried, in order of preference at equal scores."""
SURE_PRECISION = 0.95
"""Precision from which on no human need look."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a release is run with.

    Attributes:
        blind_weight: share of the network that does not know the rules' votes in what the network says.
        rules_weight: share of the rules' verdict in the score.
        scale: slope of the calibration.
        shift: its intercept.
        threshold: on the calibrated score.
        sure: calibrated score from which on precision is :data:`SURE_PRECISION` on the held-out articles; findings
            between ``threshold`` and ``sure`` are for a human.
        f1: per part of the held-out articles the triple F1 at the threshold.
    """

    blind_weight: float
    rules_weight: float
    scale: float
    shift: float
    threshold: float
    sure: float
    f1: dict[str, float]


def triple_f1(gold: Sequence[GoldArticle], scored: Sequence[Scored], threshold: float) -> float:
    """Triple F1 over articles, debatable findings neither required nor penalised; 0 where undefined."""
    hits = wrong = missed = 0
    for each, scores in zip(gold, scored, strict=True):
        sure, known = _sure(each), {finding.triple for finding in each.findings}
        said = {t for t, p in scores.items() if p >= threshold}
        hits, wrong, missed = hits + len(said & sure), wrong + len(said - known), missed + len(sure - said)
    return 2 * hits / (2 * hits + wrong + missed) if hits else 0.0


def best_threshold(
    gold: Mapping[str, Sequence[GoldArticle]], scored: Mapping[str, Sequence[Scored]]
) -> tuple[float, float]:
    """The threshold with the highest mean triple F1 over the parts, and that mean."""
    grid = [round(0.05 * step, 2) for step in range(2, 19)]

    def mean(threshold: float) -> float:
        return sum(triple_f1(gold[part], scored[part], threshold) for part in gold) / len(gold)

    return max(((t, mean(t)) for t in grid), key=lambda pair: (pair[1], -pair[0]))


def choose(classifier: RelationClassifier, held: Held) -> Choice:
    """Choose everything a release needs on held-out articles.

    Args:
        classifier: its own shares, calibration and thresholds are not used.
        held: held-out articles by part; each part counts alike.
    """
    gold = {part: [g for _, g in pairs] for part, pairs in held.items()}
    opinions = {part: [classifier.opinions(a, find_candidates(a)) for a, _ in pairs] for part, pairs in held.items()}

    def scored_by(shares: tuple[float, float]) -> dict[str, list[Scored]]:
        return {part: [_scores(each, *shares) for each in articles] for part, articles in opinions.items()}

    shares = max(_SHARES, key=lambda each: best_threshold(gold, scored_by(each))[1])
    scale, shift = platt(gold, scored_by(shares))
    scored = {
        part: [{t: squash(scale * logit_of(p) + shift) for t, p in scores.items()} for scores in articles]
        for part, articles in scored_by(shares).items()
    }
    threshold, _ = best_threshold(gold, scored)
    f1 = {part: round(triple_f1(gold[part], scored[part], threshold), 4) for part in held}
    return Choice(*shares, scale, shift, threshold, _sure_from(gold, scored, threshold), f1)


def platt(gold: Mapping[str, Sequence[GoldArticle]], scored: Mapping[str, Sequence[Scored]]) -> tuple[float, float]:
    """Slope and intercept that turn logits into probabilities, fitted on held-out articles.

    Debatable triples take no part. Source: Platt 1999, "Probabilistic outputs for support vector machines".
    """
    judged = [pair for part in gold for pair in _judged(gold[part], scored[part])]
    model = LogisticRegression(C=100.0).fit(
        np.array([[logit_of(p)] for p, _ in judged]), np.array([t for _, t in judged])
    )
    return round(float(model.coef_[0, 0]), 6), round(float(model.intercept_[0]), 6)


def _sure_from(
    gold: Mapping[str, Sequence[GoldArticle]], scored: Mapping[str, Sequence[Scored]], threshold: float
) -> float:
    judged = [pair for part in gold for pair in _judged(gold[part], scored[part])]
    grid = [round(threshold + 0.01 * step, 2) for step in range(round((1 - threshold) / 0.01))]
    for candidate in grid:
        kept = [true for p, true in judged if p >= candidate]
        if kept and sum(kept) / len(kept) >= SURE_PRECISION:
            return candidate
    return 1.0


def _judged(gold: Sequence[GoldArticle], scored: Sequence[Scored]) -> list[tuple[float, bool]]:
    """Score and truth of every triple that is not debatable."""
    pairs = []
    for each, scores in zip(gold, scored, strict=True):
        sure = _sure(each)
        debatable = {finding.triple for finding in each.findings} - sure
        pairs += [(p, triple in sure) for triple, p in scores.items() if triple not in debatable]
    return pairs


def _sure(gold: GoldArticle) -> set[Triple]:
    return {finding.triple for finding in gold.findings if finding.confidence == "sure"}


def _scores(opinions: Sequence[Opinion], blind_weight: float, rules_weight: float) -> Scored:
    """Per triple the highest mean of its candidates."""
    scores: Scored = {}
    for opinion in opinions:
        candidate = opinion.candidate
        means = opinion.mean(blind_weight=blind_weight, rules_weight=rules_weight)
        for direction, mean in zip(DIRECTIONS, means, strict=True):
            triple = Triple(str(candidate.cytokine.concept), candidate.fluid_name, direction)
            scores[triple] = max(mean, scores.get(triple, 0.0))
    return scores
