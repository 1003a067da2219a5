"""Reads and verifies ``annotations/``: checks at load, texts, counts, agreement, near-duplicates."""

from __future__ import annotations

from extractor.gold.agreement import Agreement, agreement, agreement_table, measure_agreement
from extractor.gold.counts import Stats, stats, stats_table
from extractor.gold.duplicates import NearDuplicate, near_duplicates
from extractor.gold.importing import Imported, gold_of_store
from extractor.gold.loading import (
    LiteratureArticle,
    Verification,
    load_double,
    load_gold,
    load_literature,
    load_training,
    verify,
)
from extractor.gold.parsing import gold_record, parse_record
from extractor.gold.resampling import Interval, Resampler, Score, score_counts
from extractor.gold.sources import rewritten_sources
from extractor.gold.texts import Hydration, Unavailable, attach, hydrate, pmids_to_fetch, read_corpus, rebuilt_texts

__all__ = [
    "Agreement",
    "Hydration",
    "Imported",
    "Interval",
    "LiteratureArticle",
    "NearDuplicate",
    "Resampler",
    "Score",
    "Stats",
    "Unavailable",
    "Verification",
    "agreement",
    "agreement_table",
    "attach",
    "gold_of_store",
    "gold_record",
    "hydrate",
    "load_double",
    "load_gold",
    "load_literature",
    "load_training",
    "measure_agreement",
    "near_duplicates",
    "parse_record",
    "pmids_to_fetch",
    "read_corpus",
    "rebuilt_texts",
    "rewritten_sources",
    "score_counts",
    "stats",
    "stats_table",
    "verify",
]
