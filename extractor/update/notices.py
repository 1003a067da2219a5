"""What a PubMed record says was published about it: retraction, concern, correction, republication."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from lxml import etree

from extractor.errors import InputError
from extractor.store import Notice

Notices: TypeAlias = dict[str, tuple[tuple[Notice, str], ...]]
_KINDS: dict[str, Notice] = {
    "RetractionIn": "retraction",
    "PartialRetractionIn": "correction",
    "ExpressionOfConcernIn": "concern",
    "ErratumIn": "correction",
    "CorrectedandRepublishedIn": "republication",
    "RetractedandRepublishedIn": "republication",
}
"""Kind by ``RefType``. Those ending in ``In`` stand in the record of the paper itself; a partial retraction leaves
the paper its vote and is told with it."""


def read_notices(folder: Path) -> Notices:
    """Notices by article id, of every record in a folder of fetched batches; empty for a record without any.

    Raises:
        InputError: a batch is damaged.
    """
    found: Notices = {}
    for path in sorted(folder.glob("*.xml.gz")):
        try:
            with gzip.open(path) as stream:
                found.update(_of_records(stream))
        except (OSError, EOFError, etree.XMLSyntaxError) as error:
            raise InputError(f"{path}: {error}") from None
    return found


def _of_records(stream: gzip.GzipFile) -> Iterator[tuple[str, tuple[tuple[Notice, str], ...]]]:
    records = etree.iterparse(
        stream, tag="PubmedArticle", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    for _, record in records:
        pmid = record.findtext("MedlineCitation/PMID", "").strip()
        links = record.iterfind("MedlineCitation/CommentsCorrectionsList/CommentsCorrections")
        notices = {(_KINDS[kind], _reference(link)) for link in links if (kind := link.get("RefType", "")) in _KINDS}
        yield f"PMID:{pmid}", tuple(sorted(notices))
        record.clear()


def _reference(link: etree._Element) -> str:
    """PMID of the notice, else where it was printed."""
    return (link.findtext("PMID") or link.findtext("RefSource") or "").strip()
