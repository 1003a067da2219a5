"""Which side of a comparison is the comparator, and what a direction is from the side of the cases."""

from __future__ import annotations

import re

from extractor.cues import Cue, Way
from extractor.records import Direction

_CONTROL = (
    r"(?:healthy|normal|controls?|placebo|untreated|vehicle|sham\w*|wild[- ]?type|uninfected|unexposed|lean"
    r"|nonsmokers|baseline|before"
    r"|volunteers|mild|early|inactive|remission|benign|recover\w+|convalescen\w+|low[- ]fat|without"
    r"|non-?(?!surviv|respond)\w+|unaffected|asymptomatic)"
)

_SIDE = re.compile(rf"\b{_CONTROL}\b", re.IGNORECASE)

_SURVIVORS = re.compile(r"(?<!non-)(?<!non)\bsurvivors\b", re.IGNORECASE)

_THAN = re.compile(
    r"\b(?:than|compared\s+(?:to|with)|in compar\w+ (?:to|with)|versus|vs\.?|relative to|as compared)\b", re.IGNORECASE
)

_NEAR = re.compile(
    r"\s*(?:levels?|concentrations?|values?)?\s*(?:(?:\w+ly|levels?|of|both)\s+)*(?:in|for|among|at|during"
    r"|before)\s+(?P<group>[^,;]*)$",
    re.IGNORECASE,
)

_SUBJECT_GROUP = re.compile(r"\bin\s+(?P<group>[^,;]*?)\s+(?:was|were)\b[^,;]*$", re.IGNORECASE)

_HAD = re.compile(r"^\W*(?P<group>[^,;]*?)\s+(?:had|showed|displayed|exhibited|presented)\b", re.IGNORECASE)


def flipped(cue: Cue, clause: str) -> bool:
    """Whether the comparison is stated from the control's side: "higher in controls than in patients"."""
    than = _THAN.search(clause, cue.span.end)
    if cue.verdict not in ("increased", "decreased") or than is None:
        return False
    second = re.split(r"[,;]", clause[than.end() :], maxsplit=1)[0]
    near = _NEAR.match(clause[cue.span.end : than.start()])
    before = _SUBJECT_GROUP.search(clause[: cue.span.start]) or _HAD.search(clause[: cue.span.start])
    first = near["group"] if near else before["group"] if before else ""
    return _rank(first) < _rank(second)


def _rank(group: str) -> int:
    """0 for the comparator's side of a comparison, 1 for anything else."""
    if re.search(r"\b(?:patients?|mice|rats|group) with(?!out)\b", group) and not re.search(
        r"\b(?:mild|early|benign|inactive)\b", group
    ):
        return 1
    return 0 if _SIDE.search(group) or _SURVIVORS.search(group) else 1


def opposite(direction: Way) -> Direction:
    """The other way; what did not change stays unchanged, what was restored counts as lowered until more is known."""
    return (
        "decreased"
        if direction in ("increased", "restored")
        else "increased"
        if direction == "decreased"
        else "unchanged"
    )


def plain_way(verdict: Way) -> Direction:
    """The verdict as a direction; what was restored counts as lowered until more is known."""
    return opposite(opposite(verdict)) if verdict != "restored" else "decreased"
