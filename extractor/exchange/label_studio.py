"""Label Studio: a folder with ``tasks.json`` (import it) and ``labeling_config.xml`` (paste it as labelling interface).

A mention is a region ``cytokine`` or ``fluid``; its concept is the region's text field ``concept``. Findings are
relations from cytokine to fluid, labelled ``direction/contrast``; since Label Studio keeps one relation per pair of
regions, several findings of a pair are several labels of one relation. A finding without a fluid mention is a choice
``without_fluid`` of its cytokine. One whose cytokine is not marked hangs on a region ``statement`` over its evidence.
An elided member of a list (``-6``) is a region with its ``concept``. The other slots travel in ``data.article`` and
are joined again by place and label (see ``links``): a curator sees and changes cytokine, fluid, direction, contrast.

Offsets are code points: Label Studio counts so for the tag ``Text``, also where the browser counts otherwise; CR and
LF count one each, and the configuration keeps white space as it is.

What we write are ``predictions``: a task arrives unlabelled. Reading takes the last annotation of a task that was not
cancelled and is then ``reviewed``, else the first prediction. Read is the export ``JSON``, not ``JSON-MIN``; it says
of an unlabelled task only how many predictions it has, so that such a task is passed over. Not held:
``Mention.source``, the article's data but for id, PMID and title length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from extractor.errors import InputError, RecordError
from extractor.exchange.documents import Document, attempt, mention_at
from extractor.exchange.files import in_folder, new_folder, read_json, write_json, write_text
from extractor.exchange.links import (
    LABELS,
    STATEMENT,
    Link,
    article_from,
    is_level,
    links,
    payload,
    restore,
    statements,
)
from extractor.records import Json, Kind, Mention, Span

NAME = "label-studio"
TASKS = "tasks.json"
CONFIG = "labeling_config.xml"
_CONTROL, _TEXT, _CONCEPT, _ALONE = "mention", "text", "concept", "without_fluid"
_COLOURS = {"increased": "#d9534f", "decreased": "#3c8d40", "unchanged": "#808080"}


def labeling_config() -> str:
    """The labelling interface that the tasks belong to."""
    relations = "\n".join(
        f"    <Relation value={quoteattr(label)} background={quoteattr(_COLOURS[label.split('/')[0]])}/>"
        for label in LABELS
    )
    choices = "\n".join(f"    <Choice value={quoteattr(label)}/>" for label in LABELS)
    return f"""<View>
  <Style>.htx-text {{ white-space: pre-wrap; }}</Style>
  <Relations choice="multiple">
{relations}
  </Relations>
  <Labels name="{_CONTROL}" toName="{_TEXT}">
    <Label value="cytokine" background="#e0a800"/>
    <Label value="fluid" background="#4a90d9"/>
    <Label value="{STATEMENT}" background="#b0a0c0"/>
  </Labels>
  <Text name="{_TEXT}" value="$text" granularity="symbol"/>
  <TextArea name="{_CONCEPT}" toName="{_TEXT}" perRegion="true" maxSubmissions="1" editable="true" rows="1"
    displayMode="region-list" placeholder="HGNC symbol or fluid"/>
  <Choices name="{_ALONE}" toName="{_TEXT}" perRegion="true" choice="multiple">
{choices}
  </Choices>
</View>
"""


def write(documents: Iterable[Document], out: Path) -> None:
    """Write tasks with predictions, and the labelling configuration.

    Raises:
        InputError: there is something at ``out`` already.
    """
    folder = new_folder(out)
    write_text(folder / CONFIG, labeling_config())
    write_json(folder / TASKS, [_task(document) for document in documents])


def _task(document: Document) -> Json:
    data = {"text": document.article.text, "article": payload(document)}
    scores = [finding.score for finding in document.findings]
    models = sorted({finding.model for finding in document.findings if finding.model})
    prediction: Json = {"model_version": ", ".join(models) or "extractor", "result": _results(document)}
    if scores:
        prediction["score"] = min(scores)
    return {"data": data, "predictions": [prediction]}


def _results(document: Document) -> list[Json]:
    text = document.article.text
    results: list[Json] = []
    names: dict[tuple[Span, str], str] = {}
    regions: list[tuple[Span, str, str | None]] = [(m.span, m.kind, m.concept) for m in document.mentions]
    regions += [(span, STATEMENT, None) for span in statements(document)]
    for span, label, concept in regions:
        names[span, label] = name = f"{label}-{span.start}-{span.end}"
        results.append(_result(name, _CONTROL, "labels", span, text=text[slice(*span)], labels=[label]))
        if concept is not None:
            results.append(_result(name, _CONCEPT, "textarea", span, text=[concept]))
    return results + _linked(document, names)


def _result(name: str, control: str, kind: str, span: Span, **value: object) -> Json:
    place = {"start": span.start, "end": span.end, **value}
    return {"id": name, "from_name": control, "to_name": _TEXT, "type": kind, "value": place}


def _linked(document: Document, names: dict[tuple[Span, str], str]) -> list[Json]:
    """Relations and choices: all labels of one pair together."""
    pairs: dict[tuple[Span, Span | None], list[str]] = {}
    for link in links(document):
        labels = pairs.setdefault((link.anchor, link.fluid), [])
        if link.label not in labels:
            labels.append(link.label)
    results: list[Json] = []
    for (place, fluid), labels in pairs.items():
        start = names.get((place, "cytokine")) or names[place, STATEMENT]
        if fluid is None:
            results.append(_result(start, _ALONE, "choices", place, choices=labels))
        else:
            ends = {"from_id": start, "to_id": names[fluid, "fluid"]}
            results.append({**ends, "type": "relation", "direction": "right", "labels": labels})
    return results


def read(path: Path) -> Iterator[Document | RecordError]:
    """Documents of an export as JSON, or of a folder with ``tasks.json``.

    Raises:
        InputError: the file is no list of tasks.
    """
    file = in_folder(path, TASKS)
    tasks = read_json(file)
    if not isinstance(tasks, list):
        raise InputError(f"{file}: is no list of Label Studio tasks")
    for number, task in enumerate(tasks, 1):
        if _is_silent(task):
            continue
        yield attempt(str(file), _name(task, number), lambda task=task, number=number: _document(task, number))  # type: ignore[misc]


def _is_silent(task: Any) -> bool:  # noqa: ANN401  # whatever the list holds
    """Whether nobody has labelled the task and its predictions are but numbers, as in Label Studio's own export."""
    if not isinstance(task, dict) or _done(task):
        return False
    return "annotations" in task and not _proposed(task)


def _done(task: Json) -> list[Json]:
    return [each for each in task.get("annotations", []) if not each.get("was_cancelled")]


def _proposed(task: Json) -> list[Json]:
    return [each for each in task.get("predictions", []) if isinstance(each, dict)]


def _name(task: Any, number: int) -> str:  # noqa: ANN401  # whatever the list holds
    try:
        return str(task["data"]["article"]["id"])
    except (KeyError, TypeError):
        return f"task {number}"


def _document(task: Json, number: int) -> Document:
    data = task["data"]
    given = data.get("article") or {}
    article = article_from(given, data["text"], identity=str(task.get("id", number)))
    done = _done(task)
    results = (done or _proposed(task) or [{"result": []}])[-1 if done else 0]["result"]
    regions, concepts = _regions(results)
    mentions = {
        name: _mention(article.text, value, kind, concepts.get(name), given)
        for name, (kind, value) in regions.items()
        if kind != STATEMENT
    }
    places = {name: Span(int(value["start"]), int(value["end"])) for name, (_, value) in regions.items()}
    findings = restore(article, list(mentions.values()), _links(results, regions, places), given)
    return Document.of(article, findings, mentions.values(), reviewed=bool(done))


def _regions(results: list[Json]) -> tuple[dict[str, tuple[str, Json]], dict[str, str]]:
    """Regions by id with label and value; concepts by id."""
    regions: dict[str, tuple[str, Json]] = {}
    concepts: dict[str, str] = {}
    for each in results:
        if each["type"] == "labels" and each["value"].get("labels"):
            label = str(each["value"]["labels"][0])
            if label in {"cytokine", "fluid", STATEMENT}:
                regions[each["id"]] = label, each["value"]
        elif each["type"] == "textarea" and each.get("from_name") == _CONCEPT:
            written = each["value"]["text"]
            concepts[each["id"]] = str(written if isinstance(written, str) else "".join(written[-1:])).strip()
    return regions, concepts


def _mention(text: str, value: Json, kind: str, concept: str | None, given: Json) -> Mention:
    place = Span(int(value["start"]), int(value["end"]))
    named: Kind = "cytokine" if kind == "cytokine" else "fluid"
    surface = value.get("text")
    return mention_at(text, place, named, concept, source=NAME, surface=surface, level=is_level(given, place))


def _links(results: list[Json], regions: dict[str, tuple[str, Json]], places: dict[str, Span]) -> Iterator[Link]:
    for each in results:
        if each["type"] == "choices" and each.get("from_name") == _ALONE and each["id"] in places:
            for label in each["value"]["choices"]:
                yield Link(places[each["id"]], None, label)
        elif each["type"] == "relation" and each["from_id"] in places and each["to_id"] in places:
            ends = [each["from_id"], each["to_id"]]
            if regions[ends[0]][0] == "fluid":
                ends.reverse()
            if regions[ends[0]][0] == "fluid" or regions[ends[1]][0] != "fluid":
                raise ValueError("a relation that is not between a cytokine and a fluid")
            if not each.get("labels"):
                raise ValueError("a relation without a label")
            for label in each["labels"]:
                yield Link(places[ends[0]], places[ends[1]], label)
