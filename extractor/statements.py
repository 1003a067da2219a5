"""A sentence that names cytokines -> statements "this one rose, fell, did not change"; no fluid is chosen here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractor.attribution import is_attributed
from extractor.clauses import split_clauses
from extractor.continuing import continued
from extractor.cues import Cue, find_cues
from extractor.ellipsis import leaning, spared
from extractor.given import is_given
from extractor.records import Direction, Mention, Span
from extractor.roles import Sentence
from extractor.scope import Group, Verdict, find_groups, read_respectively, verdicts
from extractor.tagged import read_tags, without_tagged
from extractor.wordlists import CYTOKINE_MARK, FLUID_MARK, pattern

_NS = re.compile(
    r"(?:\bNS\b|\bn\.s\.|\bnot (?:statistically )?significant\b|\bnon-?significant(?:ly)?\b"
    r"|\binsignificant(?:ly)?\b|\btended\b"
    r"|without (?:reaching )?(?:statistical )?significance|not reach\w* (?:statistical )?significance)",
    re.IGNORECASE,
)

_STIMULATED = re.compile(
    rf"\b(?:ex vivo|in vitro)\b|{FLUID_MARK}(?: (?:of|from) [^;,]{{1,40}})?,?"
    rf" (?:was |were |when |then )?(?:incubated|spiked"
    rf"|cultured|stimulated (?:with|by|in vitro))|{FLUID_MARK}(?: of [^;,]{{1,40}})?,? with addition of"
    rf"|stimulated\s+(?:whole\s+)?(?:{FLUID_MARK}+|blood)|stimulated with"
    rf"|-induced\s+{CYTOKINE_MARK}+\s+(?:secretion|production|release)|\bwhole[- ]blood (?:cultures?|assays?)"
    rf"|{CYTOKINE_MARK}\s+(?:secretion|production|release|generation)\s+(?:by|from|in)\s+(?:\w+\s+)?(?:cells"
    rf"|macrophages|monocytes|lymphocytes|neutrophils)",
    re.IGNORECASE,
)


_ROSE_WITH = re.compile(
    r"\b(?:rose|rises?|f[ae]ll|increas\w+|decreas\w+|declin\w+|higher|lower)"
    r" with [^,;()]{1,60}\((?:[\w'’]+ )?(?:r|rho|ρ|β)[s²2]?\s?=",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"^\W*if\b|\b(?:was|were) not (?:tested|examined|studied|sought|addressed|assessed)\b"
    r"|\bbeyond the scope\b|\bno inference\b"
    r"|\b(?:end[ -]?points?|outcomes?|criteri(?:on|a))\s+(?:was|were|is|included?|comprised)\s+(?:defined as\s+)?"
    r"(?:an?|the)\s+(?:[\w-]+\s+){0,2}(?:increase|decrease|reduction|rise|fall|change|doubling)\b",
    re.IGNORECASE,
)
_TOUCHING = re.compile(rf"{CYTOKINE_MARK}\)?\W*(?:levels?|concentrations?)?\W*$")


@dataclass(frozen=True, slots=True)
class Statement:
    """One cytokine mention said to have gone one way.

    Attributes:
        evidence: the sentence that says so (not always the mention's own).
        scope: offsets of the part of the clause that is about the mention.
        clause: offsets in ``Article.text`` of the clause that holds cue and mention.
        cue: offsets of the cue word.
        score: belief in [0, 1].
        restored: True where the direction follows from an earlier statement.
        blocked: True for the rise or fall that something else is said to have prevented.
    """

    mention: Mention
    direction: Direction
    evidence: Span
    clause: Span
    cue: Span
    score: float
    scope: Span
    blocked: bool = False
    restored: bool = False


_KNOWN = re.compile(
    r"\b(?:is|are)\s+(?:(?!significantly\b)\w+ly\s+|often\s+|also\s+)?"
    r"(?:increased|decreased|elevated|raised|reduced|higher|lower|highest|lowest|suppressed|up-?regulated|down-?regulated)\b",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:we|our|here|this study|these (?:results|data|findings)|show(?:s|ed|n)?|found|was|were|had|did)\b|p\s?[<=]",
    re.IGNORECASE,
)


def base_score(sentence: Sentence, cue: Span) -> float:
    """How far a sentence of this role may be taken for a result of the study.

    Args:
        sentence: role and words.
        cue: the word for the direction.
    """
    score = {"results": 0.9, "plain": 0.8, "conclusion": 0.7, "title": 0.6}.get(sentence.role, 0.0)
    if sentence.role == "title" and re.search(
        r"\b(?:effects?|role|influence|impact) (?:of|in|on)\b|\?", sentence.masked
    ):
        score = 0.3
    return score - 0.35 if _is_known(sentence, cue.end - sentence.span.start) else score


def _is_known(sentence: Sentence, end: int) -> bool:
    """Whether the wording is that of established knowledge rather than of this study's results."""
    if sentence.role != "results" and pattern("background").search(_without_remark(sentence.masked, end)):
        return True
    return bool(sentence.role == "plain" and _KNOWN.search(sentence.masked) and not _OWN.search(sentence.masked))


_REMARK = re.compile(
    r"(?:[,;:]|\band\b|\b(?:suggest|indicat|imply)\w*)[^,;:]*?"
    r"\b(?:may|might|could|would|should|can|plays? (?:an? |the )?(?:[\w-]+ ){0,3}roles?|we speculate"
    r"|it is (?:possible|likely|conceivable|tempting)|(?:is|are) (?:required|needed|warranted|involved)"
    r"|future (?:studies|research)|remains? to be)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:was|were|had|showed|exhibited|displayed|demonstrated|rose|fell|remained|did|found|observed)\b", re.IGNORECASE
)


def _without_remark(text: str, end: int) -> str:
    """A sentence up to what its authors make of a result that ends at ``end``: "X was raised, which may explain"."""
    remark = _REMARK.search(text, end)
    return text[: remark.start()] if remark and _REPORTED.search(text, 0, remark.start()) else text


def read_sentence(sentence: Sentence, previous: Direction | None = None) -> Iterator[Statement]:
    """The statements of a sentence that names cytokines, clause by clause.

    Args:
        sentence: with its cytokines.
        previous: where the last statement of the text before went.
    """
    carried: list[Group] = []
    way = previous
    for start, end in split_clauses(sentence.masked):
        clause = sentence.masked[start:end]
        groups, cues = find_groups(clause, _named(sentence, start, end), sentence.span.start + start), find_cues(clause)
        if carried and all(is_given(sentence, mention) for group in groups for mention in group.mentions):
            touching = _TOUCHING.search(sentence.masked[:start]) is not None
            groups, cues = continued(clause, cues, carried, touching=touching)
        where = Span(sentence.span.start + start, sentence.span.start + end)
        tagged = list(read_tags(groups, sentence.text[start:end], where.start))
        groups = without_tagged(groups, tagged) if tagged else groups
        told = list(_told(groups, cues, clause))
        told += tagged or _untold(groups, cues, clause, told, way)
        for group, verdict in (*told, *spared(clause, told)):
            scope = _scope(group, groups, verdict.cue, cues, where)
            yield from _statements(sentence, group, verdict, where=where, scope=scope)
        carried = groups or carried
        way = told[0][1].direction if told else way


def _named(sentence: Sentence, start: int, end: int) -> list[Mention]:
    """The cytokine mentions of a part of the sentence that is not blanked out."""
    places = ((m, m.span.start - sentence.span.start) for m in sentence.mentions)
    return [m for m, at in places if start <= at < end and sentence.masked[at] == CYTOKINE_MARK]


def _told(groups: Sequence[Group], cues: Sequence[Cue], clause: str) -> Iterator[tuple[Group, Verdict]]:
    pairs = read_respectively(groups, cues, clause)
    yield from pairs
    if not pairs:
        yield from ((group, found) for group in groups for found in verdicts(group, groups, cues, clause))


def _untold(
    groups: Sequence[Group],
    cues: Sequence[Cue],
    clause: str,
    told: Sequence[tuple[Group, Verdict]],
    way: Direction | None,
) -> list[tuple[Group, Verdict]]:
    """Statements on the groups that no cue governs, which lean on what was said before."""
    if not told:
        return list(leaning(groups, cues, clause, way))
    end = max(max(group.span.end, verdict.cue.span.end) for group, verdict in told)
    rest = [group for group in groups if group.span.start >= end]
    return list(leaning(rest, [], clause[end:], told[-1][1].direction)) if rest else []


def _statements(sentence: Sentence, group: Group, verdict: Verdict, *, where: Span, scope: Span) -> Iterator[Statement]:
    at = Span(where.start + verdict.cue.span.start, where.start + verdict.cue.span.end)
    score = base_score(sentence, at) * verdict.weight * doubt(sentence, where, verdict.direction, scope)
    restored = verdict.cue.verdict == "restored"
    for mention in group.mentions:
        if is_given(sentence, mention):
            continue
        others = is_attributed(sentence.text, mention, sentence.span.start, sentence.role)
        yield Statement(
            mention,
            verdict.direction,
            sentence.span,
            where,
            at,
            score * (_OTHERS if others else 1.0),
            scope,
            verdict.blocked,
            restored,
        )


_OTHERS = 0.5
"""Belief in a result that the sentence gives to other studies, against one of its own."""


def _scope(group: Group, groups: Sequence[Group], cue: Cue, cues: Sequence[Cue], clause: Span) -> Span:
    """From the cue or group before to the group or cue after."""
    low, high = min(group.span.start, cue.span.start), max(group.span.end, cue.span.end)
    starts = [c.span.end for c in cues if c.span.end <= low and c.verdict != "none"]
    stops = [g.span.start for g in groups if g.span.start >= high]
    return Span(clause.start + max(starts, default=0), clause.start + min(stops, default=clause.end - clause.start))


def doubt(sentence: Sentence, where: Span, direction: Direction, scope: Span) -> float:
    """A factor for stated non-significance, stimulation outside the body, correlation, and what was left open.

    Args:
        sentence: that states something.
        where: offsets of the clause.
        direction: that is stated.
        scope: offsets of the part of the clause that is about the mention.
    """
    start, end = where.start - sentence.span.start, where.end - sentence.span.start
    text = sentence.text[start:end]
    weight = 1.0
    about = sentence.text[scope.start - sentence.span.start : scope.end - sentence.span.start]
    if direction != "unchanged" and _NS.search(about):
        weight *= 0.5
    if _STIMULATED.search(sentence.masked[start:end]) or _ROSE_WITH.search(text) or _OPEN.search(text):
        weight *= 0.5
    return weight
