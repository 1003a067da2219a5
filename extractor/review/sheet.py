"""An article as it lies before a curator in one reading."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from extractor.records import Article, Mention
from extractor.review.double import Difference, differing, read_as
from extractor.review.names import names_in
from extractor.review.progress import Standing
from extractor.review.refusal import RefusedError
from extractor.store import Act, Judged, Key, Reading, Store, acts


@dataclass(frozen=True, slots=True)
class Sheet:
    """An article as a curator has it in front.

    Attributes:
        items: its findings, each with the decision taken in this reading.
        differences: in an adjudication, what the two readers see differently; ``items`` are then the decisions on it.
        names: what is highlighted.
        comments: of this reading, and of both in an adjudication.
        version: changes with every act of anyone in this reading; an act on an older one is refused.
    """

    article: Article
    reading: Reading
    items: tuple[Judged, ...]
    differences: tuple[Difference, ...]
    names: tuple[Mention, ...]
    comments: tuple[Act, ...]
    standing: Standing
    version: str

    @property
    def undecided(self) -> int:
        """Findings that wait for a decision."""
        return sum(each.decision is None for each in self.items)


def item_id(key: Key) -> str:
    """The name by which a page speaks of a finding."""
    return hashlib.sha256("\x1f".join(key).encode()).hexdigest()[:16]


def read_sheet(store: Store, article_id: str, reading: Reading, standing: Standing) -> Sheet:
    """An article as it stands in a reading.

    Raises:
        RefusedError: the article has been deleted.
    """
    article = store.article(article_id)
    if article is None or article.deleted:
        raise RefusedError("missing", f"{article_id} is not in the database any more")
    found = differing(store, article_id) if reading == "adjudication" else []
    items = _adjudicated(store, article_id, found) if reading == "adjudication" else _read(store, article_id, reading)
    shown = [f for each in items for f in (each.finding, each.proposal) if f is not None]
    shown += [f for each in found for f in (each.first, each.second) if f is not None]
    heard = {reading, "first", "second"} if reading == "adjudication" else {reading}
    said = (act for act in acts(store, article_id=article_id) if act.kind == "commented")
    return Sheet(
        article=article,
        reading=reading,
        items=tuple(items),
        differences=tuple(found),
        names=tuple(names_in(article, shown)),
        comments=tuple(act for act in said if act.reading in heard),
        standing=standing,
        version=_version(store, article_id, reading),
    )


def _read(store: Store, article_id: str, reading: Reading) -> list[Judged]:
    readings: Sequence[Reading] = ("second",) if reading == "second" else ("first", "adjudication")
    found = read_as(store, article_id, readings)
    return [each for each in found if each.finding is not None or each.proposal is not None]


def _adjudicated(store: Store, article_id: str, found: Sequence[Difference]) -> list[Judged]:
    decisions = store.decisions(article_id=article_id, readings=["adjudication"], current=True)
    last = {each.key: each for each in decisions}
    return [Judged(each.key, each.proposal, last.get(each.key)) for each in found]


def _version(store: Store, article_id: str, reading: Reading) -> str:
    counted = "coalesce(max(id), 0) || '.' || coalesce(sum(undone IS NOT NULL), 0)"
    statement = f"""
        SELECT (SELECT {counted} FROM acts
                WHERE article_id = :id AND reading = :reading AND kind NOT IN ('opened', 'seen', 'skipped')),
            (SELECT {counted} FROM decisions WHERE article_id = :id AND reading = :reading),
            (SELECT sha256 FROM articles WHERE id = :id)
    """
    row = store.rows(statement, {"id": article_id, "reading": reading})[0]
    return f"{row[0]}-{row[1]}-{row[2][:8]}"
