"""Files of PubMed records to a stream of ``Article``, in constant memory, one bad record costing itself only.

Formats, found by content and not by name, each plain or gzip: PubMed XML (efetch, baseline, update), MEDLINE/nbib,
JSON Lines, BioC XML and BioC JSON. Nothing here opens a network connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from extractor.errors import RecordError
from extractor.formats import bioc_documents, json_lines, medline, pubmed_xml
from extractor.formats.detect import detect
from extractor.formats.sources import ByteStream, expand
from extractor.records import Article

__all__ = ["expand", "read"]

_READERS: dict[str, Callable[[ByteStream], Iterator[Article | RecordError]]] = {
    "pubmed-xml": pubmed_xml.read,
    "bioc-xml": bioc_documents.read_xml,
    "bioc-json": bioc_documents.read_json,
    "json-lines": json_lines.read,
    "medline": medline.read,
}


def read(paths: Iterable[str | Path], *, on_error: Callable[[RecordError], None]) -> Iterator[Article]:
    """Read every record of the given inputs, in the order given.

    PubMed input gets the id ``PMID:<n>`` and plain Unicode text: inline markup dropped, entities resolved,
    superscript figures as Unicode superscripts, runs of white space as one space. The parts of a structured abstract
    stand one a line, ``LABEL: text``; no other newline occurs in the text. JSON Lines and BioC text is kept exactly,
    since others' offsets count in it. Every version of a record and every ``DeleteCitation`` id is passed on.

    Args:
        paths: files, folders (read recursively, in sorted order, hidden files left out), glob patterns, ``-`` for
            standard input.
        on_error: called with each broken record or file; reading goes on after it.

    Returns:
        The articles. The paths are looked up at once, the files are opened one by one as the iterator advances.

    Raises:
        InputError: a path does not exist, a pattern matches nothing or a folder holds no file.
    """
    return _read_files(expand(paths), on_error)


def _read_files(names: list[str], on_error: Callable[[RecordError], None]) -> Iterator[Article]:
    for name in names:
        try:
            stream = ByteStream.open(name)
        except OSError as error:
            on_error(RecordError(name, "file", "read", error.strerror or type(error).__name__))
            continue
        with stream:
            for item in _read_stream(stream):
                if isinstance(item, RecordError):
                    on_error(item)
                else:
                    yield item


def _read_stream(stream: ByteStream) -> Iterator[Article | RecordError]:
    """Articles and errors of one file in order; a damaged stream is reported after what could be read of it."""
    form = detect(stream.head)
    count = 0
    if form.name in _READERS:
        for item in _READERS[form.name](stream):
            count += 1
            yield item
    elif form.problem and not stream.failure:
        yield RecordError(stream.name, "file", "read", form.problem)
    if stream.failure:
        yield RecordError(stream.name, f"after record {count}", "read", stream.failure)
