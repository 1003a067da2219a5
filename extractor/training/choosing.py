"""Threshold, share of the rules, calibration and the band for a human: all that is chosen on held-out articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from extractor.candidates import find_candidates
from extractor.records import DIRECTIONS, AnnotatedArticle, GoldArticle, Triple
from extractor.relation import RULES_SAY, RelationClassifier, logit_of, squash
from extractor.rules import votes

Scored = dict[Triple, float]
Held = Mapping[str, Sequence[tuple[AnnotatedArticle, GoldArticle]]]
SURE_PRECISION = 0.95
"""Precision from which on no human need look."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a release is run with.

    Attributes:
        rules_weight: share of the rules' verdict in the score.
        scale: slope of the calibration.
        shift: its intercept.
        threshold: on the calibrated score.
        sure: calibrated score from which on precision is :data:`SURE_PRECISION` on the held-out articles; findings
            between ``threshold`` and ``sure`` are for a human.
        f1: per part of the held-out articles the triple F1 at the threshold.
    """

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
        classifier: with an identity calibration and without the rules.
        held: held-out articles by part; each part counts alike.
    """
    gold = {part: [g for _, g in pairs] for part, pairs in held.items()}
    network = {part: _network_scores(classifier, [a for a, _ in pairs]) for part, pairs in held.items()}
    rules = {part: [_rule_scores(a) for a, _ in pairs] for part, pairs in held.items()}

    def mixed(weight: float) -> dict[str, list[Scored]]:
        return {part: [_mix(n, r, weight) for n, r in zip(network[part], rules[part], strict=True)] for part in held}

    weight = max((round(0.1 * step, 1) for step in range(6)), key=lambda w: (best_threshold(gold, mixed(w))[1], -w))
    scale, shift = platt(gold, mixed(weight))
    scored = {
        part: [{t: squash(scale * logit_of(p) + shift) for t, p in scores.items()} for scores in articles]
        for part, articles in mixed(weight).items()
    }
    threshold, _ = best_threshold(gold, scored)
    f1 = {part: round(triple_f1(gold[part], scored[part], threshold), 4) for part in held}
    return Choice(weight, scale, shift, threshold, _sure_from(gold, scored, threshold), f1)


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


def _network_scores(classifier: RelationClassifier, articles: Sequence[AnnotatedArticle]) -> list[Scored]:
    scored = []
    for decisions in classifier.score([(annotated, find_candidates(annotated)) for annotated in articles]):
        scores: Scored = {}
        for d in decisions:
            triple = Triple(str(d.candidate.cytokine.concept), d.candidate.fluid_name, d.direction)
            scores[triple] = max(d.score, scores.get(triple, 0.0))
        scored.append(scores)
    return scored


def _rule_scores(annotated: AnnotatedArticle) -> Scored:
    candidates = find_candidates(annotated)
    scores: Scored = {}
    for candidate, row in zip(candidates, votes(annotated, candidates), strict=True):
        for direction, vote in zip(DIRECTIONS, row, strict=True):
            triple = Triple(str(candidate.cytokine.concept), candidate.fluid_name, direction)
            scores[triple] = max(float(vote >= RULES_SAY), scores.get(triple, 0.0))
    return scores


def _mix(network: Scored, rules: Scored, weight: float) -> Scored:
    return {triple: (1 - weight) * p + weight * rules.get(triple, 0.0) for triple, p in network.items()}
