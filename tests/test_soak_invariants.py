"""Exact offsets, verbatim evidence, and bytes that nothing sways, on records of the corpus: the short form."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from soak import invariants
from soak.sizes import SHORT
from soak.targets import check_finding

import extractor
from extractor.mining import Miner, load_classifier


@pytest.mark.shared
def test_on_the_corpus(shared: Path):
    corpus = shared / "corpus" / "bulk.jsonl.gz"
    outcome = invariants.run(corpus, records=SHORT.records, classifiers=[None], again=SHORT.again)
    assert outcome.wrong == []
    assert outcome.records == SHORT.records
    assert outcome.spans > 200
    assert min(outcome.compared.values()) > 50
    assert len(outcome.compared) == len(invariants.BATCHES) + 1


def test_on_the_sample(tmp_path: Path):
    rows = map(json.loads, (Path(extractor.__file__).parent / "data" / "sample.jsonl").read_text().splitlines())
    path = tmp_path / "sample.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows)
    outcome = invariants.run(path, records=None, classifiers=["rules"])
    assert outcome.wrong == []
    assert outcome.findings["rules-1"] > 20


def test_a_wrong_offset_would_be_seen():
    article = extractor.records.Article("x", "T", "Serum IL-6 was higher in patients with ALS than in controls.")
    [(_, [finding])] = Miner(classifier=load_classifier("rules")).mine([article])
    check_finding(article, finding)
    for wrong in (replace(finding, evidence_text="Serum IL-6"), replace(finding, score=1.5)):
        with pytest.raises(AssertionError):
            check_finding(article, wrong)
