"""Short names that a text defines in a bracket beside something else: ``synovial fluid (SF, n = 20)``.

The detector of abbreviations reads a bracket that holds nothing but the short name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from extractor.names import Match
from extractor.records import Kind
from extractor.samples import is_sample
from extractor.vocabulary import Vocabulary

_BRACKET = re.compile(r"\s?\(([A-Z][A-Za-z]{1,4})[,;] ")


def names_in_brackets(
    text: str, vocabulary: Vocabulary, cytokines: Iterable[Match], known: Collection[str]
) -> Iterator[tuple[Kind, tuple[int, int], str]]:
    """Kind, offsets and concept of every place where such a short name stands, from its definition on.

    Args:
        text: title and abstract.
        vocabulary: names the fluids, and what a short name means elsewhere.
        cytokines: names found in the text.
        known: short names that are defined already.
    """
    seen = set(known)
    named: list[tuple[Kind, Match]] = [("cytokine", match) for match in cytokines if match.entry.concept]
    named += [("fluid", match) for match in vocabulary.find_fluids(text)]
    for kind, match in named:
        bracket = _BRACKET.match(text, match.end)
        if bracket is None or bracket[1] in seen or not _stands_for(kind, bracket[1], match, text, vocabulary):
            continue
        seen.add(bracket[1])
        for place in re.compile(rf"(?<![\w-]){bracket[1]}(?![\w-])").finditer(text, bracket.start(1)):
            if kind == "cytokine" or is_sample(text, *place.span()):
                yield kind, place.span(), match.entry.concept or ""


def _stands_for(kind: Kind, short: str, match: Match, text: str, vocabulary: Vocabulary) -> bool:
    """Whether the letters of ``short`` stand in the long name, and it has no other meaning but a wider one."""
    long = text[match.start : match.end].casefold()
    letters = iter(long)
    if short[0].casefold() != long[0] or not all(letter in letters for letter in short.casefold()):
        return False
    concept = vocabulary.normalise_cytokine(short)
    if kind == "fluid":
        return concept is None and vocabulary.normalise_fluid(short) is None
    return concept is not None and concept.startswith("<")
