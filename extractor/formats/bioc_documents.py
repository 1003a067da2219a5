"""BioC XML and BioC JSON -> articles; the bioc library reads each document, passage text is kept exactly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import bioc
from bioc import biocjson, biocxml
from lxml import etree

from extractor.errors import RecordError
from extractor.formats import authors
from extractor.formats.cutting import Piece, cut_elements, cut_objects
from extractor.formats.plain_text import year_in
from extractor.formats.sources import ByteStream
from extractor.records import Article, Json, Section

_XML_ID = re.compile(rb"<id>\s*([^<]{1,200}?)\s*</id>")
_JSON_ID = re.compile(rb'"id"\s*:\s*"?([^",}\]]{1,200})')
_DECODER = json.JSONDecoder()
_MAX_FAILURES = 1000
_TITLES = {"title", "front", "article-title"}


def read_xml(stream: ByteStream) -> Iterator[Article | RecordError]:
    """Articles and broken documents of a BioC XML collection, in order."""
    for piece in cut_elements(stream, (b"document",), landmark=b"<passage"):
        try:
            yield article(_from_xml(piece))
        except (etree.XMLSyntaxError, ValueError, KeyError, TypeError, RecursionError) as error:
            yield _error(stream, piece, _XML_ID, error)


def read_json(stream: ByteStream) -> Iterator[Article | RecordError]:
    """Articles and broken documents of a BioC JSON collection, or a list of collections, in order."""
    for piece in cut_objects(stream):
        try:
            fields = _from_json(piece)
        except (ValueError, RecursionError) as error:
            yield _error(stream, piece, _JSON_ID, error)
            for swallowed in _swallowed(piece.data):
                yield _from_fields(stream, piece, swallowed)
        else:
            if "passages" in fields:  # not so in the collection's infons
                yield _from_fields(stream, piece, fields)


def _from_fields(stream: ByteStream, piece: Piece, fields: Json) -> Article | RecordError:
    try:
        return article(document(fields))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return _error(stream, piece._replace(data=json.dumps(fields).encode()), _JSON_ID, error)


def _swallowed(data: bytes) -> Iterator[Json]:
    """Whole documents inside a broken one that, for want of a quote or brace, does not end where it should."""
    text = data.decode("utf-8", "surrogateescape")
    at, failures = 1, 0
    while (at := text.find("{", at)) >= 0 and failures < _MAX_FAILURES:
        try:
            fields, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
            failures += 1
            continue
        if "passages" in fields:
            yield fields


def _error(stream: ByteStream, piece: Piece, pattern: re.Pattern[bytes], error: Exception) -> RecordError:
    found = pattern.search(piece.data[:4096])
    record = found.group(1).decode(errors="replace") if found else f"document {piece.number}"
    reason = f"no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
    return RecordError(stream.name, record, "parse", reason or type(error).__name__)


def _from_xml(piece: Piece) -> bioc.BioCDocument:
    """Cut from its file, a document has no DOCTYPE: nothing can be declared or fetched."""
    if piece.defect:
        raise ValueError(piece.defect)
    collection = biocxml.loads(f"<collection>{piece.data.decode('utf-8')}</collection>")
    return collection.documents[0]


def _from_json(piece: Piece) -> Json:
    if piece.defect:
        raise ValueError(piece.defect)
    fields: Json = json.loads(piece.data.decode("utf-8"))
    return fields


def document(fields: Json) -> bioc.BioCDocument:
    """A BioC document from its JSON fields; lists and infons that are left out count as empty.

    Raises:
        KeyError: a passage has no offset, or an annotation lacks a field.
    """
    empty: dict[str, Any] = {"infons": {}, "annotations": [], "relations": []}
    passages = [{**empty, "sentences": [], **passage} for passage in fields["passages"]]
    for passage in passages:
        passage["sentences"] = [{**empty, **sentence} for sentence in passage["sentences"]]
    return biocjson.fromJSON({**empty, **fields, "passages": passages}, "BioCDocument")


def article(source: bioc.BioCDocument) -> Article:
    """Title and abstract of a document; a full text's other passages are left out.

    Raises:
        ValueError: it has no id.
    """
    identity = str(source.id or "").strip()
    if not identity:
        raise ValueError("no id")
    titles = [_text(each) for each in source.passages if _kind(each) in _TITLES]
    sections = tuple(Section(_label(each), text) for each in _abstracts(source) if (text := _text(each)))
    return Article(
        id=identity,
        title=titles[0] if titles else "",
        abstract="\n".join(part.text for part in sections),
        pmid=_pmid(source, identity),
        doi=_infon(source, "article-id_doi", "doi"),
        pmcid=_infon(source, "article-id_pmc", "pmcid"),
        sections=sections,
        journal=_infon(source, "journal", "journal-title"),
        year=year_in(_infon(source, "year") or ""),
        authors=_authors(source),
    )


def _kind(passage: bioc.BioCPassage) -> str:
    return str(passage.infons.get("type") or passage.infons.get("section") or "").lower()


def _abstracts(source: bioc.BioCDocument) -> list[bioc.BioCPassage]:
    """Passages of the abstract; where no passage says what it is, all of them."""
    named = [each for each in source.passages if _kind(each).startswith("abstract") or _section(each) == "abstract"]
    untyped = [each for each in source.passages if not _kind(each)]
    return named or untyped


def _section(passage: bioc.BioCPassage) -> str:
    return str(passage.infons.get("section_type", "")).lower()


def _label(passage: bioc.BioCPassage) -> str:
    return str(passage.infons.get("section_title_1") or "")


def _text(passage: bioc.BioCPassage) -> str:
    """A passage's text, put together from its sentences where it has none of its own.

    Raises:
        ValueError: it holds half a surrogate pair, which no output could.
    """
    text = str(passage.text or "")
    if not text:
        for sentence in passage.sentences:
            text = text.ljust(sentence.offset - passage.offset) + str(sentence.text or "")
    text.encode()
    return text


def _infon(source: bioc.BioCDocument, *keys: str) -> str | None:
    """The first of these pieces of information that the document or its first passage has."""
    holders = [source.infons, *(each.infons for each in source.passages[:1])]
    return next((str(holder[key]) for holder in holders for key in keys if holder.get(key)), None)


def _authors(source: bioc.BioCDocument) -> tuple[str, ...]:
    holders = [source.infons, *(each.infons for each in source.passages[:1])]
    found = next((found for holder in holders if (found := authors.of_bioc(holder))), ())
    "".join(found).encode()  # half a surrogate pair is a fault of the document, like one in its text
    return found


def _pmid(source: bioc.BioCDocument, identity: str) -> str | None:
    pmid = _infon(source, "article-id_pmid", "pmid") or identity.removeprefix("PMID:").strip()
    return pmid if pmid.isascii() and pmid.isdigit() else None
