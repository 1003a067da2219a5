"""Whether a word for a rise or fall belongs to an association: "higher X correlated with survival"."""

from __future__ import annotations

import re

from extractor.cues import Cue
from extractor.records import Span
from extractor.wordlists import CYTOKINE_MARK, FLUID_MARK, pattern

VERB = re.compile(r"\b(?:was|were|is|are|did|does|occurs?|occurred|correlated|had|showed)\b", re.IGNORECASE)


def explained_away(group: Span, cue: Cue, clause: str) -> bool:
    """Whether an association takes the word: "higher X correlated with survival", "was associated with higher X"."""
    shown = re.search(
        r"\b(?:had|exhibited|displayed|showed|have|has|with)\s+(?:\w+ly\s+|an?\s+|also\s+)*$", clause[: cue.span.start]
    )
    for match in pattern("assoc").finditer(clause):
        if _is_effect(match, cue, clause) or _starts_anew(match, group, cue, clause) or _apposed(match, group, clause):
            continue
        if (
            shown
            and match.start() >= group.end
            and not re.search(r"\b(?:was|were|is|are)\b", clause[group.end : match.start()])
        ):
            continue
        if (
            cue.side == "right"
            and not cue.predicate
            and match.start() >= group.end
            and not _fresh(clause[group.end : match.start()])
        ):
            return True
        if match.end() <= min(cue.span.start, group.start) and not _fresh(
            clause[match.end() : max(cue.span.start, group.start)]
        ):
            return True
        if cue.span.end <= match.start() < group.start or group.end <= match.start() < cue.span.start:
            return True
    return False


def _is_effect(assoc: re.Match[str], cue: Cue, clause: str) -> bool:
    """Whether what is associated is an intervention: "treatment was associated with a fall in X"."""
    return (
        cue.side == "right"
        and assoc.end() <= cue.span.start
        and any(p.match(clause, assoc.end(), cue.span.start) for p in (_WITH, _WITH_LIST))
        and _INTERVENTION.search(clause[: assoc.start()]) is not None
    )


_WITH = re.compile(
    r"""\s+with\s+(?:(?:both|an?|the|also|only|\w+ly|mean|overall|further|marked|modest|slight|significant
    |dose-dependent|greater|substantial|lower|small|clear|striking|profound|rapid|transient|sustained|progressive
    |\d+%|\d+-fold)\s+)*$""",
    re.IGNORECASE | re.VERBOSE,
)
_WITH_LIST = re.compile(
    rf"\s+with\s+(?:(?!\b(?:was|were|is|are|had|did|has|have)\b)[^;{CYTOKINE_MARK}])*(?:,|\band)\s+(?:an?\s+|\w+ly\s+)*$",
    re.IGNORECASE,
)
_INTERVENTION = re.compile(
    r"\b(?:treatments?|therap(?:y|ies)|administration|supplement(?:ation|s)|infusions?|injections?|interventions?"
    r"|intake|consumption|ingestion|exercise|training|surgery|operation|transplantation|vaccination|immuni[sz]ation"
    r"|exposure|challenge|diets?|feeding|fasting|weight loss|use|doses?|dosing|inhibitors?|agonists?|antagonists?"
    r"|blockade|withdrawal|replacement|anaesthesia|anesthesia|bypass|(?:haemo|hemo)?dialysis|transfusions?|regimens?"
    r"|inhalation|smoking cessation|effects?|benefits?|protection|improvements?)\b"
    r"(?:(?!\b(?:was|were|is|are|had|did|has|have)\b)[^,;])*"
    r"\b(?:was|were|is|are|has been|have been|had been)\s+(?:\w+ly\s+|also\s+|not\s+)*$",
    re.IGNORECASE,
)


def _starts_anew(assoc: re.Match[str], group: Span, cue: Cue, clause: str) -> bool:
    """Whether the group begins a new statement after an association: "X was associated with age, and Y was raised"."""
    return (
        cue.side == "left"
        and cue.predicate
        and assoc.end() <= group.start < cue.span.start
        and _NEW_SUBJECT.search(clause[assoc.end() : group.start]) is not None
        and VERB.search(clause[group.end : cue.span.end]) is not None
    )


def _apposed(assoc: re.Match[str], group: Span, clause: str) -> bool:
    """Whether only a remark is associated: "raised X, features associated with eosinophilia", "a rise that tracked"."""
    return assoc.start() >= group.end and any(p.search(clause, group.end, assoc.start()) for p in (_REMARK, _RELATIVE))


_REMARK = re.compile(
    r",\s+(?:[\w-]+\s+){0,3}(?:features?|findings?|changes?|effects?|events?|alterations?|cytokines?|chemokines?"
    r"|factors?|mediators?|markers?|molecules?|proteins?)\s+(?:(?:that|which) (?:are|is|were|was)\s+)?(?:\w+ly\s+)?$",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:that|which)\s+(?:(?:was|were|is|are|had|has|have|did|bore|showed|not|\w+ly)\s+)*(?:an?\s+|no\s+)?$",
    re.IGNORECASE,
)
_NEW_SUBJECT = re.compile(
    rf",\s+(?:and|but)\s+(?:(?:the|both|mean|median|levels?|concentrations?|of|for|soluble|free|total|basal"
    rf"|baseline)\s+|[{FLUID_MARK}\s])*$",
    re.IGNORECASE,
)


def _fresh(between: str) -> bool:
    """Whether a new finite verb starts between two places, so that the first no longer governs the second."""
    between = re.sub(r"\b(?:was|were|is|are)\s+(?:\w+ly\s+|also\s+)*$", "", between)
    return (
        re.search(r"(?:\band\b|,).*\b(?:was|were|had|showed|increased|decreased|rose|fell)\b", between, re.IGNORECASE)
        is not None
    )
