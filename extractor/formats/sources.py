"""Inputs as the user names them -> byte streams: files, folders, patterns, standard input, plain or gzip."""

from __future__ import annotations

import codecs
import glob
import re
import sys
import zlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from isal import igzip, isal_zlib

from extractor.errors import InputError

CHUNK = 1 << 18
HEAD = 1 << 16
"""Bytes read ahead to find out the format."""
_TAIL = 256
_DAMAGE = (OSError, zlib.error, cast("type[Exception]", isal_zlib.error))

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)")


def expand(paths: Iterable[str | Path]) -> list[str]:
    """Names of the files behind files, folders, patterns and ``-``, in order.

    Raises:
        InputError: one of them leads to no file.
    """
    return [name for path in paths for name in _expand_one(str(path))]


def _expand_one(name: str) -> list[str]:
    path = Path(name)
    if name == "-":
        return [name]
    if path.is_dir():
        found = _files_under(path)
    elif path.exists():
        return [name]
    elif glob.has_magic(name):
        matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207  # Path.glob takes no absolute pattern
        found = [file for match in matches for file in _match(Path(match))]
    else:
        raise InputError(f"{name}: no such file or folder")
    if not found:
        raise InputError(f"{name}: no files there")
    return list(dict.fromkeys(found))


def _match(path: Path) -> list[str]:
    return _files_under(path) if path.is_dir() else [str(path)]


def _files_under(folder: Path) -> list[str]:
    """Files of a folder and its sub-folders, sorted; hidden and partly written (``.part``) ones are left out."""
    visible = (
        path
        for path in folder.rglob("*")
        if not any(part.startswith(".") for part in path.relative_to(folder).parts) and path.suffix != ".part"
    )
    return sorted(str(path) for path in visible if path.is_file())


class ByteStream:
    """Decompressed UTF-8 bytes of one input; damage ends the stream and is kept, never raised.

    Attributes:
        name: the input as the user named it.
        head: the first bytes (at most about ``HEAD``), not consumed.
        failure: one line saying why the stream ended early, ``""`` when it did not.
        tail: the last bytes read.
    """

    def __init__(self, name: str, raw: IO[bytes]) -> None:
        self.name = name
        self.failure = ""
        self._raw = raw
        self._data: IO[bytes] = raw
        if raw.peek(2)[:2] == b"\x1f\x8b":  # type: ignore[attr-defined]
            self._data = cast("IO[bytes]", igzip.IGzipFile(fileobj=raw))  # type: ignore[no-untyped-call]
        self._decoder: codecs.IncrementalDecoder | None = None
        self.head = self._fill()
        self._start_decoder()
        self.tail = b""
        self._ahead = self.head

    @classmethod
    def open(cls, name: str) -> Self:
        """Open a file or, for ``-``, standard input.

        Raises:
            OSError: it cannot be opened.
        """
        if name == "-":
            return cls(name, sys.stdin.buffer)
        raw = Path(name).open("rb")  # noqa: SIM115  # closed by __exit__
        try:
            return cls(name, raw)
        except OSError:
            raw.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._raw is not sys.stdin.buffer:
            self._raw.close()

    def read(self) -> bytes:
        """The next bytes, about ``CHUNK`` of them; empty at the end, early or not."""
        chunk, self._ahead = self._ahead or self._decode(self._pull()), b""
        self.tail = (self.tail + chunk[-_TAIL:])[-_TAIL:]
        return chunk

    def _fill(self) -> bytes:
        head = b""
        while len(head) < HEAD and (chunk := self._pull()):
            head += chunk
        return head

    def _pull(self) -> bytes:
        """Compressed data is taken in single steps, so that what precedes the damage is not lost with it."""
        if self.failure:
            return b""
        try:
            return self._data.read1(CHUNK)  # type: ignore[attr-defined,no-any-return]
        except EOFError:
            self.failure = "truncated: the gzip stream ends early"
        except _DAMAGE as error:
            self.failure = f"damaged: {error}"
        return b""

    def _start_decoder(self) -> None:
        encoding = _encoding(self.head)
        if encoding == "utf-8":
            return
        try:
            self._decoder = codecs.getincrementaldecoder(encoding)()
        except LookupError:
            self.failure = f"unknown encoding {encoding}"
        self.head = self._decode(self.head)

    def _decode(self, chunk: bytes) -> bytes:
        if self._decoder is None:
            return chunk
        try:
            return self._recode(self._decoder, chunk)
        except UnicodeDecodeError as error:
            self.failure = f"damaged: invalid {error.encoding}: {error.reason}"
            return b""

    def _recode(self, decoder: codecs.IncrementalDecoder, chunk: bytes) -> bytes:
        """A chunk that holds half a character only must not look like the end of the stream."""
        text = decoder.decode(chunk, not chunk)
        while chunk and not text:
            chunk = self._pull()
            text = decoder.decode(chunk, not chunk)
        return text.encode()


def _encoding(head: bytes) -> str:
    """Encoding by byte order mark or XML declaration; ASCII is UTF-8."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    declared = _DECLARED.match(head)
    name = declared.group(1).decode().lower() if declared else "utf-8"
    return "utf-8" if name in {"utf8", "utf-8", "ascii", "us-ascii"} else name
