"""Which contrast, comparator and condition a finding states: logistic regressions on words and places.

The rules of :mod:`extractor.context` read all three as well; what they read is one of the features.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from extractor.context import read_comparator, read_contrast
from extractor.errors import ModelError
from extractor.ranking import condition_features
from extractor.records import (
    COMPARATORS,
    CONTRASTS,
    AnnotatedArticle,
    Candidate,
    Comparator,
    Contrast,
    Direction,
    Span,
)

SLOT_FILE = "slots.json"
"""Name of the weights in a model folder."""
SLOTS: Mapping[str, Sequence[str]] = {"contrast": CONTRASTS, "comparator": COMPARATORS}
"""Slots with a fixed set of values, in the order in which a feature's weights stand."""
CONDITION = "condition"
"""The slot whose values the article names; each feature has one weight."""
Weights = Mapping[str, Mapping[str, Sequence[float]]]
"""Per slot and feature one weight per value of the slot."""
_Value = TypeVar("_Value")
_INTERCEPT = "1"
_ABSTRACT, _READ = 0.4, 2.0
"""Values of a word that the abstract contains, and of what the rules read."""
_WORD = re.compile(r"[A-Za-z][A-Za-z-]*|\d+(?:\.\d+)?|[%<>=]")


class SlotReader:
    """Reads the slots of findings.

    Args:
        weights: per slot and feature one weight per value, in the order of :data:`SLOTS`; one for :data:`CONDITION`.
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @classmethod
    def load(cls, path: Path) -> SlotReader:
        """The weights of a model folder.

        Raises:
            ModelError: the file cannot be read.
        """
        try:
            return cls(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise ModelError(f"{path}: cannot be read: {error}") from error

    def contrast(self, annotated: AnnotatedArticle, candidate: Candidate, direction: Direction) -> Contrast:
        """The likeliest contrast of a candidate said to go ``direction``."""
        return self._likeliest("contrast", CONTRASTS, contrast_features(annotated, candidate, direction))

    def comparator(
        self, annotated: AnnotatedArticle, candidate: Candidate, direction: Direction, contrast: Contrast
    ) -> Comparator:
        """The likeliest comparator of a candidate said to go ``direction`` under a contrast."""
        features = comparator_features(annotated, candidate, direction, contrast)
        return self._likeliest("comparator", COMPARATORS, features)

    def condition(self, annotated: AnnotatedArticle, candidate: Candidate, contrast: Contrast) -> str:
        """The likeliest condition of a candidate's case group under a contrast, of those that the article names."""
        weights = self._weights.get(CONDITION, {})
        odds = {
            condition: sum(value * weights[name][0] for name, value in features.items() if name in weights)
            for condition, features in condition_features(annotated, candidate, contrast).items()
        }
        return min(odds, key=lambda condition: (-odds[condition], condition))

    def _likeliest(self, slot: str, values: Sequence[_Value], features: Mapping[str, float]) -> _Value:
        odds, weights = [0.0] * len(values), self._weights.get(slot, {})
        for name, value in features.items():
            for index, weight in enumerate(weights.get(name, ())):
                odds[index] += value * weight
        return values[max(range(len(values)), key=lambda index: (odds[index], -index))]


def contrast_features(annotated: AnnotatedArticle, candidate: Candidate, direction: Direction) -> dict[str, float]:
    """Name -> value: words and pairs of words of the evidence, words of title and abstract, what the rules read."""
    return {
        **_said(annotated, candidate, direction),
        f"rules={read_contrast(annotated, candidate, direction)}": _READ,
    }


def comparator_features(
    annotated: AnnotatedArticle, candidate: Candidate, direction: Direction, contrast: Contrast
) -> dict[str, float]:
    """Name -> value: as for the contrast, with the contrast, and the words of the evidence under it."""
    said = _said(annotated, candidate, direction)
    rules = read_comparator(annotated, candidate, contrast)
    return {
        **said,
        **{f"{contrast}, {name}": 1.0 for name in said if name.startswith("evidence=") and " " not in name},
        f"contrast={contrast}": _READ,
        f"rules={rules}": _READ,
        f"{contrast}, rules={rules}": _READ,
    }


def _said(annotated: AnnotatedArticle, candidate: Candidate, direction: Direction) -> dict[str, float]:
    article = annotated.article
    evidence = _words(annotated, candidate.evidence)
    return {
        _INTERCEPT: 1.0,
        f"direction={direction}": 1.0,
        **{f"evidence={word}": 1.0 for word in evidence},
        **{f"evidence={first} {second}": 1.0 for first, second in pairwise(evidence)},
        **{f"title={word}": 1.0 for word in _words(annotated, Span(0, len(article.title)))},
        **{f"abstract={word}": _ABSTRACT for word in _plain(article.abstract)},
    }


def _words(annotated: AnnotatedArticle, span: Span) -> tuple[str, ...]:
    """The words of a part of the article without its cytokines and fluids."""
    text, cursor, parts = annotated.article.text, span.start, list[str]()
    for mention in annotated.mentions:
        if mention.concept is not None and mention.span.start >= cursor and span.contains(mention.span):
            parts.append(text[cursor : mention.span.start])
            cursor = mention.span.end
    return _plain(" ".join([*parts, text[cursor : span.end]]))


@lru_cache(maxsize=64)
def _plain(text: str) -> tuple[str, ...]:
    return tuple("0" if word[0].isdigit() else word.lower() for word in _WORD.findall(text))
