"""All statements of an article: of sentences that name cytokines, and of those that refer back to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractor.comparison import opposite
from extractor.cues import find_cues
from extractor.records import Direction, Mention, Span
from extractor.roles import SKIPPED, Sentence
from extractor.clauses import split_clauses
from extractor.scope import Group, verdicts
from extractor.statements import Statement, base_score, is_given, read_sentence
from extractor.wordlists import FLUID_MARK

_ANAPHORA = re.compile(
    r"""^\W*(?:(?:RESULTS?|FINDINGS)\s*:?\s*)?(?:moreover|however|furthermore|in\ addition|also
    |in\ contrast|interestingly|similarly|overall)?,?\s*
    (?:(?:the\ )?(?P<all>both|all(?:\ of)?|each)(?:\ (?:of\ )?(?:these|the|those))?(?:\ (?P<number>two|three
    |four|five|six|seven|eight|nine|ten|\d+))?
    |(?:the\ )?(?:levels?|concentrations?|values?)\ of\ (?:these|both|all)|(?P<these>these|those|such)
    |(?P<it>(?:its|their|the|mean|median|these)?\s*(?:mean\ |median\ |serum\ |plasma\ )?(?:levels?
    |concentrations?|values?|titers?)\b|it\s))
    """,
    re.IGNORECASE | re.VERBOSE,
)
_GENERIC = re.compile(
    rf"\b(?:cytokines?|chemokines?|levels?|concentrations?|factors?|markers?|biomarkers?|interleukins?"
    rf"|molecules?|proteins?|mediators?|receptors?|adipokines?|analytes?|parameters?|values?"
    rf"|[{FLUID_MARK}]+)\b|^\W*(?:both|all)\s+(?:were|was|rose|fell|increased|decreased|\w+ed)\b",
    re.IGNORECASE,
)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS = {word: number for number, word in enumerate(_WORDS)}
_THIS = re.compile(
    r"\b(?:this|that|the latter) (?:cytokine|chemokine|growth factor|factor|interleukin|adipokine"
    r"|neurotrophin|receptor|protein)\b"
    r"|\bthese (?:(?P<number>two|three|four|five|six|seven|eight|nine|ten) )?(?:(?:pro-?"
    r"|anti-?)?inflammatory )?(?:cytokines|chemokines|growth factors|interleukins|adipokines|neurotrophins)\b",
    re.IGNORECASE,
)


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
    for sentence in sentences:
        if sentence.role in SKIPPED:
            continue
        if any(mention.kind == "cytokine" for mention in sentence.mentions):
            yield from read_sentence(sentence)
        elif inline := _THIS.search(sentence.masked):
            yield from _named_again(sentence, sentences, inline)
        else:
            yield from _subject_again(sentence, sentences)


def _before(sentence: Sentence, sentences: Sequence[Sentence]) -> list[Mention]:
    """One mention of each cytokine in the last sentence that names any, if it is near."""
    named = [s for s in sentences[: sentence.index] if any(m.kind == "cytokine" for m in s.mentions)]
    if not named or sentence.index - named[-1].index > 2:
        return []
    mentions: dict[str, Mention] = {}
    for mention in named[-1].mentions:
        if mention.kind == "cytokine" and not is_given(named[-1], mention):
            mentions.setdefault(str(mention.concept), mention)
    return list(mentions.values())


def _named_again(sentence: Sentence, sentences: Sequence[Sentence], match: re.Match[str]) -> Iterator[Statement]:
    """Statements on "this chemokine": the cytokines of the sentence before stand in its place."""
    mentions = _before(sentence, sentences)
    number = match["number"]
    plural = "these" in match[0].lower()
    if not mentions or plural != (len(mentions) > 1) or (number and len(mentions) != _NUMBERS[number.lower()]):
        return
    for start, end in split_clauses(sentence.masked):
        if start <= match.start() < end:
            group = Group(Span(match.start() - start, match.end() - start), tuple(mentions))
            yield from _again(sentence, group, start, end)


def _subject_again(sentence: Sentence, sentences: Sequence[Sentence]) -> Iterator[Statement]:
    """Statements on cytokines named before: "both were higher", "all five rose", "levels did not differ"."""
    match = _ANAPHORA.match(sentence.masked)
    mentions = _before(sentence, sentences)
    if not match or not _GENERIC.search(sentence.masked[:90]) or not _counts(match, len(mentions)):
        return
    start, end = split_clauses(sentence.masked)[0]
    yield from _again(sentence, Group(Span(0, 0), tuple(mentions)), start, end)


def _again(sentence: Sentence, group: Group, start: int, end: int) -> Iterator[Statement]:
    clause = sentence.masked[start:end]
    where = Span(sentence.span.start + start, sentence.span.start + end)
    for verdict in verdicts(group, [group], find_cues(clause), clause):
        at = Span(where.start + verdict.cue.span.start, where.start + verdict.cue.span.end)
        score = base_score(sentence) * verdict.weight * _BACK_REFERENCE
        for mention in group.mentions:
            yield Statement(mention, verdict.direction, sentence.span, where, at, score, where, verdict.blocked)


_BACK_REFERENCE = 0.85
"""Belief in a statement whose cytokines stand in another sentence, against one that names them."""


def _counts(match: re.Match[str], count: int) -> bool:
    number = match["number"]
    if number:
        return count == (int(number) if number.isdigit() else _NUMBERS[number.lower()])
    if (match["all"] or "").lower() == "both":
        return count == 2
    return count >= 2 if match["these"] or match["all"] else count >= 1
