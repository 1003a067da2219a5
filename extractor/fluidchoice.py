"""Which of the proposed fluids a statement is about, in the order a reader looks for it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from extractor.records import AnnotatedArticle, Candidate, Direction, Mention, Span
from extractor.roles import Sentence, solid
from extractor.statements import Statement
from extractor.wordlists import CYTOKINE_MARK, FLUID_MARK

_LIST = re.compile(
    rf"^[\s,]*(?:and|or|nor|as well as|but also|/|,|&|of|in|the|both|{FLUID_MARK}|\s|\([^)]*\))*$", re.IGNORECASE
)
_MODIFIES = re.compile(
    r"""^[\s,(]*(?:(?:and|or|of|in|for|the|soluble|both|mean|median|total|free|fasting|levels?|concentrations?|values?|titers?|cytokines?
    |activity|inflammatory|pro-?inflammatory|human|immunoreactive|basal|baseline|protein|circulating
    |on)\b[\s,(]*)*$""",
    re.IGNORECASE | re.VERBOSE,
)
_OWNED = re.compile(
    r"""^\s+(?!(?:levels?|concentrations?|samples?|cytokines?|chemokines?|markers?|biomarkers?|values?|was|were|is|are|and|or|of|in|from|for|to|at|by|with|than|after|before
    |during|as|but|both|inflammatory|pro|soluble|protein|proteins|growth|angiogenic|interleukins?|titers?
    |specimens?|obtained|collected|drawn|taken|total|free|using|on|that|mean|median|the
    |compared|between|among|when|while|which|did|had|not|showed|measured|rose|fell|increased?|decreased?
    |declined|dropped|elevated|raised|higher|lower|highest|lowest|greater|similar|comparable|unchanged|too|respectively
    |peaked|remained|returned|correlated|differed|reached|became|appeared|exceeded|within
    |following|over|throughout|because|if|no|only|its|their|these|this|they|it|we|immunoreactive|bioactive
    |recovered|harvested|revealed|analys[ei]s
    |analytes?|molecules?|variables?|measures?|peptides?|receptors?|neurotrophins?|ligands?|mediators?|supernatants?|secretions?|fluids?|parameters?|factors?|adipokines?|(?:\w+ly))\b)[A-Za-z0-9]""",
    re.IGNORECASE | re.VERBOSE,
)
_BREAKS = re.compile(
    r"\b(?:was|were|is|are|in|than|with|by|for|to|from|at|after|did|had|has|increased|decreased|reduced"
    r"|showed|but|while|whereas|that|which|using"
    r"|mRNA|expression|tissue)\b",
    re.IGNORECASE,
)
_SAMPLED = re.compile(
    r"cytokine|chemokine|inflammat|marker|growth factor|samples?\b|specimens?\b|multiplex|ELISA|immunoassay"
    r"|adipokine|hormone|level|concentration|mediator|interleukin|angiogenic",
    re.IGNORECASE,
)
_DRAWN = re.compile(
    rf"{FLUID_MARK}[^;]{{0,160}}(?<!not )\b(?:was|were|been) (?!not\b)(?:\w+ly )?(?:examined|analy[sz]ed|obtained"
    r"|collected|drawn|assayed|tested|investigated|studied|taken|sampled|withdrawn)\b",
    re.IGNORECASE,
)
_EXCEPTED = re.compile(
    r"\b(?:but|and) not (?:in |for |the |that |those |its |their |levels? |concentrations? )*$", re.IGNORECASE
)
_APPLIED = re.compile(r"\b(?:inject|incubat|expos|treat|cultur|intrathecal|transfus|infus)\w*", re.IGNORECASE)
_CELLS = re.compile(
    r"\b(?:cells?|clones?|lymphocytes|monocytes|basophils|neutrophils|eosinophils|DNA|RNA"
    r"|PBMCs?)\b[^,;.]{0,40}\b(?:from|in|of)\b|\b(?:DNA|RNA|genom\w+)\b"
)
_STIMULUS = re.compile(
    r"""\b(?:(?:incubat|cultur|stimulat|pulse|grow|expos|treat|challeng)\w*\s(?:with|in|to)|in\sthe\spresence\sof
    |addition\sof|added|with)\s(?:(?!(?:had|have|has|show\w*|was|were|and|or|on|in|at|increas\w*|decreas\w*|elevat\w*|reduc\w*
    |higher|lower\w*|greater|less|more|low|high|rais\w*|improv\w*|normali[sz]\w*|prevent\w*|caus\w*|induc\w*)\b)[\w%'’-]+\s){0,3}$""",
    re.IGNORECASE | re.VERBOSE,
)
"""Before a fluid that cells are given."""
_RESPONSE = re.compile(
    r"\b(?:secret|releas|produc|express|transcri|phosphorylat|mRNA|prolifer|viability)\w*", re.IGNORECASE
)
_FRONTED = re.compile(
    rf"\W*(?:results?:\s*)?(?P<place>(?:in|from|within)\s[^,;{CYTOKINE_MARK}{FLUID_MARK}]{{3,60}})", re.I
)
_MADE = re.compile(r"\b(?:production|expression|secretion|release|synthesis|content|generation)\b", re.IGNORECASE)
_LEVEL = re.compile(r"\b(?:levels?|concentrations?|values?|titers?|amounts?)\b", re.IGNORECASE)


def choose_fluids(
    annotated: AnnotatedArticle, proposed: Sequence[Candidate], statement: Statement, sentences: Sequence[Sentence]
) -> list[tuple[Candidate, float, Direction]]:
    """The candidates of one mention that the statement is about, each with a factor for its score and its direction.

    "Raised in serum but not in CSF" is unchanged for the excepted fluid.
    """
    by_name = {candidate.fluid_name: candidate for candidate in proposed}
    sentence = sentences[annotated.sentence_of(statement.evidence)]
    way = statement.direction
    spans = {
        m.span: str(m.concept)
        for m in sentence.mentions
        if m.kind == "fluid" and m.span.start < statement.clause.end and _excepted(sentence, m)
    }
    excepted = set(spans.values())
    local = [name for name in _local(sentence, statement, excepted=spans) if name not in excepted]
    spared: list[tuple[Candidate, float, Direction]] = [
        (by_name[name], 1.0, "unchanged") for name in sorted(excepted) if name in by_name and not statement.blocked
    ]
    if local:
        made = _MADE.search(
            sentence.masked[
                max(0, statement.scope.start - sentence.span.start) : statement.scope.end - sentence.span.start
            ]
        )
        outside = all(not statement.scope.contains(m.span) for m in sentence.mentions if m.concept in local)
        if made and outside:
            return [(by_name[name], 0.5, way) for name in _specimen(local, sentences) if name in by_name]
        return [*((by_name[name], 1.0, way) for name in _specimen(local, sentences) if name in by_name), *spared]
    if solid(sentence, *statement.scope) or _in_solid_list(sentence, statement):
        return []
    names, factor = _elsewhere(sentences, sentence, statement)
    return [*((by_name[name], factor, way) for name in names if name in by_name), *spared]


def _in_solid_list(sentence: Sentence, statement: Statement) -> bool:
    """Whether sentence or clause began with cells or tissue and another cytokine: "in the spleen X rose and Y fell"."""
    front = _FRONTED.match(sentence.masked)
    if front and solid(sentence, sentence.span.start + front.start("place"), sentence.span.start + front.end()):
        return True
    start, end = (at - sentence.span.start for at in (statement.clause.start, statement.scope.start))
    return CYTOKINE_MARK in sentence.masked[start:end] and solid(sentence, *statement.clause)


def _excepted(sentence: Sentence, fluid: Mention) -> bool:
    before = sentence.masked[: fluid.span.start - sentence.span.start]
    return _EXCEPTED.search(before) is not None


def _specimen(names: list[str], sentences: Sequence[Sentence]) -> list[str]:
    """The named specimen in place of "blood" or "circulating", where the article names exactly one."""
    if names != ["blood"]:
        return names
    named = {str(m.concept) for s in sentences for m in s.mentions if m.concept in ("serum", "plasma")}
    return sorted(named) if len(named) == 1 else names


def _local(sentence: Sentence, statement: Statement, *, excepted: Collection[Span]) -> list[str]:
    """Fluid names in the evidence sentence that fit the statement."""
    fluids = [m for m in sentence.mentions if m.kind == "fluid" and m.span not in excepted and not _owned(sentence, m)]
    if not fluids:
        return []
    offset = sentence.span.start
    inside = sentence.span.contains(statement.mention.span)
    if not statement.clause.contains(statement.mention.span):
        own = [m for m in fluids if statement.clause.contains(m.span)]
        if own:
            return _listed(sentence, own[0], own, backwards=False)
    at = (statement.mention.span.start if inside else statement.clause.start) - offset
    end = statement.mention.span.end - offset if inside else at
    before = [m for m in fluids if m.span.end - offset <= at]
    after = [m for m in fluids if m.span.start - offset >= end]
    near = before[-1].span.end if before else 0
    listed = re.match(r"\s*(?:,|/|and\b|or\b)", sentence.masked[near - offset :]) if before else None
    gap = (near, statement.mention.span.start if listed else statement.mention.span.end)
    if (
        inside
        and before
        and solid(sentence, *gap)
        and not _modifying(sentence.masked[before[-1].span.end - offset : at])
    ):
        before = []
    if before and _modifying(sentence.masked[before[-1].span.end - offset : at]):
        return _listed(sentence, before[-1], before, backwards=True)
    follow = [m for m in after if m.span.start < statement.clause.end and not _next_owner(sentence, m, end)]
    if follow:
        return _listed(sentence, follow[0], after, backwards=False)
    if before:
        return _listed(sentence, before[-1], before, backwards=True)
    after = [m for m in after if not _next_owner(sentence, m, end)]
    return _listed(sentence, after[0], after, backwards=False) if after else []


def _modifying(gap: str) -> bool:
    if CYTOKINE_MARK not in gap and re.match(r"\s*,?\s*(?:and|or)\b", gap):
        return False
    bare = re.sub(f"{CYTOKINE_MARK}+", " ", gap)
    return _MODIFIES.match(bare) is not None


def _next_owner(sentence: Sentence, fluid: Mention, end: int) -> bool:
    """Whether a fluid after the mention belongs to a later cytokine or stands in the comparator."""
    start, stop = fluid.span.start - sentence.span.start, fluid.span.end - sentence.span.start
    between = sentence.masked[end:start]
    if re.search(r"\b(?:than|compared|versus)\b", between):
        return True
    follows = re.match(
        rf"\s*(?:levels? of|concentrations? of|soluble)?\s*(?:soluble )?{CYTOKINE_MARK}", sentence.masked[stop:]
    )
    return follows is not None


def _listed(sentence: Sentence, first: Mention, fluids: Sequence[Mention], *, backwards: bool) -> list[str]:
    names = [str(first.concept)]
    current = first
    for fluid in sorted(fluids, key=lambda m: m.span, reverse=backwards):
        low, high = sorted((current.span, fluid.span))
        if fluid is current or low == high or (fluid.span < current.span) != backwards:
            continue
        gap = sentence.masked[low.end - sentence.span.start : high.start - sentence.span.start]
        if not _LIST.match(gap) and not re.fullmatch(
            r"\s*(?:levels?|concentrations?)?\s*(?:and|or|nor)\s*(?:in\s*)?(?:the\s*)?", gap
        ):
            break
        names.append(str(fluid.concept))
        current = fluid
    unique = list(dict.fromkeys(names))
    return _without_blood(unique)


def _without_blood(names: list[str]) -> list[str]:
    """The named specimens: "blood" goes where serum or plasma of the same draw is named."""
    return [name for name in names if name != "blood"] if {"serum", "plasma"} & set(names) else names


def _owned(sentence: Sentence, fluid: Mention) -> bool:
    """Whether the fluid belongs to another analyte ("serum creatinine"), or is what cells were given."""
    if _is_stimulus(sentence, fluid):
        return True
    after = sentence.masked[fluid.span.end - sentence.span.start :]
    listed = re.match(rf"[^;.{CYTOKINE_MARK}]{{0,120}}{CYTOKINE_MARK}", after)
    if listed and not _BREAKS.search(listed[0]):
        return False
    return _OWNED.match(after) is not None


def _is_stimulus(sentence: Sentence, fluid: Mention) -> bool:
    """Whether cells are given the fluid, so that it is no sample: "incubated with patients' serum"."""
    at = fluid.span.start - sentence.span.start
    given = _STIMULUS.search(sentence.masked[max(0, at - 80) : at])
    if given is None:
        return False
    return given[0][:4].lower() != "with" or _RESPONSE.search(sentence.masked) is not None


def _elsewhere(sentences: Sequence[Sentence], here: Sentence, statement: Statement) -> tuple[list[str], float]:
    """Fluid names from other sentences: with the same cytokine first, then by route."""
    concept = statement.mention.concept
    ranked: list[_Ranked] = []
    for sentence in sentences:
        if sentence.index == here.index:
            continue
        fluids = [m for m in sentence.mentions if m.kind == "fluid" and not _owned(sentence, m)]
        if not fluids:
            continue
        if _source_of_cells(sentence, fluids):
            continue
        same = any(m.concept == concept for m in sentence.mentions if m.kind == "cytokine")
        some = any(m.kind == "cytokine" for m in sentence.mentions)
        order = 1 if sentence.role == "title" else 0 if sentence.index < here.index else 2
        tier = 0 if same else 1 if some else 2
        ranked.append(((tier, order, abs(sentence.index - here.index)), sentence, fluids))
    if not ranked:
        only = {str(m.concept) for s in sentences for m in s.mentions if m.kind == "fluid" and s.index != here.index}
        return sorted(only) if len(only) == 1 else [], 0.6
    (tier, _, _), sentence, fluids = min(_own(ranked), key=lambda item: item[0])
    names = _near(sentence, fluids, str(concept)) if tier == 0 else list(dict.fromkeys(str(m.concept) for m in fluids))
    specific = _without_blood(names)
    if _celled(sentences) > 0.6:
        return [], 0.0
    if len(specific) > 1:
        return specific, 0.8 * _trust(tier, here, sentence, statement)
    return _specimen(specific, sentences), _trust(tier, here, sentence, statement)


_Ranked = tuple[tuple[int, int, int], Sentence, list[Mention]]


def _own(ranked: list[_Ranked]) -> list[_Ranked]:
    """Without the background and a later conclusion, where another sentence tells what this study measured in."""
    near = [
        ((tier, order, far), sentence, fluids)
        for (tier, order, far), sentence, fluids in ranked
        if sentence.role != "background" and not (sentence.role == "conclusion" and order == 2)
    ]
    return near if any(place[0] < 2 or _is_sampled(sentence) for place, sentence, _ in near) else ranked


def _celled(sentences: Sequence[Sentence]) -> float:
    """Share of the cytokine sentences that speak of cells, tissue, genes or culture."""
    told = [s for s in sentences if any(m.kind == "cytokine" for m in s.mentions)]
    return sum(solid(s, *s.span) for s in told) / len(told) if len(told) > 1 else 0.0


def _trust(tier: int, here: Sentence, there: Sentence, statement: Statement) -> float:
    """How far a fluid named in another sentence may be taken for the statement's own."""
    clause = here.masked[statement.scope.start - here.span.start : statement.scope.end - here.span.start]
    factor = (1.0, 0.95, 0.8)[tier]
    if _MADE.search(clause):
        factor *= 0.5
    if solid(here, *here.span):
        factor *= 0.7 if tier == 0 else 0.55
    if tier == 1 and not _LEVEL.search(clause):
        factor *= 0.7
    if tier == 2 and not _is_sampled(there):
        factor *= 0.5
    if tier == 2 and not _LEVEL.search(clause):
        factor *= 0.9
    return factor


def _is_sampled(sentence: Sentence) -> bool:
    """Whether a sentence without a cytokine tells what was measured in: "serum was obtained", "cytokines in plasma"."""
    if _SAMPLED.search(sentence.masked):
        return True
    return _DRAWN.search(sentence.masked) is not None and not _APPLIED.search(sentence.masked)


def _source_of_cells(sentence: Sentence, fluids: Sequence[Mention]) -> bool:
    """Whether the fluid is only where cells came from: "lymphocytes from the peripheral blood of patients"."""
    if any(m.concept not in ("blood", "other:cord blood") for m in fluids):
        return False
    return _CELLS.search(sentence.masked) is not None


def _near(sentence: Sentence, fluids: Sequence[Mention], concept: str) -> list[str]:
    """The fluids listed nearest to the cytokine in another sentence."""
    place = next(m.span.start for m in sentence.mentions if m.kind == "cytokine" and m.concept == concept)
    nearest = min(fluids, key=lambda m: abs(m.span.start - place) + (200 if m.span.start > place else 0))
    forward = _listed(sentence, nearest, fluids, backwards=False)
    backward = _listed(sentence, nearest, fluids, backwards=True)
    return list(dict.fromkeys([*forward, *backward]))
