"""A finding as flat strings, which every format has a place for, and back.

What a mention says already (its concept as cytokine or fluid) and what is the default is left out, so that a concept
corrected by a curator is not overruled by a stale copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias, cast, overload

from extractor.exchange.tokens import sentence_around
from extractor.records import (
    COMPARATORS,
    CONFIDENCES,
    CONTRASTS,
    DIRECTIONS,
    FLUIDS,
    Comparator,
    Confidence,
    Contrast,
    Direction,
    Finding,
    Mention,
    Span,
)
from extractor.vocabulary import load_vocabulary

Slots: TypeAlias = dict[str, str]
DEFAULT_CONTRAST: Contrast = "other"
"""Contrast of a finding that a curator added without saying which."""
NAMES = (
    "direction",
    "contrast",
    "comparator",
    "condition",
    "host",
    "confidence",
    "cytokine",
    "fluid",
    "evidence",
    "cross_sentence",
    "n",
    "p",
    "score",
    "model",
    "source",
    "also",
)
"""Every slot, in the order written."""
_DEFAULTS = {
    "comparator": "unspecified",
    "condition": "unspecified",
    "host": "unspecified",
    "confidence": "sure",
    "score": "1.0",
    "source": "mined",
    "model": "",
    "also": "",
}


def slots_of(finding: Finding) -> Slots:
    """The slots of a finding that are not default and not said by its mentions; offsets are code points."""
    said = {
        "direction": finding.direction,
        "contrast": finding.contrast,
        "comparator": finding.comparator,
        "condition": finding.condition,
        "host": finding.host,
        "confidence": finding.confidence,
        "cytokine": "" if _says(finding.cytokine_mention, finding.cytokine) else finding.cytokine,
        "fluid": "" if _fluid_said(finding) else finding.fluid,
        "evidence": _range(finding.evidence),
        "cross_sentence": str(finding.cross_sentence).lower(),
        "n": "" if finding.n is None else str(finding.n),
        "p": finding.p or "",
        "score": repr(float(finding.score)),
        "model": finding.model,
        "source": finding.source,
        "also": " ".join(map(_range, finding.also)),
    }
    return {name: value for name, value in said.items() if value != _DEFAULTS.get(name, "")}


def _says(mention: Mention | None, name: str) -> bool:
    return mention is not None and mention.concept == name


def _fluid_said(finding: Finding) -> bool:
    if finding.fluid_mention is None:
        return finding.fluid == "unspecified"
    return finding.fluid_mention.concept == finding.fluid


def finding_of(
    given: Mapping[str, str],
    *,
    article_id: str,
    text: str,
    cytokine: Mention | None,
    fluid: Mention | None,
    anchor: Span | None,
) -> Finding:
    """The finding that slots and mentions stand for.

    Args:
        given: what the format holds; an empty string counts as absent.
        article_id: its article.
        text: the article's text.
        cytokine: its mention, if any.
        fluid: its mention, if any.
        anchor: where a finding without evidence is shown; its sentence becomes the evidence.

    Raises:
        ValueError: a slot has a value that is none, or no cytokine is named.
    """
    slots = {name: value for name, value in given.items() if value}
    cytokine = named(cytokine)
    fluid = named(fluid)
    evidence = _evidence(slots, text, anchor)
    there = (m for m in (cytokine, fluid) if m is not None)
    outside = cytokine is None or fluid is None or not all(evidence.contains(m.span) for m in there)
    return Finding(
        article_id=article_id,
        cytokine=_cytokine(slots, cytokine),
        fluid=_fluid(slots, fluid),
        direction=cast("Direction", _one_of(slots, "direction", DIRECTIONS, None)),
        contrast=cast("Contrast", _one_of(slots, "contrast", CONTRASTS, DEFAULT_CONTRAST)),
        comparator=cast("Comparator", _one_of(slots, "comparator", COMPARATORS, "unspecified")),
        condition=slots.get("condition", "unspecified"),
        host=slots.get("host", "unspecified"),
        source=slots.get("source", _DEFAULTS["source"]),
        evidence=evidence,
        evidence_text=text[slice(*evidence)],
        cytokine_mention=cytokine,
        fluid_mention=fluid,
        cross_sentence=slots["cross_sentence"] == "true" if "cross_sentence" in slots else outside,
        n=int(slots["n"]) if "n" in slots else None,
        p=slots.get("p"),
        score=_score(slots.get("score", _DEFAULTS["score"])),
        confidence=cast("Confidence", _one_of(slots, "confidence", CONFIDENCES, "sure")),
        model=slots.get("model", ""),
        also=tuple(_span(part, text) for part in slots.get("also", "").split()),
    )


@overload
def named(mention: Mention) -> Mention: ...


@overload
def named(mention: None) -> None: ...


def named(mention: Mention | None) -> Mention | None:
    """The mention with a concept from the vocabulary, if it has none of its own and its name is known."""
    if mention is None or mention.concept is not None:
        return mention
    vocabulary = load_vocabulary()
    normalise = vocabulary.normalise_cytokine if mention.kind == "cytokine" else vocabulary.normalise_fluid
    return replace(mention, concept=normalise(mention.text))


def _cytokine(slots: Slots, mention: Mention | None) -> str:
    name = slots.get("cytokine") or (mention.concept if mention is not None else None)
    if name is None:
        where = "without a cytokine" if mention is None else f"of {mention.text!r}, which names no known cytokine"
        raise ValueError(f"a finding {where}")
    return name


def _fluid(slots: Slots, mention: Mention | None) -> str:
    name = slots.get("fluid") or ("unspecified" if mention is None else mention.concept)
    if name is None or not (name in FLUIDS or (name.startswith("other:") and name[len("other:") :].strip())):
        raise ValueError(f"a finding in {name or (mention.text if mention else '')!r}, which names no known fluid")
    return name


def _one_of(slots: Slots, name: str, allowed: tuple[str, ...], default: str | None) -> str:
    value = slots.get(name, default)
    if value not in allowed:
        raise ValueError(f"{name} {value!r} is none of {', '.join(allowed)}")
    return value


def _score(written: str) -> float:
    score = float(written)
    if not 0 <= score <= 1:
        raise ValueError(f"score {written} is not between 0 and 1")
    return score


def _evidence(slots: Slots, text: str, anchor: Span | None) -> Span:
    if "evidence" in slots:
        return _span(slots["evidence"], text)
    return Span(0, 0) if anchor is None else sentence_around(text, anchor)


def _range(span: Span) -> str:
    return f"{span.start}-{span.end}"


def _span(written: str, text: str) -> Span:
    start, _, end = written.partition("-")
    span = Span(int(start), int(end))
    if not 0 <= span.start <= span.end <= len(text):
        raise ValueError(f"evidence {written} is outside the {len(text)} characters")
    return span
