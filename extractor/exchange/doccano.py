"""doccano: a folder with ``documents.jsonl``, ``span_types.json`` and ``relation_types.json``.

For a project "Sequence labeling" with "Use relation labeling" and "Allow overlapping spans" on and "Count grapheme
clusters as one character" off. Import the two lists of labels, then the documents (format ``JSONL(Relation)``).

A mention is a span labelled with kind and concept (``cytokine:IL6``, ``fluid:CSF``); a span a curator labels
``cytokine`` or ``fluid`` gets its concept from the vocabulary. A finding is a relation from cytokine to fluid with
the type ``direction/contrast``. One without a fluid mention is a second span over the cytokine, labelled
``direction/contrast/fluid``, for example ``increased/disease/unspecified``; one whose cytokine is not marked hangs on
a span ``statement`` over its evidence. An elided member of a list (``-6``) is a span with its concept. The other
slots travel in ``article`` (doccano's metadata) and are joined again by place and label (see ``links``): a curator
sees and changes cytokine, fluid, direction, contrast.

Offsets are UTF-16 code units, which is how doccano counts. Tabs, carriage returns and rare line ends
are shown as blanks and restored. The
format does not repeat the marked text: the hash in ``article`` proves that the text is unchanged.

Documents arrive unconfirmed; the format cannot say which a curator has finished. Not held: ``Mention.source``, the
article's data but for id, PMID and title length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from extractor.errors import RecordError
from extractor.exchange.documents import Document, attempt, mention_at
from extractor.exchange.files import in_folder, masked, new_folder, read_lines, unmasked, write_json, write_lines
from extractor.exchange.links import (
    LABELS,
    STATEMENT,
    Link,
    article_from,
    is_level,
    links,
    mention_label,
    parse_mention_label,
    payload,
    restore,
    statements,
)
from extractor.exchange.offsets import Utf16
from extractor.records import DIRECTIONS, Json, Mention, Span

NAME = "doccano"
DOCUMENTS = "documents.jsonl"
_COLOURS = {"cytokine": "#e0a800", "fluid": "#4a90d9", "increased": "#d9534f", "decreased": "#3c8d40"}


def write(documents: Iterable[Document], out: Path) -> None:
    """Write documents and label types.

    Raises:
        InputError: there is something at ``out`` already.
    """
    folder = new_folder(out)
    rows = [_row(document) for document in documents]
    used = {str(entity["label"]) for row in rows for entity in row["entities"]}
    write_lines(folder / DOCUMENTS, rows)
    write_json(folder / "span_types.json", _types(["cytokine", "fluid", *sorted(used - {"cytokine", "fluid"})]))
    write_json(folder / "relation_types.json", _types(LABELS))


def _types(labels: Iterable[str]) -> list[Json]:
    def colour(label: str) -> str:
        return _COLOURS.get(label.partition(":")[0].partition("/")[0], "#808080")

    return [{"text": label, "background_color": colour(label), "text_color": "#ffffff"} for label in labels]


def _row(document: Document) -> Json:
    text = document.article.text
    counted = Utf16(text)
    entities: list[Json] = []
    names: dict[tuple[Span, str], int] = {}

    def add(span: Span, label: str, kind: str) -> None:
        start, end = counted.units(span)
        names[span, kind] = len(entities)
        entities.append({"id": len(entities), "label": label, "start_offset": start, "end_offset": end})

    for mention in document.mentions:
        add(mention.span, mention_label(mention), mention.kind)
    for span in statements(document):
        add(span, STATEMENT, STATEMENT)
    relations: list[Json] = []
    for link in links(document):
        if link.fluid is None:
            add(link.anchor, f"{link.label}/{link.fluid_name}", "finding")
        else:
            start = (
                names[link.anchor, "cytokine"] if (link.anchor, "cytokine") in names else names[link.anchor, STATEMENT]
            )
            ends = {"from_id": start, "to_id": names[link.fluid, "fluid"]}
            relations.append({"id": len(relations), **ends, "type": link.label})
    shown, hidden = masked(text)
    given = {**payload(document), "masked": hidden}
    return {"text": shown, "entities": entities, "relations": relations, "article": given}


def read(path: Path) -> Iterator[Document | RecordError]:
    """Documents of a JSON Lines file from doccano (the file in the zip it gives), or of a folder.

    Raises:
        InputError: a line is no JSON object.
    """
    file = in_folder(path, DOCUMENTS)
    for number, row in read_lines(file):
        given = row.get("article") or (row.get("meta") or {}).get("article") or {}
        name = str(given.get("id") or f"line {number}")
        yield attempt(str(file), name, lambda row=row, given=given, number=number: _document(row, given, number))  # type: ignore[misc]


@dataclass(slots=True)
class _Spans:
    """The spans of a row, by their ids in it."""

    mentions: dict[int, Mention] = field(default_factory=dict)
    statements: dict[int, Span] = field(default_factory=dict)
    alone: list[Link] = field(default_factory=list)


def _document(row: Json, given: Json, number: int) -> Document:
    text = unmasked(row["text"], given.get("masked", []))
    article = article_from(given, text, identity=str(row.get("id", number)))
    spans = _spans(row["entities"], text, given)
    found = [*spans.alone, *(_link(each, spans) for each in row.get("relations", []))]
    findings = restore(article, list(spans.mentions.values()), found, given)
    return Document.of(article, findings, spans.mentions.values())


def _spans(entities: list[Json], text: str, given: Json) -> _Spans:
    counted = Utf16(text)
    spans = _Spans()
    for entity in entities:
        place = counted.span(int(entity["start_offset"]), int(entity["end_offset"]))
        label, identity = str(entity["label"]), int(entity["id"])
        named = parse_mention_label(label)
        direction, _, rest = label.partition("/")
        if named is not None:
            level = is_level(given, place)
            spans.mentions[identity] = mention_at(text, place, *named, source=NAME, level=level)
        elif label == STATEMENT:
            spans.statements[identity] = place
        elif direction in DIRECTIONS:
            contrast, _, fluid = rest.partition("/")
            spans.alone.append(Link(place, None, f"{direction}/{contrast}", fluid))
    return spans


def _link(relation: Json, spans: _Spans) -> Link:
    ends = [int(relation["from_id"]), int(relation["to_id"])]
    if (first := spans.mentions.get(ends[0])) is not None and first.kind == "fluid":
        ends.reverse()
    place = spans.statements.get(ends[0])
    start, fluid = spans.mentions.get(ends[0]), spans.mentions.get(ends[1])
    if fluid is None or fluid.kind != "fluid" or (place is None and (start is None or start.kind != "cytokine")):
        raise ValueError(f"relation {relation.get('id')} is not between a cytokine and a fluid")
    return Link(place if start is None else start.span, fluid.span, str(relation["type"]))  # type: ignore[arg-type]
