"""Mined ledger against a table made by hand, where both are about the same papers.

The table is ``annotations/als/literature.jsonl``: what published ALS papers claim of disease against controls. The
texts are the abstracts that the project rewrote around those claims, since the papers' own may not be given away.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from extractor.attribution import attribute
from extractor.benchmark.result import SCHEMA_VERSION
from extractor.benchmark.systems import System
from extractor.gold import LiteratureArticle
from extractor.ledger import LEAST_SCORE, Selection, Study, TableRow, build, compare, host_of, tally
from extractor.provenance import package_version
from extractor.records import Finding, GoldArticle, Json

NAME = "als-literature"
ANNOTATION = "annotation"
"""Name of the row whose ledger is built from the annotated findings: what a reader without errors would give."""
_SECOND_HAND = {"review", "background", "meta_analysis"}
_CONTRAST, _CONDITION = "disease", "ALS"


def literature_benchmark(
    gold: Sequence[GoldArticle],
    sources: Mapping[str, LiteratureArticle],
    systems: Iterable[System],
    *,
    min_score: float = LEAST_SCORE,
) -> Json:
    """Mine the rewritten abstracts, build a ledger per system, compare each with the papers' claims, by split.

    Args:
        gold: rewritten abstracts with their texts.
        sources: the paper each of them restates, by the abstract's id; abstracts without one are passed over.
        systems: what reads the abstracts.
        min_score: of findings that enter the ledgers.

    Returns:
        The stored result.
    """
    used = [each for each in gold if each.id in sources and sources[each.id].kind not in _SECOND_HAND]
    papers = {sources[each.id].id: sources[each.id] for each in used}
    splits = {sources[each.id].id: each.split for each in used}
    rows = {id_: list(_rows(paper)) for id_, paper in papers.items()}
    articles = [each.article for each in used if each.article is not None]
    found = {system.name: system.run(articles) for system in systems}
    found[ANNOTATION] = [each.findings for each in used if each.article is not None]
    studies = {each.id: _study(sources[each.id]) for each in used}
    scores = {}
    for name, findings in found.items():
        claims = [f for article, some in zip(articles, findings, strict=True) for f in attribute(article, some)]
        scores[name] = _by_split(claims, studies, rows, splits, min_score)
    return {
        "schema": SCHEMA_VERSION,
        "name": NAME,
        "kind": "literature",
        "version": package_version(),
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "min_score": min_score,
        "n": {
            "papers": len(papers),
            "papers_with_claims": sum(map(bool, rows.values())),
            "claims": sum(map(len, rows.values())),
            "abstracts": dict(Counter(each.split for each in used)),
        },
        "systems": scores,
    }


def _by_split(
    claims: Sequence[Finding],
    studies: Mapping[str, Study],
    rows: Mapping[str, Sequence[TableRow]],
    splits: Mapping[str, str],
    min_score: float,
) -> Json:
    """Outcomes per split and over all; a paper lies in one split with all its abstracts."""
    done: Json = {}
    for split in (*sorted(set(splits.values())), "all"):
        inside = {paper for paper, name in splits.items() if split in {name, "all"}}
        said = [claim for claim in claims if studies[claim.article_id].id in inside]
        ledger = build(said, studies=studies, selection=Selection(condition=_CONDITION, min_score=min_score))
        table = [row for paper in sorted(inside) for row in rows[paper]]
        done[split] = {"claims": len(table), **tally(compare(ledger, table, contrast=_CONTRAST))}
    return done


def _rows(paper: LiteratureArticle) -> Iterable[TableRow]:
    for claim in paper.claims:
        if claim.contrast == _CONTRAST and claim.condition == _CONDITION:
            yield TableRow(host_of(claim), claim.cytokine, claim.fluid, claim.direction, paper.id)


def _study(paper: LiteratureArticle) -> Study:
    return Study(id=paper.id, pmid=paper.pmid, title=paper.title, year=paper.year)
