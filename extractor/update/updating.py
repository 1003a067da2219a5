"""Ask PubMed for what is new or changed, read it, and say what that has changed; interrupted, it goes on."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeAlias

from extractor.errors import PubMedError, RecordError, StoreError
from extractor.formats import read
from extractor.pubmed import Settings, fetch, fetch_ids
from extractor.pubmed.manifest import Manifest, alone
from extractor.records import Article, Finding, Json
from extractor.store import Run, Store
from extractor.update.changes import Changes, Judge, canonical, changes_between, state_of
from extractor.update.notices import Notices, read_notices

OVERLAP = timedelta(days=14)
"""Records are asked for again from so long before the last update: some are indexed late."""
RECHECK = timedelta(days=30)
"""Known records are asked for again when they were last seen so long ago: deletions are not announced."""
MOST_VANISHED = 0.2
"""Should more than this part of the known records be missing at once, PubMed is in trouble, not the records."""
_FEW = 20
_FAULTS = (ValueError, TypeError, LookupError, ArithmeticError, RuntimeError, MemoryError)
"""What one odd text can bring about in the libraries."""
DEFAULT_QUERY = (
    '("amyotrophic lateral sclerosis"[tiab] OR "amyotrophic lateral sclerosis"[mh] OR "motor neuron disease"[tiab] '
    'OR "motor neurone disease"[tiab] OR "SOD1 mice"[tiab] OR "SOD1(G93A)"[tiab] OR SOD1-G93A[tiab]) AND '
    "(cytokines[mh] OR cytokine*[tiab] OR interleukin*[tiab] OR chemokine*[tiab] OR interferon*[tiab] OR "
    '"tumor necrosis factor"[tiab] OR "tumour necrosis factor"[tiab] OR TNF*[tiab] OR IL-6[tiab] OR IL-8[tiab] OR '
    'IL-10[tiab] OR IL-17*[tiab] OR IL-18[tiab] OR MCP-1[tiab] OR CCL2[tiab] OR "growth factor"[tiab] OR '
    '"neurotrophic factor"[tiab] OR VEGF*[tiab] OR BDNF[tiab] OR GDNF[tiab] OR IGF-1[tiab] OR TGF*[tiab] OR '
    "erythropoietin[tiab] OR osteopontin[tiab] OR leptin[tiab] OR adiponectin[tiab] OR progranulin[tiab]) AND "
    "(serum[tiab] OR sera[tiab] OR plasma[tiab] OR blood[tiab] OR circulating[tiab] OR CSF[tiab] OR "
    '"cerebrospinal fluid"[tiab] OR urine[tiab] OR urinary[tiab] OR saliva*[tiab] OR tears[tiab])'
)
"""ALS, a cytokine and a body fluid."""


OnProgress: TypeAlias = Callable[[str, int, int], None]
"""Called with the stage, and the records done and wanted (0 where that is not known)."""


class Mines(Protocol):
    """What reads abstracts: ``mining.Miner`` does."""

    def mine(self, articles: Iterable[Article]) -> Iterator[tuple[Article, list[Finding]]]:
        """Each article with its findings, in input order."""
        ...


@dataclass(frozen=True, slots=True)
class _Update:
    """An update under way, as the store has it."""

    number: int
    query: str
    since: date | None
    due: tuple[str, ...]
    before: Json
    started: str


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
    folder = _folder(store)
    try:
        folder.mkdir(exist_ok=True)
        with alone(folder, "update"):
            told = on_progress or (lambda *_: None)
            return _go_on(store, query or DEFAULT_QUERY, settings, miner, model, judge, told)
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror or error}") from None
    finally:
        with contextlib.suppress(OSError):  # it is not there, or an unfinished update is in it
            folder.rmdir()


def _go_on(
    store: Store,
    query: str,
    settings: Settings,
    miner: Mines,
    model: str,
    judge: Judge | None,
    told: OnProgress,
) -> Changes:
    """The unfinished update, or a new one, to its end."""
    _sweep(store)
    under_way = _begun(store, query, settings, judge)
    folder = _folder(store) / str(under_way.number)
    fetched = _fetch(under_way, folder, settings, told)
    folders = [folder / name for name in fetched]
    errors = _read(store, under_way, folders, miner=miner, model=model, told=told)
    vanished = _vanished(under_way, folder, fetched)
    asked = {pmid for manifest in fetched.values() for pmid in manifest.pmids}
    counts = {"asked": len(asked), "asked_again": len(under_way.due)}
    changes = _finish(store, under_way, vanished, judge, finished=settings.clock.now(), counts=counts)
    _sweep(store)
    return replace(changes, errors=tuple(errors), asked=counts["asked"], asked_again=counts["asked_again"])


def last_update(store: Store) -> tuple[str, str] | None:
    """Query and time of the last finished update, None where there is none."""
    rows = store.rows("SELECT query, started FROM updates WHERE finished IS NOT NULL ORDER BY id DESC LIMIT 1")
    return (rows[0]["query"], rows[0]["started"]) if rows else None


def _begun(store: Store, query: str, settings: Settings, judge: Judge | None) -> _Update:
    """The unfinished update of this query, or a new one."""
    statement = "SELECT * FROM updates WHERE query = :query AND finished IS NULL ORDER BY id DESC LIMIT 1"
    rows = store.rows(statement, {"query": query})
    if not rows:
        now = settings.clock.now().astimezone(UTC)
        fields = (
            query,
            _since(store, query),
            json.dumps(_due(store, now)),
            json.dumps(state_of(store, judge)),
            _text(now),
        )
        with store.transaction() as connection:
            connection.execute(
                "INSERT INTO updates (query, since, due, before, started) VALUES (?, ?, ?, ?, ?)", fields
            )
        rows = store.rows(statement, {"query": query})
    row = rows[0]
    since = None if row["since"] is None else date.fromisoformat(row["since"])
    return _Update(row["id"], query, since, tuple(json.loads(row["due"])), json.loads(row["before"]), row["started"])


def _since(store: Store, query: str) -> str | None:
    statement = "SELECT max(started) FROM updates WHERE query = :query AND finished IS NOT NULL"
    last = store.rows(statement, {"query": query})[0][0]
    return None if last is None else (datetime.fromisoformat(last).date() - OVERLAP).isoformat()


def _due(store: Store, now: datetime) -> list[str]:
    """PMIDs of known records that were not seen for some time, by number; those deleted are not asked for again."""
    statement = """
        SELECT pmid FROM articles WHERE pmid IS NOT NULL AND status != 'deleted' AND id = 'PMID:' || pmid
        AND (asked IS NULL OR asked <= :before) ORDER BY CAST(pmid AS INTEGER)
    """
    return [row[0] for row in store.rows(statement, {"before": _text(now - RECHECK)})]


def _fetch(under_way: _Update, folder: Path, settings: Settings, told: OnProgress) -> dict[str, Manifest]:
    """What PubMed has to say, by question; each in a folder of its own."""
    since, query = under_way.since, under_way.query
    told("new records", 0, 0)
    found = {"new": fetch(query, folder / "new", settings=settings, since=since)}
    if since is not None:
        told("changed records", 0, 0)
        changed = f'({query}) AND ("{since:%Y/%m/%d}"[mdat] : "3000/12/31"[mdat])'
        found["changed"] = fetch(changed, folder / "changed", settings=settings)
    if under_way.due:
        told("known records", 0, len(under_way.due))
        found["known"] = fetch_ids(under_way.due, folder / "known", settings=settings)
    return found


def _read(
    store: Store, under_way: _Update, folders: Sequence[Path], *, miner: Mines, model: str, told: OnProgress
) -> list[str]:
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

    with Run(store, model=model, detail={"update": under_way.number, "query": under_way.query}) as run:
        unread = _known_saved(store, articles(), run, model)
        for number, (article, findings) in enumerate(_mined(miner, unread, errors), 1):
            run.save(article, findings)
            told("reading", number, 0)
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
    store: Store,
    under_way: _Update,
    vanished: Sequence[str],
    judge: Judge | None,
    *,
    finished: datetime,
    counts: Mapping[str, int],
) -> Changes:
    """Mark what has vanished, compare, and close the update."""
    with store.transaction() as connection:
        _mark_vanished(connection, vanished, under_way.started)
    after = canonical(state_of(store, judge))
    since = None if under_way.since is None else under_way.since.isoformat()
    changes = changes_between(under_way.before, after, query=under_way.query, since=since)
    with store.transaction() as connection:
        connection.execute(
            "UPDATE updates SET finished = ?, counts = ? WHERE id = ?",
            (_text(finished.astimezone(UTC)), json.dumps(counts), under_way.number),
        )
    return changes


def _mark_vanished(connection: sqlite3.Connection, vanished: Sequence[str], started: str) -> None:
    for pmid in vanished:
        connection.execute("UPDATE articles SET status = 'vanished', asked = ? WHERE id = ?", (started, f"PMID:{pmid}"))


def _vanished(under_way: _Update, folder: Path, fetched: Mapping[str, Manifest]) -> tuple[str, ...]:
    """Known records that PubMed no longer gives.

    Raises:
        PubMedError: they are too many; what was fetched of them is dropped, so that they are asked for again.
    """
    missing = fetched["known"].missing if "known" in fetched else ()
    if len(missing) > max(_FEW, MOST_VANISHED * len(under_way.due)):
        shutil.rmtree(folder / "known", ignore_errors=True)
        raise PubMedError(
            f"{len(missing):,} of {len(under_way.due):,} known records are missing from PubMed's answer: that is its "
            "trouble, not theirs; nothing was marked as vanished, ask again later"
        )
    return missing


def _folder(store: Store) -> Path:
    return store.path.with_name(f"{store.path.name}.updates")


def _sweep(store: Store) -> None:
    """Remove what finished updates have left behind."""
    for row in store.rows("SELECT id FROM updates WHERE finished IS NOT NULL"):
        shutil.rmtree(_folder(store) / str(row[0]), ignore_errors=True)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _line(error: RecordError) -> str:
    return " ".join(str(error).split())
