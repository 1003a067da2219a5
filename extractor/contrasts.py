"""Which contrast a finding states: a logistic regression on the words of its evidence, the title and the abstract.

The rules of :mod:`extractor.context` read a contrast from the sentence alone; what they read is one of the features.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from extractor.context import read_contrast
from extractor.errors import ModelError
from extractor.records import CONTRASTS, AnnotatedArticle, Candidate, Contrast, Direction, Span

CONTRAST_FILE = "contrasts.json"
"""Name of the weights in a model folder: per feature one weight per contrast, in the order of ``CONTRASTS``."""
_INTERCEPT = "1"
_ABSTRACT, _READ = 0.4, 2.0
"""Values of a word that the abstract contains, and of the contrast that the rules read."""
_WORD = re.compile(r"[A-Za-z][A-Za-z-]*|\d+(?:\.\d+)?|[%<>=]")


class ContrastReader:
    """Reads the contrast of findings.

    Args:
        weights: per feature one weight per contrast.
    """

    def __init__(self, weights: Mapping[str, Sequence[float]]) -> None:
        self._weights = weights

    @classmethod
    def load(cls, path: Path) -> ContrastReader:
        """The weights of a model folder.

        Raises:
            ModelError: the file cannot be read.
        """
        try:
            return cls(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise ModelError(f"{path}: cannot be read: {error}") from error

    def read(self, annotated: AnnotatedArticle, candidate: Candidate, direction: Direction) -> Contrast:
        """The likeliest contrast of a candidate said to go ``direction``."""
        odds = [0.0] * len(CONTRASTS)
        for name, value in contrast_features(annotated, candidate, direction).items():
            for index, weight in enumerate(self._weights.get(name, ())):
                odds[index] += value * weight
        return CONTRASTS[max(range(len(CONTRASTS)), key=lambda index: (odds[index], -index))]


def contrast_features(annotated: AnnotatedArticle, candidate: Candidate, direction: Direction) -> dict[str, float]:
    """Name -> value: words and pairs of words of the evidence, words of title and abstract, what the rules read."""
    article = annotated.article
    evidence = _words(annotated, candidate.evidence)
    return {
        _INTERCEPT: 1.0,
        f"rules={read_contrast(annotated, candidate, direction)}": _READ,
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
