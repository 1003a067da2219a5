"""The cue words of ``data/cues.tsv``, found in a masked clause and turned towards what they govern."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from extractor.records import DIRECTIONS, Direction, Span
from extractor.turning import BE, OF, Side, closed, strip, turn
from extractor.wordlists import CYTOKINE_MARK, FLUID_MARK, pattern

_NEVER = re.compile(
    r"\b(?:at|in|on|with|by) (?:no|none of the|neither) (?:time|point|stage|dose|visit|occasion|group|arm|case|day"
    r"|treatment|instance)\w*"
    r"|^\W*neither (?:at|in|before|during|after|on|with)\b",
    re.IGNORECASE,
)
_NO_NOUN = re.compile(r"\b(?:no|not|without|nor|neither)(?:\s+(?!but\b|and\b)[\w-]+){0,4}\s*$", re.IGNORECASE)
_NEITHER_HAD = re.compile(
    r"^\W*neither\b[^;]*\b(?:had|has|have|showed|exerted|produced|caused)\s+(?:an?\s+|any\s+)?(?:[\w-]+\s+){0,2}$",
    re.IGNORECASE,
)
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


def find_cues(clause: str) -> list[Cue]:
    """All cues of a masked clause by position, overlaps resolved in favour of the longer."""
    return list(_cues_of(clause))


@lru_cache(maxsize=512)
def _cues_of(clause: str) -> tuple[Cue, ...]:
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
    return tuple(sorted(kept, key=lambda c: c.span))


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
    side, loose = turn(before, after, kind)
    if _SIZE_OF.match(clause, match.start()) or (kind == "word" and (_NO_LEVEL.match(after) or _ALONG.search(before))):
        return None
    if (
        _OTHER_ANALYTE.match(after)
        or _CUT_OFF.match(clause, match.end())
        or (kind == "word" and _WITH_LEVEL.search(before))
    ):
        return Cue(Span(*match.span()), "none", side, loose, None, True)
    if kind != "noun" and side == "left" and _LESS.match(after) and not negated(before):
        return Cue(
            Span(*match.span()), "decreased" if direction == "increased" else "increased", side, loose, direction, True
        )
    verdict: Way = "unchanged" if negated(before) or _NEVER.search(clause) else direction
    predicate = side == "left" or _is_active(before, after, kind, match[0])
    return Cue(Span(*match.span()), verdict, side, loose, None, predicate)


_LESS = re.compile(
    r"\s+(?:\w+ly\s+|far\s+|much\s+)?less(?:\s+\w+ly)?\s+(?:in|with|after|than\s+(?:in|with|after))\b", re.IGNORECASE
)


def _is_active(before: str, after: str, kind: str, word: str) -> bool:
    """Whether a participle is a verb with an object: "glycine decreased the level", not "decreased levels were"."""
    if kind != "word" or not word.lower().endswith(("ed", "es")) or closed(after):
        return False
    bare = strip(before)
    return _SUBJECT.search(bare) is not None and not BE.search(bare)


def _blocks(clause: str) -> list[Cue]:
    """Prevented rises and falls: one cue from the blocking verb to the word that names what was blocked."""
    cues = []
    for match in pattern("block", "decreased").finditer(clause):
        before, rest = clause[: match.start()], clause[match.end() :]
        if BE.search(strip(before)):
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
        side: Side = "left" if closed(after) or BE.search(strip(before)) else "right"
        cues.append(Cue(Span(*match.span()), verdict, side, True, None, side == "left"))
    return cues


def _diffs(clause: str) -> list[Cue]:
    """Words for a change without a way: unchanged under negation, otherwise no finding."""
    cues = []
    for match in pattern("diff", "unchanged").finditer(clause):
        before, after = clause[: match.start()], clause[match.end() :]
        noun = match[0].lower() in _DIFF_NOUNS and not _DID.search(before)
        nothing = (
            negated(before)
            or _NEVER.search(clause) is not None
            or (
                noun and (_NO_NOUN.search(before) or _NEITHER_HAD.search(before) or _TRIVIAL.search(clause)) is not None
            )
        )
        verdict: Way = "unchanged" if nothing else "none"
        if noun:
            side: Side = "right" if OF.match(after) or re.match(r"\s+(?:was|were|between)\b", after) else "left"
        else:
            side = "left" if closed(after) or BE.search(strip(before)) or _PARTS.match(match[0]) else "right"
        cues.append(Cue(Span(*match.span()), verdict, side, noun or side == "left", None, not noun))
    return cues


_DID = re.compile(r"\b(?:did|does|do)\s+(?:not\s+)?(?:\w+ly\s+)?$", re.IGNORECASE)
_PARTS = re.compile(r"separat|distinguish|discriminat|diverge|deviat|fluctuat", re.IGNORECASE)
_OTHER_ANALYTE = re.compile(
    rf"(?:\s+(?:levels?|concentrations?))?\s+than\s+(?:(?:those|that|the|levels?|concentrations?|soluble"
    rf"|of)\s+)*(?:{FLUID_MARK}+\s*)?{CYTOKINE_MARK}",
    re.IGNORECASE,
)
_CUT_OFF = re.compile(
    r"(?:(?<=above)|(?<=below)|\s+(?:than|or equal to))\s+(?:or equal to\s+)?(?:an?\s+|the\s+)?"
    r"(?:[<>≥≤=]|\d[\d.,]*(?![\d.,]|\s*(?:%|times|[- ]?fold|x\b))|cut-?offs?\b|thresholds?\b|medians?\b)",
    re.IGNORECASE,
)
_SIZE_OF = re.compile(
    r"(?:greater|higher|larger|lower|smaller|lesser|more|less)\s+(?:[\w-]+\s+){0,2}?"
    r"(?=(?:increase|decrease|reduction|rise|fall|decline|drop|elevation|decrement|increment)s?\b)",
    re.IGNORECASE,
)
_NO_LEVEL = re.compile(
    r"\s+(?:(?!with|at|by|in|of|after|for|and|on|from|to)[\w-]+\s+)?(?:(?:doses?|dosages?)\b(?!-)"
    r"|(?:ages?|severity|durations?|numbers?|risks?|incidences?|prevalences?|frequency|frequencies|mortality|survival"
    r"|intakes?|odds|body (?:mass|weight)|BMI)(?=\s+(?:scores?|with|in|for|among|after)\b|\s*[.;)]|\s*$))",
    re.IGNORECASE,
)
"""What else can be raised or lowered: "increasing doses of X"."""
_ALONG = re.compile(
    r"\b(?:increas|decreas|rose|ris|f[ae]ll|declin|higher|lower|greater|worse|shorter|longer)\w*"
    r"\s+(?:[\w-]+\s+){0,3}with\s+$",
    re.IGNORECASE,
)
"""Before what something else rises with: "the risk increased with increasing X"."""
_WITH_LEVEL = re.compile(
    r"\b(?:patients|subjects|individuals|women|men|participants|those|children|persons|people|cases|(?:sub)?groups?"
    r"|tumou?rs)\s+with\s+(?:the\s+|an?\s+|very\s+|\w+ly\s+)?$",
    re.IGNORECASE,
)
_PREVENT = re.compile(
    r"prevent|block|abolish|abrogat|revers|counteract|blunt|attenuat|inhibit|suppress|averted|halted", re.IGNORECASE
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
        side: Side = "left" if closed(after) or BE.search(strip(before)) else "right"
        cues.append(Cue(Span(*match.span()), verdict, side, False, None, True))
    return cues
