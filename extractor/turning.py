"""Which side of a cue word is the one it speaks of: "X was higher", "higher X", "higher in patients for X"."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from extractor.wordlists import CYTOKINE_MARK, FLUID_MARK

Side = Literal["left", "right"]
BE = re.compile(
    r"\b(?:was|were|is|are|be|been|being|remained|remains|became|become|appeared|seemed|found|tended)\s+$",
    re.IGNORECASE,
)
_THERE = re.compile(r"\b(?:there|we|observed|showed?|revealed|had|have|has)\b[^,;]*$", re.IGNORECASE)
_DO = re.compile(r"\b(?:not|to|did|does|do|may|can|could|would|will|might|failed to)\s+$", re.IGNORECASE)
_CLOSED = re.compile(
    r"""\s*(?:$|[,;:.)]|\d|[-–]fold\b|(?:
    in|than|by|from|at|after|during|among|amongst|compared|versus|vs|with|when|to|over|until|for|and|or|but
    |only|within
    |following|throughout|on|upon|as|relative|(?:both|either)\s+(?:in|at|by|before|after|during|within|between)
    |through|across
    |between|before|above|below|if|while|whereas|post\w*
    |twofold|threefold|fourfold|\w+-fold|approximately|about|up|per|because|due|despite|prior|again|again|late|early
    |is|was|were|are|did|had|has|have|without|throughout|thereafter|too|more|less|irrespective|independent
    |under|around
    |immediately|towards?|almost|nearly|most)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
OF = re.compile(r"\s*(?:from (?:baseline|before) )?(?:in|of|for|on|upon)\b", re.IGNORECASE)
_OBJECT = re.compile(
    rf"\s+(?:\w+ly\s+)?(?:the\s+)?(?:mean\s+|both\s+)?(?:[{CYTOKINE_MARK}{FLUID_MARK}]|levels?\b|concentrations?\b)",
    re.IGNORECASE,
)
_LABEL = re.compile(rf"[^,;.:{CYTOKINE_MARK}]{{0,50}}:\s*(?:\w+\s+){{0,3}}{FLUID_MARK}*\s*{CYTOKINE_MARK}")
_FOR = re.compile(rf"[^,;:.{CYTOKINE_MARK}]{{0,60}}\bfor\s+(?:the\s+|both\s+|{FLUID_MARK}+\s+)*{CYTOKINE_MARK}")
_SHOWED = re.compile(
    r"\b(?:show(?:ed|s)?|exhibit(?:ed|s)?|displayed|had|have|has|experienced|underwent|demonstrated|revealed"
    r"|with|was|were)\b(?:\s+[\w-]+){0,5}\s*$"
    rf"|{CYTOKINE_MARK}\s*(?:levels?|concentrations?)?\s*$",
    re.IGNORECASE,
)
_PRESENTED = re.compile(
    r"\b(?:show(?:ed|s)?|exhibit(?:ed|s)?|displayed|had|have|has|experienced|underwent|demonstrated|revealed|reached"
    r"|(?:was|were|is|are)\s+(?:\w+ly\s+|also\s+)?(?:found|present|detected|seen|measured|observed)\s+(?:at|in|with))"
    r"\s+(?:\w+ly\s+|an?\s+|much\s+|far\s+|the\s+|[\w.]+[- ](?:fold|times)\s+|\d+%?\s+)*$",
    re.IGNORECASE,
)


def turn(before: str, after: str, kind: str) -> tuple[Side, bool]:
    """Which side a cue governs, and whether it may govern the other."""
    if kind == "verb":
        return "left", False
    if kind == "noun":
        return _turn_noun(before, after)
    if _LABEL.match(after) or (_FOR.match(after) and CYTOKINE_MARK not in re.split(r"[,;]", before)[-1]):
        return "right", False
    bare = strip(before)
    if BE.search(bare):
        there = _THERE.search(bare) is not None and re.search(r"\bthere\b", bare[-40:], re.IGNORECASE)
        return ("right", True) if there and not closed(after) else ("left", not closed(after) or "for" in after[:6])
    return ("left", True) if closed(after) else ("right", _PRESENTED.search(before) is not None)


def _turn_noun(before: str, after: str) -> tuple[Side, bool]:
    if _DO.search(before):  # "did not increase", "to increase": a verb after all
        return ("left", True) if closed(after) else ("right", True)
    if re.match(r"\s*of\b", after) or _OBJECT.match(after):
        return "right", False
    return ("right", _SHOWED.search(before) is not None) if OF.match(after) else ("left", True)


def strip(before: str) -> str:
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


def closed(after: str) -> bool:
    """Whether nothing that follows a cue can be its object."""
    rest = _leading_adverbs().sub("", after, count=1) if _leading_adverbs().match(after) else after
    return _CLOSED.match(rest) is not None


@cache
def _leading_adverbs() -> re.Pattern[str]:
    return re.compile(
        r"(?:\s+\w+ly\b(?:\s+and\s+\w+ly\b)?|\s+(?:further|again|even|also|two|three|four)\b)+", re.IGNORECASE
    )
