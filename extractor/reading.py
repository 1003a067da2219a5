"""All statements of an article: of sentences that name cytokines, and of those that refer back to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractor.anaphora import find_references
from extractor.clauses import split_clauses
from extractor.comparison import opposite
from extractor.continuing import continued
from extractor.cues import find_cues
from extractor.records import Direction, Span
from extractor.roles import SKIPPED, Sentence
from extractor.scope import Group, Verdict, verdicts
from extractor.statements import Statement, base_score, doubt, read_sentence


def read_statements(sentences: Sequence[Sentence]) -> list[Statement]:
    """All statements of an article in text order; several per mention where several are made."""
    found: list[Statement] = []
    for statement in _read(sentences):
        back = statement.restored and statement.direction != "unchanged"
        found.append(replace(statement, direction=_back(statement, found)) if back else statement)
    return found


def _back(statement: Statement, found: Sequence[Statement]) -> Direction:
    """Where a restored level went: against its latest earlier statement, down where there is none."""
    for earlier in reversed(found):
        if earlier.mention.concept == statement.mention.concept and earlier.direction != "unchanged":
            return opposite(earlier.direction)
    return "decreased"


def _read(sentences: Sequence[Sentence]) -> Iterator[Statement]:
    way: Direction | None = None
    for sentence in sentences:
        if sentence.role in SKIPPED:
            continue
        if any(mention.kind == "cytokine" for mention in sentence.mentions):
            told = list(read_sentence(sentence, way))
            way = told[-1].direction if told else None
            yield from told
        else:
            told = list(_refer_back(sentence, sentences))
            way = told[-1].direction if told else way
            yield from told


def _refer_back(sentence: Sentence, sentences: Sequence[Sentence]) -> Iterator[Statement]:
    """Statements on cytokines named before, clause by clause; a clause may go on about those of the clause before."""
    references = list(find_references(sentence, sentences))
    if not references:
        return
    carried: tuple[list[Group], float] = ([], 0.0)
    for start, end in split_clauses(sentence.masked):
        clause = sentence.masked[start:end]
        here = [r for r in references if start <= r.span.start <= end and r.span.end <= end]
        groups = [Group(Span(r.span.start - start, r.span.end - start), r.mentions) for r in here]
        trust = max((r.trust for r in here), default=0.0)
        cues = find_cues(clause)
        if not groups and carried[0]:
            groups, cues = continued(clause, cues, carried[0])
            trust = carried[1]
        where = Span(sentence.span.start + start, sentence.span.start + end)
        for group in groups:
            for verdict in verdicts(group, groups, cues, clause):
                yield from _again(sentence, group, verdict, where, trust)
        carried = (groups, trust) if groups else carried


def _again(sentence: Sentence, group: Group, verdict: Verdict, where: Span, trust: float) -> Iterator[Statement]:
    at = Span(where.start + verdict.cue.span.start, where.start + verdict.cue.span.end)
    score = base_score(sentence, at) * verdict.weight * _BACK_REFERENCE * trust
    score *= doubt(sentence, where, verdict.direction, where)
    restored = verdict.cue.verdict == "restored"
    for mention in group.mentions:
        yield Statement(mention, verdict.direction, sentence.span, where, at, score, where, verdict.blocked, restored)


_BACK_REFERENCE = 0.85
"""Belief in a statement whose cytokines stand in another sentence, against one that names them."""
