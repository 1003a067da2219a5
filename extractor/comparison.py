"""Which side of a comparison is the comparator, and what a direction is from the side of the cases."""

from __future__ import annotations

import re

from extractor.cues import Cue, Way
from extractor.records import Direction
from extractor.wordlists import CYTOKINE_MARK, FLUID_MARK, pattern

_HEALTHY = (
    r"(?:healthy|normal|controls?|HCs?|placebo|untreated(?! patients)|vehicle|sham\w*|wild[- ]?types?|uninfected"
    r"|unexposed|lean"
    r"|non-?smokers|(?:never[- ])smokers|baseline|before|volunteers|donors|staff|spouses|littermates|unaffected"
    r"|(?:comparison|reference|control) (?:group|subjects|individuals|population|persons|people|participants)"
    r"|mimics?|NIND|reference (?:samples|values|range|data)|neurologically intact|disease-free|pre-?treatment)"
)
_MILDER = (
    r"(?:mild|early|inactive|remission|benign|recover\w+|convalescen\w+|low[- ]fat|without"
    r"|non-?(?!surviv|respond)\w+|asymptomatic|(?<!non-)(?<!non)survivors|replete|fertile"
    r"|saline (?:controls?|rats|mice|animals|group|arm|dams|ewes|pigs|dogs)"
    r"|un(?:sensiti[sz]|challeng|injur|burn|operat|stimulat|supplement|vaccinat|stress|treat)(?:ed|t)(?! patients)"
    r"|eu(?:thyroid|glyc\w+|vol\w+|trophic|ploid)|normo\w+|abstainers)"
)
_STRICT = re.compile(rf"\b{_HEALTHY}\b", re.IGNORECASE)
_SIDE = re.compile(rf"\b(?:{_HEALTHY}|{_MILDER})\b", re.IGNORECASE)
_LEADING = re.compile(
    rf"^\W*(?:the |both |all |our |age-\w+ |sex-\w+ |matched |younger |older |elderly )*{_HEALTHY}\b", re.IGNORECASE
)
_CASES = re.compile(r"\b(?:patients?|mice|rats|group|those|people|subjects) with(?!out)\b", re.IGNORECASE)
_MILD = re.compile(r"\b(?:mild|early|benign|inactive)\b", re.IGNORECASE)
_THAN = re.compile(
    r"\b(?:than|compared\s+(?:to|with)|in compar\w+ (?:to|with)|versus|vs\.?|relative to|as compared)\b"
    r"|^\s*to (?=(?:that|those)\b)",  # "inferior to that of"
    re.IGNORECASE,
)
_FRONT = re.compile(
    r"^\W*(?:(?:as )?compared (?:with|to)|in compar\w+ (?:with|to)|relative to|versus)\s+(?P<second>[^,]*),"
    r"\s*(?P<first>.*)$",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"\b(?:in|for|among|at|during|before|of|from)\s(?!(?:.*\s)?(?:in|for|among|at|during|before)\s)[^,;]*$"
)
_FIRST_IN = re.compile(r"^\W*(?:in|among|for)\s+(?P<group>[^,]*),", re.IGNORECASE)
_SUBJECT = re.compile(r"\b(?:in|of|among|from)\s+(?P<group>[^,;]*?)\s+(?:was|were)\b[^,;]*$", re.IGNORECASE)
_HAD = re.compile(r"^\W*(?P<group>.*?)\s+(?:had|showed|displayed|exhibited|presented|have|has)\b", re.IGNORECASE)
_REPORTED = re.compile(
    r"^.*\b(?:show|found|find|reveal|demonstrat|indicat|observ|report|conclud|suggest|confirm)\w*\s+that\b",
    re.IGNORECASE,
)
_IN_FLUID = re.compile(
    rf"\b(?:in|of)\s+(?:the\s+|their\s+|both\s+)?{FLUID_MARK}+(?:\s+(?:and|or|samples?)\b|[\s{FLUID_MARK}])*"
)
_OF_CYTOKINES = re.compile(
    rf"\b(?:of|in|for)\s+(?:the\s+|both\s+|soluble\s+|circulating\s+)*+{CYTOKINE_MARK}++"
    rf"(?:[\s,]++(?:and\s+|or\s+)?+{CYTOKINE_MARK}++)*+"
)
_ALONE = re.compile(
    r"^\W*(?:the |both |all |our |age-\w+ |sex-\w+ |matched )*(?:healthy|normal|controls?)\b[^,;]{0,40}?"
    r"\b(?:had|showed|displayed|exhibited|presented|have|has)\b[^,;]{0,30}$",
    re.IGNORECASE,
)
_COMPARATIVE = re.compile(r"\b(?:higher|lower|greater)$", re.IGNORECASE)
_FROM_START = re.compile(r"\bfrom (?:baseline|before|pre-?treatment)(?: values?| levels?)?\b", re.IGNORECASE)
_PASSIVE = re.compile(r"\b(?:was|were|is|are|been)\s+(?:\w+ly\s+)*$", re.IGNORECASE)
_BEYOND = re.compile(r"\b(?:above|below)$", re.IGNORECASE)
_SUPERLATIVE = re.compile(r"(?:high|low)est$", re.IGNORECASE)


def flipped(cue: Cue, clause: str) -> bool:
    """Whether the comparison is stated from the control's side: "higher in controls than in patients"."""
    if cue.verdict not in ("increased", "decreased"):
        return False
    before, after = clause[: cue.span.start], clause[cue.span.end :]
    if pattern("outdo", cue.verdict).fullmatch(clause, *cue.span):
        subject, other = _rank(before), _rank(re.split(r"[,;]|\bfor\b", after, maxsplit=1)[0])
        return other < subject if _PASSIVE.search(before) else subject < other
    if _SUPERLATIVE.search(clause[: cue.span.end]):
        near = re.match(r"\s*(?:in|among|for)\s+([^,;]*)", after)
        return near is not None and _STRICT.search(near[1]) is not None and not _CASES.search(near[1])
    than = _THAN.search(after)
    if than is None:
        return _flipped_alone(cue, clause)
    second = re.split(r"[,;]", after[than.end() :], maxsplit=1)[0]
    near = _WHERE.search(_FROM_START.sub(" ", _OF_CYTOKINES.sub(" ", _IN_FLUID.sub(" ", after[: than.start()]))))
    return _rank(near[0] if near else _first(before)) < _rank(second)


def _flipped_alone(cue: Cue, clause: str) -> bool:
    """The same where no "than" follows the cue."""
    before, after = clause[: cue.span.start], clause[cue.span.end :]
    if _BEYOND.search(clause[: cue.span.end]):
        first = re.search(r"\b(?:in|among|from|of)\s+([^,;]*)$", before)
        return first is not None and _rank(first[1]) < _rank(re.split(r"[,;]", after, maxsplit=1)[0])
    if front := _FRONT.match(clause):
        return _rank(_first(front["first"])) < _rank(front["second"])
    return _ALONE.match(before) is not None and _COMPARATIVE.search(clause[: cue.span.end]) is not None


def _first(before: str) -> str:
    """The group a comparison starts from, where it stands before the cue."""
    front = _FIRST_IN.match(before)
    if front and _rank(front["group"]) == 0:
        return front["group"]
    before = _REPORTED.sub("", before)
    found = _SUBJECT.search(before) or _HAD.search(before)
    return found["group"] if found else ""


def _rank(group: str) -> int:
    """0 for the comparator's side of a comparison, 1 for anything else."""
    if _LEADING.search(group):
        return 0
    if _CASES.search(group) and not _MILD.search(group):
        return 1
    return 0 if _SIDE.search(group) else 1


def opposite(direction: Way) -> Direction:
    """The other way; what did not change stays unchanged, what was restored counts as lowered until more is known."""
    if direction in ("increased", "restored"):
        return "decreased"
    return "increased" if direction == "decreased" else "unchanged"


def plain_way(verdict: Way) -> Direction:
    """The verdict as a direction; what was restored counts as lowered until more is known."""
    return opposite(opposite(verdict)) if verdict != "restored" else "decreased"
