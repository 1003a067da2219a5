"""PubMed, politely and completely: a query or a list of ids -> raw XML batches on disk with a manifest.

Biopython builds the requests and reads the answers; the transport (time-outs, retries, rate limit) is ours.
"""

from __future__ import annotations

from extractor.pubmed.fetching import dry_run, fetch, fetch_ids, ping
from extractor.pubmed.ids import read_ids
from extractor.pubmed.manifest import Manifest
from extractor.pubmed.search import Plan
from extractor.pubmed.settings import Clock, Settings

__all__ = ["Clock", "Manifest", "Plan", "Settings", "dry_run", "fetch", "fetch_ids", "ping", "read_ids"]
