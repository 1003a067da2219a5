"""The living review: what PubMed has new or changed since the last time, and what that changes in the ledger."""

from __future__ import annotations

from extractor.update.changes import Changes, Flip, Judge, States
from extractor.update.updating import DEFAULT_QUERY, OVERLAP, RECHECK, Mines, last_update, update

__all__ = [
    "DEFAULT_QUERY",
    "OVERLAP",
    "RECHECK",
    "Changes",
    "Flip",
    "Judge",
    "Mines",
    "States",
    "last_update",
    "update",
]
