"""What NCBI answers: Biopython reads it; errors sent inside a 200, cut-off and foreign bodies are told apart."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from Bio import Entrez
from Bio.Entrez.Parser import CorruptedXMLError, NotXMLError, ValidationError
from lxml import etree

from extractor.errors import PubMedError

_ROOT = re.compile(rb"<([A-Za-z][\w.-]*)")
_SAID = re.compile(rb"<ERROR>(.*?)</ERROR>|\"error\"\s*:\s*\"(.*?)\"|<title>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_NO_SUMMARY = re.compile(rb"<ERROR>\s*UID=\d+: cannot get document summary\s*</ERROR>", re.IGNORECASE)
_HISTORY = re.compile(r"web[ _]?env|history data|query[ _]?key|unable to obtain query|expired", re.IGNORECASE)
_FINAL = re.compile(
    r"invalid db|empty term|api key|empty id list|cannot be larger|blocked|query is too|id parameter is empty|syntax",
    re.IGNORECASE,
)
_DOCTYPES = {
    b"eSearchResult": b"20060628/esearch.dtd",
    b"ePostResult": b"20090526/epost.dtd",
    b"eSummaryResult": b"20041029/esummary-v1.dtd",
}
"""The DTDs that Biopython brings along."""

_DAMAGE = (ValueError, LookupError, TypeError, AttributeError)
"""What Biopython's reader brings about on elements and attributes it does not expect."""
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, recover=False)
_PMIDS = etree.XPath(
    "PubmedArticle/MedlineCitation/PMID/text()|PubmedBookArticle/BookDocument/PMID/text()", smart_strings=False
)


class AnswerError(PubMedError):
    """NCBI refuses, and would again."""


class HistoryError(AnswerError):
    """The search or list that NCBI kept for us is gone."""


class TransientError(AnswerError):
    """Asking again may help.

    Attributes:
        retry_after: seconds the server asks to wait, None where it does not say.
    """

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class History(NamedTuple):
    """A result that NCBI keeps for some hours."""

    webenv: str
    query_key: str


@dataclass(frozen=True)
class Hits:
    """The answer to a search.

    Attributes:
        count: records in all.
        pmids: the first of them, as many as were asked for and may be had.
        translation: what NCBI made of the query.
        warnings: phrases not found and the like, one line each.
    """

    count: int
    pmids: tuple[str, ...]
    history: History
    translation: str
    warnings: tuple[str, ...]


def classify(body: bytes) -> AnswerError:
    """The error that an answer other than the expected one stands for."""
    found = _SAID.search(body)
    said = next(filter(None, found.groups()), b"") if found else body[:200]
    text = " ".join(re.sub(r"<[^>]*>", " ", said.decode("utf-8", "replace")).split())[:200]
    if not text:
        return TransientError("an empty answer")
    if re.search(r"api key", text, re.IGNORECASE):
        return AnswerError(text)
    if re.search(r"rate limit|too many requests", text, re.IGNORECASE):
        return TransientError(text)
    if _FINAL.search(text):
        return AnswerError(text)
    return HistoryError(text) if _HISTORY.search(text) else TransientError(text)


def _read(body: bytes, root: bytes) -> Any:  # noqa: ANN401  # Biopython's answers are untyped
    """What Biopython makes of an answer; the DTD named is one it has, so that it never downloads another."""
    found = _ROOT.search(body)
    if found is None or found.group(1) != root:
        raise classify(body)
    dtd = b"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/" + _DOCTYPES[root]
    head = b'<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE %s SYSTEM "%s">' % (root, dtd)
    try:
        return Entrez.read(io.BytesIO(head + body[found.start() :]))
    except RuntimeError:  # an ERROR element
        raise classify(body) from None
    except (CorruptedXMLError, NotXMLError, ValidationError, *_DAMAGE) as error:
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise TransientError(f"a damaged answer: {reason[:120]}") from None


def read_hits(body: bytes) -> Hits:
    """Read an answer of esearch."""
    answer = _read(body, b"eSearchResult")
    try:
        return Hits(
            count=int(answer["Count"]),
            pmids=tuple(map(str, answer["IdList"])),
            history=History(str(answer.get("WebEnv", "")), str(answer.get("QueryKey", ""))),
            translation=str(answer.get("QueryTranslation", "")),
            warnings=tuple(_warnings(answer)),
        )
    except (KeyError, ValueError) as error:
        raise TransientError(f"an incomplete answer: no {error}") from None


def _warnings(answer: Mapping[str, Any]) -> list[str]:
    lists = {**answer.get("ErrorList", {}), **answer.get("WarningList", {})}
    return [f"{kind}: {text}" for kind, texts in lists.items() for text in texts]


def read_history(body: bytes) -> History:
    """Read an answer of epost."""
    answer = _read(body, b"ePostResult")
    try:
        return History(str(answer["WebEnv"]), str(answer["QueryKey"]))
    except KeyError as error:
        raise TransientError(f"an incomplete answer: no {error}") from None


def read_summaries(body: bytes) -> list[dict[str, str]]:
    """Read an answer of esummary: each record's identifiers by kind (``doi``, ``pmid``, ``pmc``), and its ``uid``."""
    answer = _read(_NO_SUMMARY.sub(b"", body), b"eSummaryResult")
    return [_identifiers(summary) for summary in answer]


def _identifiers(summary: Mapping[str, Any]) -> dict[str, str]:
    if "Id" not in summary:
        raise TransientError("an incomplete answer: a summary without Id")
    ids = {str(kind): str(value) for kind, value in summary.get("ArticleIds", {}).items() if isinstance(value, str)}
    return {**ids, "uid": str(summary["Id"])}


def read_records(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """An answer of efetch, once it is seen to be whole, and the PMIDs in it."""
    found = _ROOT.search(body)
    if found is None or found.group(1) != b"PubmedArticleSet":
        raise classify(body)
    try:
        records = etree.fromstring(body, _PARSER)
    except etree.XMLSyntaxError as error:
        raise TransientError(f"a damaged answer: {error.msg}") from None
    pmids: Any = _PMIDS(records)
    return body, tuple(pmid.strip() for pmid in pmids)


def only(body: bytes, wanted: Collection[str]) -> tuple[bytes, tuple[str, ...]]:
    """An answer of efetch without records that were not asked for and without repeats, and the PMIDs left.

    Of a record that is there twice the newest version stays, the first of several. Where nothing is too much, the
    bytes are as they came.
    """
    records = etree.fromstring(body, _PARSER)
    kept: dict[str, etree._Element] = {}
    surplus: list[etree._Element] = []
    for record in records:
        number = _number(record)
        if number is None:
            continue
        pmid = (number.text or "").strip()
        there = kept.get(pmid)
        if pmid not in wanted or (there is not None and _version(there) >= _version(record)):
            surplus.append(record)
            continue
        surplus += [] if there is None else [there]
        kept[pmid] = record
    for record in surplus:
        records.remove(record)
    whole = etree.tostring(records.getroottree(), encoding="UTF-8", xml_declaration=True) if surplus else body
    return whole, tuple(kept)


def _number(record: etree._Element) -> etree._Element | None:
    """The element with a record's PMID."""
    article, book = record.find("MedlineCitation/PMID"), record.find("BookDocument/PMID")
    return book if article is None else article


def _version(record: etree._Element) -> int:
    number = _number(record)
    version = "1" if number is None else number.get("Version", "1")
    return int(version) if version.isdecimal() else 1
