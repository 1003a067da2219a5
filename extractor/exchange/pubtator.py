"""PubTator: one text file, ``id|t|title``, ``id|a|abstract``, a tab-separated line per mention and per relation.

A mention is ``id, start, end, text, Cytokine or Fluid, concept`` (``-`` without one). A finding becomes the relation
``id, direction, cytokine, fluid`` between concepts, the same triple once; ``unspecified`` stands for a fluid that is
not named. An elided member of a list (``-6``) is a mention with its concept.

Offsets are code points of title, one character, abstract. The format has one line for the title and one for the
abstract: tabs and line ends in them are blanks, so that offsets stay. ``PMID:1`` is written as ``1`` and read as
``PMID:1`` again; other ids are kept.

Held of a finding is its triple only. A relation does not say which mentions, evidence, contrast, comparator,
condition, host, score or confidence it has: it is read with the contrast ``other``, without mentions and without
evidence. Nor does the format hold ``level`` and ``source`` of a mention, or that a document is finished.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from extractor.errors import InputError, RecordError
from extractor.exchange.documents import Document, attempt, mention_at
from extractor.exchange.files import new_file, one_line, read_text, write_text
from extractor.exchange.slots import finding_of
from extractor.records import DIRECTIONS, Article, Finding, Kind, Mention, Span

NAME = "pubtator"
_TEXT = re.compile(r"([^|\t\n]+)\|([ta])\|(.*)", re.DOTALL)
_KINDS: dict[str, Kind] = {"Cytokine": "cytokine", "Fluid": "fluid"}


def write(documents: Iterable[Document], out: Path) -> None:
    """Write a PubTator file.

    Raises:
        InputError: the file exists already, or an id holds a character that separates fields.
    """
    write_text(new_file(out), "\n".join(map(_written, documents)))


def _written(document: Document) -> str:
    article = document.article
    identity = article.pmid if article.id == f"PMID:{article.pmid}" else article.id
    if not identity or "|" in identity or one_line(identity) != identity:
        raise InputError(f"[{article.id}] pubtator: an id cannot be empty or hold |, a tab or a line end")
    lines = [f"{identity}|t|{one_line(article.title)}", f"{identity}|a|{one_line(article.abstract)}"]
    for mention in document.mentions:
        place = f"{mention.span.start}\t{mention.span.end}\t{one_line(mention.text)}"
        lines.append(f"{identity}\t{place}\t{mention.kind.capitalize()}\t{one_line(mention.concept or '-')}")
    triples = dict.fromkeys(finding.triple for finding in document.findings)
    lines += [f"{identity}\t{t.direction}\t{one_line(t.cytokine)}\t{one_line(t.fluid)}" for t in triples]
    return "".join(f"{line}\n" for line in lines)


def read(path: Path) -> Iterator[Document | RecordError]:
    """Documents of a PubTator file; each ends where a title of another id or an empty line stands."""
    for number, block in enumerate(_blocks(read_text(path).removeprefix("\ufeff")), 1):
        found = _TEXT.fullmatch(block[0])
        name = found.group(1) if found else f"document {number}"
        yield attempt(str(path), name, lambda block=block: _document(block))  # type: ignore[misc]


def _blocks(text: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in (*(each.rstrip("\r") for each in text.split("\n")), ""):
        starts = (found := _TEXT.fullmatch(line)) is not None and found.group(2) == "t"
        if block and (starts or not line):
            yield block
            block = []
        if line:
            block.append(line)


def _document(block: list[str]) -> Document:
    texts = {found.group(2): found for line in block if (found := _TEXT.fullmatch(line))}
    if "t" not in texts:
        raise ValueError("a document without a line id|t|title")
    identity = texts["t"].group(1)
    abstract = texts["a"].group(3) if "a" in texts else ""
    pmid = identity if identity.isascii() and identity.isdigit() else None
    article = Article(identity if pmid is None else f"PMID:{pmid}", texts["t"].group(3), abstract, pmid=pmid)
    mentions: list[Mention] = []
    findings: list[Finding] = []
    for line in block:
        if not _TEXT.fullmatch(line):
            _line(line.split("\t"), identity, article, mentions, findings)
    return Document.of(article, findings, mentions)


def _line(cells: list[str], identity: str, article: Article, mentions: list[Mention], findings: list[Finding]) -> None:
    if cells[0] != identity:
        raise ValueError(f"a line of {cells[0]!r} among those of {identity!r}")
    if len(cells) >= 5 and cells[1].isdigit():
        if cells[4] in _KINDS:
            mentions.append(_mention(cells, article))
    elif len(cells) == 4 and cells[1].lower() in DIRECTIONS:
        findings.append(_finding(cells, article))
    else:
        raise ValueError(f"neither a mention nor a relation: {' '.join(cells)}")


def _mention(cells: list[str], article: Article) -> Mention:
    concept = cells[5] if len(cells) > 5 and cells[5] != "-" else None
    place = Span(int(cells[1]), int(cells[2]))
    return mention_at(article.text, place, _KINDS[cells[4]], concept, source=NAME, surface=cells[3])


def _finding(cells: list[str], article: Article) -> Finding:
    slots = {"direction": cells[1].lower(), "cytokine": cells[2], "fluid": cells[3]}
    return finding_of(slots, article_id=article.id, text=article.text, cytokine=None, fluid=None, anchor=None)
