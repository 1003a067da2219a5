"""Tokens and sentences for the tools that want them; borders of mentions are always borders of tokens."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from extractor.records import Span

_PIECE = re.compile(r"[\w\u0300-\u036f]+|[^\w\s]|\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?])[ \t]+(?=[^\Wa-z_]|[(\[\"“])|\s*[\r\n]\s*")


class Token(NamedTuple):
    """A token as spaCy has it.

    Attributes:
        space: one blank follows that belongs to no token.
    """

    start: int
    end: int
    space: bool


def tokens(text: str, spans: Iterable[Span] = ()) -> list[Token]:
    """Tokens that together with their blanks are the whole text, cut at the borders of ``spans``."""
    borders = sorted(
        {0, len(text), *(m.end() for m in _PIECE.finditer(text)), *(each for span in spans for each in span)}
    )
    found: list[Token] = []
    for start, end in pairwise(borders):
        if found and found[-1].end == start and text[start] == " " and not text[found[-1].start].isspace():
            found[-1] = found[-1]._replace(space=True)
            start += 1  # noqa: PLW2901  # the rest of the blanks is a token of its own
        if start < end:
            found.append(Token(start, end, space=False))
    return found


def token_range(found: list[Token], span: Span) -> tuple[int, int]:
    """First and last index of the tokens that a span touches; the next token, or the last, for a blank between them."""
    first = bisect_right([token.end for token in found], span.start)
    last = bisect_left([token.start for token in found], span.end) - 1
    first = min(first, len(found) - 1)
    return first, max(last, first)


def sentences(text: str, spans: Iterable[Span] = ()) -> list[Span]:
    """Sentences without the white space around them; none ends within one of ``spans``."""
    kept = sorted(spans)
    return list(_trimmed(text, [0, *_borders(text, kept), len(text)]))


def _borders(text: str, spans: list[Span]) -> Iterator[int]:
    for end in _SENTENCE_END.finditer(text):
        if not any(span.start < end.end() and end.start() < span.end for span in spans):
            yield end.start()


def _trimmed(text: str, borders: list[int]) -> Iterator[Span]:
    for start, end in pairwise(borders):
        part = text[start:end]
        if part.strip():
            yield Span(start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip()))


def sentence_around(text: str, span: Span) -> Span:
    """The sentence that holds a span, the span itself where none does."""
    for sentence in sentences(text, [span]):
        if sentence.contains(span):
            return sentence
    return span
