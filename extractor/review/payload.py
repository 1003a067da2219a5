"""What the page is given, as plain JSON values; every offset counts code points."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from extractor.exchange.tokens import sentences
from extractor.records import COMPARATORS, CONTRASTS, DIRECTIONS, FLUIDS, Article, Finding, Json, Mention, Span
from extractor.review.changes import CONDITIONS, HOSTS
from extractor.review.errortypes import error_types
from extractor.review.sheet import Sheet, item_id
from extractor.store import Act, Judged
from extractor.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from extractor.review.queue import Ranked

_LABEL = (
    r"(?:[A-Z][A-Z/&,\- ]{2,40}|(?:Aim|Background|Conclusion|Design|Discussion|Finding|Introduction|Interpretation"
    r"|Material|Method|Objective|Patient|Purpose|Result|Setting)s?(?: and [a-z]+)?):"
)
_HEADING = re.compile(_LABEL)
_BREAK = re.compile(rf"\n|(?<=[.!?)]) (?={_LABEL} )")


def labels() -> Json:
    """Values of the slots, for the menus."""
    fluids = list(dict.fromkeys([*FLUIDS[:-1], *load_vocabulary().fluids, FLUIDS[-1]]))
    return {
        "direction": DIRECTIONS,
        "contrast": CONTRASTS,
        "comparator": COMPARATORS,
        "condition": CONDITIONS,
        "host": HOSTS,
        "fluid": fluids,
    }


def sheet_payload(sheet: Sheet, *, curator: str, why: str = "", notices: Sequence[str] = ()) -> Json:
    """An article with everything the page shows of it."""
    article = sheet.article
    reader = sheet.standing.readers.get(sheet.reading)
    adjudicated = sheet.reading != "adjudication" and "adjudication" in sheet.standing.readers
    return {
        "id": article.id,
        "pmid": article.pmid,
        "journal": article.journal,
        "year": article.year,
        "notices": [*(["retracted"] if article.retracted else []), *notices],
        "why": why,
        "text": article.text,
        "blocks": [list(block) for block in blocks(article)],
        "sentences": [list(span) for span in sentences(article.text)],
        "names": [_name(mention) for mention in sheet.names],
        "reading": sheet.reading,
        "version": sheet.version,
        "reader": reader,
        "readers": sheet.standing.readers if sheet.reading != "second" else {"second": reader},
        "editable": reader in {None, curator} and not adjudicated,
        "adjudicated": adjudicated,
        "finished": sheet.reading in sheet.standing.finished,
        "comments": [_comment(act) for act in sheet.comments if act.key is None],
        "items": [_item(each, sheet) for each in _in_order(sheet)],
    }


def blocks(article: Article) -> Iterator[tuple[int, int, str, int]]:
    """Title and paragraphs of the abstract: start, end, kind, and length of the heading at its start."""
    yield 0, len(article.title), "title", 0
    place = len(article.title) + 1
    ends = [(match.start(), match.end()) for match in _BREAK.finditer(article.text, place)]
    for start, following in [*ends, (len(article.text), len(article.text))]:
        if place < start:
            heading = _HEADING.match(article.text, place, start)
            yield place, start, "paragraph", len(heading[0]) if heading else 0
        place = following


def queue_payload(names: Sequence[str], order: Mapping[str, Ranked], titles: Mapping[str, str]) -> list[Json]:
    """Articles of a list, with why they are there."""
    return [
        {
            "id": name,
            "title": titles.get(name, ""),
            "why": order[name].why if name in order else "",
            "opposition": name in order and order[name].opposition,
        }
        for name in names
    ]


def _in_order(sheet: Sheet) -> list[Judged]:
    """Findings by the place of their words, so that the eye goes down text and list together."""

    def place(each: Judged) -> tuple[Span, Span, str]:
        finding = each.proposal or each.finding
        mention = finding and finding.cytokine_mention
        nowhere = Span(0, 0)
        return (
            finding.evidence if finding else nowhere,
            mention.span if mention else nowhere,
            finding.fluid if finding else "",
        )

    return list(sheet.items) if sheet.reading == "adjudication" else sorted(sheet.items, key=place)


def _item(each: Judged, sheet: Sheet) -> Json:
    decision, said = each.decision, [act for act in sheet.comments if act.key == each.key]
    shown: Json = {
        "id": item_id(each.key),
        "state": decision.verdict if decision else "open",
        "by": decision.curator if decision else None,
        "at": decision.decided if decision else None,
        "note": decision.note if decision else "",
        "errors": error_types(decision, each.proposal) if decision else (),
        "finding": _finding(each.finding if decision or sheet.reading != "adjudication" else None),
        "proposal": _finding(each.proposal),
        "comments": [_comment(act) for act in said],
    }
    for difference in sheet.differences:
        if difference.key == each.key:
            shown |= {"first": _finding(difference.first), "second": _finding(difference.second)}
    return shown


def _finding(finding: Finding | None) -> Json | None:
    if finding is None:
        return None
    vocabulary = load_vocabulary()
    return {
        "cytokine": finding.cytokine,
        "cytokine_id": vocabulary.cytokine_id(finding.cytokine),
        "fluid": finding.fluid,
        "fluid_id": vocabulary.fluid_id(finding.fluid),
        "direction": finding.direction,
        "contrast": finding.contrast,
        "comparator": finding.comparator,
        "condition": finding.condition,
        "host": finding.host,
        "confidence": finding.confidence,
        "n": finding.n,
        "p": finding.p,
        "score": round(finding.score, 4),
        "model": finding.model,
        "evidence": list(finding.evidence),
        "cytokine_mention": finding.cytokine_mention and list(finding.cytokine_mention.span),
        "fluid_mention": finding.fluid_mention and list(finding.fluid_mention.span),
    }


def _name(mention: Mention) -> Json:
    return {"span": list(mention.span), "kind": mention.kind, "concept": mention.concept}


def _comment(act: Act) -> Json:
    return {"by": act.curator, "at": act.at, "text": act.text}
