"""Accuracy that can be checked: systems side by side, every level, one table, one JSON result, one HTML page."""

from __future__ import annotations

from extractor.benchmark.accuracy import Benchmark, Settings, accuracy, select, write_outputs
from extractor.benchmark.command import command_system, parse_command_system
from extractor.benchmark.cooccurrence import CooccurrenceClassifier
from extractor.benchmark.corpora import Question
from extractor.benchmark.evidence import answer_by, question_candidate
from extractor.benchmark.external import external_directions, external_mentions, score_evidence
from extractor.benchmark.figures import render_figures, stale_figures
from extractor.benchmark.literature import literature_benchmark
from extractor.benchmark.page import render_page
from extractor.benchmark.result import RESULT_SCHEMA, as_json, read_result, write_result
from extractor.benchmark.systems import Stages, System, classifier_system, miner_system, with_gold_mentions
from extractor.benchmark.table import render_tables
from extractor.benchmark.tfidf import TfidfClassifier

__all__ = [
    "RESULT_SCHEMA",
    "Benchmark",
    "CooccurrenceClassifier",
    "Question",
    "Settings",
    "Stages",
    "System",
    "TfidfClassifier",
    "accuracy",
    "answer_by",
    "as_json",
    "classifier_system",
    "command_system",
    "external_directions",
    "external_mentions",
    "literature_benchmark",
    "miner_system",
    "parse_command_system",
    "question_candidate",
    "read_result",
    "render_figures",
    "render_page",
    "render_tables",
    "score_evidence",
    "select",
    "stale_figures",
    "with_gold_mentions",
    "write_outputs",
    "write_result",
]
