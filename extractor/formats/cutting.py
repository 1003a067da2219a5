"""Cut a byte stream into records without parsing it, so that each can be parsed, and fail, alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from extractor.formats.sources import ByteStream

MAX_RECORD = 32 << 20
"""Bytes of one record; PubMed's longest, with thousands of authors, stay well below."""
SAMPLE = 1 << 12
"""Bytes kept of a record that cannot be kept whole, enough to find its id."""

_STRUCTURE = re.compile(rb'\\.|["{}\n]', re.DOTALL)


class Piece(NamedTuple):
    """The bytes of one record.

    Attributes:
        data: the record, or its first bytes where it has a defect.
        number: its ordinal in the file, from 1.
        defect: why it cannot be parsed, ``""`` where nothing is known against it.
    """

    data: bytes
    number: int
    defect: str = ""


class _Window:
    """The part of a stream that is in memory; ``at`` is the first byte not dealt with."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self.data = b""
        self.at = 0

    def more(self) -> bool:
        """Forget what has been dealt with and read on; False at the end of the stream."""
        self.data = self.data[self.at :]
        self.at = 0
        chunk = self._stream.read()
        while chunk and len(chunk) < len(self.data) and len(chunk) < MAX_RECORD:
            addition = self._stream.read()
            if not addition:
                break
            chunk += addition
        self.data += chunk
        return bool(chunk)

    def seek(self, pattern: re.Pattern[bytes], overlap: int) -> tuple[re.Match[bytes] | None, bytes]:
        """Go to the next match; gives it and the first ``SAMPLE`` bytes passed over."""
        passed = b""
        while True:
            found = pattern.search(self.data, self.at)
            end = found.start() if found else max(self.at, len(self.data) - overlap)
            passed = (passed + self.data[self.at : min(end, self.at + SAMPLE)])[:SAMPLE]
            self.at = end
            if found or not self.more():
                return found, passed

    def skip_past(self, mark: bytes) -> None:
        """Go behind the next ``mark``, or to the end of the stream."""
        while (place := self.data.find(mark, self.at)) < 0:
            self.at = max(self.at, len(self.data) - len(mark))
            if not self.more():
                self.at = len(self.data)
                return
        self.at = place + len(mark)

    def sample(self) -> bytes:
        """The first bytes not dealt with."""
        return self.data[self.at : self.at + SAMPLE]


def cut_elements(
    stream: ByteStream, names: Sequence[bytes], *, landmark: bytes, limit: int = MAX_RECORD
) -> Iterator[Piece]:
    """Cut XML into its record elements, each from its start tag to the next end tag of that name.

    Args:
        stream: the XML document, or several one after the other.
        names: names of the record elements.
        landmark: occurs in every record and nowhere else: where it stands outside, a record has lost its tags.
        limit: longer records, in bytes, become a defect.
    """
    window = _Window(stream)
    edge = re.compile(rb"<(/?)(%s)(?=[\s/>])|<!--" % b"|".join(names))
    overlap = max(map(len, names)) + 3
    number = 0
    while True:
        found, passed = window.seek(edge, overlap)
        if landmark in passed or (found and found.group(1)):
            number += 1
            yield Piece(passed, number, "a record without its start tag")
        if found is None:
            return
        if found.group(2) is None:
            window.skip_past(b"-->")
        elif found.group(1):
            window.at = found.end()
        else:
            number += 1
            yield _element(window, b"</" + found.group(2), number, limit)


def _element(window: _Window, closing: bytes, number: int, limit: int) -> Piece:
    """The element that starts at ``window.at``; moves the window behind it."""
    scan = 1
    while not (end := _end(window.data, closing, window.at + scan)):
        if len(window.data) - window.at > limit:
            piece = Piece(window.sample(), number, _too_long(limit))
            window.skip_past(closing)
            return piece
        scan = max(1, len(window.data) - window.at - len(closing) - 1)
        if not window.more():
            end = len(window.data)
            return _defective(window, end, number, "cut off: the file ends inside it")
    if end - window.at > limit:
        return _defective(window, end, number, _too_long(limit))
    data, window.at = window.data[window.at : end], end
    return Piece(data, number)


def _end(data: bytes, closing: bytes, start: int) -> int:
    """Behind the next end tag that begins like this, 0 where it is not there, or not wholly."""
    while (place := data.find(closing, start)) >= 0:
        start = place + len(closing)
        end = data.find(b">", start)
        if end < 0 or not data[start:end].strip():
            return end + 1
    return 0


def split_at_starts(piece: Piece, names: Sequence[bytes]) -> list[Piece]:
    """A piece in which further records start, because an end tag is missing: cut at each of them.

    All but the last are defects; a piece without a further start tag is given back as it is.
    """
    starts = re.finditer(rb"<(?:%s)(?=[\s/>])" % b"|".join(names), piece.data)
    places = sorted({0, *(found.start() for found in starts), len(piece.data)})
    parts = [piece.data[start:end] for start, end in pairwise(places)]
    broken = [Piece(part[:SAMPLE], piece.number, "no end tag before the next record") for part in parts[:-1]]
    return [*broken, *(piece._replace(data=part) for part in parts[-1:])]


def _too_long(limit: int) -> str:
    return f"longer than {limit:,} bytes"


def _defective(window: _Window, end: int, number: int, defect: str) -> Piece:
    piece = Piece(window.data[window.at : min(end, window.at + SAMPLE)], number, defect)
    window.at = end
    return piece


def cut_lines(stream: ByteStream, *, limit: int = MAX_RECORD) -> Iterator[Piece]:
    """Cut text into its lines, line ends included; lines longer than ``limit`` bytes become a defect."""
    window = _Window(stream)
    number = 0
    while True:
        number += 1
        end = _line_end(window, limit)
        if end is None:
            piece = Piece(window.sample(), number, _too_long(limit))
            window.skip_past(b"\n")
            yield piece
        elif end > window.at:
            data, window.at = window.data[window.at : end], end
            yield Piece(data, number)
        else:
            return


def _line_end(window: _Window, limit: int) -> int | None:
    """Where the line that starts at ``window.at`` ends; None where it is too long."""
    scan = 0
    while (place := window.data.find(b"\n", window.at + scan)) < 0:
        scan = len(window.data) - window.at
        if scan > limit:
            return None
        if not window.more():
            return len(window.data)
    return place + 1 if place - window.at <= limit else None


def cut_objects(stream: ByteStream, *, limit: int = MAX_RECORD) -> Iterator[Piece]:
    """Cut JSON at the objects one level down: the documents of a collection, or of a list of collections.

    Quotes and braces are all that is looked at. A string ends with its line at the latest, so that a lost quote in
    indented JSON costs one record only.

    Args:
        stream: JSON text.
        limit: longer objects, in bytes, become a defect.
    """
    window = _Window(stream)
    braces = _Braces(window)
    number = 0
    while braces.advance(2):
        number += 1
        window.at += braces.scan - 1
        braces.scan = 1
        yield braces.cut(number, limit)


class _Braces:
    """Follows the nesting of JSON objects; ``scan`` counts from ``window.at``."""

    def __init__(self, window: _Window) -> None:
        self.scan = 0
        self._window = window
        self._depth = 0
        self._quoted = False

    def advance(self, depth: int, limit: int | None = None) -> bool:
        """Go behind the brace that leads to this depth; False at the end, or where ``limit`` bytes do not get there."""
        while limit is None or self.scan <= limit:
            found = _STRUCTURE.search(self._window.data, self._window.at + self.scan)
            if found:
                self.scan = found.end() - self._window.at
                if self._step(found.group()) and self._depth == depth:
                    return True
            elif not self._more(keep=limit is not None):
                return False
        return False

    def _step(self, token: bytes) -> bool:
        """Take one token; True when it changed the depth."""
        if token == b'"':
            self._quoted = not self._quoted
        elif token == b"\n":
            self._quoted = False
        elif token in {b"{", b"}"} and not self._quoted:
            self._depth = max(0, self._depth + (1 if token == b"{" else -1))
            return True
        return False

    def _more(self, *, keep: bool) -> bool:
        dealt_with = len(self._window.data) - self._window.at - self._window.data.endswith(b"\\")
        self.scan = max(self.scan, dealt_with)
        if not keep:
            self._window.at += self.scan
            self.scan = 0
        return self._window.more()

    def cut(self, number: int, limit: int) -> Piece:
        """The object whose opening brace is at ``window.at``."""
        window = self._window
        defect = ""
        if not self.advance(1, limit):
            defect = _too_long(limit) if self.scan > limit else "cut off: the file ends inside it"
        piece = Piece(
            window.sample() if self.scan > limit else window.data[window.at : window.at + self.scan], number, defect
        )
        if self.scan > limit:
            self.advance(1)
        window.at += self.scan
        self.scan = 0
        return piece
