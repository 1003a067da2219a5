"""Documents as BioC objects, for the XML and the JSON form; see ``bioc_xml`` for what stands where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import bioc

from extractor.exchange.documents import Document, mention_at
from extractor.exchange.slots import NAMES, finding_of, slots_of
from extractor.records import Article, Finding, Kind, Mention, Span

_TITLES = frozenset({"title", "front", "article-title"})
_SOURCE = "extractor"


def collection_of(documents: Iterable[Document]) -> bioc.BioCCollection:
    """A BioC collection; its date is empty so that the same findings are the same bytes."""
    collection = bioc.BioCCollection()
    collection.source, collection.date, collection.key = _SOURCE, "", "extractor"
    for document in documents:
        collection.add_document(_written(document))
    return collection


def _written(document: Document) -> bioc.BioCDocument:
    article = document.article
    written = bioc.BioCDocument()
    written.id = article.id
    if article.pmid is not None:
        written.infons["pmid"] = article.pmid
    title = _passage("title", 0, article.title)
    abstract = _passage("abstract", len(article.title) + 1, article.abstract)
    written.passages = [title, abstract]
    names: dict[tuple[Span, Kind], str] = {}
    for number, mention in enumerate(document.mentions, 1):
        names[mention.span, mention.kind] = f"M{number}"
        passage = abstract if mention.span.start >= abstract.offset else title
        passage.add_annotation(_annotation(f"M{number}", mention))
    for number, finding in enumerate(document.findings, 1):
        written.add_relation(_relation(f"F{number}", finding, names))
    return written


def _passage(kind: str, offset: int, text: str) -> bioc.BioCPassage:
    passage = bioc.BioCPassage()
    passage.infons["type"] = kind
    passage.offset = offset
    passage.text = text
    return passage


def _annotation(identity: str, mention: Mention) -> bioc.BioCAnnotation:
    annotation = bioc.BioCAnnotation()
    annotation.id = identity
    annotation.infons["type"] = mention.kind
    if mention.concept is not None:
        annotation.infons["identifier"] = mention.concept
    if not mention.level:
        annotation.infons["not_level"] = "true"
    annotation.add_location(bioc.BioCLocation(mention.span.start, mention.span.end - mention.span.start))
    annotation.text = mention.text
    return annotation


def _relation(identity: str, finding: Finding, names: dict[tuple[Span, Kind], str]) -> bioc.BioCRelation:
    relation = bioc.BioCRelation()
    relation.id = identity
    slots = slots_of(finding)
    relation.infons["type"] = slots.pop("direction")
    relation.infons.update(slots)
    for mention in (finding.cytokine_mention, finding.fluid_mention):
        if mention is not None:
            relation.add_node(bioc.BioCNode(names[mention.span, mention.kind], mention.kind))
    return relation


class _Block(NamedTuple):
    """A passage and where its text begins in the article's."""

    passage: bioc.BioCPassage
    start: int


def document_of(given: bioc.BioCDocument, *, source: str) -> Document:
    """The document of a BioC document, with the offsets of its passages made those of title, newline, abstract.

    Raises:
        ValueError: an annotation is not where it says, or a relation is no finding.
    """
    article, blocks = _article(given)
    mentions: dict[str, Mention] = {}
    for annotation, shift in _annotations(given, blocks):
        kind = str(annotation.infons.get("type", "")).lower()
        if kind in {"cytokine", "fluid"}:
            place = _place(annotation, shift)
            mentions[str(annotation.id)] = mention_at(
                article.text,
                place,
                "cytokine" if kind == "cytokine" else "fluid",
                annotation.infons.get("identifier"),
                source=source,
                surface=str(annotation.text or ""),
                level=annotation.infons.get("not_level") != "true",
            )
    findings = [_finding(each, mentions, article) for each in _relations(given)]
    return Document.of(article, findings, mentions.values())


def _article(given: bioc.BioCDocument) -> tuple[Article, list[_Block]]:
    titles = [each for each in given.passages if str(each.infons.get("type", "")).lower() in _TITLES][:1]
    title = "".join(_text(each) for each in titles)
    blocks = [_Block(each, 0) for each in titles]
    parts: list[str] = []
    start = len(title) + 1
    for passage in given.passages:
        if not any(passage is each for each in titles):
            blocks.append(_Block(passage, start))
            parts.append(_text(passage))
            start += len(parts[-1]) + 1
    identity = str(given.id or "")
    if not identity:
        raise ValueError("the document has no id")
    pmid = given.infons.get("pmid") or (identity.removeprefix("PMID:") if identity.startswith("PMID:") else None)
    return Article(id=identity, title=title, abstract="\n".join(parts), pmid=pmid), blocks


def _text(passage: bioc.BioCPassage) -> str:
    text = str(passage.text or "")
    if not text:
        for sentence in passage.sentences:
            text = text.ljust(sentence.offset - passage.offset) + str(sentence.text or "")
    return text


def _annotations(given: bioc.BioCDocument, blocks: list[_Block]) -> Iterator[tuple[bioc.BioCAnnotation, int]]:
    """Annotations of passages and sentences, each with what to add to its offset; those of the document stay."""
    for passage, start in blocks:
        for holder in (passage, *passage.sentences):
            for annotation in holder.annotations:
                yield annotation, start - passage.offset
    for annotation in given.annotations:
        yield annotation, 0


def _place(annotation: bioc.BioCAnnotation, shift: int) -> Span:
    if not annotation.locations:
        raise ValueError(f"annotation {annotation.id} has no location")
    starts = [each.offset for each in annotation.locations]
    ends = [each.offset + each.length for each in annotation.locations]
    return Span(min(starts) + shift, max(ends) + shift)


def _relations(given: bioc.BioCDocument) -> Iterator[bioc.BioCRelation]:
    for holder in (given, *given.passages, *(each for passage in given.passages for each in passage.sentences)):
        yield from holder.relations


def _finding(relation: bioc.BioCRelation, mentions: dict[str, Mention], article: Article) -> Finding:
    named = [mentions[node.refid] for node in relation.nodes if node.refid in mentions]
    slots = {name: str(relation.infons[name]) for name in NAMES if relation.infons.get(name)}
    slots["direction"] = str(relation.infons.get("type", ""))
    cytokine = next((each for each in named if each.kind == "cytokine"), None)
    return finding_of(
        slots,
        article_id=article.id,
        text=article.text,
        cytokine=cytokine,
        fluid=next((each for each in named if each.kind == "fluid"), None),
        anchor=None if cytokine is None else cytokine.span,
    )
