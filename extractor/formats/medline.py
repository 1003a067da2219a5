"""MEDLINE text (``.nbib``, ``.txt``) -> articles; Biopython reads each record."""

from __future__ import annotations

import re
from collections.abc import Iterator

from Bio import Medline

from extractor.errors import RecordError
from extractor.formats import authors
from extractor.formats.cutting import MAX_RECORD, Piece, cut_lines
from extractor.formats.plain_text import tidy, year_in
from extractor.formats.pubmed_xml import join
from extractor.formats.sources import ByteStream
from extractor.records import Article, Section

_PMID = re.compile(rb"^PMID\s*-\s*(\d+)", re.MULTILINE)
_LINE = re.compile(r"[A-Z][A-Z0-9]{1,3} {0,2}-(?: |$)| {6}|\s*$")
_LABEL = re.compile(r"(?:^|(?<=[.?!)\]%;:] ))([A-Z][A-Z,/&' -]{3,70}): (?=\S)")


def read(stream: ByteStream) -> Iterator[Article | RecordError]:
    """Articles and broken records of one file, in order."""
    for piece in _records(stream):
        try:
            yield _article(piece)
        except ValueError as error:
            found = _PMID.search(piece.data)
            record = f"PMID:{int(found.group(1))}" if found else f"record {piece.number}"
            yield RecordError(stream.name, record, "parse", str(error))


def _records(stream: ByteStream) -> Iterator[Piece]:
    """Runs of lines between blank ones; a second PMID starts a new record too."""
    lines: list[bytes] = []
    size, number, defect = 0, 1, ""
    for line in cut_lines(stream):
        starts = line.data.startswith(b"PMID") and any(each.startswith(b"PMID") for each in lines)
        if lines and (starts or not line.data.strip()):
            yield Piece(b"".join(lines), number, defect)
            lines, size, defect = [], 0, ""
            number += 1
        if line.data.strip():
            size += len(line.data)
            defect = defect or line.defect or (f"longer than {MAX_RECORD:,} bytes" if size > MAX_RECORD else "")
            lines += [] if defect and lines else [line.data]
    if lines:
        yield Piece(b"".join(lines), number, defect)


def _article(piece: Piece) -> Article:
    if piece.defect:
        raise ValueError(piece.defect)
    fields = _fields(piece.data.decode("utf-8"))
    pmid = _one(fields, "PMID")
    if not (pmid.isascii() and pmid.isdigit()):
        raise ValueError("no PMID" if not pmid else f"not a PMID: {pmid[:40]!r}")
    sections = _sections(_one(fields, "AB") or _other_abstract(fields))
    types = _all(fields, "PT")
    return Article(
        id=f"PMID:{pmid}",
        title=_title(fields),
        abstract=join(sections),
        pmid=pmid,
        doi=_doi(fields),
        pmcid=_one(fields, "PMC") or None,
        sections=sections,
        journal=_one(fields, "JT") or _one(fields, "TA") or _one(fields, "BTI") or None,
        year=year_in(_one(fields, "DP")) or year_in(_one(fields, "DEP")[:4]),
        language=next(iter(_all(fields, "LA")), None),
        publication_types=types,
        mesh=tuple(heading.split("/")[0].strip("*") for heading in _all(fields, "MH")),
        retracted="RIN" in fields or "Retracted Publication" in types,
        authors=authors.of_medline(_all(fields, "FAU"), _all(fields, "AU"), _all(fields, "CN")),
    )


def _fields(text: str) -> dict[str, list[str]]:
    """Values by tag.

    Raises:
        ValueError: a line is neither a tagged line nor a continuation.
    """
    lines = text.splitlines()
    for line in lines:
        if not _LINE.match(line):
            raise ValueError(f"not a MEDLINE line: {line[:40]!r}")
    record = Medline.read(f"{line}\n" for line in lines)
    return {tag: [value] if isinstance(value, str) else value for tag, value in record.items()}


def _one(fields: dict[str, list[str]], tag: str) -> str:
    """The whole value of a tag; Biopython gives the lines of those it does not know as a list."""
    return tidy(" ".join(fields.get(tag, ())))


def _all(fields: dict[str, list[str]], tag: str) -> tuple[str, ...]:
    return tuple(tidy(value) for value in fields.get(tag, ()))


def _title(fields: dict[str, list[str]]) -> str:
    title = _one(fields, "TI")
    if title.lower().strip("[].") in {"", "not available"}:
        return _one(fields, "TT") or title or _one(fields, "BTI")
    return title


def _other_abstract(fields: dict[str, list[str]]) -> str:
    """``OAB`` holds the other abstracts' text, ``OABL`` their languages; used when the first one is English."""
    language = next(iter(_all(fields, "OABL")), "eng")
    return re.sub(r"^Publisher: ", "", _one(fields, "OAB")) if language == "eng" else ""


def _sections(abstract: str) -> tuple[Section, ...]:
    """Parts of a structured abstract: a heading in capitals and a colon where a sentence may start."""
    if not abstract:
        return ()
    head, *rest = _LABEL.split(abstract)
    parts = [("", head), *zip(rest[::2], rest[1::2], strict=True)]
    return tuple(Section(label, text.strip()) for label, text in parts if text.strip())


def _doi(fields: dict[str, list[str]]) -> str | None:
    for value in (*_all(fields, "AID"), *_all(fields, "LID")):
        if found := re.search(r"(10\.\S+) \[doi\]", value):
            return found.group(1)
    return None
