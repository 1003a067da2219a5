"""One SQLite file with articles, findings, runs and curators' decisions; everything in it can be traced to a run.

Opening brings an older file to the present layout. Writing is idempotent: the same articles read by the same model
leave the file as it was, another model adds its findings and keeps the old, and an interrupted run is gone on with.
"""

from __future__ import annotations

from extractor.store.acts import Act, ActKind, acts, last_act, put_act, undo_act
from extractor.store.database import Notice, Store, open_store
from extractor.store.decisions import (
    COUNTING,
    READINGS,
    VERDICTS,
    Decision,
    Judged,
    Key,
    Reading,
    Verdict,
    identity,
    judged,
    put_decision,
)
from extractor.store.runs import Run, Saved, save_run

__all__ = [
    "COUNTING",
    "READINGS",
    "VERDICTS",
    "Act",
    "ActKind",
    "Decision",
    "Judged",
    "Key",
    "Notice",
    "Reading",
    "Run",
    "Saved",
    "Store",
    "Verdict",
    "acts",
    "identity",
    "judged",
    "last_act",
    "open_store",
    "put_act",
    "put_decision",
    "save_run",
    "undo_act",
]
