"""Annotated article -> candidate (cytokine, fluid) pairs; no model, no spaCy.

Every cytokine mention is paired with every fluid the article names, each by the mention of that fluid that a reader
would take: in the sentence, else the nearest earlier result, else methods or aim, title, what follows. The order is
the one of the annotation guidelines; ``route`` says which step found it, and :func:`rank_fluids` puts the likeliest
first. Which pairs are true is the classifier's matter; what is not proposed here can never be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractor.records import AnnotatedArticle, Candidate, Mention, Span

ROUTES: tuple[str, ...] = ("same", "earlier", "methods", "title", "later", "none")
"""How a fluid was found, likeliest first."""

_METHODS = re.compile(
    r"\b(?:measured|determined|assayed|assessed|analy[sz]ed|quantified|examined|investigated|evaluated|collected"
    r"|obtained|samples?|ELISA|immunoassay|radioimmunoassay|methods?|aims?|objectives?"
    r"|to (?:determine|assess|study))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Located:
    """A mention with the index of its sentence."""

    mention: Mention
    sentence: int


def find_candidates(annotated: AnnotatedArticle) -> list[Candidate]:
    """Pair each normalised cytokine mention with each fluid concept of the article.

    Returns:
        Candidates by start of the cytokine mention, then by route and fluid name. Where the article names no fluid
        there are none; where it names several, a candidate without a fluid stands for ``unspecified``.
    """
    located = [_Located(m, annotated.sentence_of(m.span)) for m in annotated.mentions if m.concept is not None]
    fluids = [item for item in located if item.mention.kind == "fluid"]
    if not fluids:
        return []
    methods = frozenset(
        index
        for index, span in enumerate(annotated.sentences)
        if _METHODS.search(annotated.article.text[span.start : span.end])
    )
    return [
        candidate
        for item in located
        if item.mention.kind == "cytokine"
        for candidate in _pairs(annotated, item, fluids, methods)
    ]


def rank_fluids(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates of one cytokine mention, the likeliest fluid first: by route, then by distance."""
    return sorted(candidates, key=lambda c: (ROUTES.index(c.route), _distance(c), c.fluid_name))


def by_mention(candidates: Iterable[Candidate]) -> dict[Span, list[Candidate]]:
    """Candidates grouped by the span of their cytokine mention, in order."""
    groups: dict[Span, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.cytokine.span, []).append(candidate)
    return groups


def _pairs(
    annotated: AnnotatedArticle, item: _Located, fluids: Sequence[_Located], methods: frozenset[int]
) -> list[Candidate]:
    evidence = annotated.sentences[item.sentence]
    best: dict[str, tuple[tuple[int, int], Candidate]] = {}
    for fluid in fluids:
        titled = fluid.mention.span.start < len(annotated.article.title)
        route = "title" if titled and fluid.sentence != item.sentence else _route(item, fluid, methods)
        key = (ROUTES.index(route), abs(fluid.mention.span.start - item.mention.span.start))
        name = str(fluid.mention.concept)
        if name not in best or key < best[name][0]:
            best[name] = (key, Candidate(item.mention, fluid.mention, evidence, route))
    pairs = [candidate for _, candidate in sorted(best.values(), key=lambda pair: (pair[0], pair[1].fluid_name))]
    if len(best) > 1:
        pairs.append(Candidate(item.mention, None, evidence, "none"))
    return pairs


def _route(item: _Located, fluid: _Located, methods: frozenset[int]) -> str:
    if fluid.sentence == item.sentence:
        return "same"
    if fluid.sentence > item.sentence:
        return "later"
    return "methods" if fluid.sentence in methods else "earlier"


def _distance(candidate: Candidate) -> int:
    if candidate.fluid is None:
        return 1 << 30
    return abs(candidate.fluid.span.start - candidate.cytokine.span.start)
