"""What was wrong with a model's finding, by comparing it with what the curator made of it."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from extractor.records import Finding, Span
from extractor.store import Decision

ErrorType: TypeAlias = Literal[
    "not a finding",
    "missed",
    "wrong cytokine",
    "wrong fluid",
    "wrong direction",
    "wrong contrast",
    "wrong context",
    "wrong boundary",
]
ERROR_TYPES: tuple[ErrorType, ...] = get_args(ErrorType)
"""``wrong context``: comparator, condition or host. ``wrong boundary``: the place of a name or of the evidence."""


def error_types(decision: Decision, proposal: Finding | None) -> tuple[ErrorType, ...]:
    """The errors a decision puts right, none where the model was right; calling a finding debatable is none.

    Args:
        decision: the last one on the finding.
        proposal: the finding as the model had it, None where no model had it.
    """
    if decision.verdict == "added":
        return ("missed",)
    if decision.verdict == "rejected":
        return () if proposal is None else ("not a finding",)
    if decision.finding is None or proposal is None:
        return ()
    right = decision.finding
    compared: tuple[tuple[ErrorType, object, object], ...] = (
        ("wrong cytokine", proposal.cytokine, right.cytokine),
        ("wrong fluid", proposal.fluid, right.fluid),
        ("wrong direction", proposal.direction, right.direction),
        ("wrong contrast", proposal.contrast, right.contrast),
        ("wrong context", _context(proposal), _context(right)),
        ("wrong boundary", _places(proposal, right), _places(right, proposal)),
    )
    return tuple(name for name, before, after in compared if before != after)


def _context(finding: Finding) -> tuple[str, str, str]:
    return finding.comparator, finding.condition, finding.host


def _places(finding: Finding, other: Finding) -> tuple[Span | None, ...]:
    """Where it stands; the place of a name says nothing where the two name different concepts."""
    cytokine = finding.cytokine_mention if finding.cytokine == other.cytokine else None
    fluid = finding.fluid_mention if finding.fluid == other.fluid else None
    return finding.evidence, *(None if each is None else each.span for each in (cytokine, fluid))
