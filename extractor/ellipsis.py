"""What a clause says by leaning on the one before: "as did X", "the reverse was true of X", "but not in controls"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractor.comparison import opposite
from extractor.cues import Cue, find_cues
from extractor.records import Direction, Span
from extractor.scope import Group, Verdict
from extractor.wordlists import CYTOKINE_MARK, FLUID_MARK, pattern

_REVERSE = re.compile(
    r"\b(?:the )?(?:reverse|opposite|converse|contrary)\b(?! (?:transcri|side|relation))", re.IGNORECASE
)
_SAME = re.compile(
    r"\b(?:as|so) (?:did|was|were|had|does|is|are)\b|\blikewise\b"
    r"|\bthe same (?:\w+ )?(?:was|were|is|held|holds|applie[sd]|goes|went|happened|occurred|could be said)\b"
    r"|\b(?:the same|similar|comparable|parallel|analogous)(?: \w+)? (?:results?|patterns?|findings?|observations?"
    r"|changes?|effects?|trends?|behaviou?r|increases?|decreases?|reductions?|elevations?|course|direction)\b"
    r"|\b(?:did|was|were|had)\b(?: so)?,? (?:too|also|as well|similarly)\b",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"^\W*+(?:but|and|whereas|while)?+\W*+(?:only\b|.*\bonly (?:in|after|at|with|among|during)\b)", re.IGNORECASE
)
_NOT = re.compile(
    r"\b(?:was|were|did|had|has|have|is|are|does|do|could)\s+(?:not|n['’]t)\b(?:\s+(?:so|either|do so|follow"
    r"|respond|react|change|show (?:this|it|any|such)\b[^,;]*))?"
    r"\s*(?:[.,;)]|$|\b(?:in|at|after|during|among|between|when|with|for|by)\b)",
    re.IGNORECASE,
)
_NOR = re.compile(
    r"^\W*(?:(?:but|and|yet|with)\s+)?(?:not|neither|nor|no)\b(?! only)|\bno (?:such|comparable|similar)"
    r" (?:\w+ )?(?:changes?|effects?|differences?|increases?|decreases?|rise|fall|response|pattern)\b",
    re.IGNORECASE,
)
_SPARED = re.compile(
    r"\b(?:but|and|though|although|yet) not\s+"
    r"(?:in|among|after|with|for|during|by|at|when|following|on|than)\s+[^,;]{3,60}"
    r"|\b(?:except|with the exception of|apart from|excluding)(?: (?:for|in|of|those|that))*\s+"
    r"(?![^,;]*\bcases\b)[^,;]{3,40}",
    re.IGNORECASE,
)


def leaning(
    groups: Sequence[Group], cues: Sequence[Cue], clause: str, previous: Direction | None
) -> Iterator[tuple[Group, Verdict]]:
    """Statements of a clause that has cytokines but no verdict of its own.

    Args:
        groups: of the clause.
        cues: of the clause.
        clause: masked.
        previous: where the last statement before it went.
    """
    if previous is None or pattern("assoc").search(clause):
        return
    way = _way(clause, previous, any(cue.verdict not in ("none", "unchanged") for cue in cues))
    if way is not None:
        place = Span(0, 0)
        for group in groups:
            yield group, Verdict(Cue(place, way, "right"), way)


def _way(clause: str, previous: Direction, told: bool) -> Direction | None:
    if _REVERSE.search(clause):
        return opposite(previous)
    if told:
        return None
    if _NOT.search(clause) or _NOR.search(clause):
        return "unchanged"
    if _SAME.search(clause) or _ONLY.search(clause):
        return previous
    return None


_FINITE = re.compile(r"\b(?:was|were|had|did|has|have|is|are)\b", re.IGNORECASE)
_SPARED_SUBJECT = re.compile(
    r"^(?P<subject>[^;:]*?)\b(?:but|and) not\s+(?:(?:in|with|after|from|for|among|during)\s+)?(?:the\s+)?[^,;:]{3,60}?"
    r"(?=,|\s+(?:resulted|led|caused|produced|induced|increased|decreased|reduced|raised|lowered|elevated)\b)",
    re.IGNORECASE,
)


def spared(clause: str, told: Sequence[tuple[Group, Verdict]]) -> Iterator[tuple[Group, Verdict]]:
    """The other half of "rose in patients but not in controls", "A, but not B, raised X": no change there."""
    changed = [(group, verdict) for group, verdict in told if verdict.direction != "unchanged" and not verdict.blocked]
    if not changed:
        return
    late, early = _SPARED.search(clause), _SPARED_SUBJECT.match(clause)
    if early is not None and (find_cues(early["subject"]) or _FINITE.search(early["subject"])):
        early = None
    for group, verdict in changed:
        after = late is not None and verdict.cue.span.end <= late.start() and not _named(late[0])
        before = early is not None and early.end() <= verdict.cue.span.start and not _named(early[0])
        if after or before:
            yield group, replace(verdict, direction="unchanged", weight=verdict.weight * 0.75)


def _named(part: str) -> bool:
    return CYTOKINE_MARK in part or FLUID_MARK in part


def denied(clause: str) -> Cue | None:
    """The cue of "those in serum were not" or "the latter did not", for the subject carried into the clause."""
    match = _DENIED.match(clause)
    return Cue(Span(*match.span("not")), "unchanged", "left", False, None, True) if match else None


_DENIED = re.compile(
    rf"\W*(?:(?:but|and|whereas|while|although|though|yet)\s+)?(?:(?:those|that|the|it|they|levels?|concentrations?"
    rf"|values?|of|in|from|for|both|either|its|their|latter|{FLUID_MARK}+)\s+)+(?P<not>(?:did|was|were|had)\s+not)\b"
    r"(?=\s*(?:$|[.,;]|so\b|in\b|at\b|after\b))",
    re.IGNORECASE,
)
