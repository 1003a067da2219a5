"""What a curator can do with an article; every act is checked and written in one transaction."""

from __future__ import annotations

import sqlite3
from typing import Literal, TypeAlias

from extractor.records import Finding, Json
from extractor.review.changes import added, changed
from extractor.review.progress import Standing, standings
from extractor.review.refusal import RefusedError
from extractor.review.sheet import Sheet, item_id, read_sheet
from extractor.store import (
    Act,
    Decision,
    Judged,
    Key,
    Reading,
    Store,
    Verdict,
    identity,
    last_act,
    put_act,
    put_decision,
    undo_act,
)

Action: TypeAlias = Literal["accept", "reject", "correct", "add", "first", "second"]
LONGEST_NOTE = 4000


class Desk:
    """A curator at work.

    Args:
        store: an open store.
        curator: the name under which everything is written.
    """

    def __init__(self, store: Store, curator: str) -> None:
        self._store = store
        self.curator = curator

    def open(self, article_id: str, reading: Reading) -> Sheet:
        """Take an article in front; from then on it is offered to nobody else for a while.

        Raises:
            RefusedError: there is no such article, or this curator may not see it in this reading.
        """
        with self._store.transaction() as connection:
            standing = self._standing(article_id)
            self._refuse_unless_visible(standing, reading)
            put_act(connection, Act(article_id, reading, self.curator, "opened"))
            others = {standing.readers.get(each) for each in ("first", "second")} - {None, self.curator}
            if reading != "second" and others:
                put_act(connection, Act(article_id, reading, self.curator, "seen"))
        return self.sheet(article_id, reading)

    def sheet(self, article_id: str, reading: Reading) -> Sheet:
        """An article as it stands in a reading.

        Raises:
            RefusedError: there is no such article, or this curator may not see it in this reading.
        """
        standing = self._standing(article_id)
        self._refuse_unless_visible(standing, reading)
        return read_sheet(self._store, article_id, reading, standing)

    def decide(
        self, article_id: str, reading: Reading, version: str, action: Action, *, item: str = "", changes: Json
    ) -> str:
        """Decide on a finding; returns its item id.

        Args:
            article_id: of the article.
            reading: in which.
            version: of the sheet on which the curator decided.
            action: ``first`` and ``second`` take over what that reader said, in an adjudication.
            item: which finding; none for ``add``.
            changes: what ``correct`` and ``add`` change.

        Raises:
            RefusedError: as ``sheet``; or someone else reads it, it has changed meanwhile, or a value is wrong.
        """
        with self._store.transaction() as connection:
            sheet = self._checked(article_id, reading, version)
            if action == "add":
                finding = added(changes, sheet.article, sheet.names)
                key = identity(finding)
                judged = next((each for each in sheet.items if each.key == key), Judged(key, None, None))
                self._write(connection, sheet, judged, finding, anew=True)
                return item_id(key)
            judged = _item(sheet, item)
            final = self._outcome(sheet, judged, action, changes)
            if judged.decision is None or not _same(judged.finding, final):
                self._write(connection, sheet, judged, final)
            return item

    def accept_rest(self, article_id: str, reading: Reading, version: str) -> None:
        """Accept every finding that waits for a decision.

        Raises:
            RefusedError: as ``decide``; or it is an adjudication.
        """
        with self._store.transaction() as connection:
            sheet = self._checked(article_id, reading, version)
            if reading == "adjudication":
                raise RefusedError("invalid", "every difference needs its own decision")
            for judged in sheet.items:
                if judged.decision is None:
                    self._write(connection, sheet, judged, judged.proposal)

    def comment(self, article_id: str, reading: Reading, version: str, text: str, *, item: str = "") -> None:
        """Write a remark on a finding, or on the article.

        Raises:
            RefusedError: as ``decide``; or there is no text, or too much of it.
        """
        text = text.strip()
        if not 0 < len(text) <= LONGEST_NOTE:
            raise RefusedError("invalid", f"a comment has 1 to {LONGEST_NOTE} characters")
        with self._store.transaction() as connection:
            sheet = self._checked(article_id, reading, version)
            key = _item(sheet, item).key if item else None
            put_act(connection, Act(article_id, reading, self.curator, "commented", key=key, text=text))

    def skip(self, article_id: str, reading: Reading) -> None:
        """Leave an article for later: it comes last in this curator's queue.

        Raises:
            RefusedError: as ``sheet``.
        """
        with self._store.transaction() as connection:
            self._refuse_unless_visible(self._standing(article_id), reading)
            put_act(connection, Act(article_id, reading, self.curator, "skipped"))

    def finish(self, article_id: str, reading: Reading, version: str) -> None:
        """Declare an article done.

        Raises:
            RefusedError: as ``decide``; or findings wait for a decision.
        """
        with self._store.transaction() as connection:
            sheet = self._checked(article_id, reading, version)
            if sheet.undecided:
                what = "difference" if reading == "adjudication" else "finding"
                raise RefusedError("invalid", f"{sheet.undecided} {what}{'s' * (sheet.undecided > 1)} still undecided")
            put_act(connection, Act(article_id, reading, self.curator, "finished"))

    def take_over(self, article_id: str) -> None:
        """Become the first reader of an article that another curator has left.

        Raises:
            RefusedError: nobody else has it, it is adjudicated, or this curator reads it blindly.
        """
        with self._store.transaction() as connection:
            standing = self._standing(article_id)
            if standing.readers.get("first", self.curator) == self.curator:
                raise RefusedError("invalid", "nobody else has this article")
            if self.curator == standing.readers.get("second") or "adjudication" in standing.readers:
                raise RefusedError("forbidden", "this article is read twice: what differs is adjudicated")
            put_act(connection, Act(article_id, "first", self.curator, "taken"))
            put_act(connection, Act(article_id, "first", self.curator, "seen"))

    def undo(self) -> Act:
        """Take back what this curator did last, in whichever article; returns it.

        Raises:
            RefusedError: there is nothing, or someone else has gone on from there.
        """
        with self._store.transaction() as connection:
            act = last_act(self._store, curator=self.curator)
            if act is None:
                raise RefusedError("missing", "there is nothing to undo")
            if act.kind != "skipped":
                self._refuse_unless_own(self._standing(act.article_id), act.reading)
            undo_act(connection, act)
        return act

    def _outcome(self, sheet: Sheet, judged: Judged, action: Action, changes: Json) -> Finding | None:
        """What stands after an action, None for nothing."""
        if action == "reject":
            return None
        if action in {"first", "second"}:
            difference = next((each for each in sheet.differences if each.key == judged.key), None)
            if difference is None:
                raise RefusedError("invalid", "only an adjudication takes over what a reader said")
            return difference.first if action == "first" else difference.second
        base = judged.finding or judged.proposal or self._said(sheet, judged.key)
        if base is None:
            raise RefusedError("missing", "this finding has nothing to go on from: add it anew")
        if action == "accept":
            return base
        return changed(base, changes, sheet.article, sheet.names)

    def _said(self, sheet: Sheet, key: Key) -> Finding | None:
        """What either reader, or an earlier decision, had at a finding that does not stand."""
        for difference in sheet.differences:
            if difference.key == key:
                return difference.first or difference.second
        decisions = self._store.decisions(article_id=sheet.article.id, readings=[sheet.reading], current=True)
        return next((each.finding for each in reversed(decisions) if each.key == key and each.finding), None)

    def _write(
        self,
        connection: sqlite3.Connection,
        sheet: Sheet,
        judged: Judged,
        final: Finding | None,
        *,
        anew: bool = False,
    ) -> None:
        others = (each for each in sheet.items if anew or each.key != judged.key)
        taken = {identity(each.finding) for each in others if each.finding is not None}
        if final is not None and identity(final) in taken:
            raise RefusedError("conflict", "another finding of this article says exactly that already")
        verdict = _verdict(judged.proposal, final)
        decision = Decision(
            judged.key,
            verdict,
            self.curator,
            final if verdict in {"corrected", "added"} else None,
            reading=sheet.reading,
            proposal=judged.proposal,
        )
        number = put_decision(connection, decision)
        act = Act(sheet.article.id, sheet.reading, self.curator, "decided", decision_id=number, key=judged.key)
        put_act(connection, act)

    def _standing(self, article_id: str) -> Standing:
        if not self._store.rows("SELECT 1 FROM articles WHERE id = :id", {"id": article_id}):
            raise RefusedError("missing", f"{article_id[:100]} is not in the database")
        return standings(self._store, article_id=article_id)[article_id]

    def _checked(self, article_id: str, reading: Reading, version: str) -> Sheet:
        """The sheet, if this curator may change it and has seen all of it."""
        sheet = self.sheet(article_id, reading)
        self._refuse_unless_own(sheet.standing, reading)
        if version != sheet.version:
            raise RefusedError("conflict", "this article has changed since you loaded it: here is how it stands now")
        return sheet

    def _refuse_unless_visible(self, standing: Standing, reading: Reading) -> None:
        if reading == "adjudication" and not standing.read_twice:
            raise RefusedError("forbidden", "two curators must have finished this article first")
        reads_blindly = standing.readers.get("second") == self.curator and "second" not in standing.finished
        if reading == "first" and reads_blindly:
            raise RefusedError("forbidden", "you read this article blindly: finish that first")
        if reading == "second" and not standing.may_read_second(self.curator):
            raise RefusedError("forbidden", "you cannot read this article blindly: you, or someone else, have read it")

    def _refuse_unless_own(self, standing: Standing, reading: Reading) -> None:
        reader = standing.readers.get(reading, self.curator)
        if reader != self.curator:
            raise RefusedError("conflict", f"{reader} has this article; nothing was changed")
        if reading != "adjudication" and "adjudication" in standing.readers:
            raise RefusedError("conflict", "this article is being adjudicated; nothing was changed")


def _item(sheet: Sheet, item: str) -> Judged:
    for each in sheet.items:
        if item_id(each.key) == item:
            return each
    raise RefusedError("missing", "this finding is not there any more")


def _verdict(proposal: Finding | None, final: Finding | None) -> Verdict:
    if final is None:
        return "rejected"
    if proposal is None:
        return "added"
    return "accepted" if _same(proposal, final) else "corrected"


def _same(one: Finding | None, other: Finding | None) -> bool:
    return _whole(one) == _whole(other)


def _whole(finding: Finding | None) -> tuple[object, ...] | None:
    if finding is None:
        return None
    places = (m and m.span for m in (finding.cytokine_mention, finding.fluid_mention))
    return (*identity(finding), finding.confidence, finding.evidence, *places)
