"""A query -> every one of its records, sliced by date where PubMed would not serve them at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from extractor.errors import PubMedError
from extractor.pubmed.answers import History, Hits
from extractor.pubmed.eutils import MOST, Eutils

_FIRST_DAY = date(1700, 1, 1)
_AHEAD = timedelta(days=366)
"""Records may be dated ahead; should one lie further off, the total does not come out and the search says so."""


@dataclass(frozen=True)
class Slice:
    """Records that one kept result holds.

    Attributes:
        since: first day of the slice, None where it is not bounded.
        until: last day.
        pmids: its records, in the order of the kept result.
    """

    since: date | None
    until: date | None
    pmids: tuple[str, ...]
    history: History


@dataclass(frozen=True)
class Found:
    """All that a search found.

    Attributes:
        count: NCBI's count of the whole query.
        translation: what NCBI made of it.
        slices: the records wanted of it.
        warnings: NCBI's, one line each.
        searches: searches that it took.
    """

    count: int
    translation: str
    slices: tuple[Slice, ...]
    warnings: tuple[str, ...]
    searches: int


@dataclass(frozen=True)
class Plan:
    """What a fetch would do.

    Attributes:
        count: NCBI's count.
        wanted: records that would be fetched.
        translation: what NCBI made of the query.
        warnings: NCBI's, one line each.
        requests: the requests, one line each, without the key; searches first.
    """

    count: int
    wanted: int
    translation: str
    warnings: tuple[str, ...]
    requests: tuple[str, ...]


class Searcher:
    """Searches and counts its searches."""

    def __init__(self, eutils: Eutils) -> None:
        self._eutils = eutils
        self.asked: list[tuple[date | None, date | None]] = []

    def find(self, query: str, *, since: date | None, until: date | None, most: int | None) -> Found:
        """Find all records, or the first ``most``.

        Raises:
            PubMedError: the slices do not add up to NCBI's count, or a single day holds too many records.
        """
        if since and until and since > until:
            raise PubMedError(f"the first day, {since}, is after the last, {until}")
        hits = self._ask(query, since, until)
        if not hits.count and not hits.warnings:  # a backend in trouble finds nothing too, and does not say so
            hits = self._ask(query, since, until)
        wanted = hits.count if most is None else min(most, hits.count)
        slices = [Slice(since, until, hits.pmids, hits.history)] if wanted <= MOST else []
        if not slices:
            today = self._eutils.settings.clock.now().date()
            first, last = since or _FIRST_DAY, until or today + _AHEAD
            slices = list(self._slices(query, first, last, hits.count))
            hits = self._verified(query, since, until, hits, slices)
        return Found(hits.count, hits.translation, tuple(_first(slices, wanted)), hits.warnings, len(self.asked))

    def _ask(self, query: str, since: date | None, until: date | None) -> Hits:
        self.asked.append((since, until))
        return self._eutils.search(query, since=since, until=until)

    def _slices(self, query: str, first: date, last: date, count: int) -> Iterator[Slice]:
        """Halves of the range, newest first, until each fits; a half that holds all leaves none for the other."""
        middle = first + (last - first) // 2
        left = count
        for since, until in ((middle + timedelta(days=1), last), (first, middle)):
            if since > until or not left:
                continue
            hits = self._ask(query, since, until)
            left -= hits.count
            if hits.count > MOST and since == until:
                raise PubMedError(
                    f"{hits.count:,} records entered PubMed on {since:%Y-%m-%d} alone, and it serves {MOST:,} "
                    "of a search: narrow the query"
                )
            if hits.count > MOST:
                yield from self._slices(query, since, until, hits.count)
            elif hits.count:
                yield Slice(since, until, hits.pmids, hits.history)

    def _verified(self, query: str, since: date | None, until: date | None, hits: Hits, slices: list[Slice]) -> Hits:
        """The slices hold each record once, and as many as NCBI counts (now, should the count have moved)."""
        held = len({pmid for each in slices for pmid in each.pmids})
        if held != hits.count:
            hits = self._ask(query, since, until)
        if held != hits.count:
            raise PubMedError(
                f"PubMed counts {hits.count:,} records, the slices by date hold {held:,}: "
                f"{abs(hits.count - held):,} {'missing' if held < hits.count else 'too many'}, nothing was fetched"
            )
        return hits


def _first(slices: list[Slice], wanted: int) -> Iterator[Slice]:
    """As many records as wanted."""
    for each in slices:
        if wanted > 0:
            yield replace(each, pmids=each.pmids[:wanted])
            wanted -= len(each.pmids)
