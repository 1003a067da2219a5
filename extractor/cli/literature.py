"""The literature claims of the annotations, as a ledger and as a table to compare with."""

from __future__ import annotations

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


def of_literature(path: Path, selection: Selection) -> tuple[Ledger, Provenance]:
    """The ledger of ``als/literature.jsonl``, given itself or as the folder of annotations.

    Raises:
        InputError: there are no claims in it.
        GoldError: a record breaks a rule.
    """
    articles = _literature(path)
    studies = {each.id: _study(each) for each in articles}
    claims = (claim for each in articles for claim in each.claims)
    made = ledger.build(claims, studies=studies, selection=selection)
    return made, Provenance(source="claims noted by hand from published papers", version=package_version())


def literature_rows(path: Path, selection: Selection, contrast: str) -> list[TableRow]:
    """The claims of a file like ``als/literature.jsonl`` as a table to compare a ledger with.

    A paper without PMID and DOI is compared with whole cells, since no ledger can have it under its number here.

    Raises:
        InputError: there are no claims in it.
        GoldError: a record breaks a rule.
    """
    return [
        TableRow(host_of(claim), claim.cytokine, claim.fluid, claim.direction, article.pmid or article.doi or "")
        for article in _literature(path)
        if article.kind not in _KINDS
        for claim in article.claims
        if claim.contrast == contrast and selection.refusal(claim, _study(article), reviewed=True) is None
    ]


def _literature(path: Path) -> list[LiteratureArticle]:
    articles = load_literature(path)
    if not articles:
        raise InputError(f"{path}: no als/literature.jsonl with claims in it")
    return articles


def _study(article: LiteratureArticle) -> Study:
    return Study(
        id=f"PMID:{article.pmid}" if article.pmid else article.id,
        pmid=article.pmid,
        doi=article.doi,
        title=article.title,
        year=article.year,
        publication_types=tuple(_KINDS[kind] for kind in [article.kind] if kind in _KINDS),
    )
