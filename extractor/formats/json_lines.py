"""JSON Lines ``{"id" or "pmid", "title", "abstract"}`` -> articles, text and ids kept exactly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from extractor.errors import RecordError
from extractor.formats import authors, bioc_documents
from extractor.formats.cutting import Piece, cut_lines
from extractor.formats.sources import ByteStream
from extractor.records import Article, Json

_ID = re.compile(rb'"(?:id|pmid)"\s*:\s*(?:"([^"\\]{1,200})"|(\d{1,20}))')
_PMID_ID = re.compile(r"PMID:\s?(\d+)", re.IGNORECASE)


def read(stream: ByteStream) -> Iterator[Article | RecordError]:
    """Articles and broken lines of one file, in order; blank lines are passed over."""
    for line in cut_lines(stream):
        if not line.data.strip():
            continue
        try:
            yield _article(line)
        except (ValueError, RecursionError) as error:
            yield RecordError(stream.name, name_of(line, "line"), "parse", _reason(error))


def name_of(piece: Piece, unit: str) -> str:
    """Id of a JSON record that may be broken, or its place in the file."""
    found = _ID.search(piece.data[:4096])
    if found is None:
        return f"{unit} {piece.number}"
    return (found.group(1) or found.group(2)).decode(errors="replace")


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return str(error) or type(error).__name__


def _article(line: Piece) -> Article:
    if line.defect:
        raise ValueError(line.defect)
    fields = json.loads(line.data.strip().decode("utf-8"))
    if not isinstance(fields, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  # a fault of the input, not of the caller
    if "passages" in fields:
        return bioc_documents.article(bioc_documents.document(fields))
    if "title" not in fields and "abstract" not in fields:
        raise ValueError("neither title nor abstract")
    identity = _identity(fields, "id") or _identity(fields, "pmid")
    if not identity:
        raise ValueError("neither id nor pmid")
    return Article(
        id=identity,
        title=_text(fields, "title"),
        abstract=_text(fields, "abstract"),
        pmid=_identity(fields, "pmid") or _pmid_in(identity),
        doi=_text(fields, "doi") or None,
        pmcid=_text(fields, "pmcid") or None,
        journal=_text(fields, "journal") or None,
        year=fields["year"] if type(fields.get("year")) is int else None,
        language=_text(fields, "language") or None,
        publication_types=_texts(fields, "publication_types"),
        mesh=_texts(fields, "mesh"),
        retracted=fields.get("retracted") is True,
        authors=authors.listed(_texts(fields, "authors")),
    )


def _identity(fields: Json, key: str) -> str:
    value = fields.get(key)
    if type(value) is int:
        return str(value)
    return _text(fields, key)


def _pmid_in(identity: str) -> str | None:
    found = _PMID_ID.fullmatch(identity)
    return found.group(1) if found else None


def _text(fields: Json, key: str) -> str:
    """A string as it stands; ``""`` where it is missing or null.

    Raises:
        ValueError: it is no string, or holds half a surrogate pair, which no output could.
    """
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{key} is not a string")  # noqa: TRY004
    return _whole(value, key)


def _texts(fields: Json, key: str) -> tuple[str, ...]:
    value = fields.get(key)
    return tuple(_whole(each, key) for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _whole(text: str, key: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{key} holds half a surrogate pair") from None
    return text
