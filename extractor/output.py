"""Where findings go: files that appear whole or not at all, or a stream; JSON Lines here, tables through pandas."""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import io
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self, cast

from extractor.contract import finding_line
from extractor.errors import InputError, RecordError
from extractor.records import Finding, Json

FORMATS: tuple[str, ...] = ("jsonl", "csv", "tsv", "parquet", "xlsx")
"""Formats of OUT."""
BINARY = frozenset({"parquet", "xlsx"})
"""Those that are no text."""


class Writer(Protocol):
    """Takes findings in portions; the portions leave no trace in the bytes."""

    def add(self, findings: Sequence[Finding]) -> None:
        """Take some findings."""
        ...

    def close(self) -> None:
        """Write what is held back; the stream stays open."""
        ...


class JsonLinesWriter:
    """One object of the contract a line."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def add(self, findings: Sequence[Finding]) -> None:
        """Write some findings."""
        self._stream.write("".join(f"{finding_line(finding)}\n" for finding in findings).encode())

    def close(self) -> None:
        """Nothing is held back."""


def format_of(path: Path | None, given: str | None = None) -> str:
    """The format asked for, else the one that OUT's ending names (``.gz`` aside), else ``jsonl``.

    Raises:
        InputError: the format asked for is none.
    """
    if given is not None:
        if given not in FORMATS:
            raise InputError(f"format {given!r}: is none of {', '.join(FORMATS)}")
        return given
    name = "" if path is None else path.name.lower().removesuffix(".gz")
    ending = name.rpartition(".")[2]
    return ending if ending in FORMATS else "jsonl"


def open_writer(stream: IO[bytes], form: str) -> Writer:
    """A writer of one of :data:`FORMATS` to an open stream."""
    if form == "jsonl":
        return JsonLinesWriter(stream)
    from extractor import tables  # noqa: PLC0415  # pandas is needed for tables only

    if form in {"csv", "tsv"}:
        return tables.DelimitedWriter(stream, separator="," if form == "csv" else "\t")
    return tables.ParquetWriter(stream) if form == "parquet" else tables.SheetWriter(stream)


class AtomicFile:
    """A file that takes its name when it is complete; compressed when the name ends with ``.gz``.

    What is no regular file (a pipe, a device) is written to directly.

    Raises:
        InputError: it cannot be written there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.resolve() if path.is_symlink() else path
        self._direct = path.exists() and not path.is_file()
        self._part = self._path if self._direct else self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        self._layers: list[IO[bytes]] = []

    def __enter__(self) -> IO[bytes]:
        try:
            self._sweep()
            raw = self._part.open("wb")
        except OSError as error:
            raise InputError(f"{self._path}: cannot be written: {error.strerror}") from None
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(raw, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._layers = [raw]
        if self._path.name.endswith(".gz"):
            packed = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)
            self._layers.insert(0, cast("IO[bytes]", packed))
        return self._layers[0]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep the file, or leave nothing behind."""
        try:
            if kind is None:
                self._finish()
        finally:
            for layer in self._layers:
                with contextlib.suppress(OSError):
                    layer.close()
            if not self._direct:
                self._part.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what runs that were killed have left of this file."""
        if self._direct:
            return
        ending = re.compile(rf"\.{re.escape(self._path.name)}\.(\d+)\.part")
        for part in self._path.parent.iterdir():
            found = ending.fullmatch(part.name)
            if found and _is_dead(part, int(found[1])):
                part.unlink(missing_ok=True)

    def _finish(self) -> None:
        try:
            for layer in self._layers:
                layer.close()
            if not self._direct:
                self._part.replace(self._path)
        except OSError as error:
            raise InputError(f"{self._path}: cannot be written: {error.strerror}") from None


def _is_dead(part: Path, process: int) -> bool:
    """Whether nobody writes an unfinished file any more: its process is gone, and no other host holds its lock."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        with part.open("rb") as stream, contextlib.suppress(BlockingIOError):
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except OSError:  # another user's
        pass
    return False


class ErrorLog:
    """``OUT.errors.jsonl``: one line per broken record, and no file when there is none.

    Attributes:
        path: of the file.
        count: records written to it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._stack = contextlib.ExitStack()
        self._stream: IO[bytes] = io.BytesIO()

    def __enter__(self) -> Self:
        return self

    def add(self, error: RecordError) -> None:
        """Write one."""
        if not self.count:
            self._stream = self._stack.enter_context(AtomicFile(self.path))
        self.count += 1
        self._stream.write(error_line(error).encode())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep the file; one of an earlier run does not stay where this run had no errors."""
        self._stack.__exit__(kind, error, trace)
        if kind is None and not self.count:
            self.path.unlink(missing_ok=True)


def error_line(error: RecordError) -> str:
    """A broken record as one line of ``OUT.errors.jsonl``, newline included."""
    fields = {"file": error.file, "record": error.record, "stage": error.stage, "reason": error.reason}
    return json.dumps(fields, ensure_ascii=False) + "\n"


def write_json(path: Path, value: Json) -> None:
    """Write one JSON object, indented, whole or not at all."""
    with AtomicFile(path) as stream:
        text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
        stream.write(f"{text}\n".encode(errors="backslashreplace"))  # names of files may be any bytes


@contextlib.contextmanager
def writing(path: Path, form: str) -> Iterator[Writer]:
    """A writer to OUT; the file appears when all went well."""
    with AtomicFile(path) as stream:
        writer = open_writer(stream, form)
        yield writer
        writer.close()
