"""A curator's change to a finding, as the page sends it, checked against the text and the guidelines' labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from extractor.exchange.decisions import curated
from extractor.exchange.tokens import sentence_around
from extractor.records import (
    COMPARATORS,
    CONFIDENCES,
    CONTRASTS,
    DIRECTIONS,
    FLUIDS,
    Article,
    Finding,
    Json,
    Kind,
    Mention,
    Span,
)
from extractor.review.refusal import RefusedError
from extractor.vocabulary import load_vocabulary

CONDITIONS = ("ALS", "unspecified")
HOSTS = ("human", "mouse", "rat", "unspecified")
_OTHER = re.compile(r"other:\S(?:[^|\t\n]*\S)?")
_LONGEST = 200
_LABELS: dict[str, tuple[Collection[str], bool]] = {
    "direction": (DIRECTIONS, False),
    "contrast": (CONTRASTS, False),
    "comparator": (COMPARATORS, False),
    "confidence": (CONFIDENCES, False),
    "condition": (CONDITIONS, True),
    "host": (HOSTS, True),
    "fluid": (FLUIDS, True),
}
"""Values of each slot, and whether ``other:<name>`` is one."""
_PLACES = ("cytokine_mention", "fluid_mention", "evidence")


def changed(finding: Finding, changes: Json, article: Article, names: Sequence[Mention]) -> Finding:
    """The finding with a curator's changes; what follows from them is brought in line.

    Args:
        finding: as it stands.
        changes: slots with their new values; places are ``[start, end]`` in code points, or null.
        article: for its text.
        names: of the text, among which a newly chosen fluid is looked for.

    Raises:
        RefusedError: a value is none of the slot's, or a place lies outside the text.
    """
    if unknown := changes.keys() - {*_LABELS, *_PLACES, "cytokine"}:
        raise RefusedError("invalid", f"a finding has no {', '.join(sorted(unknown))}")
    labels: dict[str, Any] = {name: _label(name, value) for name, value in changes.items() if name in _LABELS}
    if "cytokine" in changes:
        labels["cytokine"] = _cytokine(changes["cytokine"])
    new = curated(replace(finding, **labels))
    if "evidence" in changes:
        evidence = _span(changes["evidence"], article.text)
        new = replace(new, evidence=evidence, evidence_text=article.text[slice(*evidence)], also=())
    new = replace(
        new,
        cytokine_mention=_cytokine_mention(new, changes, article),
        fluid_mention=_fluid(new, changes, article, names),
    )
    return replace(new, cross_sentence=not _inside(new))


def added(given: Json, article: Article, names: Sequence[Mention]) -> Finding:
    """A finding that a curator has marked in the text.

    Raises:
        RefusedError: as ``changed``, or cytokine, direction or the cytokine's place is missing.
    """
    for name in ("cytokine", "cytokine_mention", "direction"):
        if not given.get(name):
            raise RefusedError("invalid", f"a finding needs its {name.replace('_', ' ')}")
    place = _span(given["cytokine_mention"], article.text)
    bare = Finding(article.id, _cytokine(given["cytokine"]), "unspecified", "unchanged", "other")
    evidence = {} if given.get("evidence") else {"evidence": list(sentence_around(article.text, place))}
    return changed(bare, {**given, **evidence}, article, names)


def _label(name: str, value: object) -> str:
    known, other = _LABELS[name]
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise RefusedError("invalid", f"{name}: no text of at most {_LONGEST} characters")
    if value in known or (other and _OTHER.fullmatch(value)):
        return value
    more = " or other:<name>" if other else ""
    raise RefusedError("invalid", f"{name}: {value!r} is none of {', '.join(known)}{more}")


def _cytokine(value: object) -> str:
    if isinstance(value, str) and value in load_vocabulary().cytokines:
        return value
    raise RefusedError("invalid", f"cytokine: {str(value)[:_LONGEST]!r} is no concept of the vocabulary")


def _span(value: object, text: str) -> Span:
    if isinstance(value, list) and [type(each) for each in value] == [int, int]:
        start, end = value
        if 0 <= start < end <= len(text) and text[start:end].strip():
            return Span(start, end)
    raise RefusedError("invalid", f"{str(value)[:_LONGEST]} is no place in the text")


def _cytokine_mention(finding: Finding, changes: Json, article: Article) -> Mention | None:
    if "cytokine_mention" in changes:
        return _at(changes["cytokine_mention"], "cytokine", finding.cytokine, article)
    mention = finding.cytokine_mention
    return None if mention is None else replace(mention, concept=finding.cytokine)


def _fluid(finding: Finding, changes: Json, article: Article, names: Sequence[Mention]) -> Mention | None:
    """The fluid's words: those marked, else those there already if they name it, else the nearest that do."""
    if finding.fluid == "unspecified":
        return None
    if changes.get("fluid_mention") is not None:
        return _at(changes["fluid_mention"], "fluid", finding.fluid, article)
    mention = finding.fluid_mention
    if mention is not None and (mention.concept == finding.fluid or "fluid" not in changes):
        return mention
    there = [name for name in names if name.kind == "fluid" and name.concept == finding.fluid]
    return min(there, key=_distance(finding.evidence), default=None)


def _distance(evidence: Span) -> Callable[[Mention], tuple[int, int]]:
    def distance(mention: Mention) -> tuple[int, int]:
        start = mention.span.start
        away = (
            0 if evidence.start <= start < evidence.end else min(abs(start - evidence.start), abs(start - evidence.end))
        )
        return away, start

    return distance


def _at(value: object, kind: Kind, concept: str, article: Article) -> Mention:
    span = _span(value, article.text)
    return Mention(span, article.text[slice(*span)], kind, concept, source="curated")


def _inside(finding: Finding) -> bool:
    """Whether cytokine and fluid both start in the evidence, as the gold set has it."""
    mentions = (finding.cytokine_mention, finding.fluid_mention)
    return all(m is not None and finding.evidence.start <= m.span.start < finding.evidence.end for m in mentions)
