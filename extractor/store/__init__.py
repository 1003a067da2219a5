"""One SQLite file with articles, findings, runs and curators' decisions; everything in it can be traced to a run.

Opening brings an older file to the present layout. Writing is idempotent: the same articles read by the same model
leave the file as it was, another model adds its findings and keeps the old, and an interrupted run is gone on with.
"""

from __future__ import annotations

from extractor.store.database import VERDICTS, Decision, Notice, Store, Verdict, open_store
from extractor.store.runs import Run, Saved, save_run

__all__ = ["VERDICTS", "Decision", "Notice", "Run", "Saved", "Store", "Verdict", "open_store", "save_run"]
