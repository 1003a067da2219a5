"""One line of an annotation file -> ``GoldArticle``; whatever breaks a rule is refused, naming record and field."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from extractor.errors import GoldError
from extractor.records import (
    COMPARATORS,
    CONFIDENCES,
    CONTRASTS,
    DIRECTIONS,
    FLUIDS,
    Article,
    Claim,
    Comparator,
    Confidence,
    Contrast,
    Direction,
    Finding,
    GoldArticle,
    Json,
    Kind,
    Mention,
    Span,
)

SPLITS = ("train", "dev", "test")
STRATA = ("direct", "cross", "other", "bulk", "als")
HOSTS = ("human", "mouse", "rat", "unspecified")
CONDITIONS = ("ALS", "unspecified")
MENTION_FLUIDS = tuple(name for name in FLUIDS if name != "unspecified")
_OTHER = re.compile(r"other:\S(?:[^|\t\n]*\S)?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PMID = re.compile(r"[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one JSON object, read with checks.

    Attributes:
        values: the object.
        record: id for messages.
        file: path for messages.
        prefix: where in the record the object stands (``"findings[2]."``), for messages.
    """

    values: Mapping[str, Any]
    record: str
    file: str
    prefix: str = ""

    def refuse(self, name: str, reason: str) -> GoldError:
        """The error for field ``name``; the caller raises it."""
        return GoldError(f"[{self.record}] {self.file}: {self.prefix}{name}: {reason}")

    def get(self, name: str) -> object:
        """The value of a required field.

        Raises:
            GoldError: the field is missing.
        """
        if name not in self.values:
            raise self.refuse(name, "missing")
        return self.values[name]

    def string(self, name: str) -> str:
        """A required string."""
        value = self.get(name)
        if not isinstance(value, str):
            raise self.refuse(name, f"{value!r} is no string")
        return value

    def boolean(self, name: str) -> bool:
        """A required truth value."""
        value = self.get(name)
        if not isinstance(value, bool):
            raise self.refuse(name, f"{value!r} is not true or false")
        return value

    def label(self, name: str, known: Collection[str], *, other: bool = False) -> str:
        """A required string out of ``known``, or with ``other`` also ``other:<name>``."""
        value = self.string(name)
        if value in known or (other and _OTHER.fullmatch(value)):
            return value
        raise self.refuse(name, f"unknown label {value!r}")

    def span(self, name: str | None = None) -> Span:
        """The range in field ``name``, or in ``start`` and ``end`` of this object."""
        place = self if name is None else self.child(name)
        start, end = place.get("start"), place.get("end")
        if type(start) is not int or type(end) is not int or not 0 <= start < end:
            raise self.refuse(name or "start", f"{start!r}..{end!r} is no range of the text")
        return Span(start, end)

    def child(self, name: str) -> Fields:
        """The object in field ``name``."""
        value = self.get(name)
        if not isinstance(value, dict):
            raise self.refuse(name, f"{value!r} is no object")
        return Fields(value, self.record, self.file, f"{self.prefix}{name}.")

    def children(self, name: str) -> list[Fields]:
        """The objects listed in field ``name``."""
        values = self.get(name)
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self.refuse(name, "is no list of objects")
        return [Fields(value, self.record, self.file, f"{self.prefix}{name}[{i}].") for i, value in enumerate(values)]


def parse_record(
    values: Json, *, file: str, concepts: Collection[str], split: str | None = None, stratum: str | None = None
) -> GoldArticle:
    """Check one record and build its article.

    Args:
        values: the decoded line.
        file: path for messages.
        concepts: the known cytokine concepts.
        split: stands in for a missing field ``split`` (raw annotations carry none).
        stratum: stands in for a missing field ``stratum``.

    Raises:
        GoldError: a field is missing, of the wrong type, an unknown label, or contradicts another; the text names
            record and field.
    """
    defaults = {key: value for key, value in (("split", split), ("stratum", stratum)) if value is not None}
    fields = Fields({**defaults, **values}, str(values.get("id", "record without id")), file)
    mentions = tuple(_mention(child, concepts) for child in fields.children("mentions"))
    _refuse_repeated(fields, mentions)
    ordered = tuple(sorted(mentions, key=lambda mention: (mention.span, mention.kind)))
    findings = tuple(_finding(child, ordered, concepts) for child in fields.children("findings"))
    sha256 = fields.string("sha256")
    if not _SHA256.fullmatch(sha256):
        raise fields.refuse("sha256", f"{sha256!r} is no SHA-256")
    return GoldArticle(
        id=fields.string("id"),
        pmid=_pmid(fields, "pmid"),
        sha256=sha256,
        split=fields.label("split", SPLITS),
        stratum=fields.label("stratum", STRATA),
        mentions=ordered,
        findings=findings,
        article=_committed_text(fields),
    )


def parse_claims(fields: Fields, concepts: Collection[str]) -> tuple[Claim, ...]:
    """The claims of one line of ``als/literature.jsonl``.

    Raises:
        GoldError: an unknown label; names record and field.
    """
    return tuple(Claim(**_slots(child, concepts), source="literature") for child in fields.children("claims"))


def gold_record(gold: GoldArticle) -> Json:
    """The JSON object of an annotated article, as ``parse_record`` reads it; without its text."""
    return {
        "id": gold.id,
        "pmid": gold.pmid,
        "sha256": gold.sha256,
        "split": gold.split,
        "stratum": gold.stratum,
        "mentions": [_mention_record(mention) for mention in gold.mentions],
        "findings": [_finding_record(finding) for finding in gold.findings],
    }


def _mention_record(mention: Mention) -> Json:
    where = {"start": mention.span.start, "end": mention.span.end}
    return {**where, "text": mention.text, "kind": mention.kind, "concept": mention.concept}


def _finding_record(finding: Finding) -> Json:
    slots = ("cytokine", "fluid", "direction", "contrast", "comparator", "condition", "host")
    return {
        **{slot: getattr(finding, slot) for slot in slots},
        "evidence": finding.evidence._asdict(),
        "cytokine_mention": None if finding.cytokine_mention is None else finding.cytokine_mention.span._asdict(),
        "fluid_mention": None if finding.fluid_mention is None else finding.fluid_mention.span._asdict(),
        "cross_sentence": finding.cross_sentence,
        "confidence": finding.confidence,
    }


def _pmid(fields: Fields, name: str) -> str | None:
    value = fields.values.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not _PMID.fullmatch(value):
        raise fields.refuse(name, f"{value!r} is no PMID")
    return value


def _committed_text(fields: Fields) -> Article | None:
    if "abstract" not in fields.values:
        return None
    return Article(fields.string("id"), fields.string("title"), fields.string("abstract"), pmid=_pmid(fields, "pmid"))


def _mention(fields: Fields, concepts: Collection[str]) -> Mention:
    span, text = fields.span(), fields.string("text")
    if len(text) != span.end - span.start:
        raise fields.refuse("text", f"{text!r} does not fill {span.start}..{span.end}")
    kind = cast("Kind", fields.label("kind", ("cytokine", "fluid")))
    concept = _concept(fields, concepts) if kind == "cytokine" else fields.label("concept", MENTION_FLUIDS, other=True)
    return Mention(span, text, kind, concept, source="gold")


def _concept(fields: Fields, concepts: Collection[str], name: str = "concept") -> str:
    return fields.label(name, concepts)


def _refuse_repeated(fields: Fields, mentions: Sequence[Mention]) -> None:
    seen: set[tuple[Span, str]] = set()
    for index, mention in enumerate(mentions):
        key = (mention.span, mention.kind)
        if key in seen:
            raise fields.refuse(f"mentions[{index}]", f"{mention.text!r} at {mention.span.start} is marked twice")
        seen.add(key)


def _slots(fields: Fields, concepts: Collection[str]) -> dict[str, Any]:
    return {
        "article_id": fields.record,
        "cytokine": _concept(fields, concepts, "cytokine"),
        "fluid": fields.label("fluid", FLUIDS, other=True),
        "direction": cast("Direction", fields.label("direction", DIRECTIONS)),
        "contrast": cast("Contrast", fields.label("contrast", CONTRASTS)),
        "comparator": cast("Comparator", fields.label("comparator", COMPARATORS)),
        "condition": fields.label("condition", CONDITIONS, other=True),
        "host": fields.label("host", HOSTS, other=True),
    }


def _finding(fields: Fields, mentions: Sequence[Mention], concepts: Collection[str]) -> Finding:
    slots = _slots(fields, concepts)
    evidence = fields.span("evidence")
    cytokine = _annotated(fields, "cytokine_mention", mentions, ("cytokine", slots["cytokine"]))
    fluid = None
    if slots["fluid"] != "unspecified":
        fluid = _annotated(fields, "fluid_mention", mentions, ("fluid", slots["fluid"]))
    elif fields.get("fluid_mention") is not None:
        raise fields.refuse("fluid_mention", "given, though the fluid is unspecified")
    cross_sentence = fields.boolean("cross_sentence")
    inside = fluid is not None and all(_starts_in(evidence, mention) for mention in (cytokine, fluid))
    if cross_sentence == inside:
        raise fields.refuse("cross_sentence", f"{cross_sentence} contradicts the mentions and the evidence")
    return Finding(
        **slots,
        source="gold",
        evidence=evidence,
        cytokine_mention=cytokine,
        fluid_mention=fluid,
        cross_sentence=cross_sentence,
        confidence=cast("Confidence", fields.label("confidence", CONFIDENCES)),
        model="gold",
    )


def _starts_in(evidence: Span, mention: Mention) -> bool:
    return evidence.start <= mention.span.start < evidence.end


def _annotated(fields: Fields, name: str, mentions: Sequence[Mention], named: tuple[str, str]) -> Mention:
    span = fields.span(name)
    for mention in mentions:
        if mention.span == span and (mention.kind, mention.concept) == named:
            return mention
    raise fields.refuse(name, f"no {named[0]} mention of {named[1]} is annotated at {span.start}..{span.end}")
