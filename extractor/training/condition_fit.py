"""The weights of :mod:`extractor.ranking`: a conditional logistic regression over the conditions that articles name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy.optimize
from numpy.typing import NDArray
from sklearn.feature_extraction import DictVectorizer

_PENALTY = 1.0
"""L2 penalty."""
_ARTICLES = 3
"""Articles that a feature must occur in."""
_SMALL = 0.02
"""Features whose weight is smaller are left out."""
_Row: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ConditionChoice:
    """The conditions that an article names, each with its features, and the finding's own.

    Attributes:
        article: its id.
        named: condition -> feature -> value.
        right: the condition of the finding; nothing is learnt where ``named`` lacks it.
        share: weight of the finding among those of all articles; those of one article weigh as their number's root.
    """

    article: str
    named: Mapping[str, Mapping[str, float]]
    right: str
    share: float


def fit_conditions(choices: Sequence[ConditionChoice]) -> dict[str, tuple[float, ...]]:
    """One weight per feature; none without choices. Source: McFadden 1974, "Conditional logit analysis"."""
    choices = [choice for choice in choices if choice.right in choice.named]
    if not choices:
        return {}
    seen: dict[str, set[str]] = defaultdict(set)
    for choice in choices:
        for name in (name for features in choice.named.values() for name in features):
            seen[name].add(choice.article)
    named = [features for choice in choices for features in choice.named.values()]
    vectoriser = DictVectorizer(dtype=np.float64)
    matrix = vectoriser.fit_transform([{n: v for n, v in f.items() if len(seen[n]) >= _ARTICLES} for f in named])
    sizes = [len(choice.named) for choice in choices]
    starts, of_choice = np.cumsum([0, *sizes])[:-1], np.repeat(np.arange(len(choices)), sizes)
    right = np.array([float(condition == choice.right) for choice in choices for condition in choice.named])
    findings = Counter(choice.article for choice in choices)
    shares = np.array([choice.share / findings[choice.article] ** 0.5 for choice in choices])

    def loss(weights: _Row) -> tuple[float, _Row]:
        odds = matrix @ weights
        odds -= np.maximum.reduceat(odds, starts)[of_choice]
        raw = np.exp(odds)
        sums = np.add.reduceat(raw, starts)
        value = shares @ (np.log(sums) - np.add.reduceat(odds * right, starts)) + _PENALTY / 2 * weights @ weights
        return value, matrix.T @ (shares[of_choice] * (raw / sums[of_choice] - right)) + _PENALTY * weights

    zero = np.zeros(matrix.shape[1])
    found = scipy.optimize.minimize(loss, zero, jac=True, method="L-BFGS-B", options={"maxiter": 300})
    pairs = zip(vectoriser.feature_names_, found.x, strict=True)
    return {name: (round(float(weight), 4),) for name, weight in pairs if abs(weight) >= _SMALL}
