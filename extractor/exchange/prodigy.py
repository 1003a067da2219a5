"""Prodigy: a folder with ``documents.jsonl``, ``span_labels.txt`` and ``labels.txt`` for the recipe ``rel.manual``.

``prodigy rel.manual DATASET blank:en documents.jsonl --label labels.txt --span-label span_labels.txt --wrap``

A mention is a span labelled with kind and concept (``cytokine:IL6``, ``fluid:CSF``); a span a curator labels
``cytokine`` or ``fluid`` gets its concept from the vocabulary. A finding is a relation from cytokine (``head``) to
fluid (``child``) labelled ``direction/contrast``; one whose cytokine is not marked hangs on a span ``statement`` over
its evidence. An elided member of a list (``-6``) is a span, and a token of its own. A finding without a fluid mention
has no second end: it is shown in ``meta`` only, cannot be changed in Prodigy, and comes back while its cytokine is
marked. The other slots travel in ``article`` and are joined again by place and label (see ``links``).

Offsets are code points (as in spaCy); tokens are cut at the borders of mentions. The format does not repeat the
marked text: the hash in ``article`` proves that the text is unchanged.

No task has an ``answer``: it arrives open. Reading takes tasks answered ``accept`` (``reviewed``) and those without
an answer; ``reject`` and ``ignore`` are passed over. Prodigy shows no overlapping spans. Not held:
``Mention.source``, the article's data but for id, PMID and title length. Prodigy is commercial: this module follows
its documentation and was not tried with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from extractor.errors import RecordError
from extractor.exchange.documents import Document, attempt, mention_at
from extractor.exchange.files import in_folder, new_folder, read_lines, write_lines, write_text
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
from extractor.exchange.tokens import Token, token_range, tokens
from extractor.records import Json, Mention, Span

NAME = "prodigy"
DOCUMENTS = "documents.jsonl"


def write(documents: Iterable[Document], out: Path) -> None:
    """Write tasks and the two lists of labels.

    Raises:
        InputError: there is something at ``out`` already.
    """
    folder = new_folder(out)
    rows = [_task(document) for document in documents]
    used = {str(span["label"]) for row in rows for span in row["spans"]} | {"cytokine", "fluid", STATEMENT}
    write_lines(folder / DOCUMENTS, rows)
    write_text(folder / "span_labels.txt", "".join(f"{label}\n" for label in sorted(used)))
    write_text(folder / "labels.txt", "".join(f"{label}\n" for label in LABELS))


def _task(document: Document) -> Json:
    text = document.article.text
    bare = statements(document)
    cut = tokens(text, [*(m.span for m in document.mentions), *bare])
    spans: dict[tuple[Span, str], Json] = {
        (m.span, m.kind): _span(m.span, mention_label(m), cut) for m in document.mentions
    }
    shown = {**spans, **{(span, STATEMENT): _span(span, STATEMENT, cut) for span in bare}}
    found = links(document)
    alone = [f"{text[slice(*link.anchor)]}: {link.label}, {link.fluid_name}" for link in found if link.fluid is None]
    return {
        "text": text,
        "tokens": [_token(number, each, text) for number, each in enumerate(cut)],
        "spans": list(shown.values()),
        "relations": [
            _relation(
                shown.get((link.anchor, "cytokine")) or shown[link.anchor, STATEMENT], spans[link.fluid, "fluid"], link
            )
            for link in found
            if link.fluid is not None
        ],
        "meta": {"article": document.article.id, **({"without fluid mention": "; ".join(alone)} if alone else {})},
        "article": payload(document),
    }


def _token(number: int, token: Token, text: str) -> Json:
    start, end, space = token
    return {"text": text[start:end], "start": start, "end": end, "id": number, "ws": space}


def _span(span: Span, label: str, cut: list[Token]) -> Json:
    first, last = token_range(cut, span)
    return {"start": span.start, "end": span.end, "token_start": first, "token_end": last, "label": label}


def _relation(head: Json, child: Json, link: Link) -> Json:
    return {
        "head": head["token_end"],
        "child": child["token_end"],
        "head_span": head,
        "child_span": child,
        "label": link.label,
    }


def read(path: Path) -> Iterator[Document | RecordError]:
    """Documents of what ``prodigy db-out`` writes, or of a folder.

    Raises:
        InputError: a line is no JSON object.
    """
    file = in_folder(path, DOCUMENTS)
    for number, task in read_lines(file):
        if task.get("answer", "accept") == "accept":
            given = task.get("article") or {}
            name = str(given.get("id") or f"line {number}")
            yield attempt(str(file), name, lambda task=task, given=given, name=name: _document(task, given, name))  # type: ignore[misc]


def _document(task: Json, given: Json, name: str) -> Document:
    article = article_from(given, task["text"], identity=name)
    mentions: list[Mention] = []
    for span in task.get("spans", []):
        if (named := parse_mention_label(str(span["label"]))) is not None:
            place = _place(span)
            mentions.append(mention_at(article.text, place, *named, source=NAME, level=is_level(given, place)))
    found = [_link(each) for each in task.get("relations", [])]
    findings = restore(article, mentions, found, given, unlinked=True)
    return Document.of(article, findings, mentions, reviewed=task.get("answer") == "accept")


def _place(span: Json) -> Span:
    return Span(int(span["start"]), int(span["end"]))


def _link(relation: Json) -> Link:
    head, child = relation["head_span"], relation["child_span"]
    if _kind(head) == "fluid":
        head, child = child, head
    if _kind(child) != "fluid" or _kind(head) == "fluid":
        raise ValueError(f"relation {relation['label']!r} is not between a cytokine and a fluid")
    return Link(_place(head), _place(child), str(relation["label"]))


def _kind(span: Json) -> str:
    return str(span.get("label")).partition(":")[0]
