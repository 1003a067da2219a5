"""annotations/als/literature.jsonl: the facts of published ALS papers load and keep to the guidelines."""

from __future__ import annotations

import json
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from extractor.gold import LiteratureArticle, load_literature
from extractor.vocabulary import load_vocabulary

ANNOTATIONS = Path(__file__).resolve().parent.parent / "annotations"
KINDS = {"original", "other_disease", "meta_analysis", "review", "background"}
OUT_OF_SCOPE = {"ANG", "TREM2", "CD14", "CRP", "CHI3L1", "FNDC5"}
FIELDS = ["id", "pmid", "pmcid", "doi", "year", "title", "kind", "claims", "doubtful", "dropped"]
SLOTS = ["cytokine", "fluid", "direction", "contrast", "comparator", "condition", "host"]


@pytest.fixture(scope="module")
def articles() -> list[LiteratureArticle]:
    return load_literature(ANNOTATIONS)


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    path = ANNOTATIONS / "als" / "literature.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_record_loads(articles: list[LiteratureArticle], records: list[dict[str, Any]]) -> None:
    assert [article.id for article in articles] == [record["id"] for record in records]
    assert [len(article.claims) for article in articles] == [len(record["claims"]) for record in records]
    assert len({article.id for article in articles}) == len(articles) == 91
    assert {article.kind for article in articles} == KINDS


def test_records_have_the_documented_fields(records: list[dict[str, Any]]) -> None:
    for record in records:
        assert list(record) == FIELDS, record["id"]
        assert all(list(claim) == SLOTS for claim in record["claims"]), record["id"]
        assert all(entry["reason"] for entry in record["dropped"]), record["id"]


def test_the_id_is_the_best_one_known(records: list[dict[str, Any]]) -> None:
    for number, record in enumerate(records, 1):
        known = [("PMID", record["pmid"]), ("PMCID", record["pmcid"]), ("DOI", record["doi"])]
        best = [f"{prefix}:{value}" for prefix, value in known if value is not None]
        assert record["id"] == (best[0] if best else f"LIT:{number:03d}")


def test_every_symbol_is_in_the_vocabulary(articles: list[LiteratureArticle]) -> None:
    symbols = {claim.cytokine for article in articles for claim in article.claims}
    assert symbols <= load_vocabulary().cytokines.keys()
    assert {"IL12", "IL23A", "<TGF-beta>"} <= symbols
    assert not symbols & OUT_OF_SCOPE


def test_no_claim_of_another_disease_is_about_als(articles: list[LiteratureArticle]) -> None:
    others = [article for article in articles if article.kind == "other_disease"]
    conditions = Counter(claim.condition for article in others for claim in article.claims)
    assert sum(conditions.values()) > 100
    assert all(name.startswith("other:") for name in conditions)


def test_meta_analyses_keep_their_diseases_apart(articles: list[LiteratureArticle]) -> None:
    pooled = chain.from_iterable(article.claims for article in articles if article.kind == "meta_analysis")
    conditions = Counter(claim.condition for claim in pooled)
    assert conditions == {"ALS": 14, "other:alzheimer disease": 2, "other:parkinson disease": 3}


def test_background_and_reviews_claim_nothing(articles: list[LiteratureArticle]) -> None:
    silent = [article for article in articles if article.kind in {"background", "review"}]
    assert len(silent) == 3
    assert not any(article.claims for article in silent)


def test_no_claim_stands_twice_in_a_record(articles: list[LiteratureArticle]) -> None:
    for article in articles:
        assert len(set(article.claims)) == len(article.claims), article.id


def test_doubtful_entries_point_at_claims(records: list[dict[str, Any]]) -> None:
    for record in records:
        named = [entry["claim"] for entry in record["doubtful"]]
        allowed = range(len(record["claims"])) if record["claims"] else [None]
        assert set(named) <= set(allowed), record["id"]
        assert len(set(named)) == len(named), record["id"]
        assert all(entry["why"] for entry in record["doubtful"]), record["id"]
