"""Which paper of ``als/literature.jsonl`` a rewritten abstract restates."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from extractor.errors import GoldError
from extractor.gold.loading import LiteratureArticle


def rewritten_sources(root: Path, literature: Iterable[LiteratureArticle]) -> dict[str, LiteratureArticle]:
    """The paper by the id of the abstract, found by PMID, else by title; abstracts on other papers are left out.

    Args:
        root: the folder ``annotations``.
        literature: what ``load_literature`` gives.

    Raises:
        GoldError: there is no ``als/rewritten.jsonl``.
    """
    papers = list(literature)
    by_pmid = {paper.pmid: paper for paper in papers if paper.pmid}
    by_title = {_plain(paper.title): paper for paper in papers if paper.title}
    path = root / "als" / "rewritten.jsonl"
    try:
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        raise GoldError(f"{path}: {error.strerror}") from None
    found = {
        record["id"]: by_pmid.get(record["source_pmid"]) or by_title.get(_plain(record["source_title"] or ""))
        for record in records
    }
    return {abstract: paper for abstract, paper in found.items() if paper is not None}


def _plain(title: str) -> str:
    return " ".join(title.lower().rstrip(". ").split())
