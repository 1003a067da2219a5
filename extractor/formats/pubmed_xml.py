"""PubMed XML (efetch, baseline, update; any DTD year) -> articles, each record cut out and parsed alone."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator
from html.entities import html5
from typing import NamedTuple, TypeAlias

from lxml import etree

from extractor.errors import RecordError
from extractor.formats import authors
from extractor.formats.cutting import Piece, cut_elements, split_at_starts
from extractor.formats.detect import root
from extractor.formats.plain_text import content, tidy, year_in
from extractor.formats.sources import ByteStream
from extractor.records import Article, Section

_NAMES = (b"PubmedArticle", b"PubmedBookArticle", b"DeleteCitation", b"DeleteDocument")
_PMID = re.compile(rb"<PMID\b[^>]*>\s*(\d+)")
_PREFIX = re.compile(rb"\sxmlns:[\w.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]*;)")
_UNREAD, _UNREAD_END = b"<ReferenceList", b"</ReferenceList>"
"""A quarter of the bytes of new records, of which nothing is wanted: they are not parsed."""
_RETRACTING = {"RetractionIn", "RetractedandRepublishedIn"}
_NO_LABEL = {"unlabelled", "unassigned"}
_NO_TITLE = {"", "[not available].", "[not available]", "not available"}

_Wanted: TypeAlias = dict[str, "str | _Terms | _Wanted"]


class _Terms(NamedTuple):
    """Elements of one name anywhere below, which lxml finds without a look at the others from Python."""

    tag: str


_DATE: _Wanted = {"Year": "Date", "MedlineDate": "Date"}
_IDS: _Wanted = {"ArticleId": "ArticleId"}
_TEXT: _Wanted = {name: name for name in ("PMID", "ArticleTitle", "VernacularTitle", "Abstract", "Language")}
_WANTED: _Wanted = {
    "MedlineCitation": {
        **_TEXT,
        "Article": {
            **_TEXT,
            "ELocationID": "ELocationID",
            "Journal": {"Title": "Journal", "ISOAbbreviation": "Journal", "JournalIssue": {"PubDate": _DATE}},
            "ArticleDate": _DATE,
            "AuthorList": "AuthorList",
            "PublicationTypeList": _Terms("PublicationType"),
        },
        "OtherAbstract": "OtherAbstract",
        "MeshHeadingList": _Terms("DescriptorName"),
        "CommentsCorrectionsList": {"CommentsCorrections": "CommentsCorrections"},
    },
    "PubmedData": {"ArticleIdList": _IDS},
    "BookDocument": {
        **_TEXT,
        "PublicationType": "PublicationType",
        "ArticleIdList": _IDS,
        "AuthorList": "AuthorList",
        "Book": {
            "BookTitle": "Journal",
            "PubDate": {"Year": "BookDate", "MedlineDate": "BookDate"},
            "AuthorList": "BookAuthorList",
        },
        "ContributionDate": _DATE,
    },
}
"""What is read of a record, by its place, and the name it goes by below; references have ids and years too."""

_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    huge_tree=True,  # a record's length is bounded where it is cut
    recover=False,
    collect_ids=False,
    remove_comments=True,
    remove_pis=True,
    encoding="utf-8",
)
"""Sees one record without the file's DOCTYPE: no entity can be declared and nothing outside can be named."""


def read(stream: ByteStream) -> Iterator[Article | RecordError]:
    """Articles and broken records of one file, in order."""
    name, attributes = root(stream.head)
    prefixes = b"".join(_PREFIX.findall(attributes)) if name.endswith(b"Set") else b""
    count = 0
    for piece in cut_elements(stream, _NAMES, landmark=b"<PMID"):
        count = piece.number
        try:
            yield from _articles(piece, prefixes)
        except (etree.XMLSyntaxError, ValueError, RecursionError) as error:
            yield from _broken(stream, piece, prefixes, error)
    if name.endswith(b"Set") and not stream.failure and b"</" + name not in stream.tail:
        yield RecordError(stream.name, f"after record {count}", "read", f"truncated: no </{name.decode()}> at its end")


def _broken(stream: ByteStream, piece: Piece, prefixes: bytes, error: Exception) -> Iterator[Article | RecordError]:
    """Errors for a piece that could not be parsed, and the whole record it may have swallowed."""
    *parts, last = split_at_starts(piece, _NAMES) or [piece]
    yield from (_error(stream, part, part.defect) for part in parts)
    if not parts or last.defect:
        yield _error(stream, last, _reason(error))
        return
    try:
        yield from _articles(last, prefixes)
    except (etree.XMLSyntaxError, ValueError, RecursionError) as further:
        yield _error(stream, last, _reason(further))


def _error(stream: ByteStream, piece: Piece, reason: str) -> RecordError:
    found = _PMID.search(piece.data)
    record = f"PMID:{int(found.group(1))}" if found else f"record {piece.number}"
    return RecordError(stream.name, record, "parse", reason)


def _reason(error: Exception) -> str:
    """One line about why a record could not be parsed."""
    if isinstance(error, RecursionError):
        return "elements nested too deeply"
    return " ".join(str(error.msg if isinstance(error, etree.XMLSyntaxError) else error).split()) or "not well-formed"


def _parse(data: bytes, prefixes: bytes) -> etree._Element:
    if prefixes:
        end_of_name = re.search(rb"[\s/>]", data).start()  # type: ignore[union-attr]
        data = data[:end_of_name] + prefixes + data[end_of_name:]
    try:
        return etree.fromstring(_without_references(data), _PARSER)
    except etree.XMLSyntaxError:
        return etree.fromstring(_ENTITY.sub(_character, data), _PARSER)


def _without_references(data: bytes) -> bytes:
    """A record without what stands from its first list of references to the end of its last.

    Left as it is where that may be more than references: where another record has been swallowed, or where a comment
    or a CDATA section may hold what only looks like a tag.
    """
    start, end = data.find(_UNREAD), data.rfind(_UNREAD_END)
    if not 0 <= start < end or b"<!" in data or b"<PMID" in data[start:end]:
        return data
    return data[:start] + data[end + len(_UNREAD_END) :]


def _character(found: re.Match[bytes]) -> bytes:
    """The character of an HTML entity, which hand-made and old files use without declaring it."""
    name = found.group(1).decode()
    if name in {"amp;", "lt;", "gt;", "quot;", "apos;"} or name not in html5:
        return found.group()
    return html.escape(html5[name]).encode()


def _articles(piece: Piece, prefixes: bytes) -> Iterator[Article]:
    """The articles of one record: one, or for a list of deletions any number.

    Raises:
        ValueError: the piece has a defect, or the record lacks what every record has.
        XMLSyntaxError: it is not well-formed.
    """
    if piece.defect:
        raise ValueError(piece.defect)
    record = _parse(piece.data, prefixes)
    if record.tag in {"PubmedArticle", "PubmedBookArticle"}:
        yield _article(record)
        return
    for element in record.findall("PMID"):
        pmid = _pmid(element)
        yield Article(f"PMID:{pmid}", "", "", pmid=pmid, version=_version(element), deleted=True)


def _article(record: etree._Element) -> Article:
    fields = _fields(record)
    pmid = _pmid(fields["PMID"][0])
    sections = _first_abstract(fields["Abstract"] + [each for each in fields["OtherAbstract"] if _is_english(each)])
    types = _names(fields["PublicationType"])
    ids = {each.get("EIdType") or each.get("IdType"): (each.text or "").strip() for each in _ids(fields)}
    return Article(
        id=f"PMID:{pmid}",
        title=_title(fields),
        abstract=join(sections),
        pmid=pmid,
        doi=ids.get("doi") or None,
        pmcid=ids.get("pmc") or None,
        sections=sections,
        journal=_first(fields, "Journal"),
        year=_year(fields["Date"] + fields["BookDate"]),
        language=_first(fields, "Language"),
        publication_types=types,
        mesh=_names(fields["DescriptorName"]),
        version=_version(fields["PMID"][0]),
        retracted="Retracted Publication" in types or _is_retracted(fields),
        authors=authors.of_xml(fields["AuthorList"] + fields["BookAuthorList"]),
    )


def _fields(record: etree._Element) -> dict[str, list[etree._Element]]:
    """The wanted elements by name, in document order; an empty list for those the record does not have.

    Raises:
        ValueError: it has no PMID.
    """
    fields: dict[str, list[etree._Element]] = defaultdict(list)
    _collect(record, _WANTED, fields)
    if not fields["PMID"]:
        raise ValueError("no PMID")
    return fields


def _collect(element: etree._Element, wanted: _Wanted, fields: dict[str, list[etree._Element]]) -> None:
    for child in element:
        place = wanted.get(child.tag)
        if place is None:
            continue
        if type(place) is str:
            fields[place].append(child)
        elif type(place) is _Terms:
            fields[place.tag] += child.iter(place.tag)
        else:
            _collect(child, place, fields)  # type: ignore[arg-type]


def _pmid(element: etree._Element) -> str:
    text = (element.text or "").strip()
    if not (text.isascii() and text.isdigit()):
        raise ValueError("no PMID" if not text else f"not a PMID: {text[:40]!r}")
    return text


def _version(element: etree._Element) -> int:
    version = element.get("Version", "1")
    return int(version) if version.isdecimal() else 1


def _first(fields: dict[str, list[etree._Element]], *tags: str) -> str | None:
    """The first of these that has text."""
    return next((text for tag in tags for each in fields[tag] if (text := content(each))), None)


def _names(elements: list[etree._Element]) -> tuple[str, ...]:
    """Terms of a controlled vocabulary, which have no markup."""
    return tuple([(each.text or "").strip() for each in elements])


def _title(fields: dict[str, list[etree._Element]]) -> str:
    """The English title; the vernacular one where PubMed has no translation; a whole book's own."""
    title = _first(fields, "ArticleTitle") or ""
    if title.lower() in _NO_TITLE:
        title = _first(fields, "VernacularTitle") or title
    if not title and fields["BookDate"]:
        title = _first(fields, "Journal") or ""
    return title


def _is_english(other: etree._Element) -> bool:
    return other.get("Language", "eng").lower() in {"eng", "en"}


def _first_abstract(abstracts: list[etree._Element]) -> tuple[Section, ...]:
    """The journal's abstract, else the first English one of another source (publisher, plain language, agency)."""
    return next((sections for each in abstracts if (sections := _sections(each))), ())


def _sections(abstract: etree._Element) -> tuple[Section, ...]:
    parts = [
        (tidy(part.get("Label", "")).rstrip(": "), content(part)) for part in abstract.iterchildren("AbstractText")
    ]
    return tuple(Section("" if label.lower() in _NO_LABEL else label, text) for label, text in parts if text)


def join(sections: tuple[Section, ...]) -> str:
    """The abstract: one section a line, ``LABEL: text`` where it has a label."""
    return "\n".join(f"{part.label}: {part.text}" if part.label else part.text for part in sections)


def _ids(fields: dict[str, list[etree._Element]]) -> Iterator[etree._Element]:
    """Elements with the article's identifiers, the one to be preferred last."""
    return (
        each for tag in ("ArticleId", "ELocationID") for each in reversed(fields[tag]) if each.get("ValidYN") != "N"
    )


def _year(dates: list[etree._Element]) -> int | None:
    """Year of the first date that has one, ``MedlineDate`` ("1998 Dec-1999 Jan") included."""
    return next((year for date in dates if (year := year_in(date.text or ""))), None)


def _is_retracted(fields: dict[str, list[etree._Element]]) -> bool:
    return any(each.get("RefType") in _RETRACTING for each in fields["CommentsCorrections"])
