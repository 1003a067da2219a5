"""A clause that names no cytokine but goes on about those before: "but fell thereafter", "which Y prevented"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extractor.cues import Cue, negated
from extractor.ellipsis import denied
from extractor.records import Span
from extractor.scope import Group
from extractor.wordlists import FLUID_MARK


def continued(
    clause: str, cues: list[Cue], carried: Sequence[Group], *, touching: bool = True
) -> tuple[list[Group], list[Cue]]:
    """The groups of the clause before where this one goes on about them, and the cues that then count.

    Args:
        clause: masked, without groups of its own.
        cues: of the clause.
        carried: the groups before.
        touching: whether the clause follows right upon the cytokine.
    """
    which = re.match(r"\W*which\b", clause) is not None
    if which and not touching:
        return [], cues
    groups = [
        Group(Span(0, 0), group.mentions, group.excepted and not which)
        for group in carried
        if not (which and group is not carried[-1])
    ]
    if cues and _elliptic(clause, cues):
        return groups, cues
    if undone := _undone(clause):
        return groups, [undone]
    if cues and not which and (place := _referring(clause)) is not None:
        return [replace(group, span=place) for group in groups], cues
    idle = None if which else denied(clause) or _idle(clause)
    return (groups, [idle]) if idle else ([], cues)


def _elliptic(clause: str, cues: Sequence[Cue]) -> bool:
    """Whether the clause goes on about the subject before: "..., but fell thereafter"."""
    head = re.sub(
        r"^\W*(?:and|but|then|whereas|while|although|though|yet|albeit|however|which|followed|accompanied"
        r"|(?:on the other hand|in contrast|by contrast|conversely),?)?\s*(?:by)?\s*",
        "",
        clause[: cues[0].span.start],
        flags=re.IGNORECASE,
    )
    return (
        re.fullmatch(
            r"(?:(?:was|were|is|are|did|not|had|has|have|also|then|returned|subsequently|thereafter|later"
            rf"|\w+ly|it|they|a|an|the|remained|stayed|no|such|those|that|levels?|concentrations?|values?|in|of|{FLUID_MARK}+)\s*)*",
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


def _referring(clause: str) -> Span | None:
    """Where the clause speaks of what the one before named: "these mediators", "had higher levels than"."""
    match = _THESE.search(clause) or _BARE_LEVELS.search(clause)
    return Span(*match.span()) if match else None


_THESE = re.compile(
    r"\b(?:these|those|this|the same)\s+(?:(?:(?:pro-?|anti-?)?inflammatory\s+|circulating\s+|\w+ed\s+)?"
    r"(?:cytokines?|chemokines?|interleukins?|mediators?|adipokines?|analytes?|(?:growth\s+)?factors?|(?:bio)?markers?"
    r"|measures|parameters?|variables?|proteins?|peptides?|molecules?|levels|values|concentrations)\b"
    r"|(?=(?:increases?|rises?|elevations?|decreases?|declines?|reductions?|falls?)\b))",
    re.IGNORECASE,
)
_BARE_LEVELS = re.compile(
    r"(?:(?<=higher)|(?<=lower))\s+(?:levels|concentrations|values|amounts)(?=\s+(?:than|(?:as )?compared)\b)",
    re.IGNORECASE,
)


def _undone(clause: str) -> Cue | None:
    """The cue of "which Y prevented", "Y abolished this rise": what was said before did not come about."""
    match = _UNDID.search(clause)
    if match is None or negated(clause[: match.start(match.lastgroup or 0)]):
        return None
    return Cue(Span(*match.span(match.lastgroup or 0)), "restored", "left", False, None, True)


_VERB = (
    r"(?:attenuat|prevent|block|blunt|abolish|abrogat|inhibit|suppress|revers|counteract|avert|limit|halt)e?(?:ed|s|d)"
)
_CHANGE = r"(?:increases?|rises?|elevations?|surge|decreases?|declines?|reductions?|falls?|drops?|changes?|effects?)"
_UNDID = re.compile(
    rf"^\W*(?:which\b[^,;]*\b(?P<late>{_VERB})\W*(?:$|by\b|at\b|in\b|when\b)"
    rf"|(?:and\s+|but\s+)?[^,;]*\b(?P<verb>{_VERB})\s+(?:almost\s+|\w+ly\s+)?(?:it|them|(?:this|these|the|that|such)"
    rf"(?:\s+[\w-]+)?\s+{_CHANGE})\b(?!\s+(?:in|of)\b))",
    re.IGNORECASE,
)
