"""What an update has changed: two states of the store compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from extractor.records import Json
from extractor.store import Store

States = Mapping[tuple[str, ...], tuple[str, bool]]
"""Verdict and opposition by cell: ``Ledger.states``."""
Judge = Callable[[Store], States]
"""Builds the ledger of a store and gives its states."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A cell whose verdict is another now; ``before`` or ``after`` is None where it had or has none."""

    cell: tuple[str, ...]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different since the last update was finished.

    Attributes:
        query: what PubMed was asked.
        since: first day asked for, None for all.
        asked: records PubMed was asked for in all, and of these those known before and asked for again.
        asked_again: of these those known before and due for another look.
        new: articles that were not there.
        revised: articles with another text.
        retracted: articles now retracted.
        concerns: articles with a new expression of concern.
        corrected: articles with a new correction or republication.
        vanished: articles PubMed no longer has.
        returned: articles it has again.
        findings: findings that were not there, as their identities.
        lost: findings that are no longer there.
        oppositions: cells in which a rise and a fall are now both reported.
        flips: cells with another verdict.
        errors: records that could not be read, one line each.
    """

    query: str
    since: str | None
    asked: int = 0
    asked_again: int = 0
    new: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    retracted: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    findings: tuple[tuple[str, ...], ...] = ()
    lost: tuple[tuple[str, ...], ...] = ()
    oppositions: tuple[tuple[str, ...], ...] = ()
    flips: tuple[Flip, ...] = ()
    errors: tuple[str, ...] = field(default=())


def state_of(store: Store, judge: Judge | None) -> Json:
    """The state of a store as JSON values."""
    rows = store.rows("SELECT id, sha256, retracted, status FROM articles ORDER BY id")
    return {
        "texts": {row["id"]: row["sha256"] for row in rows},
        "retracted": [row["id"] for row in rows if row["retracted"]],
        "gone": [row["id"] for row in rows if row["status"] != "present"],
        "notices": sorted([a, *notice] for a, notices in store.notices().items() for notice in notices),
        "findings": sorted([*finding.key, finding.host] for finding, _ in store.findings()),
        "cells": sorted([list(cell), list(state)] for cell, state in (judge(store) if judge else {}).items()),
    }


def changes_between(before: Json, after: Json, *, query: str, since: str | None) -> Changes:
    """What is different in ``after``; both as ``state_of`` gives them."""
    texts = before["texts"]
    noticed = _new(before["notices"], after["notices"])
    cells = {tuple(cell): tuple(state) for cell, state in before["cells"]}
    later = {tuple(cell): tuple(state) for cell, state in after["cells"]}
    return Changes(
        query=query,
        since=since,
        new=tuple(sorted(after["texts"].keys() - texts.keys())),
        revised=tuple(sorted(each for each, sha in after["texts"].items() if texts.get(each, sha) != sha)),
        retracted=_ids([each] for each in {*after["retracted"]} - {*before["retracted"]}),
        concerns=_ids(notice for notice in noticed if notice[1] == "concern"),
        corrected=_ids(notice for notice in noticed if notice[1] in {"correction", "republication"}),
        vanished=_ids([each] for each in {*after["gone"]} - {*before["gone"]}),
        returned=_ids([each] for each in {*before["gone"]} - {*after["gone"]}),
        findings=_new(before["findings"], after["findings"]),
        lost=_new(after["findings"], before["findings"]),
        oppositions=tuple(sorted(c for c, s in later.items() if s[1] and not cells.get(c, ("", False))[1])),
        flips=tuple(_flips(cells, later)),
    )


def canonical(state: Json) -> Json:
    """The state as it comes back from the file."""
    values: Json = json.loads(json.dumps(state))
    return values


def _flips(
    before: Mapping[tuple[str, ...], tuple[str, ...]], after: Mapping[tuple[str, ...], tuple[str, ...]]
) -> list[Flip]:
    said = [(cell, before.get(cell), after.get(cell)) for cell in sorted({*before, *after})]
    return [
        Flip(cell, old[0] if old else None, new[0] if new else None)
        for cell, old, new in said
        if (old and old[0]) != (new and new[0])
    ]


def _new(before: Iterable[list[str]], after: Iterable[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted({tuple(each) for each in after} - {tuple(each) for each in before}))


def _ids(rows: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({next(iter(row)) for row in rows}))
