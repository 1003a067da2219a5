"""The stored JSON result: what README and model cards take their figures from."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from extractor.errors import InputError
from extractor.gold.resampling import Interval
from extractor.records import Json

SCHEMA_VERSION = 1
_INTERVAL: Json = {
    "description": "A value with its 95% interval by percentile bootstrap over articles; null where it is 0/0.",
    "type": "object",
    "properties": {name: {"type": ["number", "null"]} for name in ("value", "low", "high")},
    "required": ["value", "low", "high"],
    "additionalProperties": False,
}
_SCORE: Json = {
    "description": "Counts over all articles and what follows from them.",
    "type": "object",
    "properties": {
        **{name: {"type": "integer", "minimum": 0} for name in ("tp", "fp", "fn")},
        **{name: {"$ref": "#/$defs/interval"} for name in ("precision", "recall", "f1")},
    },
    "required": ["tp", "fp", "fn", "precision", "recall", "f1"],
    "additionalProperties": False,
}
_SCORES: Json = {"type": "object", "additionalProperties": {"$ref": "#/$defs/score"}}
_LEVEL: Json = {
    "description": "Findings end to end: overall, and per slice (stratum, direction, fluid, contrast, host, evidence).",
    "type": "object",
    "properties": {
        "overall": {"$ref": "#/$defs/score"},
        "slices": {"type": "object", "additionalProperties": _SCORES},
    },
    "required": ["overall", "slices"],
}
_SYSTEM: Json = {
    "type": "object",
    "properties": {
        "triples": {"$ref": "#/$defs/level"},
        "triples_contrast": {"$ref": "#/$defs/level"},
        "context": {
            "description": "Triples that have the comparator, the condition or the host right as well.",
            **_SCORES,
        },
        "direction": {
            "description": "The classifier alone, on gold mentions; null without one.",
            "type": ["object", "null"],
        },
        "calibration": {"description": "Null for systems without scores.", "type": ["object", "null"]},
        "causes": {"description": "Side (missed, wrong) -> cause -> number of triples.", "type": "object"},
        "seconds": {"description": "Wall time of the run.", "type": "number"},
    },
    "required": ["triples", "triples_contrast", "context", "direction", "calibration", "causes", "seconds"],
}
RESULT_SCHEMA: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Result of `extractor benchmark accuracy`",
    "type": "object",
    "properties": {
        "schema": {"const": SCHEMA_VERSION},
        "name": {
            "description": "Part and split, for example general-dev: the first step of a figure's key.",
            "type": "string",
        },
        "version": {"description": "Version of the package.", "type": "string"},
        "date": {"description": "Day of the run, ISO 8601.", "type": "string", "format": "date"},
        "part": {"enum": ["general", "als", "all"]},
        "split": {"enum": ["train", "dev", "test"]},
        "n": {
            "description": "Articles scored, test articles left out for want of a PMID, gold findings.",
            "type": "object",
            "additionalProperties": {"type": "integer"},
        },
        "seed": {"type": "integer"},
        "samples": {"description": "Bootstrap samples behind every interval.", "type": "integer"},
        "mentions": {
            "description": "span and concept, each per kind.",
            "type": "object",
            "additionalProperties": _SCORES,
        },
        "pairs": {"description": "Recall is the ceiling that candidates set.", "type": "object"},
        "systems": {"type": "object", "additionalProperties": _SYSTEM},
        "comparisons": {"description": "Paired bootstrap: F1 of first minus F1 of second.", "type": "array"},
        "human": {"description": "Agreement of two annotators, the ceiling: set -> scores.", "type": "object"},
        "leaks": {"description": "Macro-F1 from one feature alone, against shuffled labels.", "type": "array"},
        "external": {
            "description": "mentions: corpus and split -> scores; directions: classifier -> score.",
            "type": "object",
        },
    },
    "required": ["schema", "name", "version", "date", "part", "split", "n", "seed", "samples", "systems", "human"],
    "$defs": {"interval": _INTERVAL, "score": _SCORE, "level": _LEVEL},
}
"""JSON Schema of the stored result."""


def as_json(value: object) -> Any:  # noqa: ANN401 # any JSON value
    """Plain JSON values: dataclasses and intervals become objects, NaN null; a pair as a key becomes two levels."""
    if isinstance(value, Interval):
        return {name: as_json(part) for name, part in value._asdict().items()}
    if is_dataclass(value):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [as_json(part) for part in value]
    return value


def _object(values: Mapping[Any, object]) -> Json:
    nested: Json = {}
    for key, value in values.items():
        if isinstance(key, tuple):
            nested.setdefault(str(key[0]), {})[str(key[1])] = as_json(value)
        else:
            nested[str(key)] = as_json(value)
    return nested


def write_result(result: Json, path: Path) -> None:
    """Write a result; numbers are kept in full."""
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def read_result(path: Path) -> Json:
    """Read a stored result.

    Raises:
        InputError: it is missing, no JSON, or of another schema.
    """
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{path}: {error}") from error
    if not isinstance(result, dict) or result.get("schema") != SCHEMA_VERSION:
        raise InputError(f"{path}: is no benchmark result of schema {SCHEMA_VERSION}")
    return result
