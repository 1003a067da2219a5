"""What an update asks PubMed, and what is kept of it until the update is finished."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from extractor.errors import PubMedError
from extractor.pubmed import Settings, fetch, fetch_ids
from extractor.pubmed.manifest import Manifest
from extractor.records import Json
from extractor.store import Store
from extractor.update.changes import Judge, state_of

OVERLAP = timedelta(days=14)
"""Records are asked for again from so long before the last update: some are indexed late."""
RECHECK = timedelta(days=30)
"""Known records are asked for again when they were last seen so long ago: deletions are not announced."""
MOST_VANISHED = 0.2
"""Should more than this part of the known records be missing at once, PubMed is in trouble, not the records."""
_FEW = 20
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


@dataclass(frozen=True, slots=True)
class Update:
    """An update under way, as the store has it."""

    number: int
    query: str
    since: date | None
    due: tuple[str, ...]
    before: Json
    started: str


def last_update(store: Store) -> tuple[str, str] | None:
    """Query and time of the last finished update, None where there is none."""
    rows = store.rows("SELECT query, started FROM updates WHERE finished IS NOT NULL ORDER BY id DESC LIMIT 1")
    return (rows[0]["query"], rows[0]["started"]) if rows else None


def begun(store: Store, query: str, settings: Settings, judge: Judge | None) -> Update:
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
            text_of(now),
        )
        with store.transaction() as connection:
            connection.execute(
                "INSERT INTO updates (query, since, due, before, started) VALUES (?, ?, ?, ?, ?)", fields
            )
        rows = store.rows(statement, {"query": query})
    row = rows[0]
    since = None if row["since"] is None else date.fromisoformat(row["since"])
    return Update(row["id"], query, since, tuple(json.loads(row["due"])), json.loads(row["before"]), row["started"])


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
    return [row[0] for row in store.rows(statement, {"before": text_of(now - RECHECK)})]


def fetch_new(under_way: Update, folder: Path, settings: Settings, told: OnProgress) -> dict[str, Manifest]:
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


def missing_now(under_way: Update, folder: Path, fetched: Mapping[str, Manifest]) -> tuple[str, ...]:
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


def folder_of(store: Store) -> Path:
    """Where an update that is under way keeps what came."""
    return store.path.with_name(f"{store.path.name}.updates")


def sweep(store: Store) -> None:
    """Remove what finished updates have left behind."""
    for row in store.rows("SELECT id FROM updates WHERE finished IS NOT NULL"):
        shutil.rmtree(folder_of(store) / str(row[0]), ignore_errors=True)


def text_of(moment: datetime) -> str:
    """A moment as the store writes it."""
    return moment.isoformat(timespec="seconds")
