"""The literature claims of the annotations, as a ledger and as a table to compare with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from extractor import ledger
from extractor.errors import InputError
from extractor.gold import LiteratureArticle, load_literature
from extractor.ledger import Ledger, Selection, Study, TableRow, host_of
from extractor.provenance import package_version
from extractor.report import Provenance

_KINDS: Mapping[str, str] = {"review": "Review", "background": "Review", "meta_analysis": "Meta-Analysis"}
"""What a record is, as a publication type; the others are original papers."""


def of_literature(folder: Path, selection: Selection) -> tuple[Ledger, Provenance]:
    """The ledger of ``als/literature.jsonl`` in a folder of annotations.

    Raises:
        InputError: there are no claims in it.
        GoldError: a record breaks a rule.
    """
    articles = _literature(folder)
    titles = _titles(folder / "als" / "literature.jsonl")
    studies = {each.id: _study(each, titles.get(each.id, "")) for each in articles}
    claims = (claim for each in articles for claim in each.claims)
    made = ledger.build(claims, studies=studies, selection=selection)
    return made, Provenance(source="literature claims noted by hand", version=package_version())


def _literature(folder: Path) -> list[LiteratureArticle]:
    articles = load_literature(folder)
    if not articles:
        raise InputError(f"{folder}: no als/literature.jsonl with claims in it")
    return articles


def _titles(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8") as lines:
        return {record["id"]: str(record.get("title") or "") for record in map(json.loads, lines)}


def _study(article: LiteratureArticle, title: str) -> Study:
    return Study(
        id=f"PMID:{article.pmid}" if article.pmid else article.id,
        pmid=article.pmid,
        title=title,
        year=article.year,
        publication_types=tuple(_KINDS[kind] for kind in [article.kind] if kind in _KINDS),
    )


def literature_rows(path: Path, selection: Selection, contrast: str) -> list[TableRow]:
    """The claims of ``als/literature.jsonl`` as a table to compare a ledger with.

    Raises:
        InputError: there are no claims in it.
        GoldError: a record breaks a rule.
    """
    return [
        TableRow(host_of(claim), claim.cytokine, claim.fluid, claim.direction, article.pmid or "")
        for article in _literature(path.parent.parent)
        if article.kind not in _KINDS
        for claim in article.claims
        if claim.contrast == contrast and selection.condition in {None, claim.condition}
    ]
