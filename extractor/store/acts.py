"""What curators do on the review page, one row an act: the order of things, for undo and for who reads what."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from extractor.store.database import Store
from extractor.store.decisions import Key, Reading
from extractor.store.rows import now, to_json

ActKind: TypeAlias = Literal["opened", "seen", "taken", "decided", "commented", "skipped", "finished"]


@dataclass(frozen=True, slots=True)
class Act:
    """Something a curator did.

    Attributes:
        kind: ``opened`` an article; has ``seen`` what another one decided on it; has ``taken`` it from another;
            ``decided``, ``commented``, ``skipped``, ``finished``.
        decision_id: of the decision, where that was it.
        key: of the finding commented on, None for the article.
        text: of the comment.
        at: time, UTC, ISO.
        id: number in the store, 0 before it is written.
    """

    article_id: str
    reading: Reading
    curator: str
    kind: ActKind
    decision_id: int | None = None
    key: Key | None = None
    text: str = ""
    at: str = ""
    id: int = 0


def put_act(connection: sqlite3.Connection, act: Act) -> int:
    """Write an act; returns its number. An article opened or seen again keeps one row, with the newer time."""
    at, number = act.at or now(), None
    if act.kind in {"opened", "seen"}:
        where = "article_id = ? AND reading = ? AND curator = ? AND kind = ?"
        connection.execute(f"DELETE FROM acts WHERE {where}", (act.article_id, act.reading, act.curator, act.kind))
    number = connection.execute(
        "INSERT INTO acts (article_id, reading, curator, kind, decision_id, key, text, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            act.article_id,
            act.reading,
            act.curator,
            act.kind,
            act.decision_id,
            None if act.key is None else to_json(act.key),
            act.text,
            at,
        ),
    ).lastrowid
    if number is None:
        raise AssertionError("an inserted row has a number")
    return number


def acts(store: Store, *, article_id: str | None = None) -> list[Act]:
    """Acts in their order, of one article or all, without those taken back."""
    statement = "SELECT * FROM acts WHERE undone IS NULL AND (:article IS NULL OR article_id = :article) ORDER BY id"
    return [_act(row) for row in store.rows(statement, {"article": article_id})]


def last_act(store: Store, *, curator: str) -> Act | None:
    """What a curator did last and can take back, None where there is nothing."""
    statement = """
        SELECT * FROM acts WHERE undone IS NULL AND curator = :curator AND kind NOT IN ('opened', 'seen')
        ORDER BY id DESC LIMIT 1
    """
    rows = store.rows(statement, {"curator": curator})
    return _act(rows[0]) if rows else None


def undo_act(connection: sqlite3.Connection, act: Act) -> None:
    """Take back an act and the decision it was; both stay on record."""
    connection.execute("UPDATE acts SET undone = ? WHERE id = ?", (now(), act.id))
    if act.decision_id is not None:
        connection.execute("UPDATE decisions SET undone = ? WHERE id = ?", (now(), act.decision_id))


def _act(row: sqlite3.Row) -> Act:
    return Act(
        article_id=row["article_id"],
        reading=cast("Reading", row["reading"]),
        curator=row["curator"],
        kind=cast("ActKind", row["kind"]),
        decision_id=row["decision_id"],
        key=None if row["key"] is None else tuple(json.loads(row["key"])),
        text=row["text"],
        at=row["at"],
        id=row["id"],
    )
