"""Ask PubMed for what is new or changed, read it, and say what that has changed; interrupted, it goes on."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path
from typing import Protocol

from extractor.errors import InputError, RecordError, StoreError
from extractor.formats import read
from extractor.pubmed import Settings
from extractor.pubmed.manifest import alone
from extractor.records import Article, Finding
from extractor.store import Run, Store
from extractor.update.changes import Changes, Judge, canonical, changes_between, state_of
from extractor.update.fetching import (
    DEFAULT_QUERY,
    OnProgress,
    Update,
    begun,
    fetch_new,
    folder_of,
    missing_now,
    sweep,
    text_of,
)
from extractor.update.notices import Notices, read_notices

_FAULTS = (InputError, ValueError, TypeError, LookupError, ArithmeticError, RuntimeError, MemoryError)
"""What one odd text can bring about in the libraries, or that refuses it."""


class Mines(Protocol):
    """What reads abstracts: ``mining.Miner`` does."""

    def mine(self, articles: Iterable[Article]) -> Iterator[tuple[Article, list[Finding]]]:
        """Each article with its findings, in input order."""
        ...


@dataclass(frozen=True, slots=True)
class _Means:
    """With what an update is made: the arguments of ``update``."""

    settings: Settings
    miner: Mines
    model: str
    judge: Judge | None
    told: OnProgress


def update(
    store: Store,
    *,
    settings: Settings,
    miner: Mines,
    model: str,
    query: str | None = None,
    judge: Judge | None = None,
    on_progress: OnProgress | None = None,
) -> Changes:
    """Bring a store up to date with PubMed.

    Three questions are asked: what has entered PubMed since the last finished update of this query (with overlap;
    everything the first time), what was modified since, and what has become of known records that were not seen for
    some time. What comes is kept beside the database until the update is finished. Killed at any moment and called
    again, it goes on where it was; the changes told are those since the last update that was finished.

    Args:
        store: an open store.
        settings: who asks PubMed, where, how patiently; its clock gives the date.
        miner: reads the abstracts.
        model: name and version of what reads them. Another one than last time reads all it meets anew.
        query: ``DEFAULT_QUERY`` where None.
        judge: gives verdicts and oppositions by cell, so that changes of them can be told.
        on_progress: told the stage, and records done and wanted.

    Raises:
        PubMedError: NCBI refuses or does not answer, or too many known records are missing at once.
        StoreError: the database cannot be written.
    """
    folder = folder_of(store)
    try:
        folder.mkdir(exist_ok=True)
        with alone(folder, "update"):
            means = _Means(settings, miner, model, judge, on_progress or (lambda *_: None))
            return _go_on(store, query or DEFAULT_QUERY, means)
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror or error}") from None
    finally:
        with contextlib.suppress(OSError):  # it is not there, or an unfinished update is in it
            folder.rmdir()


def _go_on(store: Store, query: str, means: _Means) -> Changes:
    """The unfinished update, or a new one, to its end."""
    sweep(store)
    under_way = begun(store, query, means.settings, means.judge)
    folder = folder_of(store) / str(under_way.number)
    fetched = fetch_new(under_way, folder, means.settings, means.told)
    errors = _read(store, under_way, [folder / name for name in fetched], means)
    missing = missing_now(under_way, folder, fetched)
    asked = {pmid for manifest in fetched.values() for pmid in manifest.pmids}
    counts = {"asked": len(asked), "asked_again": len(under_way.due)}
    changes = _finish(store, under_way, missing, means, counts=counts)
    sweep(store)
    return replace(changes, errors=tuple(errors), asked=counts["asked"], asked_again=counts["asked_again"])


def _read(store: Store, under_way: Update, folders: Sequence[Path], means: _Means) -> list[str]:
    """Read each record once and write it; those the model has read before are only brought up to date.

    Returns:
        The records that could not be read, one line each.
    """
    errors: list[str] = []
    seen: set[str] = set()

    def articles() -> Iterator[Article]:
        for article in read(folders, on_error=lambda error: errors.append(_line(error))):
            if article.id not in seen:
                seen.add(article.id)
                yield article

    with Run(store, model=means.model, detail={"update": under_way.number, "query": under_way.query}) as run:
        unread = _known_saved(store, articles(), run, means.model)
        for number, (article, findings) in enumerate(_mined(means.miner, unread, errors), 1):
            run.save(article, findings)
            means.told("reading", number, 0)
    for folder in folders:
        _apply(store, read_notices(folder), under_way.started)
    return errors


def _mined(
    miner: Mines, articles: Iterable[Article], errors: list[str]
) -> Iterator[tuple[Article, list[Finding] | None]]:
    """Each article with its findings, in order; None where it brings about a fault, which costs that article only."""
    waiting: deque[Article] = deque()

    def fed() -> Iterator[Article]:
        for article in articles:
            waiting.append(article)
            yield article

    while True:
        try:
            for article, findings in miner.mine(fed()):
                waiting.popleft()
                yield article, findings
        except _FAULTS:
            for article in tuple(waiting):
                yield article, _mined_alone(miner, article, errors)
            waiting.clear()
        else:
            return


def _mined_alone(miner: Mines, article: Article, errors: list[str]) -> list[Finding] | None:
    try:
        return [finding for _, findings in miner.mine([article]) for finding in findings]
    except _FAULTS as fault:
        errors.append(_line(RecordError("PubMed", article.id, "mine", f"{type(fault).__name__}: {fault}")))
        return None


def _known_saved(store: Store, articles: Iterable[Article], run: Run, model: str) -> Iterator[Article]:
    """The articles the model has not read; the record of the others is saved in passing."""
    for article in articles:
        if article.deleted or store.is_read(article, model=model):
            run.save(article, None)
        else:
            yield article


def _apply(store: Store, notices: Notices, started: str) -> None:
    """Write the notices of records as they are now, and that the records were seen."""
    with store.transaction() as connection:
        for article_id, found in notices.items():
            connection.execute("UPDATE articles SET asked = ? WHERE id = ?", (started, article_id))
            connection.execute("DELETE FROM notices WHERE article_id = ?", (article_id,))
            known = connection.execute("SELECT 1 FROM articles WHERE id = ?", (article_id,)).fetchone()
            for kind, reference in found if known else ():
                connection.execute("INSERT INTO notices VALUES (?, ?, ?)", (article_id, kind, reference))


def _finish(
    store: Store, under_way: Update, missing: Sequence[str], means: _Means, *, counts: Mapping[str, int]
) -> Changes:
    """Mark what has vanished, compare, and close the update."""
    with store.transaction() as connection:
        _mark_vanished(connection, missing, under_way.started)
    after = canonical(state_of(store, means.judge))
    since = None if under_way.since is None else under_way.since.isoformat()
    changes = changes_between(under_way.before, after, query=under_way.query, since=since)
    finished = means.settings.clock.now()
    with store.transaction() as connection:
        connection.execute(
            "UPDATE updates SET finished = ?, counts = ? WHERE id = ?",
            (text_of(finished.astimezone(UTC)), json.dumps(counts), under_way.number),
        )
    return changes


def _mark_vanished(connection: sqlite3.Connection, missing: Sequence[str], started: str) -> None:
    for pmid in missing:
        connection.execute("UPDATE articles SET status = 'vanished', asked = ? WHERE id = ?", (started, f"PMID:{pmid}"))


def _line(error: RecordError) -> str:
    return " ".join(str(error).split())
