"""The cue words of ``data/cues.tsv``, found in a masked clause and turned towards what they govern."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from extractor.records import DIRECTIONS, Direction, Span
from extractor.wordlists import CYTOKINE_MARK, FLUID_MARK, pattern

_BE = re.compile(
    r"\b(?:was|were|is|are|be|been|being|remained|remains|became|become|appeared|seemed|found|tended)\s+$",
    re.IGNORECASE,
)
_THERE = re.compile(r"\b(?:there|we|observed|showed?|revealed|had|have|has)\b[^,;]*$", re.IGNORECASE)
_DO = re.compile(r"\b(?:not|to|did|does|do|may|can|could|would|will|might|failed to)\s+$", re.IGNORECASE)
_CLOSED = re.compile(
    r"""\s*(?:$|[,;:.)]|\d|[-–]fold\b|(?:
    in|than|by|from|at|after|during|among|amongst|compared|versus|vs|with|when|to|over|until|for|and|or|but
    |only|within
    |following|throughout|on|upon|as|relative|both\s+(?:in|at|by|before|after|during|within)|through|across
    |between|before|above|below|if|while|whereas|post\w*
    |twofold|threefold|fourfold|\w+-fold|approximately|about|up|per|because|due|despite|prior|again|again|late|early
    |is|was|were|are|did|had|has|have|without|throughout|thereafter|too|more|less|irrespective|independent
    |under|around
    |immediately|towards?|almost|nearly|most)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_LABEL = re.compile(rf"[^,;.:{CYTOKINE_MARK}]{{0,50}}:\s*(?:\w+\s+){{0,3}}{FLUID_MARK}*\s*{CYTOKINE_MARK}")
_FOR = re.compile(rf"[^,;:.{CYTOKINE_MARK}]{{0,60}}\bfor\s+(?:the\s+|both\s+|{FLUID_MARK}+\s+)*{CYTOKINE_MARK}")
_NEVER = re.compile(
    r"\b(?:at|in|on|with|by) (?:no|none of the|neither) (?:time|point|stage|dose|visit|occasion|group|arm|case|day|treatment|instance)\w*"
    r"|^\W*neither (?:at|in|before|during|after|on|with)\b",
    re.IGNORECASE,
)
_OF = re.compile(r"\s*(?:in|of|for|on|upon)\b", re.IGNORECASE)
_OBJECT = re.compile(
    rf"\s+(?:\w+ly\s+)?(?:the\s+)?(?:mean\s+|both\s+)?(?:[{CYTOKINE_MARK}{FLUID_MARK}]|levels?\b|concentrations?\b)",
    re.IGNORECASE,
)
_NO_NOUN = re.compile(r"\b(?:no|not|without|nor|neither)(?:\s+(?!but\b|and\b)[\w-]+){0,4}\s*$", re.IGNORECASE)
_TRIVIAL = re.compile(
    r"\b(?:not|non)[\s-]*(?:statistically\s+)?significant\b|\bunremarkable\b|\bnegligible\b|\binsignificant\b",
    re.IGNORECASE,
)
_NOT_ONLY = re.compile(r"\bnot only\b", re.IGNORECASE)
_RISE = re.compile(
    r"(?:increase[sd]?|rises?|elevat(?:ed|ions?)|raised|up-?regulat(?:ed|ion)|enhanced|surge|overproduction"
    r"|enhancement"
    r"|augmented|induction|high|higher)\b",
    re.IGNORECASE,
)
_FALL = re.compile(
    r"(?:decreases?|decreased|falls?|declines?|reductions?|reduced|drops?|lowered|depletion|loss)\b", re.IGNORECASE
)
_INDUCED = re.compile(rf"[\w)]-(?:induced|stimulated|mediated|evoked)\s+[^,;]{{0,60}}{CYTOKINE_MARK}", re.IGNORECASE)

Side = Literal["left", "right"]
Way = Literal["increased", "decreased", "unchanged", "restored", "blocked", "none"]


_DIFF_NOUNS = frozenset(
    """difference differences change changes alteration alterations variation variations effect effects influence impact
    response improvement improvements""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue word with its verdict.

    Attributes:
        span: offsets in the masked sentence.
        verdict: the direction, after negation; ``none`` for wording that states no finding.
        side: whether it governs what stands to its left or to its right.
        loose: True when it may govern the other side where its own is empty.
        attenuated: for a blocked rise or fall, the direction that was blocked.
        predicate: True for a finite verb or its complement, False for an attribute or a noun.
    """

    span: Span
    verdict: Way
    side: Side
    loose: bool = False
    attenuated: Direction | None = None
    predicate: bool = False


@cache
def _negated() -> re.Pattern[str]:
    adverb = pattern("adverb").pattern
    return re.compile(rf"(?:{pattern('neg').pattern})(?:[\s,]+(?:{adverb}))*\s*-?$", re.IGNORECASE)


@cache
def _adverbs() -> re.Pattern[str]:
    return re.compile(rf"(?:\s*(?:{pattern('adverb').pattern}))+\s*$", re.IGNORECASE)


@cache
def _leading_adverbs() -> re.Pattern[str]:
    return re.compile(
        r"(?:\s+\w+ly\b(?:\s+and\s+\w+ly\b)?|\s+(?:further|again|even|also|two|three|four)\b)+", re.IGNORECASE
    )


def find_cues(clause: str) -> list[Cue]:
    """All cues of a masked clause by position, overlaps resolved in favour of the longer."""
    found = [
        *_blocks(clause),
        *_directions(clause),
        *_sames(clause),
        *_diffs(clause),
        *_associations(clause),
        *_restored(clause),
        *_outdone(clause),
    ]
    kept: list[Cue] = []
    for cue in sorted(
        found, key=lambda c: (c.attenuated is None, c.verdict == "blocked", c.span.start - c.span.end, c.span.start)
    ):
        if not any(cue.span.overlaps(other.span) for other in kept):
            kept.append(cue)
    return sorted(kept, key=lambda c: c.span)


def negated(before: str) -> bool:
    """Whether the text before a cue ends in a negation and nothing but adverbs after it."""
    match = _negated().search(before)
    return match is not None and not _NOT_ONLY.search(before[match.start() :])


def _directions(clause: str) -> list[Cue]:
    return [
        cue
        for kind in ("word", "verb", "noun")
        for direction in ("increased", "decreased")
        for match in pattern(kind, direction).finditer(clause)
        if (cue := _direction(clause, match, kind, direction)) is not None
    ]


def _direction(clause: str, match: re.Match[str], kind: str, direction: Direction) -> Cue | None:
    before, after = clause[: match.start()], clause[match.end() :]
    side, loose = _turn(before, after, kind)
    if _OTHER_ANALYTE.match(after) or (kind == "word" and _WITH_LEVEL.search(before)):
        return Cue(Span(*match.span()), "none", side, loose, None, True)
    verdict: Way = "unchanged" if negated(before) or _NEVER.search(clause) else direction
    predicate = side == "left" or _is_active(before, after, kind, match[0])
    return Cue(Span(*match.span()), verdict, side, loose, None, predicate)


def _is_active(before: str, after: str, kind: str, word: str) -> bool:
    """Whether a participle is a verb with an object: "glycine decreased the level", not "decreased levels were"."""
    if kind != "word" or not word.lower().endswith(("ed", "es")) or _closed(after):
        return False
    bare = _strip(before)
    return _SUBJECT.search(bare) is not None and not _BE.search(bare)


def _turn(before: str, after: str, kind: str) -> tuple[Side, bool]:
    """Which side a cue governs, and whether it may govern the other."""
    if kind == "verb":
        return "left", False
    bare = _strip(before)
    if kind == "noun":
        if _DO.search(before):  # "did not increase", "to increase": a verb after all
            return ("left", True) if _closed(after) else ("right", True)
        if re.match(r"\s*of\b", after) or _OBJECT.match(after):
            return "right", False
        return ("right", _SHOWED.search(before) is not None) if _OF.match(after) else ("left", True)
    if _BE.search(bare):
        there = _THERE.search(bare) is not None and re.search(r"\bthere\b", bare[-40:], re.IGNORECASE)
        return ("right", True) if there and not _closed(after) else ("left", not _closed(after) or "for" in after[:6])
    if _LABEL.match(after) or (_FOR.match(after) and CYTOKINE_MARK not in re.split(r"[,;]", before)[-1]):
        return "right", False
    return ("left", True) if _closed(after) else ("right", _PRESENTED.search(before) is not None)


def _strip(before: str) -> str:
    """``before`` without trailing adverbs, but with the verb of being kept."""
    previous = None
    text = before.rstrip() + " "
    while text != previous:
        previous = text
        text = re.sub(
            r"\b(?:\w+ly|further|much|also|even|still|only|more|all|both|again|not|then|thereby|statistically)\s+$",
            "",
            text,
        )
    return text


def _closed(after: str) -> bool:
    rest = _leading_adverbs().sub("", after, count=1) if _leading_adverbs().match(after) else after
    return _CLOSED.match(rest) is not None


def _blocks(clause: str) -> list[Cue]:
    """Prevented rises and falls: one cue from the blocking verb to the word that names what was blocked."""
    cues = []
    for match in pattern("block", "decreased").finditer(clause):
        before, rest = clause[: match.start()], clause[match.end() :]
        if _BE.search(_strip(before)):
            if _PREVENT.match(match[0]):
                cues.append(Cue(Span(*match.span()), "blocked", "left", False, None, True))
            continue
        reach = re.match(
            r"(?:\s+(?:the|an?|this|these|that|any|such|further|significant(?:ly)?|marked|both"
            r"|[\w()-]+-(?:induced|stimulated|mediated|evoked|related|associated)|\w+ly|\w+)){0,5}?\s+",
            rest,
        )
        cue = _blocked(match, rest, before) if reach else None
        if cue is not None:
            cues.append(cue)
    return cues


def _blocked(match: re.Match[str], rest: str, before: str) -> Cue | None:
    start = re.compile(rf"(?:\s+(?!and\b|or\b)[^\s,;{CYTOKINE_MARK}]+){{0,6}}?\s+(?!and\b|or\b)")
    for target, blocked in ((_RISE, "increased"), (_FALL, "decreased")):
        found = re.match(rf"{start.pattern}{target.pattern}", rest, re.IGNORECASE)
        if found and negated(before):
            return Cue(Span(match.start(), match.end() + found.end()), "unchanged", "right")
        if found:
            verdict: Way = "decreased" if blocked == "increased" else "increased"
            blocked_way: Direction = "increased" if blocked == "increased" else "decreased"
            return Cue(Span(match.start(), match.end() + found.end()), verdict, "right", False, blocked_way, True)
    return None


def _sames(clause: str) -> list[Cue]:
    cues = []
    for match in pattern("same", "unchanged").finditer(clause):
        before, after = clause[: match.start()], clause[match.end() :]
        verdict: Way = "none" if negated(before) else "unchanged"
        side: Side = "left" if _closed(after) or _BE.search(_strip(before)) else "right"
        cues.append(Cue(Span(*match.span()), verdict, side, True, None, side == "left"))
    return cues


def _diffs(clause: str) -> list[Cue]:
    """Words for a change without a way: unchanged under negation, otherwise no finding."""
    cues = []
    for match in pattern("diff", "unchanged").finditer(clause):
        before, after = clause[: match.start()], clause[match.end() :]
        noun = match[0].lower() in _DIFF_NOUNS
        nothing = (
            negated(before)
            or _NEVER.search(clause) is not None
            or (noun and (_NO_NOUN.search(before) or _TRIVIAL.search(clause)) is not None)
        )
        verdict: Way = "unchanged" if nothing else "none"
        if noun:
            side: Side = "right" if _OF.match(after) or re.match(r"\s+(?:was|were|between)\b", after) else "left"
        else:
            side = "left" if _closed(after) or _BE.search(_strip(before)) or _PARTS.match(match[0]) else "right"
        cues.append(Cue(Span(*match.span()), verdict, side, noun or side == "left", None, not noun))
    return cues


_PARTS = re.compile(r"separat|distinguish|discriminat|diverge|deviat|fluctuat", re.IGNORECASE)
_OTHER_ANALYTE = re.compile(
    rf"(?:\s+(?:levels?|concentrations?))?\s+than\s+(?:(?:those|that|the|levels?|concentrations?|soluble"
    rf"|of)\s+)*(?:{FLUID_MARK}+\s*)?{CYTOKINE_MARK}",
    re.IGNORECASE,
)
_WITH_LEVEL = re.compile(
    r"\b(?:patients|subjects|individuals|women|men|participants|those|children|persons|people"
    r"|tumou?rs)\s+with\s+(?:the\s+|an?\s+|very\s+|\w+ly\s+)?$",
    re.IGNORECASE,
)
_PREVENT = re.compile(
    r"prevent|block|abolish|abrogat|revers|counteract|blunt|attenuat|inhibit|suppress|averted|halted", re.IGNORECASE
)
_SHOWED = re.compile(
    r"\b(?:show(?:ed|s)?|exhibit(?:ed|s)?|displayed|had|have|has|experienced|underwent|demonstrated|revealed"
    r"|with|was|were)\b(?:\s+[\w-]+){0,5}\s*$"
    rf"|{CYTOKINE_MARK}\s*(?:levels?|concentrations?)?\s*$",
    re.IGNORECASE,
)
_PRESENTED = re.compile(
    r"\b(?:show(?:ed|s)?|exhibit(?:ed|s)?|displayed|had|have|has|experienced|underwent|demonstrated|revealed)"
    r"\s+(?:\w+ly\s+|an?\s+|much\s+|far\s+|the\s+|[\w.]+[- ](?:fold|times)\s+|\d+%?\s+)*$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?<!\w)(?!(?:and|or|the|an?|of|with|in|for|by|to|from|had|have|has|showed?|exhibited|displayed|found"
    r"|observed|revealed|demonstrated"
    r"|that|these|those|their|its|on|while|whereas|despite|between|detected)\s)[\w)-]+\s+$",
    re.IGNORECASE,
)


def _associations(clause: str) -> list[Cue]:
    sides: tuple[tuple[str, Side], ...] = (("assoc", "left"), ("normal", "right"))
    return [
        Cue(Span(*match.span()), "none", side, False, None, True)
        for kind, side in sides
        for match in pattern(kind).finditer(clause)
    ]


def _outdone(clause: str) -> list[Cue]:
    """Verbs that set one side against the other: "X exceeded those of controls", "patients exceeded them for X"."""
    cues = []
    for direction in DIRECTIONS:
        for match in pattern("outdo", direction).finditer(clause):
            before = clause[: match.start()]
            verdict: Way = direction
            if negated(before):
                verdict = "none" if direction == "unchanged" else "unchanged"
            side: Side = "left" if _LEVEL_SUBJECT.search(before) else "right"
            cues.append(Cue(Span(*match.span()), verdict, side, True, None, True))
    return cues


_LEVEL_SUBJECT = re.compile(
    rf"(?:{CYTOKINE_MARK}|\b(?:levels?|concentrations?|values?|those|it|they|that)\b)[^;]{{0,80}}$", re.IGNORECASE
)


def _restored(clause: str) -> list[Cue]:
    """A level "restored" or "normalised": back from where an earlier statement said it went."""
    cues = []
    for match in pattern("restore").finditer(clause):
        before, after = clause[: match.start()], clause[match.end() :]
        verdict: Way = "unchanged" if negated(before) else "restored"
        side: Side = "left" if _closed(after) or _BE.search(_strip(before)) else "right"
        cues.append(Cue(Span(*match.span()), verdict, side, False, None, True))
    return cues
