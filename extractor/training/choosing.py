"""Weights of network and rules, threshold, the band for a human: what is chosen on held-out articles."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from sklearn.linear_model import LogisticRegression

from extractor.candidates import find_candidates
from extractor.records import AnnotatedArticle, GoldArticle, Triple
from extractor.relation import Opinion, RelationClassifier, asserting, probability, squash, weigh
from extractor.slots import SlotReader

Scored = dict[Triple, float]
Held = Mapping[str, Sequence[tuple[AnnotatedArticle, GoldArticle]]]
Inputs = dict[Triple, tuple[float, ...]]
_T = TypeVar("_T")
SURE_PRECISION = 0.95
"""Precision from which on no human need look."""
FOLDS = 5
_PART_WEIGHT = 100.0
"""What the true triples of a part weigh in all, in a regression whose penalty is 1."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a release is run with.

    Attributes:
        weights: of ``extractor.relation.INPUTS``.
        intercept: of the same logistic regression.
        threshold: on its probability.
        sure: probability from which on precision is :data:`SURE_PRECISION` on the held-out articles; findings between
            ``threshold`` and ``sure`` are for a human.
        f1: per part of the held-out articles the triple F1 at the threshold, weights fitted on the other folds.
        contrast: per part the share of the gold triples found whose contrast is right.
        comparator: likewise, under a contrast that is right.
        condition: likewise.
        alone: per input and part the triple F1 without the other, the network at its own best threshold.
    """

    weights: tuple[float, ...]
    intercept: float
    threshold: float
    sure: float
    f1: dict[str, float]
    contrast: dict[str, float]
    comparator: dict[str, float]
    condition: dict[str, float]
    alone: dict[str, dict[str, float]]


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

    Threshold and scores come from :data:`FOLDS` cross-fitted regressions, so that no article is scored by weights that
    it helped to fit; the released weights are fitted on all.

    Args:
        classifier: its own settings are not used, but for the length.
        held: held-out articles by part; each part counts alike for the threshold.
    """
    gold = {part: [g for _, g in pairs] for part, pairs in held.items()}
    opinions = {part: [classifier.opinions(a, find_candidates(a)) for a, _ in pairs] for part, pairs in held.items()}
    inputs = {part: [weigh(each) for each in articles] for part, articles in opinions.items()}
    scored = _cross_fitted(gold, inputs)
    threshold, _ = best_threshold(gold, scored)
    f1 = {part: round(triple_f1(gold[part], scored[part], threshold), 4) for part in held}
    read = _slots(held, opinions, classifier.slots)
    weights, intercept = fit_weights({part: list(zip(gold[part], inputs[part], strict=True)) for part in gold})
    sure = _sure_from(gold, scored, threshold)
    return Choice(weights, intercept, threshold, sure, f1, alone=_alone(gold, inputs), **read)


def _alone(
    gold: Mapping[str, Sequence[GoldArticle]], inputs: Mapping[str, Sequence[Inputs]]
) -> dict[str, dict[str, float]]:
    """Triple F1 per input and part, as if it decided alone."""
    network = {part: [{t: squash(x[0]) for t, x in each.items()} for each in inputs[part]] for part in gold}
    rules = {part: [{t: x[1] for t, x in each.items()} for each in inputs[part]] for part in gold}
    said = {"network": (network, best_threshold(gold, network)[0]), "rules": (rules, 1.0)}
    return {
        name: {part: round(triple_f1(gold[part], scored[part], threshold), 4) for part in gold}
        for name, (scored, threshold) in said.items()
    }


def fit_weights(parts: Mapping[str, Sequence[tuple[GoldArticle, Inputs]]]) -> tuple[tuple[float, ...], float]:
    """Weights and intercept of the logistic regression of truth on ``extractor.relation.INPUTS``.

    Debatable triples take no part; every part has the same weight in all. Source: Wolpert 1992, "Stacked
    generalization".
    """
    rows, truths, shares = list[tuple[float, ...]](), list[bool](), list[float]()
    for articles in parts.values():
        judged = [pair for gold, inputs in articles for pair in _judged(gold, inputs)]
        true = sum(truth for _, truth in judged)
        rows += [x for x, _ in judged]
        truths += [truth for _, truth in judged]
        shares += [_PART_WEIGHT / max(1, true)] * len(judged)
    model = LogisticRegression(max_iter=1000).fit(np.array(rows), np.array(truths), sample_weight=np.array(shares))
    return tuple(round(float(w), 6) for w in model.coef_[0]), round(float(model.intercept_[0]), 6)


def _cross_fitted(
    gold: Mapping[str, Sequence[GoldArticle]], inputs: Mapping[str, Sequence[Inputs]]
) -> dict[str, list[Scored]]:
    """Probability of every triple by weights fitted on the articles of the other folds."""
    pairs = {part: list(zip(gold[part], inputs[part], strict=True)) for part in gold}
    fitted = [
        fit_weights({part: [(g, x) for g, x in of_part if _fold(g) != fold] for part, of_part in pairs.items()})
        for fold in range(FOLDS)
    ]
    return {
        part: [{triple: probability(x, *fitted[_fold(g)]) for triple, x in each.items()} for g, each in of_part]
        for part, of_part in pairs.items()
    }


def _fold(gold: GoldArticle) -> int:
    return int(hashlib.sha256(gold.id.encode()).hexdigest(), 16) // FOLDS % FOLDS


def _slots(
    held: Held, opinions: Mapping[str, Sequence[Sequence[Opinion]]], reader: SlotReader
) -> dict[str, dict[str, float]]:
    """Per slot and part the share of gold triples that a mention speaks of whose slot is read right.

    Comparator and condition are asked for where the contrast is right.
    """
    shares: dict[str, dict[str, float]] = {"contrast": {}, "comparator": {}, "condition": {}}
    for part, pairs in held.items():
        read = [
            _read_slots(annotated, gold, triple, each, reader)
            for (annotated, gold), each in zip(pairs, opinions[part], strict=True)
            for triple in sorted(_sure(gold))
            if any(o.candidate.cytokine.concept == triple.cytokine for o in each)
        ]
        shares["contrast"][part] = _share([contrast for contrast, _, _ in read])
        shares["comparator"][part] = _share([comparator for contrast, comparator, _ in read if contrast])
        shares["condition"][part] = _share([condition for contrast, _, condition in read if contrast])
    return shares


def _read_slots(
    annotated: AnnotatedArticle, gold: GoldArticle, triple: Triple, opinions: Sequence[Opinion], reader: SlotReader
) -> tuple[bool, bool, bool]:
    """Whether contrast, comparator and condition that are read for a triple are gold's, the latter two under it."""
    about = asserting(opinions, triple)
    if not about:
        return False, False, False
    candidate = about[0].located(triple.direction)
    contrast = reader.contrast(annotated, candidate, triple.direction)
    comparator = reader.comparator(annotated, candidate, triple.direction, contrast)
    condition = reader.condition(annotated, candidate, contrast)
    known = [finding for finding in gold.findings if finding.triple == triple and finding.contrast == contrast]
    return bool(known), comparator in {f.comparator for f in known}, condition in {f.condition for f in known}


def _share(right: Sequence[bool]) -> float:
    return round(sum(right) / len(right), 4) if right else 0.0


def _sure_from(
    gold: Mapping[str, Sequence[GoldArticle]], scored: Mapping[str, Sequence[Scored]], threshold: float
) -> float:
    judged = [
        pair for part in gold for g, scores in zip(gold[part], scored[part], strict=True) for pair in _judged(g, scores)
    ]
    grid = [round(threshold + 0.01 * step, 2) for step in range(round((1 - threshold) / 0.01))]
    for candidate in grid:
        kept = [true for p, true in judged if p >= candidate]
        if kept and sum(kept) / len(kept) >= SURE_PRECISION:
            return candidate
    return 1.0


def _judged(gold: GoldArticle, of: Mapping[Triple, _T]) -> list[tuple[_T, bool]]:
    """What is known of every triple that is not debatable, and whether it is true."""
    sure = _sure(gold)
    debatable = {finding.triple for finding in gold.findings} - sure
    return [(known, triple in sure) for triple, known in of.items() if triple not in debatable]


def _sure(gold: GoldArticle) -> set[Triple]:
    return {finding.triple for finding in gold.findings if finding.confidence == "sure"}
