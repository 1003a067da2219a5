"""contract.py: exact keys and types, the way back, and the schema."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.contract import SCHEMA, finding_json, finding_line, read_finding
from extractor.errors import InputError
from extractor.records import COMPARATORS, CONTRASTS, DIRECTIONS, FLUIDS, Finding, Mention, Span

TEXT = "\nIL-1β was raised in the sera of 23 patients with ALS (p < 0.001)."
FINDING = Finding(
    article_id="PMID:123",
    cytokine="IL1B",
    fluid="serum",
    direction="increased",
    contrast="disease",
    comparator="healthy",
    condition="ALS",
    host="human",
    evidence=Span(1, len(TEXT)),
    evidence_text=TEXT[1:],
    cytokine_mention=Mention(Span(1, 6), "IL-1β", "cytokine", "IL1B"),
    fluid_mention=Mention(Span(25, 29), "sera", "fluid", "serum"),
    n=23,
    p="<0.001",
    score=0.97123456,
    model="rules-1",
    also=(Span(80, 90),),
)


def test_keys_values_and_order_are_those_of_the_contract():
    assert finding_line(FINDING) == (
        '{"schema": 1, "id": "PMID:123", '
        '"cytokine": {"symbol": "IL1B", "id": "HGNC:5992", "text": "IL-1β", "start": 1, "end": 6}, '
        '"fluid": {"name": "serum", "id": "UBERON:0001977", "text": "sera", "start": 25, "end": 29}, '
        '"direction": "increased", "contrast": "disease", "comparator": "healthy", "condition": "ALS", '
        '"host": "human", '
        f'"evidence": {{"text": "{TEXT[1:]}", "start": 1, "end": {len(TEXT)}}}, '
        '"cross_sentence": false, "n": 23, "p": "<0.001", "score": 0.9712, "model": "rules-1", '
        '"also": [{"start": 80, "end": 90}]}'
    )


def test_families_and_missing_fluids_have_null_ids():
    row = finding_json(replace(FINDING, cytokine="<TGF-beta>", fluid="unspecified", fluid_mention=None))
    assert row["cytokine"]["id"] is None
    assert row["fluid"] == {"name": "unspecified", "id": None, "text": None, "start": None, "end": None}
    jsonschema.validate(row, SCHEMA)


def spans() -> st.SearchStrategy[Span]:
    return st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda pair: Span(min(pair), max(pair)))


@st.composite
def findings(draw: Any) -> Finding:
    cytokine = draw(st.sampled_from(["IL6", "TNF", "<IFN>", "IL12"]))
    fluid = draw(st.sampled_from([*FLUIDS, "other:cord blood"]))
    words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    named = draw(st.booleans())
    return Finding(
        article_id=draw(words),
        cytokine=cytokine,
        fluid=fluid,
        direction=draw(st.sampled_from(DIRECTIONS)),
        contrast=draw(st.sampled_from(CONTRASTS)),
        comparator=draw(st.sampled_from(COMPARATORS)),
        condition=draw(words),
        host=draw(words),
        evidence=draw(spans()),
        evidence_text=draw(words),
        cytokine_mention=Mention(draw(spans()), draw(words), "cytokine", cytokine),
        fluid_mention=Mention(draw(spans()), draw(words), "fluid", fluid) if named else None,
        cross_sentence=draw(st.booleans()),
        n=draw(st.none() | st.integers(1, 10_000)),
        p=draw(st.none() | words),
        score=round(draw(st.floats(0, 1)), 4),
        model=draw(words),
        also=tuple(draw(st.lists(spans(), max_size=3))),
    )


@settings(max_examples=50)
@given(findings())
def test_every_finding_validates_and_comes_back_equal(finding: Finding):
    row = json.loads(finding_line(finding))
    jsonschema.validate(row, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert read_finding(row) == finding


BROKEN = [
    ({"schema": 2}, "schema: is 2"),
    ({"direction": "up"}, "direction: 'up' is none of"),
    ({"score": 1.5}, "score: 1.5"),
    ({"score": True}, "score: True"),
    ({"n": "23"}, "n: '23'"),
    ({"also": [3]}, r"also\[0\]"),
    ({"also": [{"start": 5, "end": 2}]}, r"also\[0\].start: 5 to 2"),
    ({"fluid": {"name": "lymph", "text": None}}, "fluid.name: 'lymph'"),
    ({"fluid": "serum"}, "fluid: 'serum' is no dict"),
    ({"evidence": {"text": "x", "start": -1, "end": 2}}, "evidence.start"),
]


@pytest.mark.parametrize(("change", "message"), BROKEN)
def test_what_breaks_the_contract_is_refused_with_record_and_field(change: dict[str, Any], message: str):
    row = {**finding_json(FINDING), **change}
    with pytest.raises(InputError, match=rf"^\[PMID:123\] {message}"):
        read_finding(row)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**row, **({"also": [{"start": -1, "end": 2}]} if "also" in change else {})}, SCHEMA)


@pytest.mark.parametrize("key", sorted(finding_json(FINDING)))
def test_every_key_is_required(key: str):
    row = finding_json(FINDING)
    del row[key]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(row, SCHEMA)
    if key not in {"n", "p"}:
        with pytest.raises(InputError):
            read_finding(row)


def test_a_finding_that_is_no_object_is_refused():
    with pytest.raises(InputError, match="no JSON object"):
        read_finding([1])
