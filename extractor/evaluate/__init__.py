"""Scores against gold, each level on its own, with intervals by bootstrap over articles; nothing is rounded here."""

from __future__ import annotations

from extractor.evaluate.calibration import (
    Calibration,
    Outcome,
    ReliabilityBin,
    Threshold,
    calibrate,
    outcomes,
)
from extractor.evaluate.causes import CAUSES, Mistake, count_causes, mistakes
from extractor.evaluate.direction import CLASSES, DirectionScore, Judged, Pair, direction_score, pairs_of
from extractor.evaluate.findings import (
    CONTEXT,
    LEVELS,
    Difference,
    FindingScores,
    compare_systems,
    finding_counts,
    score_context,
    score_findings,
)
from extractor.evaluate.leaks import LeakCheck, leak_checks
from extractor.evaluate.recognition import MentionScores, PairScores, score_mentions, score_pairs, score_spans
from extractor.gold.resampling import Interval, Resampler, Score, score_counts

__all__ = [
    "CAUSES",
    "CLASSES",
    "CONTEXT",
    "LEVELS",
    "Calibration",
    "Difference",
    "DirectionScore",
    "FindingScores",
    "Interval",
    "Judged",
    "LeakCheck",
    "MentionScores",
    "Mistake",
    "Outcome",
    "Pair",
    "PairScores",
    "ReliabilityBin",
    "Resampler",
    "Score",
    "Threshold",
    "calibrate",
    "compare_systems",
    "count_causes",
    "direction_score",
    "finding_counts",
    "leak_checks",
    "mistakes",
    "outcomes",
    "pairs_of",
    "score_context",
    "score_counts",
    "score_findings",
    "score_mentions",
    "score_pairs",
    "score_spans",
]
