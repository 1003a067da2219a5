"""Curators' decisions: what is written of each, and what stands after them."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast, get_args

from extractor.records import Finding
from extractor.store.rows import finding_from_json, finding_json, now, to_json

Verdict: TypeAlias = Literal["accepted", "rejected", "corrected", "added"]
Reading: TypeAlias = Literal["first", "second", "adjudication"]
Key: TypeAlias = tuple[str, ...]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
READINGS: tuple[Reading, ...] = get_args(Reading)
COUNTING: tuple[Reading, ...] = ("first", "adjudication")
"""A second reading is blind: it measures, and what it says enters by adjudication."""
_IDENTITY = 7
"""Length of ``Finding.key``; a decision's key may name the host besides."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a curator has decided of a finding.

    Attributes:
        key: identity of the finding it is about, with or without its host.
        finding: what stands in its place (``corrected``) or beside the others (``added``).
        decided: time, UTC, ISO.
        reading: in which it was taken.
        proposal: the finding as the model had it; None for one that no model had.
        sha256: of the text it was taken on, filled in when it is written; empty in those of older versions.
        id: number in the store, 0 before it is written.
    """

    key: Key
    verdict: Verdict
    curator: str
    finding: Finding | None = None
    note: str = ""
    decided: str = ""
    reading: Reading = "first"
    proposal: Finding | None = None
    sha256: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding with the decision that holds on it.

    Attributes:
        key: its identity and host when it was proposed or added.
        proposal: as the model has it, None where a curator added it.
        decision: None where nobody has decided.
    """

    key: Key
    proposal: Finding | None
    decision: Decision | None

    @property
    def finding(self) -> Finding | None:
        """What stands; None where it was rejected."""
        if self.decision is None or self.decision.verdict == "accepted":
            return self.proposal
        return None if self.decision.verdict == "rejected" else self.decision.finding


def identity(finding: Finding) -> Key:
    """What tells two findings of one article apart: the key and the host."""
    return (*finding.key, finding.host)


def judged(mined: Iterable[Finding], decisions: Iterable[Decision]) -> list[Judged]:
    """Mined findings with what curators decided on them, then what curators alone hold; each identity stands once.

    Args:
        mined: in any order.
        decisions: in the order they were taken.
    """
    groups: dict[Key, list[Decision]] = defaultdict(list)
    for decision in decisions:
        groups[decision.key[:_IDENTITY]].append(decision)
    found: dict[Key, Judged] = {}
    for finding in mined:
        key = identity(finding)
        found.setdefault(key, Judged(key, finding, _last(groups[finding.key], finding.host)))
    for group in groups.values():
        for key, decision in _alone(group):
            found.setdefault(key, Judged(key, decision.proposal, decision))
    return list(_once(found.values()))


def _last(group: Sequence[Decision], host: str) -> Decision | None:
    return next((each for each in reversed(group) if each.key[_IDENTITY:] in {(), (host,)}), None)


def _alone(group: Sequence[Decision]) -> Iterator[tuple[Key, Decision]]:
    """The decision that holds per host, where it says of itself what stands or what was refused."""
    for each in group:
        said = each.proposal or each.finding
        if said is None:
            continue
        host = each.key[_IDENTITY] if len(each.key) > _IDENTITY else said.host
        if _last(group, host) is each:
            yield (*each.key[:_IDENTITY], host), each


def _once(found: Iterable[Judged]) -> Iterator[Judged]:
    """Without findings that say what another one says already; a curator's word is kept before a model's."""
    found = list(found)
    taken: dict[Key, Judged] = {}
    for each in sorted(found, key=lambda each: each.decision is None):
        if each.finding is not None:
            taken.setdefault(identity(each.finding), each)
    return (each for each in found if each.finding is None or taken[identity(each.finding)] is each)


def put_decision(connection: sqlite3.Connection, decision: Decision) -> int:
    """Write a decision; returns its number.

    Raises:
        sqlite3.IntegrityError: the article is not in the store, or the finding that a verdict needs is missing.
    """
    statement = """
        INSERT INTO decisions (article_id, key, verdict, finding, curator, note, decided, reading, proposal, sha256)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce((SELECT sha256 FROM articles WHERE id = ?), ''))
    """
    values = (
        decision.key[0],
        to_json(decision.key),
        decision.verdict,
        None if decision.finding is None else finding_json(decision.finding),
        decision.curator,
        decision.note,
        decision.decided or now(),
        decision.reading,
        None if decision.proposal is None else finding_json(decision.proposal),
        decision.key[0],
    )
    number = connection.execute(statement, values).lastrowid
    if number is None:
        raise AssertionError("an inserted row has a number")
    return number


def decision_of(row: sqlite3.Row) -> Decision:
    """The decision of a row of ``decisions``."""

    def finding(name: str) -> Finding | None:
        return None if row[name] is None else finding_from_json(row["article_id"], row[name])

    return Decision(
        key=tuple(json.loads(row["key"])),
        verdict=cast("Verdict", row["verdict"]),
        curator=row["curator"],
        finding=finding("finding"),
        note=row["note"],
        decided=row["decided"],
        reading=cast("Reading", row["reading"]),
        proposal=finding("proposal"),
        sha256=row["sha256"],
        id=row["id"],
    )
