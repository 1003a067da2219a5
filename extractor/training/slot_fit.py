"""The weights of :mod:`extractor.slots`, fitted on the findings of annotated articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from extractor.candidates import find_candidates
from extractor.ranking import condition_features
from extractor.records import AnnotatedArticle, Candidate, Finding, GoldArticle
from extractor.slots import CONDITION, SLOTS, comparator_features, contrast_features
from extractor.training.condition_fit import ConditionChoice, fit_conditions

_PENALTY = {"contrast": 0.3, "comparator": 0.1}
"""Inverse strength of the L2 penalty."""
_FINDINGS = 8
"""Findings that a feature must occur in."""
_SMALL = 0.05
"""Features none of whose weights reaches this are left out."""
_SHARES = {"analytes": 0.5}
"""Weight of a finding of a part; 1 for the rest."""
_NEVER = 99.0
"""Minus this is the weight that the intercept has for a value that no finding has."""
_Rows = list[tuple[dict[str, float], str, float]]
"""Features, value of the slot, weight."""


def fit_slots(
    parts: Mapping[str, Sequence[tuple[AnnotatedArticle, GoldArticle]]],
) -> dict[str, dict[str, tuple[float, ...]]]:
    """Per slot and feature one weight per value, in the order of ``extractor.slots.SLOTS``.

    Args:
        parts: annotated articles by name of the part; their findings have three contrasts and comparators at least.

    Returns:
        One weight per feature of the conditions.
    """
    rows: dict[str, _Rows] = {slot: [] for slot in SLOTS}
    choices: list[ConditionChoice] = []
    for part, pairs in parts.items():
        share = _SHARES.get(part, 1.0)
        for annotated, candidate, finding in (found for pair in pairs for found in stated(*pair)):
            said = contrast_features(annotated, candidate, finding.direction)
            rows["contrast"].append((said, finding.contrast, share))
            said = comparator_features(annotated, candidate, finding.direction, finding.contrast)
            rows["comparator"].append((said, finding.comparator, share))
            named = condition_features(annotated, candidate, finding.contrast)
            choices.append(ConditionChoice(annotated.article.id, named, finding.condition, share))
    fitted = {slot: _fit(of_slot, SLOTS[slot], _PENALTY[slot]) for slot, of_slot in rows.items()}
    return {**fitted, CONDITION: fit_conditions(choices)}


def _fit(rows: _Rows, values: Sequence[str], penalty: float) -> dict[str, tuple[float, ...]]:
    seen = Counter(name for features, _, _ in rows for name in features)
    vectoriser = DictVectorizer(dtype=np.float32)
    matrix = vectoriser.fit_transform([{n: v for n, v in f.items() if seen[n] >= _FINDINGS} for f, _, _ in rows])
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    model = LogisticRegression(C=penalty, max_iter=500, fit_intercept=False)
    model.fit(matrix, [value for _, value, _ in rows], sample_weight=[share for _, _, share in rows])
    classes = list(model.classes_)
    weights = np.zeros((len(values), len(vectoriser.feature_names_)))
    for place, value in enumerate(values):
        if value in classes:
            weights[place] = model.coef_[classes.index(value)]
        else:
            weights[place, vectoriser.vocabulary_["1"]] = -_NEVER
    return {
        name: tuple(round(float(w), 4) for w in column)
        for name, column in zip(vectoriser.feature_names_, weights.T, strict=True)
        if np.abs(column).max() >= _SMALL
    }


def stated(annotated: AnnotatedArticle, gold: GoldArticle) -> Iterator[tuple[AnnotatedArticle, Candidate, Finding]]:
    """Every finding with the candidate that states it; none where no candidate has its cytokine and fluid."""
    candidates = find_candidates(annotated)
    for finding in gold.findings:
        same = [c for c in candidates if (c.cytokine.concept, c.fluid_name) == (finding.cytokine, finding.fluid)]
        if same:
            nearest = min(same, key=lambda c: not finding.evidence.contains(c.cytokine.span))
            yield annotated, replace(nearest, evidence=finding.evidence), finding
