"""The mined ledger against the literature's claims: right papers, right outcomes, an honest caption."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from extractor.benchmark import System, literature_benchmark, render_figures
from extractor.benchmark.table import literature_caption, literature_table
from extractor.errors import GoldError
from extractor.gold import LiteratureArticle, load_gold, load_literature, rewritten_sources
from extractor.records import Article, Claim, Finding, GoldArticle

ANNOTATIONS = Path(__file__).resolve().parent.parent / "annotations"
UP, DOWN = "increased", "decreased"


def claim(paper: str, cytokine: str, direction: str, **changes) -> Claim:
    fields = {"contrast": "disease", "comparator": "healthy", "condition": "ALS", "host": "human", **changes}
    return Claim(paper, cytokine, "serum", direction, **fields)


def finding(abstract: str, cytokine: str, direction: str, **changes) -> Finding:
    fields = {"contrast": "disease", "comparator": "healthy", "condition": "ALS", "host": "human", **changes}
    return Finding(abstract, cytokine, "serum", direction, **fields)


def gold(name: str, split: str, *findings: Finding) -> GoldArticle:
    return GoldArticle(name, None, "", split, "als", (), findings, Article(name, "A title", "An abstract."))


@pytest.fixture
def result():
    first = LiteratureArticle(
        "PMID:1", "1", 2001, "original", (claim("PMID:1", "IL6", UP), claim("PMID:1", "TNF", UP)), "One"
    )
    second = LiteratureArticle(
        "LIT:2",
        None,
        None,
        "original",
        (claim("LIT:2", "IL6", DOWN), claim("LIT:2", "IL8", UP, condition="other:sepsis")),
        "Two",
    )
    review = LiteratureArticle("LIT:3", None, None, "meta_analysis", (claim("LIT:3", "IL6", UP),), "Three")
    articles = [
        gold("a1", "train", finding("a1", "IL6", UP), finding("a1", "TNF", UP)),
        gold("a2", "dev", finding("a2", "IL6", DOWN)),
        gold("a3", "dev", finding("a3", "IL6", UP)),
        gold("a4", "dev", finding("a4", "IL6", UP)),
    ]

    def mined(given):
        assert [each.id for each in given] == ["a1", "a2"]
        return [
            [finding("a1", "IL6", UP), finding("a1", "TNF", DOWN), finding("a1", "TNF", UP, score=0.2)],
            [finding("a2", "CCL2", UP)],
        ]

    sources = {"a1": first, "a2": second, "a3": review}
    return literature_benchmark(articles, sources, [System("miner", mined)])


def test_outcomes_by_split(result):
    assert result["systems"]["miner"] == {
        "dev": {"claims": 1, "confirmed": 0, "opposed": 0, "missed": 1, "added": 1},
        "train": {"claims": 2, "confirmed": 1, "opposed": 1, "missed": 0, "added": 1},
        "all": {"claims": 3, "confirmed": 1, "opposed": 1, "missed": 1, "added": 2},
    }
    assert result["systems"]["annotation"]["all"] == {
        "claims": 3,
        "confirmed": 3,
        "opposed": 0,
        "missed": 0,
        "added": 0,
    }
    assert result["n"] == {"papers": 2, "papers_with_claims": 2, "claims": 3, "abstracts": {"train": 1, "dev": 1}}


def test_a_document_shows_it(result):
    document = (
        "<!-- benchmark:als-literature/caption --><!-- /benchmark -->\n"
        "<!-- benchmark:als-literature/table/literature --><!-- /benchmark -->"
    )
    shown = render_figures([result], document)
    assert literature_caption(result) in shown
    assert literature_table(result) in shown
    assert "| miner      | all   | 3      | 1 (33%)   | 1       | 1      | 2     |" in shown
    assert "no second look at the papers" in shown
    assert "score of 0.5 and more" in shown


class TestSources:
    def test_by_pmid_else_by_title(self, tmp_path):
        (tmp_path / "als").mkdir()
        records = [
            {"id": "a1", "source_pmid": "7", "source_title": "Anything"},
            {"id": "a2", "source_pmid": None, "source_title": "The  title of it"},
            {"id": "a3", "source_pmid": "99", "source_title": "Another"},
            {"id": "a4", "source_pmid": None, "source_title": None},
        ]
        text = "\n".join(json.dumps(record) for record in records)
        (tmp_path / "als" / "rewritten.jsonl").write_text(text, encoding="utf-8")
        papers = [
            LiteratureArticle("PMID:7", "7", 2001, "original", (), "Seven"),
            LiteratureArticle("LIT:2", None, 2002, "original", (), "The title of it."),
            LiteratureArticle("LIT:3", None, 2003, "original", ()),
        ]
        found = rewritten_sources(tmp_path, papers)
        assert {abstract: paper.id for abstract, paper in found.items()} == {"a1": "PMID:7", "a2": "LIT:2"}

    def test_no_abstracts(self, tmp_path):
        with pytest.raises(GoldError, match=r"rewritten\.jsonl: No such file"):
            rewritten_sources(tmp_path, [])

    def test_every_claim_has_an_abstract(self):
        papers = load_literature(ANNOTATIONS)
        sources = rewritten_sources(ANNOTATIONS, papers)
        claiming = {
            paper.id
            for paper in papers
            if paper.kind == "original" and any(c.condition == "ALS" and c.contrast == "disease" for c in paper.claims)
        }
        assert claiming <= {paper.id for paper in sources.values()}
        splits: dict[str, set[str]] = {}
        for each in load_gold(ANNOTATIONS):
            if each.id in sources:
                splits.setdefault(sources[each.id].id, set()).add(each.split)
        assert all(len(split) == 1 for split in splits.values())
