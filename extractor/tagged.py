"""Directions that stand as a tag in a bracket behind a name: "IL-6 (up, 310 vs 44 pg/ml); TNF (no change)"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractor.comparison import flipped, opposite, plain_way
from extractor.cues import Cue, find_cues
from extractor.records import Span
from extractor.scope import Group, Verdict
from extractor.wordlists import CYTOKINE_MARK

_TAG = re.compile(
    r"(?:\s+\d[\d.,]*\s*[\w/]+)?\s*[(\[](?P<body>\s*(?P<all>both|all|each)?\s*(?:\w+ly\s+)?(?:not\s+|no\s+)?"
    r"(?P<sign>up|down|increased?|higher|elevated|raised|decreased?|lower|lowered|reduced|unchanged|unaltered|equal"
    r"|different|differences?|changed?|above|below|↑+|↓+|⇑|⇓|↔|→|=)(?!\w)[^()\[\]]*)[)\]]",
    re.IGNORECASE,
)
_SECOND = re.compile(r"\bbut (?=(?:above|below)\b)")
_SIGNS = {"↑": "up", "⇑": "up", "↓": "down", "⇓": "down", "↔": "unchanged", "→": "unchanged", "=": "unchanged"}


def read_tags(groups: Sequence[Group], text: str, offset: int) -> Iterator[tuple[Group, Verdict]]:
    """The cytokines of a clause that carry their direction in a bracket, each with it.

    Args:
        groups: of the clause.
        text: of the clause, its brackets not blanked.
        offset: of the clause in the article.
    """
    for group in groups:
        before = 0
        for number, mention in enumerate(group.mentions):
            match = _TAG.match(text, mention.span.end - offset)
            if match is None:
                continue
            first = before if match["all"] else number
            tagged = Group(group.span, group.mentions[first : number + 1])
            yield from ((tagged, verdict) for verdict in _verdicts(match))
            before = number + 1


def _verdicts(match: re.Match[str]) -> Iterator[Verdict]:
    """What a tag says, read as the predicate of a sentence; of two halves both."""
    body = match["body"]
    sign = _SIGNS.get(match["sign"][0])
    head = f"{CYTOKINE_MARK} was "
    said = head + _SECOND.sub("but was ", body.replace(match["sign"], sign, 1) if sign else body)
    ways = set()
    for cue in find_cues(said):
        if cue.verdict in ("increased", "decreased", "unchanged"):
            way = opposite(cue.verdict) if flipped(cue, said) else plain_way(cue.verdict)
            if way not in ways:
                ways.add(way)
                yield Verdict(_placed(cue, match), way)


def _placed(cue: Cue, match: re.Match[str]) -> Cue:
    return replace(cue, span=Span(match.start("body"), match.end("body")))


def without_tagged(groups: Sequence[Group], told: Sequence[tuple[Group, Verdict]]) -> list[Group]:
    """The groups without the mentions whose bracket has told their direction."""
    done = {mention.span for group, _ in told for mention in group.mentions}
    rest = ((group, tuple(m for m in group.mentions if m.span not in done)) for group in groups)
    return [replace(group, mentions=mentions) for group, mentions in rest if mentions]
