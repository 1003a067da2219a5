"""The rule classifier: which candidates are findings, and which way they go, from cue words and their scope.

It is the baseline and the second opinion of the trained classifier, which weighs its own reading against :func:`votes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from extractor.candidates import by_mention
from extractor.context import read_contrast
from extractor.fluidchoice import choose_fluids
from extractor.reading import read_statements
from extractor.records import AnnotatedArticle, Candidate, Decision, Direction, Span
from extractor.roles import read_sentences
from extractor.statements import Statement

Pairs = Sequence[Candidate]


class RuleClassifier:
    """Decides by cue words, their scope, and the order in which a reader looks for the fluid."""

    name = "rules-1"

    def __init__(self, *, threshold: float = 0.5) -> None:
        self._threshold = threshold

    def decide(self, batch: Sequence[tuple[AnnotatedArticle, Pairs]]) -> list[list[Decision]]:
        """Decisions per article, in the order of the candidates; each names the sentence that says so."""
        return [self._article(annotated, candidates) for annotated, candidates in batch]

    def _article(self, annotated: AnnotatedArticle, candidates: Pairs) -> list[Decision]:
        best: dict[tuple[str, str, Direction, str], Decision] = {}
        for candidate, statement, score in _matches(annotated, candidates):
            if score < self._threshold:
                continue
            found = replace(candidate, evidence=statement.evidence)
            contrast = read_contrast(annotated, found, statement.direction)
            key = (str(found.cytokine.concept), found.fluid_name, statement.direction, contrast)
            if key not in best or score > best[key].score:
                best[key] = Decision(found, statement.direction, contrast, round(score, 4))
        return sorted(best.values(), key=lambda d: (d.candidate.cytokine.span, d.candidate.fluid_name, d.direction))


class Vote(NamedTuple):
    """What the rules say of one candidate and direction: belief in [0, 1], and the sentence that says so."""

    score: float
    evidence: Span


def votes(annotated: AnnotatedArticle, candidates: Pairs) -> list[Mapping[Direction, Vote]]:
    """The rules' votes per candidate, for the directions that they see a statement of."""
    table: dict[tuple[int, str], dict[Direction, Vote]] = {}
    for candidate, statement, score in _matches(annotated, candidates):
        row = table.setdefault((candidate.cytokine.span.start, candidate.fluid_name), {})
        if statement.direction not in row or score > row[statement.direction].score:
            row[statement.direction] = Vote(score, statement.evidence)
    return [table.get((c.cytokine.span.start, c.fluid_name), {}) for c in candidates]


def _matches(annotated: AnnotatedArticle, candidates: Pairs) -> Iterator[tuple[Candidate, Statement, float]]:
    """Each candidate a statement speaks of, with the statement and its score."""
    groups = by_mention(candidates)
    sentences = read_sentences(annotated)
    for statement in read_statements(sentences):
        proposed = groups.get(statement.mention.span)
        if proposed:
            for candidate, factor, direction in choose_fluids(annotated, proposed, statement, sentences):
                yield candidate, replace(statement, direction=direction), statement.score * factor
