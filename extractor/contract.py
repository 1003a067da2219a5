"""The contract other programs rely on: a finding as one JSON object, back again, and the JSON Schema of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from extractor.errors import InputError
from extractor.records import COMPARATORS, CONTRASTS, DIRECTIONS, FLUIDS, Finding, Json, Kind, Mention, Span
from extractor.vocabulary import load_vocabulary

VERSION = 1
"""Number of the contract, as it stands under ``schema`` in every line."""
DECIMALS = 4
"""Decimals of a score."""


def finding_json(finding: Finding) -> Json:
    """A finding as the contract's object, keys in its order; identifiers come from the vocabulary."""
    vocabulary = load_vocabulary()
    return {
        "schema": VERSION,
        "id": finding.article_id,
        "cytokine": {
            "symbol": finding.cytokine,
            "id": vocabulary.cytokine_id(finding.cytokine),
            **_mention_json(finding.cytokine_mention),
        },
        "fluid": {
            "name": finding.fluid,
            "id": vocabulary.fluid_id(finding.fluid),
            **_mention_json(finding.fluid_mention),
        },
        "direction": finding.direction,
        "contrast": finding.contrast,
        "comparator": finding.comparator,
        "condition": finding.condition,
        "host": finding.host,
        "evidence": {"text": finding.evidence_text, **_span_json(finding.evidence)},
        "cross_sentence": finding.cross_sentence,
        "n": finding.n,
        "p": finding.p,
        "score": round(float(finding.score), DECIMALS),
        "model": finding.model,
        "also": [_span_json(span) for span in finding.also],
    }


def finding_line(finding: Finding) -> str:
    """A finding as one line of JSON Lines, without its newline."""
    return json.dumps(finding_json(finding), ensure_ascii=False, allow_nan=False)


def read_finding(row: object) -> Finding:
    """The finding an object of the contract stands for.

    Identifiers are not kept, since they follow from symbol and name.

    Raises:
        InputError: the object breaks the contract; the text names record and field.
    """
    if not isinstance(row, Mapping):
        raise InputError("a finding is no JSON object")
    fields = _Fields(row, str(row.get("id", "finding without id")))
    if row.get("schema") != VERSION:
        raise fields.refuse("schema", f"is {row.get('schema')!r}, this version reads {VERSION}")
    cytokine, fluid, evidence = (fields.object(name) for name in ("cytokine", "fluid", "evidence"))
    return Finding(
        article_id=fields.value("id", str),
        cytokine=cytokine.value("symbol", str),
        fluid=fluid.fluid("name"),
        direction=fields.one_of("direction", DIRECTIONS),
        contrast=fields.one_of("contrast", CONTRASTS),
        comparator=fields.one_of("comparator", COMPARATORS),
        condition=fields.value("condition", str),
        host=fields.value("host", str),
        evidence=evidence.span(),
        evidence_text=evidence.value("text", str),
        cytokine_mention=cytokine.mention("cytokine", "symbol"),
        fluid_mention=fluid.mention("fluid", "name"),
        cross_sentence=fields.value("cross_sentence", bool),
        n=fields.optional("n", int),
        p=fields.optional("p", str),
        score=fields.score("score"),
        model=fields.value("model", str),
        also=fields.spans("also"),
    )


def _mention_json(mention: Mention | None) -> Json:
    if mention is None:
        return {"text": None, "start": None, "end": None}
    return {"text": mention.text, **_span_json(mention.span)}


def _span_json(span: Span) -> Json:
    return {"start": span.start, "end": span.end}


class _Fields:
    """Typed access to one object of the contract, with errors that name the record and the field."""

    def __init__(self, row: Mapping[str, Any], record: str, path: str = "") -> None:
        self._row, self._record, self._path = row, record, path

    def refuse(self, name: str, reason: str) -> InputError:
        return InputError(f"[{self._record}] {self._path}{name}: {reason}")

    def value(self, name: str, kind: type) -> Any:  # noqa: ANN401  # of the type asked for
        value = self._row.get(name)
        if type(value) is not kind:
            raise self.refuse(name, f"{value!r} is no {kind.__name__}" if name in self._row else "is missing")
        return value

    def optional(self, name: str, kind: type) -> Any:  # noqa: ANN401  # of the type asked for, or None
        return None if self._row.get(name) is None else self.value(name, kind)

    def one_of(self, name: str, allowed: tuple[str, ...]) -> Any:  # noqa: ANN401  # one of the literals
        value = self.value(name, str)
        if value not in allowed:
            raise self.refuse(name, f"{value!r} is none of {', '.join(allowed)}")
        return value

    def fluid(self, name: str) -> str:
        value: str = self.value(name, str)
        if value not in FLUIDS and not (value.startswith("other:") and len(value) > len("other:")):
            raise self.refuse(name, f"{value!r} is neither other:<name> nor one of {', '.join(FLUIDS)}")
        return value

    def score(self, name: str) -> float:
        value = self._row.get(name)
        if type(value) not in {int, float} or not 0 <= float(value) <= 1:  # type: ignore[arg-type]
            raise self.refuse(name, f"{value!r} is no number from 0 to 1")
        return float(value)  # type: ignore[arg-type]

    def object(self, name: str) -> _Fields:
        return _Fields(self.value(name, dict), self._record, f"{self._path}{name}.")

    def span(self) -> Span:
        start, end = self.value("start", int), self.value("end", int)
        if not 0 <= start <= end:
            raise self.refuse("start", f"{start} to {end} is no range")
        return Span(start, end)

    def spans(self, name: str) -> tuple[Span, ...]:
        found = []
        for index, each in enumerate(self.value(name, list)):
            place = f"{self._path}{name}[{index}]"
            if not isinstance(each, Mapping):
                raise self.refuse(f"{name}[{index}]", "is no object")
            found.append(_Fields(each, self._record, f"{place}.").span())
        return tuple(found)

    def mention(self, kind: Kind, concept: str) -> Mention | None:
        text = self.optional("text", str)
        return None if text is None else Mention(self.span(), text, kind, self.value(concept, str))


def _nullable(kind: str, description: str) -> Json:
    return {"type": [kind, "null"], "description": description}


def _object(description: str, properties: Json) -> Json:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_OFFSET: Json = {"type": "integer", "minimum": 0}
_START = "first code point in the article's text: title, a newline, abstract"
_END = "code point after the last"
_MENTION: Json = {
    "text": _nullable("string", "the words as they stand; null where the text does not name it"),
    "start": {**_nullable("integer", _START), "minimum": 0},
    "end": {**_nullable("integer", _END), "minimum": 0},
}
_SPAN: Json = {"start": {**_OFFSET, "description": _START}, "end": {**_OFFSET, "description": _END}}
SCHEMA: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "One finding: a line of what `extractor mine` writes",
    **_object(
        "One analyte in one body fluid in one comparison, with the words that say so.",
        {
            "schema": {"const": VERSION},
            "id": {"type": "string", "description": "the article's id as it was given; PMID:<n> for PubMed input"},
            "cytokine": _object(
                "what was measured",
                {
                    "symbol": {"type": "string", "description": "HGNC symbol, complex, or <family>", "minLength": 1},
                    "id": {**_nullable("string", "HGNC id; null for families"), "pattern": "^HGNC:[0-9]+$"},
                    **_MENTION,
                },
            ),
            "fluid": _object(
                "where it was measured",
                {
                    "name": {"anyOf": [{"enum": list(FLUIDS)}, {"type": "string", "pattern": "^other:."}]},
                    "id": {**_nullable("string", "UBERON id; null where there is none"), "pattern": "^UBERON:[0-9]+$"},
                    **_MENTION,
                },
            ),
            "direction": {
                "enum": list(DIRECTIONS),
                "description": "the case, treated, later or more severe group against its comparator",
            },
            "contrast": {"enum": list(CONTRASTS)},
            "comparator": {"enum": list(COMPARATORS)},
            "condition": {"type": "string", "description": "what the case group has: ALS, other:<name>, unspecified"},
            "host": {"type": "string", "description": "human, mouse, rat, other:<name>, unspecified"},
            "evidence": _object("the sentence that says so", {"text": {"type": "string"}, **_SPAN}),
            "cross_sentence": {
                "type": "boolean",
                "description": "whether the cytokine or the fluid is named only outside the evidence",
            },
            "n": _nullable("integer", "number of subjects in the case group, where stated"),
            "p": _nullable("string", "p-value as stated, for example <0.001"),
            "score": {"type": "number", "minimum": 0, "maximum": 1, "description": "four decimals"},
            "model": {"type": "string", "description": "name and version of the classifier that decided"},
            "also": {
                "type": "array",
                "items": _object("a range of the text", _SPAN),
                "description": "other evidence for the same finding",
            },
        },
    ),
}
"""JSON Schema (2020-12) of one line."""
