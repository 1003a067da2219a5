"""The tables ``data/cues.tsv`` and ``data/context.tsv`` as compiled patterns; each row is a regular expression."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

CYTOKINE_MARK = "\ue000"
"""Stands for each character of a cytokine name in a masked sentence; ``{C}`` in the tables."""
FLUID_MARK = "\ue001"
"""Stands for each character of a fluid name in a masked sentence; ``{F}`` in the tables."""
_ADVERBS = r"(?:\s(?:\w+ly|also|all|both|each|very|far|much|well|even|still|often|again|too))*"
"""Any adverbs between the words of a cue; ``{A}`` in the tables."""


def pattern(kind: str, direction: str = "") -> re.Pattern[str]:
    """The cue words of one kind and direction, not inside a word and not after a hyphen.

    Raises:
        KeyError: ``data/cues.tsv`` has no such kind.
    """
    return _cues()[kind, direction]


def words(kind: str) -> re.Pattern[str]:
    """The context words of one kind, between word boundaries.

    Raises:
        KeyError: ``data/context.tsv`` has no such kind.
    """
    return _context()[kind]


@cache
def alternatives(kind: str) -> str:
    """The context words of one kind as a bare alternation, to build longer patterns with."""
    return "|".join(row["pattern"] for row in _rows("context.tsv") if row["kind"] == kind)


@cache
def word_set(kind: str) -> frozenset[str]:
    """The context words of one kind that are plain lower-case words."""
    return frozenset(row["pattern"] for row in _rows("context.tsv") if row["kind"] == kind)


@cache
def families(prefix: str) -> dict[str, re.Pattern[str]]:
    """What follows ``prefix:`` in the kinds of the context table, each with its pattern, in the order of the table."""
    return {kind[len(prefix) + 1 :]: found for kind, found in _context().items() if kind.startswith(f"{prefix}:")}


@cache
def _cues() -> dict[tuple[str, str], re.Pattern[str]]:
    rows: dict[tuple[str, str], list[str]] = {}
    for row in _rows("cues.tsv"):
        body = row["pattern"].replace("{C}", CYTOKINE_MARK).replace("{F}", FLUID_MARK).replace("{A}", _ADVERBS)
        rows.setdefault((row["kind"], row["direction"]), []).append(body)
    return {key: re.compile(rf"(?<![\w-])(?:{'|'.join(items)})(?!\w)", re.IGNORECASE) for key, items in rows.items()}


@cache
def _context() -> dict[str, re.Pattern[str]]:
    rows: dict[str, list[str]] = {}
    for row in _rows("context.tsv"):
        rows.setdefault(row["kind"], []).append(row["pattern"])
    return {kind: re.compile(rf"\b(?:{'|'.join(items)})\b", re.IGNORECASE) for kind, items in rows.items()}


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files("extractor").joinpath("data", name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
