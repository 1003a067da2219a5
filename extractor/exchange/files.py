"""Files of an export: names, characters a format cannot take, reading without surprises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from extractor.errors import InputError
from extractor.exchange.documents import Document
from extractor.output import AtomicFile
from extractor.records import Json

_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")
_LINE_BREAK = re.compile("[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_LONGEST = 80


def one_line(text: str) -> str:
    """The text with a blank for every tab and every character that some reader takes for the end of a line."""
    return _LINE_BREAK.sub(" ", text)


def xml_text(text: str) -> str:
    """The text with U+FFFD for every character that XML 1.0 cannot hold; offsets stay."""
    return _NOT_XML.sub("\ufffd", text)


def masked(text: str) -> tuple[str, list[list[int | str]]]:
    """The text with a blank for what only one tool or reader counts as one character, and what stood there.

    These are tabs, carriage returns and the rarer line ends; LF stays, and so do all offsets.
    """
    hidden: list[list[int | str]] = [
        [found.start(), found[0]] for found in _LINE_BREAK.finditer(text) if found[0] != "\n"
    ]
    return _LINE_BREAK.sub(lambda found: "\n" if found[0] == "\n" else " ", text), hidden


def unmasked(text: str, hidden: Iterable[Sequence[Any]]) -> str:
    """The text with what :func:`masked` took out.

    Raises:
        ValueError: there is no blank at such a place: the tool has changed the text.
    """
    characters = list(text)
    for at, character in hidden:
        if not (0 <= at < len(characters) and characters[at] == " "):
            raise ValueError("the text is not the one that was exported: the tool has changed it")
        characters[at] = character
    return "".join(characters)


def stems(documents: Iterable[Document]) -> Iterator[tuple[str, Document]]:
    """Each document with a file name without ending, made from its id and different from the others."""
    taken: set[str] = set()
    for document in documents:
        stem = base = _UNSAFE.sub("_", document.article.id).strip("_-")[:_LONGEST] or "article"
        number = 1
        while stem.lower() in taken:
            number += 1
            stem = f"{base}-{number}"
        taken.add(stem.lower())
        yield stem, document


def new_folder(path: Path) -> Path:
    """An empty folder.

    Raises:
        InputError: there is something already, perhaps a curator's work.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise InputError(f"{path}: exists already; give a new or empty folder")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be made: {error.strerror}") from None
    return path


def new_file(path: Path) -> Path:
    """A file that is not there yet.

    Raises:
        InputError: it exists, perhaps with a curator's work.
    """
    if path.exists():
        raise InputError(f"{path}: exists already; give a new name")
    return path


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 as it is, whole or not at all."""
    with AtomicFile(path) as stream:
        stream.write(text.encode())


def write_lines(path: Path, records: Iterable[Json]) -> None:
    """Write JSON Lines, whole or not at all."""
    with AtomicFile(path) as stream:
        for record in records:
            stream.write((json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n").encode())


def write_json(path: Path, value: object) -> None:
    """Write one JSON value, whole or not at all."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def read_bytes(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None


def read_text(path: Path) -> str:
    """The text of a UTF-8 file exactly as it is, line ends and byte-order mark included.

    Raises:
        InputError: it cannot be read, or is no UTF-8.
    """
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is no UTF-8 at byte {error.start}") from None


def read_json(path: Path) -> object:
    """The JSON value of a file.

    Raises:
        InputError: it cannot be read, or is no JSON.
    """
    try:
        return json.loads(read_text(path).removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is no JSON: {error}") from None


def read_lines(path: Path) -> Iterator[tuple[int, Json]]:
    """The objects of a JSON Lines file with their line numbers; empty lines are passed over.

    Raises:
        InputError: a line is no JSON object; names it.
    """
    for number, line in enumerate(read_text(path).removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}: line {number}: is no JSON: {error}") from None
        if not isinstance(record, dict):
            raise InputError(f"{path}: line {number}: is no JSON object")
        yield number, record


def refuse_entities(data: bytes, path: Path) -> bytes:
    """The bytes of an XML file that declares nothing.

    Raises:
        InputError: it has a DOCTYPE with entities or may fetch one.
    """
    if _ENTITIES.search(data):
        raise InputError(f"{path}: declares a document type, which is not read")
    return data


def in_folder(path: Path, name: str) -> Path:
    """``path`` itself when it is a file, else the file of that name in it."""
    return path / name if path.is_dir() else path
