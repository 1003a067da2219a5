"""Where the sentences of an abstract begin. A title stands alone; ``vs.``, ``e.g.``, initials and decimals end none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

_BREAK = re.compile(r"[.?!][)\]\"”’']*\s+(?=[A-Z0-9(\[\"“‘Α-Ωα-ω]|[a-z]{1,2}[A-Z])|\n+")
_NO_BREAK = re.compile(
    r"(?:\b(?:vs|[Ff]igs?|Dr|Prof|St|approx|ca|cf|al|e\.\s?g|i\.\s?e|eg|ie|resp|No|Nos|i\.\s?v|i\.\s?p|s\.\s?c"
    r"|p\.\s?o|i\.\s?m|spp|sp|subsp|b\.\s?w|wt"
    r"|vol|[Rr]efs?|Eq|Eqs|Inc|Ltd|Co|Corp|max|min|incl|etc(?=\.\s[a-z]))\.|(?:^|[\s(])(?:[A-Z]\.\s?)+|\b[a-z]\.)$"
)
_CODE_LETTER = re.compile(
    r"\b(?:hepatitis|vitamins?|type|group|grade|class|factor|protein|phase|stage|arm|cohort|activin|inhibin"
    r"|cyclosporin|influenza"
    r"|immunoglobulin|angiopoietin|oncostatin|hemoglobin|haemoglobin|strain|virus|concanavalin|coenzyme|interleukin"
    r"|toxin|IL|PDGF|VEGF) [A-Z]\.$"
)
_SPLIT_DECIMAL = re.compile(r"\b\d\.\s+\d")
_BEFORE = 200
"""Characters before a full stop that are looked at."""
_LONGEST = 5_000
"""Characters; no sentence of 13,000 abstracts has 3,000. What is longer is cut at a blank, so that time is bounded."""
_BLANK = re.compile(r"\s+(?=\S)")


def sentence_starts(text: str) -> list[int]:
    """Offsets at which a sentence of an abstract begins; a line break always ends one, so a title stands alone."""
    starts, last = [0], 0
    for match in _BREAK.finditer(text):
        if "\n" not in match.group() and _no_sentence_end(text, last, match):
            continue
        starts.append(match.end())
        last = match.end()
    return [cut for start, end in pairwise([*starts, len(text)]) for cut in _cuts(text, start, end)]


def _cuts(text: str, start: int, end: int) -> Iterator[int]:
    """The start of a sentence, and of the pieces of one that is none."""
    yield start
    while end - start > _LONGEST and (blank := _BLANK.search(text, start + _LONGEST, end)):
        start = blank.end()
        yield start


def _no_sentence_end(text: str, last: int, match: re.Match[str]) -> bool:
    before = text[max(last, match.end() - _BEFORE) : match.end()].rstrip()
    if (
        text[match.start()] == "."
        and _SPLIT_DECIMAL.match(text, max(match.start() - 1, 0))
        and text[match.start() - 1] == "0"
    ):
        return True
    return bool(_NO_BREAK.search(before)) and not _CODE_LETTER.search(before)
