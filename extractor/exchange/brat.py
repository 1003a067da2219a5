"""brat stand-off: a folder with ``<name>.txt`` and ``<name>.ann`` per article, ``annotation.conf`` and ``visual.conf``.

A mention is a text-bound annotation ``Cytokine`` or ``Fluid`` with its concept as the note; ``NotLevel`` marks a name
that is no protein level. A finding is an event ``Increased``, ``Decreased`` or ``Unchanged`` whose trigger is the
cytokine's place (the evidence where no cytokine is marked), with the arguments ``Analyte`` and ``Sample``, the
attributes ``Contrast``, ``Comparator``, ``Host`` and ``Debatable``, and a note in JSON with the rest. Without a fluid
mention there is no ``Sample``; a fluid known all the same stands in the note. An elided member of a list (``-6``) is
a ``Cytokine`` like any other: its note says which.

Offsets are code points of the ``.txt`` file. brat reads with universal newlines, which would move everything behind a
CR LF, and its ``.ann`` files are separated by tabs: tabs, carriage returns and rare line ends are blanks in both
files and are restored by ``articles.jsonl``. A span over a line end is written in fragments, as brat does; a
discontinuous span is read from its first to its last character. A line end at the border of a span is not held.

brat cannot say that a document is finished. Ids and title lengths stand in ``articles.jsonl``; without that file the
id is the file's name, and the title ends at the first newline. Not held: ``Mention.source``, the article's other
data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from extractor.errors import InputError, RecordError
from extractor.exchange.documents import Document, anchor, article_of, attempt, mention_at
from extractor.exchange.files import (
    masked,
    new_folder,
    one_line,
    read_lines,
    read_text,
    stems,
    unmasked,
    write_lines,
    write_text,
)
from extractor.exchange.slots import Slots, finding_of, slots_of
from extractor.records import COMPARATORS, CONTRASTS, DIRECTIONS, Article, Finding, Json, Kind, Mention, Span

NAME = "brat"
INDEX = "articles.jsonl"
HOSTS = ("human", "mouse", "rat")
_TYPES: dict[str, Kind] = {"Cytokine": "cytokine", "Fluid": "fluid"}
_ATTRIBUTES = {"Contrast": "contrast", "Comparator": "comparator", "Host": "host"}
_LINE_END = re.compile(r"\n+")
_EVENTS = "\n".join(f"{name.capitalize()}\tAnalyte?:Cytokine, Sample?:Fluid" for name in DIRECTIONS)
ANNOTATION_CONF = f"""[entities]
Cytokine
Fluid

[relations]

[events]
{_EVENTS}

[attributes]
Contrast\tArg:<EVENT>, Value:{"|".join(CONTRASTS)}
Comparator\tArg:<EVENT>, Value:{"|".join(name for name in COMPARATORS if name != "unspecified")}
Host\tArg:<EVENT>, Value:{"|".join(HOSTS)}
Debatable\tArg:<EVENT>
NotLevel\tArg:<ENTITY>
"""
VISUAL_CONF = """[labels]
Cytokine | Cytokine | Cyt
Fluid | Fluid | Fl
Increased | Increased | ↑
Decreased | Decreased | ↓
Unchanged | Unchanged | =

[drawing]
Cytokine\tbgColor:#ffd966
Fluid\tbgColor:#9fc5e8
Increased\tbgColor:#f4a6a0
Decreased\tbgColor:#a8d8a0
Unchanged\tbgColor:#d9d9d9
Debatable\tglyph:?
NotLevel\tbox:crossed
"""


def write(documents: Iterable[Document], out: Path) -> None:
    """Write a folder that brat can serve.

    Raises:
        InputError: there is something at ``out`` already.
    """
    folder = new_folder(out)
    write_text(folder / "annotation.conf", ANNOTATION_CONF)
    write_text(folder / "visual.conf", VISUAL_CONF)
    index = []
    for stem, document in stems(documents):
        article = document.article
        shown, hidden = masked(article.text)
        write_text(folder / f"{stem}.txt", shown)
        write_text(folder / f"{stem}.ann", _Writer(document).written())
        row: Json = {"file": stem, "id": article.id, "pmid": article.pmid, "title_length": len(article.title)}
        index.append({**row, "masked": hidden})
    write_lines(folder / INDEX, index)


class _Writer:
    """Lines of one ``.ann`` file."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.article.text
        self._lines: list[str] = []
        self._count = dict.fromkeys("TEA#", 0)
        self._triggers: dict[tuple[str, Span], str] = {}

    def written(self) -> str:
        marked = {(m.span, m.kind): self._mention(m) for m in self._document.mentions}
        for finding in self._document.findings:
            self._finding(finding, marked)
        return "".join(f"{line}\n" for line in self._lines)

    def _add(self, kind: str, rest: str) -> str:
        self._count[kind] += 1
        identity = f"{kind}{self._count[kind]}"
        self._lines.append(f"{identity}\t{rest}")
        return identity

    def _bound(self, name: str, span: Span) -> str:
        parts = _fragments(self._text, span)
        place = ";".join(f"{part.start} {part.end}" for part in parts)
        return self._add("T", f"{name} {place}\t{' '.join(one_line(self._text[slice(*part)]) for part in parts)}")

    def _mention(self, mention: Mention) -> str:
        identity = self._bound(mention.kind.capitalize(), mention.span)
        if mention.concept is not None:
            self._add("#", f"AnnotatorNotes {identity}\t{one_line(mention.concept)}")
        if not mention.level:
            self._add("A", f"NotLevel {identity}")
        return identity

    def _finding(self, finding: Finding, marked: dict[tuple[Span, Kind], str]) -> None:
        place = anchor(finding)
        if place is None:
            return
        name = finding.direction.capitalize()
        trigger = self._triggers.get((name, place)) or self._bound(name, place)
        self._triggers[name, place] = trigger
        roles = (("Analyte", finding.cytokine_mention), ("Sample", finding.fluid_mention))
        arguments = "".join(f" {role}:{marked[m.span, m.kind]}" for role, m in roles if m is not None)
        self._details(self._add("E", f"{name}:{trigger}{arguments}"), slots_of(finding))

    def _details(self, event: str, slots: Slots) -> None:
        del slots["direction"]
        for attribute, slot in _ATTRIBUTES.items():
            if slot in slots and (slot != "host" or slots[slot] in HOSTS):
                self._add("A", f"{attribute} {event} {slots.pop(slot)}")
        if slots.get("confidence") == "debatable":
            del slots["confidence"]
            self._add("A", f"Debatable {event}")
        if slots:
            self._add("#", f"AnnotatorNotes {event}\t{json.dumps(slots)}")


def _fragments(text: str, span: Span) -> list[Span]:
    """The span without the line ends in it; the span itself where it is nothing else."""
    found, start = [], span.start
    for gap in _LINE_END.finditer(text, *span):
        found.append(Span(start, gap.start()))
        start = gap.end()
    found.append(Span(start, span.end))
    return [each for each in found if each.start < each.end] or [span]


@dataclass(slots=True)
class _Lines:
    """An ``.ann`` file taken apart: ids to what stands there."""

    bound: dict[str, tuple[str, Span]] = field(default_factory=dict)
    events: dict[str, tuple[str, str, dict[str, str]]] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> Iterator[Document | RecordError]:
    """Documents of a brat folder, those of ``articles.jsonl`` first, the others by name.

    Raises:
        InputError: there is no such folder.
    """
    if not path.is_dir():
        raise InputError(f"{path}: is no folder with .ann files")
    index = {str(row["file"]): row for _, row in read_lines(path / INDEX)} if (path / INDEX).is_file() else {}
    names = [file.name.removesuffix(".ann") for file in sorted(path.glob("*.ann"))]
    for stem in sorted(names, key=lambda name: (list(index).index(name) if name in index else len(index), name)):
        row = index.get(stem, {"id": stem})
        yield attempt(str(path / f"{stem}.ann"), str(row["id"]), lambda stem=stem, row=row: _document(path, stem, row))  # type: ignore[misc]


def _document(folder: Path, stem: str, row: Json) -> Document:
    text = unmasked(read_text(folder / f"{stem}.txt"), row.get("masked", []))
    article = article_of(str(row["id"]), text, title_length=row.get("title_length"), pmid=row.get("pmid"))
    lines = _parse(read_text(folder / f"{stem}.ann"), text)
    mentions = {
        identity: mention_at(
            text,
            span,
            _TYPES[kind],
            lines.notes.get(identity, "").strip(),
            source=NAME,
            level="NotLevel" not in lines.attributes.get(identity, {}),
        )
        for identity, (kind, span) in lines.bound.items()
        if kind in _TYPES
    }
    findings = [_event(event, lines, mentions, article) for event in lines.events]
    return Document.of(article, findings, mentions.values())


def _parse(written: str, text: str) -> _Lines:
    lines = _Lines()
    for number, line in enumerate(written.split("\n"), 1):
        cells = line.rstrip("\r").split("\t")
        if not cells[0]:
            continue
        try:
            _parse_line(cells, lines, text)
        except (IndexError, ValueError) as error:
            raise ValueError(f"line {number}: {error}") from error
    return lines


def _parse_line(cells: list[str], lines: _Lines, text: str) -> None:
    identity, words = cells[0], cells[1].split(" ")
    if identity[0] == "T":
        lines.bound[identity] = words[0], _place(" ".join(words[1:]), cells[2], text)
    elif identity[0] == "E":
        name, _, trigger = words[0].partition(":")
        parts = (word.partition(":") for word in words[1:] if word)
        lines.events[identity] = name, trigger, {role: target for role, _, target in parts}
    elif identity[0] in "AM":
        lines.attributes.setdefault(words[1], {})[words[0]] = " ".join(words[2:])
    elif identity[0] == "#":
        lines.notes[words[1]] = cells[2] if len(cells) > 2 else ""


def _place(written: str, surface: str, text: str) -> Span:
    """The span of ``start end[;start end]``, whose fragments must be the surface."""
    parts = [Span(*map(int, part.split(" "))) for part in written.split(";")]
    if any(not 0 <= part.start < part.end <= len(text) for part in parts):
        raise ValueError(f"span {written} is empty or outside the {len(text)} characters")
    there = " ".join(one_line(text[slice(*part)]) for part in parts)
    if there != one_line(surface):
        raise ValueError(f"span {written} is {there!r} in the text, but was marked as {surface!r}")
    return Span(parts[0].start, parts[-1].end)


def _event(event: str, lines: _Lines, mentions: dict[str, Mention], article: Article) -> Finding:
    name, trigger, arguments = lines.events[event]
    place = lines.bound[trigger][1]
    attributes = lines.attributes.get(event, {})
    slots = _note(lines.notes.get(event, ""), event)
    slots["direction"] = name.lower()
    slots |= {slot: attributes[given] for given, slot in _ATTRIBUTES.items() if given in attributes}
    if "Debatable" in attributes:
        slots["confidence"] = "debatable"
    at_trigger = next((m for m in mentions.values() if m.kind == "cytokine" and m.span == place), None)
    return finding_of(
        slots,
        article_id=article.id,
        text=article.text,
        cytokine=mentions[arguments["Analyte"]] if "Analyte" in arguments else at_trigger,
        fluid=mentions[arguments["Sample"]] if "Sample" in arguments else None,
        anchor=place,
    )


def _note(note: str, event: str) -> Slots:
    """The slots of a note; a curator's free text is no slot."""
    if not note.lstrip().startswith("{"):
        return {}
    try:
        return {str(key): str(value) for key, value in json.loads(note).items()}
    except ValueError:
        raise ValueError(f"the note of {event} is no JSON any more: {note}") from None
