"""Leak checks: how far direction can be told from the cytokine's name, the fluid or the position alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from extractor.evaluate.direction import CLASSES, NONE, Pair, score_labels
from extractor.gold.resampling import Interval

FEATURES: Mapping[str, Callable[[Pair], str]] = {
    "majority": lambda _: "",
    "cytokine": lambda pair: pair.cytokine,
    "fluid": lambda pair: pair.fluid,
    "position": lambda pair: str(min(9, int(10 * pair.position))),
}
"""What the predictor is told: nothing, one name, or the tenth of the text the evidence starts in."""


@dataclass(frozen=True, slots=True)
class LeakCheck:
    """Macro-F1 of a predictor that sees one feature and nothing of the sentence.

    Attributes:
        feature: ``majority``, ``cytokine``, ``fluid`` or ``position``.
        macro_f1: with its interval over articles.
        chance: mean macro-F1 of the same predictor fitted on shuffled labels; far above it, the feature leaks.
    """

    feature: str
    macro_f1: Interval
    chance: float


def leak_checks(
    fitted_on: Sequence[Pair],
    scored_on: Sequence[Pair],
    *,
    articles: int,
    shuffles: int = 20,
    samples: int = 2000,
    seed: int = 0,
) -> list[LeakCheck]:
    """Fit each one-feature predictor on train pairs and score it on others.

    Args:
        fitted_on: pairs of the train split.
        scored_on: pairs of the split under test.
        articles: number of articles of that split.
        shuffles: fits on shuffled labels, for chance.
        samples: bootstrap samples.
        seed: of numpy's generators.
    """
    return [
        LeakCheck(
            name,
            _fit_and_score(feature, fitted_on, scored_on, articles=articles, samples=samples, seed=seed),
            _shuffled(feature, fitted_on, scored_on, articles=articles, shuffles=shuffles, seed=seed),
        )
        for name, feature in FEATURES.items()
    ]


def _fit_and_score(
    feature: Callable[[Pair], str],
    fitted_on: Sequence[Pair],
    scored_on: Sequence[Pair],
    *,
    articles: int,
    samples: int,
    seed: int,
    labels: Sequence[frozenset[str]] | None = None,
) -> Interval:
    predict = _fit([feature(pair) for pair in fitted_on], labels or [pair.labels for pair in fitted_on])
    verdicts = [frozenset({predict(feature(pair))}) for pair in scored_on]
    return score_labels(scored_on, verdicts, articles=articles, samples=samples, seed=seed).macro_f1


def _shuffled(
    feature: Callable[[Pair], str],
    fitted_on: Sequence[Pair],
    scored_on: Sequence[Pair],
    *,
    articles: int,
    shuffles: int,
    seed: int,
) -> float:
    generator = np.random.default_rng(seed)
    values = []
    for _ in range(shuffles):
        labels = [fitted_on[index].labels for index in generator.permutation(len(fitted_on))]
        score = _fit_and_score(feature, fitted_on, scored_on, articles=articles, samples=1, seed=seed, labels=labels)
        values.append(score.value)
    return float(np.mean(values)) if values else float("nan")


def _fit(values: Sequence[str], labels: Sequence[frozenset[str]]) -> Callable[[str], str]:
    """The label most over-represented at each value: its count there divided by its count overall."""
    overall: Counter[str] = Counter(label for row in labels for label in row)
    there: dict[str, Counter[str]] = defaultdict(Counter)
    for value, row in zip(values, labels, strict=True):
        there[value].update(row)
    usual = max(CLASSES, key=lambda label: overall[label]) if overall else NONE

    def best(counts: Counter[str]) -> str:
        return max(
            CLASSES, key=lambda label: (counts[label] / overall[label] if overall[label] else 0.0, label == usual)
        )

    table = {value: best(counts) for value, counts in there.items() if counts}
    return lambda value: table.get(value, usual)
