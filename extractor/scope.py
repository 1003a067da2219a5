"""Within a sentence: clauses, lists of cytokines, and which cue governs which list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from extractor.association import VERB, explained_away
from extractor.clauses import IN_ORDER
from extractor.comparison import flipped, opposite, plain_way
from extractor.cues import Cue
from extractor.records import Direction, Mention, Span
from extractor.wordlists import FLUID_MARK, pattern

_JOIN = re.compile(
    rf"""^(?:[\s,/&+()\[\]{FLUID_MARK}-]|\b(?:and|or|as\ well\ as|plus|both|also|the|of|in|for|soluble|sera?
    |levels?|concentrations?
    |values?|free|total|cytokines?|chemokines?|interleukins?|serum|plasma|circulating|receptors?|protein|its
    |their|with|nor|neither|not\ only|but\ also
    |pro-?inflammatory|anti-?inflammatory|respectively|then|active|human|mouse|ratio|inflammatory|mean|median
    |especially|particularly|including|e\.g\.|i\.e\.|namely)\b
    |\b[A-Z][\w-]*[A-Z0-9][\w-]*\b|\b[a-z]{{1,3}}[A-Z][\w-]*\b|\b(?:hs-)?CRP\b|C-reactive\ protein|insulin
    |cortisol|glucose|neopterin|ferritin|endothelin(?:-1)?|[Ff]ibrinogen|[Pp]rolactin|[Gg]hrelin
    |[Hh]istamine|[Pp]rocalcitonin|lactoferrin|[Ee]-?selectin|[Hh]epcidin|[Mm]yoglobin|hormones?|triglycerides?
    |(?:total\ )?cholesterol|nitric\ oxide|malondialdehyde|creatinine|cortisone)*$""",
    re.VERBOSE,
)

_EXCEPT = re.compile(
    r"(?:\bbut\s+(?:not|no|neither)\b|\bexcept(?:ing)?(?:\s+for)?\b|\bwith the exception of\b|\brather than\b"
    r"|\band not\b|\bbut\s+not\s+for\b)[^,;]{0,25}$",
    re.IGNORECASE,
)

_FOUND = re.compile(
    r"\b(?:was|were|is|are|could be|has been|have been)\s+(?:also\s+|\w+ly\s+|not\s+)*(?:found|observed|noted"
    r"|seen|detected|noticed|recorded|evident|present|measured"
    r"|identified|reported|apparent|revealed|obtained|shown|for|that (?:of|in))\b|\bbetween\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Group:
    """Cytokine mentions listed together, offsets in the masked sentence."""

    span: Span
    mentions: tuple[Mention, ...]
    excepted: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a clause says of a group.

    Attributes:
        weight: belief in [0, 1] that the cue governs the group.
        blocked: True for the rise or fall that something else is said to have prevented.
    """

    cue: Cue
    direction: Direction
    weight: float = 1.0
    blocked: bool = False


def find_groups(clause: str, mentions: Sequence[Mention], offset: int) -> list[Group]:
    """The cytokine mentions of a clause that starts at ``offset``, those listed together in one group."""
    groups: list[Group] = []
    for mention in mentions:
        if mention.kind != "cytokine":
            continue
        span = Span(mention.span.start - offset, mention.span.end - offset)
        gap = clause[groups[-1].span.end : span.start] if groups else ""
        excepted = _EXCEPT.search(clause[: span.start]) is not None
        if groups and _JOIN.match(gap) and not (excepted and not groups[-1].excepted):
            last = groups[-1]
            groups[-1] = Group(Span(last.span.start, span.end), (*last.mentions, mention), last.excepted)
        else:
            groups.append(Group(span, (mention,), excepted))
    return groups


def verdicts(group: Group, groups: Sequence[Group], cues: Sequence[Cue], clause: str) -> Iterator[Verdict]:
    """What the clause says of a group: cue, direction, weight, and whether it is the part that was blocked."""
    ranked = sorted(
        ((cost, cue) for cue in cues if (cost := _cost(group, groups, cue, cues, clause)) is not None),
        key=lambda pair: (pair[0], pair[1].span),
    )
    if not ranked:
        yield from _announced(group, groups, cues, clause)
        return
    cost, cue = next((pair for pair in ranked if pair[1].verdict != "blocked"), ranked[0])
    if (
        cue.verdict == "none" and not cue.predicate
    ):  # "no differences ... regarding change in X", "changes of X were higher"
        cue = next((c for _, c in ranked if c.verdict == "unchanged" and c.span.end <= cue.span.start), cue)
        later = (
            c
            for cost, c in ranked
            if c.side == "left" and c.span.start >= group.span.end and c.verdict != "none" and cost < 25
        )
        cue = next(later, cue)
    if cue.side == "left" and _SIZE.match(clause, cue.span.start):  # "the fall in X was greater"
        cue = next((c for _, c in ranked if c.side == "right" and _is_noun(c, clause)), cue)
    if cue.verdict == "none" and _none_of(group, clause):
        if pattern("diff", "unchanged").fullmatch(clause, *cue.span):
            yield Verdict(cue, "unchanged")
        return
    if cue.verdict in ("none", "blocked") or explained_away(group.span, cue, clause):
        return
    yield from _governed(group, cue, ranked, clause, weight=1.0 if cost < 25 else 0.7)


def _governed(
    group: Group, cue: Cue, ranked: Sequence[tuple[float, Cue]], clause: str, *, weight: float
) -> Iterator[Verdict]:
    """What a cue that governs a group says of it: exceptions, denials, what was prevented."""
    direction = opposite(cue.verdict) if flipped(cue, clause) else plain_way(cue.verdict)
    if group.excepted:
        if cue.verdict != "unchanged":
            yield Verdict(cue, "unchanged", weight, False)
        return
    if _none_of(group, clause):
        yield Verdict(cue, "unchanged", weight, False)
        return
    if cue.attenuated:
        yield Verdict(cue, direction, weight, False)
        yield Verdict(cue, cue.attenuated, weight * 0.7, True)
        return
    second = _overrule(cue, ranked, clause)
    if second is not None:
        yield Verdict(second, plain_way(second.verdict), weight, False)
        yield Verdict(cue, direction, weight * 0.7, True)
        return
    yield Verdict(cue, direction, weight, False)


def _none_of(group: Group, clause: str) -> bool:
    """Whether the group is denied as a whole: "neither X nor Y rose", "none of the three changed"."""
    return _NONE_OF.search(clause, 0, group.span.start) is not None


def _announced(group: Group, groups: Sequence[Group], cues: Sequence[Cue], clause: str) -> Iterator[Verdict]:
    """A list after a colon: "six analytes were higher in patients: A, B and C"."""
    place = _COLON.search(clause, 0, group.span.start)
    if place is None or any(other.span.end <= place.start() for other in groups):
        return
    cues = [cue for cue in cues if cue.span.end <= place.start()]
    if len({cue.verdict for cue in cues}) == 1 and cues[0].verdict not in ("none", "blocked"):
        cue = cues[-1]
        yield Verdict(cue, opposite(cue.verdict) if flipped(cue, clause) else plain_way(cue.verdict))


_NONE_OF = re.compile(
    rf"\b(?:neither|none|not one|no)\b(?: (?:of|the|these|those|serum|plasma|in|for|soluble|levels?|concentrations?|nor"
    rf"|or)|[\s{FLUID_MARK}])*$|\bnone of (?:the|these)\b[^,;]{{0,30}}\b(?:including|such as)\b[^;]*$",
    re.IGNORECASE,
)
_COLON = re.compile(r"(?::|\bnamely\b|\bviz\b|\bi\.e\.)[^;:]*$", re.IGNORECASE)


def read_respectively(groups: Sequence[Group], cues: Sequence[Cue], clause: str) -> list[tuple[Group, Verdict]]:
    """Cytokines and cues paired by order: "A and B were increased and decreased, respectively"."""
    if len(groups) != 1 or not IN_ORDER.search(clause):
        return []
    group = groups[0]
    concepts = list(dict.fromkeys(str(m.concept) for m in group.mentions))
    ways = [cue for cue in cues if cue.verdict in ("increased", "decreased", "unchanged")]
    ways = sorted([*ways, *_plain_levels(clause, ways)], key=lambda cue: cue.span)
    sides = {cue.span.start < group.span.end for cue in ways}
    if len(ways) != len(concepts) or len(ways) < 2 or len(sides) > 1:
        return []
    if any(not _COORDINATED.match(clause[a.span.end : b.span.start]) for a, b in pairwise(ways)):
        return []
    return [
        (
            Group(group.span, tuple(m for m in group.mentions if str(m.concept) == concept)),
            Verdict(cue, plain_way(cue.verdict)),
        )
        for concept, cue in zip(concepts, ways, strict=True)
    ]


def _plain_levels(clause: str, cues: Sequence[Cue]) -> list[Cue]:
    """Levels that are words of a direction only in such a list: "were low, equal and high, respectively"."""
    if not cues:
        return []
    ways: tuple[tuple[Direction, str], ...] = (("increased", "high"), ("decreased", "low"), ("unchanged", "normal"))
    return [
        Cue(Span(*match.span()), way, "left", False, None, True)
        for way, word in ways
        for match in re.finditer(rf"\b{word}\b(?=\s*(?:,|and\b))", clause, re.IGNORECASE)
        if not any(cue.span.overlaps(Span(*match.span())) for cue in cues)
    ]


_COORDINATED = re.compile(r"^[\s,]*(?:and|or|was|were|\w+ly|[\s,])*$", re.IGNORECASE)


def _is_noun(cue: Cue, clause: str) -> bool:
    return any(pattern("noun", way).fullmatch(clause, *cue.span) for way in ("increased", "decreased"))


_SIZE = re.compile(r"(?:greater|larger|bigger|smaller|higher|lower|superior|inferior)\b", re.IGNORECASE)


def _overrule(cue: Cue, rest: Sequence[tuple[float, Cue]], clause: str) -> Cue | None:
    """The predicate that says what became of a named rise ("was prevented"), not how large it was ("was greater")."""
    if cue.verdict not in ("increased", "decreased"):
        return None
    named = cue.side == "left" and _is_noun(cue, clause)  # "the X rise was prevented"
    if not named and (cue.side != "right" or cue.predicate):
        return None
    for cost, other in rest:
        if named and not _BECAME.fullmatch(clause, cue.span.end, max(cue.span.end, other.span.start)):
            continue
        if other.side != "left" or not other.predicate or cost >= 25 or _SIZE.match(clause, other.span.start):
            continue
        if other.verdict == "blocked":
            return replace(other, verdict=opposite(cue.verdict))
        if other.verdict in ("increased", "decreased"):
            return other if other.verdict != cue.verdict else None
    return None


_BECAME = re.compile(
    r"s?\s+(?:was|were|is|are|being)\s+(?:(?:\w+ly|also|again|all|both|not|in turn|then)\s+)*", re.IGNORECASE
)


def _cost(group: Group, groups: Sequence[Group], cue: Cue, cues: Sequence[Cue], clause: str) -> float | None:
    """Distance in words between a cue and a group it may govern; None where it may not."""
    right = cue.span.end <= group.span.start
    left = group.span.end <= cue.span.start
    if not (left or right):
        return None
    wanted = "right" if right else "left"
    if cue.side != wanted and not (cue.loose and not _served(cue, groups, clause)):
        return None
    between = clause[cue.span.end : group.span.start] if right else clause[group.span.end : cue.span.start]
    if right and VERB.search(_FOUND.sub(" ", between)) and not _inverted(cue, clause, between):
        return None
    cost = float(len(between.split()))
    cost += 8 * len(re.findall(r"\b(?:was|were|did|had|has|have|is|are)\b", between)) if right else 0
    cost += 10 * len(re.findall(r"\b(?:than|compared|versus|relative to)\b", between))
    cost += 6 * sum(
        1 for other in cues if other is not cue and _within(other.span, cue, group) and other.side == wanted
    )
    cost += 3 * len(re.findall(r", (?:and|with)\b", between))
    cost += 4 if cue.side != wanted else 0
    return cost


def _inverted(cue: Cue, clause: str, between: str) -> bool:
    """Whether the verb stands between the cue and its subject: "higher in patients were X and Y"."""
    head = re.sub(r"^\W*|\b(?:\w+ly|also|RESULTS)\b\W*", "", clause[: cue.span.start])
    return not head and len(VERB.findall(between)) == 1 and _BEFORE_SUBJECT.search(between) is not None


_BEFORE_SUBJECT = re.compile(
    rf"\b(?:was|were)\s+(?:(?:also|both|the|levels?|concentrations?|of|for|soluble|only)\s+|[{FLUID_MARK}\s])*$",
    re.IGNORECASE,
)


def _within(span: Span, cue: Cue, group: Group) -> bool:
    low, high = sorted((cue.span, group.span))
    return low.end <= span.start and span.end <= high.start


def _served(cue: Cue, groups: Sequence[Group], clause: str) -> bool:
    """Whether a loose cue finds a group on its own side, with no other verb in between."""
    for group in groups:
        if cue.side == "right" and group.span.start >= cue.span.end:
            between = clause[cue.span.end : group.span.start]
            return not re.search(r"\b(?:was|were|did|than|compared)\b", between) and len(between.split()) < 15
        if cue.side == "left" and group.span.end <= cue.span.start:
            return True
    return False
