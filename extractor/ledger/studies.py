"""Studies, and which publications have no vote of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from extractor.records import Article

_TYPES: tuple[tuple[str, str], ...] = (
    ("retracted publication", "retracted"),
    ("retraction of publication", "notice, no study"),
    ("retraction notice", "notice, no study"),
    ("expression of concern", "notice, no study"),
    ("published erratum", "notice, no study"),
    ("meta-analysis", "meta-analysis"),
    ("network meta-analysis", "meta-analysis"),
    ("systematic review", "systematic review"),
    ("scoping review", "review"),
    ("review", "review"),
    ("background", "review"),
)
"""Publication type in lower case and the reason it gives; the first that fits is told."""


@dataclass(frozen=True, slots=True)
class Study:
    """One publication that may have a vote.

    Attributes:
        id: ``PMID:<n>`` where it has a PMID, so that one paper in two inputs is one study; else the article's id.
        gone: deleted from or no longer found in PubMed.
        notices: what was published about it (``retraction``, ``concern``, ``correction``, ``republication``).
        authors: as in ``Article``.
    """

    id: str
    pmid: str | None = None
    doi: str | None = None
    title: str = ""
    journal: str | None = None
    year: int | None = None
    publication_types: tuple[str, ...] = ()
    retracted: bool = False
    gone: bool = False
    notices: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()

    @classmethod
    def of(cls, article: Article, *, notices: Sequence[str] = ()) -> Self:
        """The study of an article."""
        return cls(
            id=f"PMID:{article.pmid}" if article.pmid else article.id,
            pmid=article.pmid,
            doi=article.doi,
            title=article.title,
            journal=article.journal,
            year=article.year,
            publication_types=article.publication_types,
            retracted=article.retracted,
            gone=article.deleted,
            notices=tuple(dict.fromkeys(notices)),
            authors=article.authors,
        )

    @property
    def exclusion(self) -> str | None:
        """Why it has no vote, None where it has one."""
        if self.retracted or "retraction" in self.notices:
            return "retracted"
        if self.gone:
            return "no longer in PubMed"
        types = {each.lower() for each in self.publication_types}
        return next((reason for name, reason in _TYPES if name in types), None)
