"""PubAnnotation JSON: a folder with one ``<name>.json`` per article, as the server and the editor TextAE take them.

A mention is a denotation ``cytokine`` or ``fluid`` with the attributes ``concept`` and ``not_level``. A finding is a
denotation with the direction as its object, over the cytokine (the evidence where no cytokine is marked), as
PubAnnotation represents events: the relations ``analyte`` and ``sample`` lead from it to the mentions, every other
slot is an attribute of it. Without a fluid mention there is no ``sample``; a fluid known all the same is an
attribute. An elided member of a list (``-6``) is a denotation with its ``concept``.

Offsets (``begin``, ``end``) are code points; a discontinuous span is read from its first to its last character. An
article of PubMed is ``sourcedb`` PubMed and its PMID, any other ``extractor`` and its id. The format does not repeat
the marked text: while ``article`` is there (the server drops it), the hash in it proves that the text is unchanged.
Without it the title ends at the first newline. Not held: that a document is finished, ``Mention.source``, the
article's other data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from extractor.errors import InputError, RecordError
from extractor.exchange.documents import Document, anchor, attempt, mention_at, sha256_of
from extractor.exchange.files import new_folder, read_json, read_lines, stems, write_json
from extractor.exchange.links import article_from
from extractor.exchange.slots import Slots, finding_of, slots_of
from extractor.records import DIRECTIONS, Article, Finding, Json, Kind, Mention, Span

NAME = "pubannotation"
_OWN = "extractor"


def write(documents: Iterable[Document], out: Path) -> None:
    """Write a folder of annotation files.

    Raises:
        InputError: there is something at ``out`` already.
    """
    folder = new_folder(out)
    for stem, document in stems(documents):
        write_json(folder / f"{stem}.json", _written(document))


def _written(document: Document) -> Json:
    article = document.article
    of_pubmed = article.id == f"PMID:{article.pmid}"
    denotations: list[Json] = []
    attributes: list[Json] = []
    names: dict[tuple[Span, Kind], str] = {}
    for number, mention in enumerate(document.mentions, 1):
        names[mention.span, mention.kind] = name = f"T{number}"
        denotations.append(_denotation(name, mention.span, mention.kind))
        said = {"concept": mention.concept or "", "not_level": "" if mention.level else "true"}
        attributes += _attributes(name, said)
    relations: list[Json] = []
    for number, finding in enumerate(document.findings, 1):
        if (place := anchor(finding)) is not None:
            slots = slots_of(finding)
            denotations.append(_denotation(f"F{number}", place, slots.pop("direction")))
            attributes += _attributes(f"F{number}", slots)
            relations += _relations(f"F{number}", finding, names)
    return {
        "sourcedb": "PubMed" if of_pubmed else _OWN,
        "sourceid": article.pmid if of_pubmed else article.id,
        "text": article.text,
        "denotations": denotations,
        "relations": [{"id": f"R{number}", **each} for number, each in enumerate(relations, 1)],
        "attributes": [{"id": f"A{number}", **each} for number, each in enumerate(attributes, 1)],
        "article": {
            "id": article.id,
            "pmid": article.pmid,
            "title_length": len(article.title),
            "sha256": sha256_of(article.text),
        },
    }


def _denotation(name: str, span: Span, label: str) -> Json:
    return {"id": name, "span": {"begin": span.start, "end": span.end}, "obj": label}


def _attributes(name: str, slots: Slots) -> list[Json]:
    return [{"subj": name, "pred": slot, "obj": value} for slot, value in slots.items() if value]


def _relations(name: str, finding: Finding, names: dict[tuple[Span, Kind], str]) -> list[Json]:
    ends = (("analyte", finding.cytokine_mention), ("sample", finding.fluid_mention))
    return [{"pred": role, "subj": name, "obj": names[m.span, m.kind]} for role, m in ends if m is not None]


def read(path: Path) -> Iterator[Document | RecordError]:
    """Documents of a folder of JSON files, of one JSON file (an object or a list), or of JSON Lines.

    Raises:
        InputError: a file is no JSON.
    """
    for file in sorted(path.glob("*.json")) if path.is_dir() else [path]:
        for number, fields in enumerate(_objects(file), 1):
            name = str(fields.get("sourceid") or f"document {number}") if isinstance(fields, dict) else str(number)
            yield attempt(str(file), name, lambda fields=fields: _document(fields))  # type: ignore[misc]


def _objects(file: Path) -> list[Any]:
    if file.suffix == ".jsonl":
        return [fields for _, fields in read_lines(file)]
    value = read_json(file)
    if not isinstance(value, (dict, list)):
        raise InputError(f"{file}: is no PubAnnotation JSON")
    return value if isinstance(value, list) else [value]


def _document(fields: Json) -> Document:
    of_pubmed = fields.get("sourcedb") == "PubMed"
    identity = str(fields.get("sourceid") or "")
    given = fields.get("article") or {}
    article = article_from(given, fields["text"], identity=f"PMID:{identity}" if of_pubmed else identity)
    slots = _slots(fields)
    places = {str(each["id"]): (str(each["obj"]).lower(), _place(each["span"])) for each in fields["denotations"]}
    mentions = {
        name: _mention(article.text, place, "cytokine" if label == "cytokine" else "fluid", slots.get(name, {}))
        for name, (label, place) in places.items()
        if label in {"cytokine", "fluid"}
    }
    ends: dict[str, dict[str, Mention]] = {}
    for each in fields.get("relations", []):
        if each["obj"] in mentions:
            ends.setdefault(each["subj"], {})[str(each["pred"])] = mentions[each["obj"]]
    findings = [
        _finding({**slots.get(name, {}), "direction": label}, place, ends.get(name, {}), mentions, article)
        for name, (label, place) in places.items()
        if label in DIRECTIONS
    ]
    return Document.of(article, findings, mentions.values())


def _slots(fields: Json) -> dict[str, Slots]:
    found: dict[str, Slots] = {}
    for each in fields.get("attributes", []):
        found.setdefault(str(each["subj"]), {})[str(each["pred"])] = str(each["obj"])
    return found


def _place(span: Any) -> Span:  # noqa: ANN401  # an object or a list of them
    parts = span if isinstance(span, list) else [span]
    return Span(int(parts[0]["begin"]), int(parts[-1]["end"]))


def _mention(text: str, place: Span, kind: Kind, said: Slots) -> Mention:
    level = said.get("not_level") != "true"
    return mention_at(text, place, kind, said.get("concept"), source=NAME, level=level)


def _finding(
    slots: Slots, place: Span, ends: dict[str, Mention], mentions: dict[str, Mention], article: Article
) -> Finding:
    if not 0 <= place.start < place.end <= len(article.text):
        raise ValueError(f"span {place.start}-{place.end} is empty or outside the {len(article.text)} characters")
    at_place = next((m for m in mentions.values() if m.kind == "cytokine" and m.span == place), None)
    return finding_of(
        slots,
        article_id=article.id,
        text=article.text,
        cytokine=ends.get("analyte", at_place),
        fluid=ends.get("sample"),
        anchor=place,
    )
