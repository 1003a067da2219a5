"""The formats by name, and the two functions that use them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol, cast

from extractor.errors import InputError, RecordError
from extractor.exchange.documents import Document, anchor
from extractor.exchange.selection import Selection, select


@dataclass(frozen=True, slots=True)
class Format:
    """A curator format.

    Attributes:
        module: of this package, with ``write`` and ``read``; loaded when it is used.
        out: whether it is one file or a folder.
        offsets: what its offsets count.
        holds: ``all`` of a finding, or its ``triple`` only.
        shows: what a curator sees and changes of a finding; the rest travels along.
        finished: whether the format says that a curator has finished a document.
    """

    module: str
    out: Literal["file", "folder"]
    offsets: Literal["code points", "UTF-16"]
    holds: Literal["all", "triple"]
    shows: str
    finished: bool = False


_LINKS = "cytokine, fluid, direction, contrast"
FORMATS: MappingProxyType[str, Format] = MappingProxyType(
    {
        "brat": Format("brat", "folder", "code points", "all", "everything"),
        "bioc-xml": Format("bioc_xml", "file", "code points", "all", "everything"),
        "bioc-json": Format("bioc_json", "file", "code points", "all", "everything"),
        "pubtator": Format("pubtator", "file", "code points", "triple", "the triple"),
        "pubannotation": Format("pubannotation", "folder", "code points", "all", "everything"),
        "label-studio": Format("label_studio", "folder", "code points", "all", _LINKS, finished=True),
        "doccano": Format("doccano", "folder", "UTF-16", "all", _LINKS),
        "inception": Format("inception", "folder", "UTF-16", "all", "everything"),
        "prodigy": Format("prodigy", "folder", "code points", "all", _LINKS, finished=True),
    }
)


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Attributes:
        findings: those written.
        placeless: findings left out, since neither a mention nor evidence says where they stand.
    """

    articles: int
    mentions: int
    findings: int
    placeless: int


class _Module(Protocol):
    def write(self, documents: Iterable[Document], out: Path) -> None: ...

    def read(self, path: Path) -> Iterator[Document | RecordError]: ...


def export(documents: Iterable[Document], form: str, out: str | Path, selection: Selection | None = None) -> Exported:
    """Write documents as pre-annotations; they arrive open in the tool, never as finished.

    Args:
        documents: in the order wanted.
        form: a name of :data:`FORMATS`.
        out: the file or folder, which must not exist yet (a folder may be empty).
        selection: which of them; all where None.

    Raises:
        InputError: no such format, ``out`` exists, or a document's spans do not fit its text.
    """
    module = _module(form)
    chosen = select(documents, selection or Selection())
    whole = [_placed(document) for document in chosen]
    module.write(whole, Path(out))
    before = sum(len(document.findings) for document in chosen)
    written = sum(len(document.findings) for document in whole)
    return Exported(len(whole), sum(len(document.mentions) for document in whole), written, before - written)


def _placed(document: Document) -> Document:
    findings = [finding for finding in document.findings if anchor(finding) is not None]
    return Document.of(document.article, findings, document.mentions, reviewed=document.reviewed)


def import_(
    path: str | Path, form: str, *, on_error: Callable[[RecordError], None] | None = None
) -> Iterator[Document]:
    """Read documents back, every span compared with the text.

    Args:
        path: the file or folder.
        form: a name of :data:`FORMATS`.
        on_error: is told of each document that cannot be read; without it the first one is raised.

    Raises:
        InputError: no such format, or the file as a whole cannot be read.
        RecordError: a document cannot be read.
    """
    module = _module(form)
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path}: does not exist")
    return _read(module.read(path), on_error)


def _read(
    found: Iterator[Document | RecordError], on_error: Callable[[RecordError], None] | None
) -> Iterator[Document]:
    for each in found:
        if isinstance(each, Document):
            yield each
        elif on_error is None:
            raise each
        else:
            on_error(each)


def _module(form: str) -> _Module:
    if form not in FORMATS:
        raise InputError(f"format {form!r}: is none of {', '.join(FORMATS)}")
    return cast("_Module", import_module(f"extractor.exchange.{FORMATS[form].module}"))
