"""The living review: what PubMed has new or changed since the last time, and what that changes in the ledger."""

from __future__ import annotations

from extractor.update.changes import Changes, Flip, Judge, States
from extractor.update.fetching import DEFAULT_QUERY, OVERLAP, RECHECK, last_update
from extractor.update.updating import Mines, update

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
