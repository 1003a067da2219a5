"""Sentences -> statements "this cytokine rose, fell, did not change"; the fluid is chosen elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractor.cues import Cue, find_cues
from extractor.records import Direction, Mention, Span
from extractor.roles import SKIPPED, Sentence
from extractor.scope import Group, find_groups, flipped, opposite, read_respectively, split_clauses, verdicts
from extractor.wordlists import CYTOKINE_MARK, FLUID_MARK, pattern

_GIVEN_BEFORE = re.compile(
    r"(?:\banti-?\s?|recombinant (?:human |murine |mouse |rat )?|exogenous |(?:injections?|administration"
    r"|infusions?|treatment|therapy|instillation"
    r"|doses?|incubation|stimulation|treated|immuni[sz]ation|supplementation|blockade|neutrali[sz]ation"
    r"|inhibition of the effect|addition|vaccination|transfer|pretreatment|delivery|(?:injected|infused"
    r"|combined|cotransduced|pretreated|stimulated|incubated|immuni[sz]ed)|inhibitors?|antagonists?|agonists?"
    r"|blockers?|frequenc(?:y|ies)|percentages?|proportions?|numbers?|counts?|effects?|induced|activation"
    r"|antibod(?:y|ies)|response|receiving|received|effects?|given)"
    r" (?:of |with |to |by |against |for )(?:[\w-]+ ){0,2}|receiving |received |given |measured by "
    r"|assessed by |pegylated  |(?:dose of |\d )(?:micrograms?|m?mg|µg|μg|ng|units?|U|IU"
    r"|pg)(?:/\w+)?(?: of)? |\brh|ratios? of )$",
    re.IGNORECASE,
)

_GIVEN_AFTER = re.compile(
    r"^(?:[- ](?:induced|stimulated|treated|treatment|therapy|injections?|infusions?|administration|deficient"
    r"|dependent|mediated|blockade|blockers?|inhibitors?|inhibition"
    r"|antagonists?|antibod(?:y|ies)|neutrali\w+|producing|secreting|positive|expressing|knockout|null|genes?"
    r"|mRNA|promoters?|polymorphisms?|transgenic|like cytokine|signal\w+|pathway"
    r"|groups?|therap\w+|gene|genotyp\w+|SNPs?|haplotyp\w+|ratio|receptor signal\w+|driven|resistan\w+"
    r"|sensitivity|axis|responsive\w*|binding|effects?|related|spot|(?:and|plus) [\w-]+ (?:therapy|treatment"
    r"|administration|vaccination))\b|/[-/]|\s?\+)",
    re.IGNORECASE,
)

_RATIO = re.compile(
    rf"^[\s/:({CYTOKINE_MARK})]*(?:and [\w\s-]{{0,20}}{CYTOKINE_MARK}+\s*)?ratios?\b|^\s*/\s*[\w-]+ ratio",
    re.IGNORECASE,
)

_ANAPHORA = re.compile(
    r"""^\W*(?:(?:RESULTS?|FINDINGS)\s*:?\s*)?(?:moreover|however|furthermore|in\ addition|also|in\ contrast|interestingly|similarly|overall)?,?\s*
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

_NUMBERS = {
    word: i
    for i, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
}

_NS = re.compile(
    r"(?:\bNS\b|\bn\.s\.|\bnot (?:statistically )?significant\b|\bnon-?significant(?:ly)?\b"
    r"|\binsignificant(?:ly)?\b|\btended\b|\btrends?\b"
    r"|without (?:reaching )?(?:statistical )?significance|not reach\w* (?:statistical )?significance"
    r"|\bslight(?:ly)?\b|\bsomewhat\b)",
    re.IGNORECASE,
)

_STIMULATED = re.compile(
    rf"\b(?:ex vivo|in vitro)\b|stimulated\s+(?:whole\s+)?(?:{FLUID_MARK}+|blood)|stimulated with"
    rf"|-induced\s+{CYTOKINE_MARK}+\s+(?:secretion|production|release)|\bwhole[- ]blood (?:cultures?|assays?)"
    rf"|{CYTOKINE_MARK}\s+(?:secretion|production|release|generation)\s+(?:by|from|in)\s+(?:\w+\s+)?(?:cells"
    rf"|macrophages|monocytes|lymphocytes|neutrophils)",
    re.IGNORECASE,
)

_THIS = re.compile(
    r"\b(?:this|that|the latter) (?:cytokine|chemokine|growth factor|factor|interleukin|adipokine"
    r"|neurotrophin|receptor|protein)\b"
    r"|\bthese (?:(?P<number>two|three|four|five|six|seven|eight|nine|ten) )?(?:(?:pro-?"
    r"|anti-?)?inflammatory )?(?:cytokines|chemokines|growth factors|interleukins|adipokines|neurotrophins)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One cytokine mention said to have gone one way.

    Attributes:
        evidence: the sentence that says so (not always the mention's own).
        scope: offsets of the part of the clause that is about the mention.
        clause: offsets in ``Article.text`` of the clause that holds cue and mention.
        cue: offsets of the cue word.
        score: belief in [0, 1].
        blocked: True for the rise or fall that something else is said to have prevented.
    """

    mention: Mention
    direction: Direction
    evidence: Span
    clause: Span
    cue: Span
    score: float
    blocked: bool = False
    scope: Span = Span(0, 0)


def read_statements(sentences: Sequence[Sentence]) -> list[Statement]:
    """All statements of an article in text order; several per mention where several are made."""
    found: list[Statement] = []
    for statement in _read(sentences):
        if statement.direction == "restored":
            statement = replace(statement, direction=_back(statement, found))
        found.append(statement)
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
        if any(m.kind == "cytokine" for m in sentence.mentions):
            yield from _sentence(sentence)
        else:
            yield from _anaphoric(sentence, sentences)


def _base(sentence: Sentence) -> float:
    score = {"results": 0.9, "plain": 0.8, "conclusion": 0.7, "title": 0.6}.get(sentence.role, 0.0)
    if sentence.role == "title" and re.search(
        r"\b(?:effects?|role|influence|impact) (?:of|in|on)\b|\?", sentence.masked
    ):
        score = 0.3
    if sentence.role != "results" and pattern("background").search(sentence.masked):
        score -= 0.35
    return score


def _sentence(sentence: Sentence) -> Iterator[Statement]:
    carried: tuple[Group, ...] = ()
    base = _base(sentence)
    for start, end in split_clauses(sentence.masked):
        clause = sentence.masked[start:end]
        mentions = [
            m
            for m in sentence.mentions
            if start <= (at := m.span.start - sentence.span.start) < end and sentence.masked[at] == CYTOKINE_MARK
        ]
        groups = find_groups(clause, mentions, sentence.span.start + start)
        cues = find_cues(clause)
        which = re.match(r"\W*which\b", clause) is not None
        touching = (
            re.search(rf"{CYTOKINE_MARK}\)?\W*(?:levels?|concentrations?)?\W*$", sentence.masked[:start]) is not None
        )
        if not groups and carried and cues and _elliptic(clause, cues) and (touching or not which):
            groups = [replace(group, span=Span(0, 0)) for group in carried]
        elif not groups and carried and not which and (idle := _idle(clause)):
            groups, cues = [replace(group, span=Span(0, 0)) for group in carried], [idle]
        pairs = read_respectively(groups, cues, clause)
        told = [(group, [(cue, cue.verdict, 1.0, False)]) for group, cue in pairs] or [
            (group, list(verdicts(group, groups, cues, clause))) for group in groups
        ]
        for group, found in told:
            for cue, direction, weight, blocked in found:
                where = Span(sentence.span.start + start, sentence.span.start + end)
                at = Span(where.start + cue.span.start, where.start + cue.span.end)
                score = base * weight * _doubt(sentence, start, end, direction)
                scope = _scope(group, groups, cue, cues, where)
                for mention in group.mentions:
                    if not _given(sentence, mention):
                        yield Statement(mention, direction, sentence.span, where, at, score, blocked, scope)
        carried = tuple(groups) or carried


def _scope(group: Group, groups: Sequence[Group], cue: Cue, cues: Sequence[Cue], clause: Span) -> Span:
    """From the cue or group before to the group or cue after."""
    low, high = min(group.span.start, cue.span.start), max(group.span.end, cue.span.end)
    starts = [c.span.end for c in cues if c.span.end <= low and c.verdict != "none"]
    stops = [g.span.start for g in groups if g.span.start >= high]
    return Span(clause.start + max(starts, default=0), clause.start + min(stops, default=clause.end - clause.start))


def _doubt(sentence: Sentence, start: int, end: int, direction: Direction) -> float:
    text = sentence.text[start:end]
    weight = 1.0
    if direction != "unchanged" and _NS.search(text):
        weight *= 0.5
    if _STIMULATED.search(sentence.masked[start:end]):
        weight *= 0.5
    return weight


def _elliptic(clause: str, cues: Sequence[Cue]) -> bool:
    """Whether the clause goes on about the subject before: "..., but fell thereafter"."""
    head = re.sub(
        r"^\W*(?:and|but|then|whereas|while|although|however|which|followed|accompanied)?\s*(?:by)?\s*",
        "",
        clause[: cues[0].span.start],
        flags=re.IGNORECASE,
    )
    return (
        re.fullmatch(
            r"(?:(?:was|were|is|are|did|not|had|has|have|also|then|returned|subsequently|thereafter|later"
            r"|\w+ly|it|they|a|an|the|remained|no)\s*)*",
            head,
            re.IGNORECASE,
        )
        is not None
    )


def _idle(clause: str) -> Cue | None:
    """The cue of "whereas controls did not (show any change)": the cytokines named before stayed as they were."""
    match = re.match(
        r"\W*(?:but|whereas|while|although)?\s*(?:not\s+)?(?:the\s+|those\s+"
        r"|in\s+)*(?:[\w-]+\s+){0,5}?(?:groups?|patients|controls?|subjects|arms?|mice|rats|placebo"
        r"|volunteers|animals)\b[^,;]{0,40}?"
        r"\b(?P<not>(?:did|was|were)\s+not\b(?:\s*$|\W*$|\s+(?:show|exhibit|display|have|experience|change"
        r"|differ)\b(?:[^,;]*\b(?:changes?|differences?|effects?|alterations?)\b|\W*$)))",
        clause,
        re.IGNORECASE,
    )
    return Cue(Span(*match.span("not")), "unchanged", "left", False, None, True) if match else None


def _given(sentence: Sentence, mention: Mention) -> bool:
    """Whether the mention is something administered, a gene, a drug target, one side of a ratio."""
    at, end = mention.span.start - sentence.span.start, mention.span.end - sentence.span.start
    before, after = re.sub(r"\s+", " ", sentence.masked[max(0, at - 120) : at]), sentence.text[end:]
    masked_after = sentence.masked[end:]
    return (
        not mention.level
        or _GIVEN_BEFORE.search(before) is not None
        or _GIVEN_AFTER.match(after) is not None
        or _RATIO.match(masked_after) is not None
        or re.search(rf"ratios? of (?:[\w\s-]*{CYTOKINE_MARK}+ to )?$", before, re.IGNORECASE) is not None
    )


def _anaphoric(sentence: Sentence, sentences: Sequence[Sentence]) -> Iterator[Statement]:
    """Statements about cytokines named before: "both were higher", "all five rose", "levels did not differ"."""
    inline = _THIS.search(sentence.masked)
    if inline:
        yield from _named_again(sentence, sentences, inline)
        return
    match = _ANAPHORA.match(sentence.masked)
    if not match or not _GENERIC.search(sentence.masked[:90]):
        return
    before = [s for s in sentences[: sentence.index] if any(m.kind == "cytokine" for m in s.mentions)]
    if not before or sentence.index - before[-1].index > 2:
        return
    mentions: dict[str, Mention] = {}
    for mention in before[-1].mentions:
        if mention.kind == "cytokine" and not _given(before[-1], mention):
            mentions.setdefault(str(mention.concept), mention)
    if not _counts(match, len(mentions)):
        return
    for start, end in split_clauses(sentence.masked)[:1]:
        cues = [cue for cue in find_cues(sentence.masked[start:end]) if cue.side == "left" or cue.loose]
        if not cues or cues[0].verdict == "none":
            return
        cue = cues[0]
        direction = opposite(cue.verdict) if flipped(cue, sentence.masked[start:end]) else cue.verdict
        where = Span(sentence.span.start + start, sentence.span.start + end)
        at = Span(where.start + cue.span.start, where.start + cue.span.end)
        for mention in mentions.values():
            yield Statement(mention, direction, sentence.span, where, at, _base(sentence) * 0.8, scope=where)  # type: ignore[arg-type]


def _named_again(sentence: Sentence, sentences: Sequence[Sentence], match: re.Match[str]) -> Iterator[Statement]:
    """ "Levels of this chemokine were higher": the cytokines of the sentence before stand in its place."""
    before = [s for s in sentences[: sentence.index] if any(m.kind == "cytokine" for m in s.mentions)]
    if not before or sentence.index - before[-1].index > 2:
        return
    names = {str(m.concept): m for m in before[-1].mentions if m.kind == "cytokine" and m.level}
    number = match["number"]
    plural = "these" in match[0].lower()
    if (number and len(names) != _NUMBERS[number.lower()]) or plural != (len(names) > 1):
        return
    for start, end in split_clauses(sentence.masked):
        if start <= match.start() < end:
            group = Group(Span(match.start() - start, match.end() - start), tuple(names.values()))
            clause = sentence.masked[start:end]
            where = Span(sentence.span.start + start, sentence.span.start + end)
            for cue, direction, weight, blocked in verdicts(group, [group], find_cues(clause), clause):
                at = Span(where.start + cue.span.start, where.start + cue.span.end)
                for mention in group.mentions:
                    yield Statement(
                        mention, direction, sentence.span, where, at, _base(sentence) * weight * 0.9, blocked, where
                    )


def _counts(match: re.Match[str], count: int) -> bool:
    number = match["number"]
    if number:
        return count == (int(number) if number.isdigit() else _NUMBERS[number.lower()])
    if (match["all"] or "").lower() == "both":
        return count == 2
    return count >= 2 if match["these"] or match["all"] else count >= 1
