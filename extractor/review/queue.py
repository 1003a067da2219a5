"""The order in which articles are worth a curator's time, and what is next for whom."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extractor.ledger import CellKey, Selection, key_of
from extractor.ledger.stored import of_store
from extractor.records import Direction, Finding
from extractor.review.double import differing, read_as
from extractor.review.progress import Standing, standings
from extractor.store import COUNTING, Reading, Store


@dataclass(frozen=True, slots=True)
class Ranked:
    """An article with what makes it worth reading.

    Attributes:
        usefulness: larger is sooner; a new opposition comes before any doubt.
        why: the same for a reader.
        undecided: findings that waited for a decision when the order was made.
        opposition: whether it is a new opposition.
    """

    article_id: str
    usefulness: float
    why: str
    undecided: int = 0
    opposition: bool = False


class _Side(NamedTuple):
    cell: CellKey
    direction: Direction


def ranked(store: Store, *, condition: str | None = "ALS", without_findings: bool = False) -> list[Ranked]:
    """Present articles in the order worth reading.

    First come findings that make a new opposition: the ledger has a rise and a fall of one cytokine in one fluid, and
    nobody has checked a finding on this side yet; the rarer side is ahead. Then the least certain score decides.

    Args:
        store: an open store.
        condition: of the ledger in which oppositions count; any where None.
        without_findings: also articles in which nothing was found, last.
    """
    sides = _unchecked_sides(store, condition)
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding, decided in store.findings():
        if not decided:
            found[finding.article_id].append(finding)
    rows = store.rows("SELECT id FROM articles WHERE status = 'present' ORDER BY id")
    touched = {row[0] for row in store.rows("SELECT DISTINCT article_id FROM decisions WHERE undone IS NULL")}
    names = [row[0] for row in rows if row[0] in found or row[0] in touched or without_findings]
    made = (_ranked(name, found[name], sides, condition) for name in names)
    return sorted(made, key=lambda each: (-each.usefulness, each.article_id))


def _unchecked_sides(store: Store, condition: str | None) -> Mapping[_Side, float]:
    """The sides of opposed cells that rest on nothing checked, with their share of the cell's directed votes."""
    found: dict[_Side, float] = {}
    for cell in of_store(store, selection=Selection(condition=condition)).cells:
        if not cell.opposed:
            continue
        ways: tuple[Direction, Direction] = ("increased", "decreased")
        votes = {way: [vote for vote in cell.votes if way in vote.directions] for way in ways}
        total = sum(map(len, votes.values()))
        for way in ways:
            if not any(vote.reviewed for vote in votes[way]):
                found[_Side(cell.key, way)] = len(votes[way]) / total
    return found


def _ranked(name: str, findings: Sequence[Finding], sides: Mapping[_Side, float], condition: str | None) -> Ranked:
    best, waiting_here = Ranked(name, -1.0, "nothing was found here"), len(findings)
    for finding in findings:
        doubt = 1 - abs(2 * finding.score - 1)
        side = _Side(key_of(finding), finding.direction)
        fits = condition is None or finding.condition == condition
        if fits and side in sides:
            said = f"new opposition ({finding.cytokine} in {finding.fluid} {finding.direction})"
            made = Ranked(name, 2 - sides[side] + doubt / 2, said, waiting_here, opposition=True)
        else:
            made = Ranked(name, doubt, f"uncertain (score {finding.score:.2f})", waiting_here)
        best = max(best, made, key=lambda each: each.usefulness)
    return best


class Memory:
    """What was found out about articles, for as long as nothing is decided on them and nothing more is read."""

    def __init__(self) -> None:
        self._stamps: dict[str, tuple[object, ...]] = {}
        self._known: dict[tuple[str, str], tuple[object, bool]] = {}

    def look(self, store: Store) -> None:
        """Take note of what has been decided and read by now."""
        read = tuple(store.rows("SELECT count(*), max(id) FROM readings")[0])
        statement = "SELECT article_id, max(id), sum(undone IS NOT NULL) FROM decisions GROUP BY article_id"
        self._stamps = {row[0]: (*tuple(row)[1:], *read) for row in store.rows(statement)}

    def ask(self, question: str, name: str, answer: Callable[[], bool]) -> bool:
        """The answer to a question about an article, worked out where it is not known."""
        stamp, known = self._stamps.get(name), self._known.get((question, name))
        if known is None or known[0] != stamp:
            known = self._known[question, name] = (stamp, answer())
        return known[1]


def waiting(
    store: Store, order: Iterable[Ranked], reading: Reading, curator: str, *, memory: Memory | None = None
) -> list[str]:
    """Ids of the articles a curator can go on with in a reading, the next one first; skipped ones come last.

    An article that was finished comes back to its reader when a model has found something new in it.

    Args:
        store: an open store.
        order: by usefulness.
        reading: ``second`` is in an order that depends on nothing, so that what is read twice is a fair sample;
            ``adjudication`` lists the articles in which two readers differ and nobody has decided yet.
        curator: for whom.
        memory: kept from call to call, so that little is worked out anew.
    """
    memory = memory or Memory()
    memory.look(store)
    found = standings(store)
    if reading == "adjudication":
        return sorted(name for name, standing in found.items() if _is_disputed(store, name, standing, memory))
    if reading == "second":
        names = sorted(found, key=lambda name: hashlib.sha256(name.encode()).digest())
    else:
        names = [each.article_id for each in order if not _is_done(store, each, found.get(each.article_id), memory)]
    open_ = [name for name in names if _is_open(found.get(name, Standing()), reading, curator)]
    return sorted(open_, key=lambda name: found.get(name, Standing()).skipped.get((reading, curator), 0))


def _is_done(store: Store, each: Ranked, standing: Standing | None, memory: Memory) -> bool:
    if standing is None or "first" not in standing.finished:
        return False
    if not each.undecided:
        return True
    name = each.article_id
    return memory.ask(
        "decided", name, lambda: all(item.decision is not None for item in read_as(store, name, COUNTING))
    )


def _is_open(standing: Standing, reading: Reading, curator: str) -> bool:
    if reading == "first":
        return standing.held_by(curator) in {None, curator}
    return "second" not in standing.finished and standing.may_read_second(curator)


def _is_disputed(store: Store, name: str, standing: Standing, memory: Memory) -> bool:
    if not standing.read_twice or "adjudication" in standing.finished:
        return False
    return memory.ask("differs", name, lambda: bool(differing(store, name)))
