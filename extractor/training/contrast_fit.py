"""The weights of :mod:`extractor.contrasts`, fitted on the findings of annotated articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from extractor.candidates import find_candidates
from extractor.contrasts import contrast_features
from extractor.records import CONTRASTS, AnnotatedArticle, Candidate, Finding, GoldArticle

_PENALTY = 0.3
"""Inverse strength of the L2 penalty."""
_FINDINGS = 8
"""Findings that a feature must occur in."""
_SMALL = 0.05
"""Features none of whose weights reaches this are left out."""
_SHARES = {"analytes": 0.5}
"""Weight of a finding of a part; 1 for the rest."""


def fit_contrasts(
    parts: Mapping[str, Sequence[tuple[AnnotatedArticle, GoldArticle]]],
) -> dict[str, tuple[float, ...]]:
    """Per feature one weight per contrast, in the order of ``CONTRASTS``.

    Args:
        parts: annotated articles by name of the part.
    """
    rows = [
        (contrast_features(annotated, candidate, finding.direction), finding.contrast, _SHARES.get(part, 1.0))
        for part, pairs in parts.items()
        for annotated, gold in pairs
        for candidate, finding in _stated(annotated, gold)
    ]
    seen = Counter(name for features, _, _ in rows for name in features)
    vectoriser = DictVectorizer(dtype=np.float32)
    matrix = vectoriser.fit_transform([{n: v for n, v in f.items() if seen[n] >= _FINDINGS} for f, _, _ in rows])
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    model = LogisticRegression(C=_PENALTY, max_iter=500, fit_intercept=False)
    model.fit(matrix, [contrast for _, contrast, _ in rows], sample_weight=[share for _, _, share in rows])
    order = [list(model.classes_).index(contrast) for contrast in CONTRASTS]
    return {
        name: tuple(round(float(w), 4) for w in weights)
        for name, weights in zip(vectoriser.feature_names_, model.coef_[order].T, strict=True)
        if np.abs(weights).max() >= _SMALL
    }


def _stated(annotated: AnnotatedArticle, gold: GoldArticle) -> Iterator[tuple[Candidate, Finding]]:
    """Every finding with the candidate that states it; none where no candidate has its cytokine and fluid."""
    candidates = find_candidates(annotated)
    for finding in gold.findings:
        same = [c for c in candidates if (c.cytokine.concept, c.fluid_name) == (finding.cytokine, finding.fluid)]
        if same:
            nearest = min(same, key=lambda c: not finding.evidence.contains(c.cytokine.span))
            yield replace(nearest, evidence=finding.evidence), finding
