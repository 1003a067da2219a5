"""Findings as labelled links, for tools whose relations have no attributes: doccano, Label Studio, Prodigy.

A link goes from the cytokine to the fluid and is labelled ``direction/contrast``. Everything else travels beside the
text under ``article`` and is joined again by place and label; these offsets are always code points. What a curator
changed is kept: a deleted link deletes its findings, another label or border keeps the other details of the finding
it came from (but not score and model), a new link is a new finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

from extractor.exchange.documents import Document, anchor, article_of, sha256_of
from extractor.exchange.slots import DEFAULT_CONTRAST, Slots, finding_of, slots_of
from extractor.records import CONTRASTS, DIRECTIONS, Article, Finding, Json, Kind, Mention, Span

LABELS: tuple[str, ...] = tuple("/".join(pair) for pair in product(DIRECTIONS, CONTRASTS))
"""``increased/disease`` and so on."""
STATEMENT = "statement"
"""Label of a span that holds a finding whose cytokine is not marked."""
_JUDGED = frozenset({"direction", "contrast", "score", "model"})


class Link(NamedTuple):
    """One or more findings as one labelled link.

    Attributes:
        anchor: the cytokine, or the evidence where none is marked.
        fluid: None where no fluid is marked; ``fluid_name`` may say which it is all the same.
    """

    anchor: Span
    fluid: Span | None
    label: str
    fluid_name: str = ""


def links(document: Document) -> list[Link]:
    """The links of a document, each once, in the order of its findings."""
    found: dict[Link, None] = {}
    for finding in document.findings:
        if (place := anchor(finding)) is not None:
            mention = finding.fluid_mention
            name = finding.fluid if mention is None else ""
            found[Link(place, None if mention is None else mention.span, _label(finding), name)] = None
    return list(found)


def statements(document: Document) -> list[Span]:
    """Anchors where no cytokine is marked: they need a region of their own."""
    bare = {link.anchor for link in links(document) if document.mention(link.anchor, "cytokine") is None}
    return sorted(bare)


def _label(finding: Finding) -> str:
    return f"{finding.direction}/{finding.contrast}"


def mention_label(mention: Mention) -> str:
    """``cytokine:IL6``, ``fluid:CSF``; the kind alone where there is no concept."""
    return mention.kind if mention.concept is None else f"{mention.kind}:{mention.concept}"


def parse_mention_label(label: str) -> tuple[Kind, str | None] | None:
    """Kind and concept of a label, None where it labels no mention."""
    kind, _, concept = label.partition(":")
    if kind == "cytokine":
        return "cytokine", concept or None
    return ("fluid", concept or None) if kind == "fluid" else None


def payload(document: Document) -> Json:
    """What the links do not say, to travel beside the text."""
    article = document.article
    return {
        "id": article.id,
        "pmid": article.pmid,
        "title_length": len(article.title),
        "sha256": sha256_of(article.text),
        "not_levels": [list(m.span) for m in document.mentions if not m.level],
        "findings": [_details(f, place) for f in document.findings if (place := anchor(f)) is not None],
    }


def _details(finding: Finding, place: Span) -> Json:
    fluid = finding.fluid_mention
    return {
        **slots_of(finding),
        "at": list(place),
        "fluid_at": None if fluid is None else list(fluid.span),
        "of": finding.cytokine,
        "in": finding.fluid,
    }


def article_from(given: Json, text: str, *, identity: str = "") -> Article:
    """The article of a payload, whose text must be the one that was exported.

    Args:
        given: the payload; empty where the tool has lost it.
        text: the text as the tool gives it back.
        identity: id to use without a payload.

    Raises:
        ValueError: the tool has changed the text, so that offsets cannot be trusted.
    """
    if given.get("sha256") not in {None, sha256_of(text)}:
        raise ValueError("the text is not the one that was exported: the tool has changed it")
    article_id = str(given.get("id") or identity)
    return article_of(article_id, text, title_length=given.get("title_length"), pmid=given.get("pmid"))


def is_level(given: Json, span: Span) -> bool:
    """Whether a mention at that place was exported as a protein level."""
    return list(span) not in given.get("not_levels", [])


class _Kept(NamedTuple):
    link: Link
    cytokine: str
    fluid: str
    slots: Slots


def restore(
    article: Article, mentions: Sequence[Mention], found: Iterable[Link], given: Json, *, unlinked: bool = False
) -> tuple[Finding, ...]:
    """The findings of links, with the details that travelled beside them.

    Args:
        article: the document's.
        mentions: as the curator left them.
        found: links as the curator left them.
        given: the payload.
        unlinked: keep findings without a marked fluid though no link stands for them, as long as their cytokine does.

    Raises:
        ValueError: a link of no known cytokine, fluid or label.
    """
    there: dict[tuple[Span, Kind], Mention] = {(m.span, m.kind): m for m in mentions}
    rest = [_kept(each) for each in given.get("findings", [])]
    order = {id(each): index for index, each in enumerate(rest)}
    made: list[tuple[int, Link, Slots]] = []
    new: list[Link] = []
    for link in dict.fromkeys(found):
        same = [each for each in rest if _same(each.link, link)]
        rest = [each for each in rest if not _same(each.link, link)]
        made.extend((order[id(each)], each.link, each.slots) for each in same)
        if not same:
            new.append(link)
    for link in new:
        origin = _origin(link, rest, there)
        slots = {} if origin is None else {k: v for k, v in origin.slots.items() if k not in _JUDGED}
        if origin is not None:
            rest.remove(origin)
        place = len(order) if origin is None else order[id(origin)]
        marked = (link.anchor, "cytokine") in there
        made.append((place, link, {**_without_names(slots, link, origin, marked=marked), **_judged(link.label)}))
    if unlinked:
        alone = (each for each in rest if each.link.fluid is None and _stands(each, there))
        made.extend((order[id(each)], each.link, each.slots) for each in alone)
    made.sort(key=lambda each: each[0])
    return tuple(_finding(article, link, slots, there) for _, link, slots in made)


def _kept(details: Json) -> _Kept:
    fluid_at = details["fluid_at"]
    slots = {key: str(value) for key, value in details.items() if key not in {"at", "fluid_at", "of", "in"}}
    name = "" if fluid_at is not None else str(details["in"])
    label = f"{slots['direction']}/{slots['contrast']}"
    link = Link(Span(*details["at"]), None if fluid_at is None else Span(*fluid_at), label, name)
    return _Kept(link, str(details["of"]), str(details["in"]), slots)


def _same(kept: Link, link: Link) -> bool:
    return kept[:3] == link[:3] and link.fluid_name in {"", kept.fluid_name}


def _origin(link: Link, rest: list[_Kept], there: dict[tuple[Span, Kind], Mention]) -> _Kept | None:
    """The exported finding a changed link comes from: relabelled, pointed at another fluid, or with another border."""
    names = _name(there.get((link.anchor, "cytokine"))), _fluid_name(link, there)
    tests = (
        lambda kept: kept.link[:2] == link[:2],
        lambda kept: (kept.cytokine, kept.fluid, kept.link.label) == (*names, link.label),
        lambda kept: kept.link.anchor.overlaps(link.anchor) and kept.link[1:3] == link[1:3],
        lambda kept: kept.link.anchor == link.anchor and kept.link.label == link.label,
    )
    return next((kept for test in tests for kept in rest if test(kept)), None)


def _name(mention: Mention | None) -> str:
    return "" if mention is None else mention.concept or ""


def _fluid_name(link: Link, there: dict[tuple[Span, Kind], Mention]) -> str:
    return link.fluid_name if link.fluid is None else _name(there.get((link.fluid, "fluid")))


def _without_names(slots: Slots, link: Link, origin: _Kept | None, *, marked: bool) -> Slots:
    """Slots of a changed finding; names it was given by hand hold only where the place is the old one."""
    if origin is None or origin.link.fluid != link.fluid or link.fluid_name not in {"", origin.link.fluid_name}:
        slots = {key: value for key, value in slots.items() if key not in {"fluid", "cross_sentence"}}
    if marked and (origin is None or origin.link.anchor != link.anchor):
        slots = {key: value for key, value in slots.items() if key not in {"cytokine", "cross_sentence"}}
    return slots


def _judged(label: str) -> Slots:
    direction, _, contrast = label.partition("/")
    return {"direction": direction, "contrast": contrast or DEFAULT_CONTRAST}


def _stands(kept: _Kept, there: dict[tuple[Span, Kind], Mention]) -> bool:
    marked = "cytokine" not in kept.slots
    return not marked or (kept.link.anchor, "cytokine") in there


def _finding(article: Article, link: Link, slots: Slots, there: dict[tuple[Span, Kind], Mention]) -> Finding:
    named = {"fluid": link.fluid_name} if link.fluid is None and link.fluid_name else {}
    return finding_of(
        {**named, **slots},
        article_id=article.id,
        text=article.text,
        cytokine=there.get((link.anchor, "cytokine")),
        fluid=None if link.fluid is None else there.get((link.fluid, "fluid")),
        anchor=link.anchor,
    )
