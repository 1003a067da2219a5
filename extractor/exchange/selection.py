"""Which documents are exported; apart from the writers, so that every format is given the same."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace

from extractor.errors import InputError
from extractor.exchange.documents import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to export.

    Attributes:
        min_score: findings below it are left out.
        unreviewed: only documents that no curator has finished.
        without_findings: also documents in which nothing was found (above ``min_score``).
        sample: that many of the documents, drawn at random, in their order.
        seed: of the draw.
        max_articles: at most that many, the first ones; a sample is drawn before.
    """

    min_score: float = 0.0
    unreviewed: bool = False
    without_findings: bool = True
    sample: int | None = None
    seed: int = 0
    max_articles: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.min_score <= 1:
            raise InputError(f"min_score {self.min_score}: is not between 0 and 1")
        for name, value in (("sample", self.sample), ("max_articles", self.max_articles)):
            if value is not None and value < 1:
                raise InputError(f"{name} {value}: is not positive")


def select(documents: Iterable[Document], selection: Selection) -> list[Document]:
    """The documents to export, in the order given; a mention that only a dropped finding brought stays marked."""
    kept = [_scored(each, selection.min_score) for each in documents if not (selection.unreviewed and each.reviewed)]
    if not selection.without_findings:
        kept = [each for each in kept if each.findings]
    if selection.sample is not None and selection.sample < len(kept):
        drawn = sorted(random.Random(selection.seed).sample(range(len(kept)), selection.sample))
        kept = [kept[index] for index in drawn]
    return kept[: selection.max_articles]


def _scored(document: Document, min_score: float) -> Document:
    return replace(document, findings=tuple(f for f in document.findings if f.score >= min_score))
