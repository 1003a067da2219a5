"""Marked-up sentences -> annotated articles, for tests.

One line is one sentence, the first line the title (it may be empty). ``<cyt>IL-6</cyt>`` is a cytokine whose concept is
its own text, ``<cyt=CXCL8>IL-8</cyt>`` one whose concept is given; ``<fluid>sera</fluid>`` likewise. The tags ``<up>``,
``<down>`` and ``<same>`` stand around the words that give the direction and are read by :func:`expected`.
"""

from __future__ import annotations

import re
from itertools import product

from extractor.candidates import find_candidates
from extractor.records import AnnotatedArticle, Article, Kind, Mention, Span
from extractor.rules import RuleClassifier

_TAG = re.compile(r"<(?P<close>/?)(?P<name>cyt|fluid|up|down|same)(?:=(?P<concept>[^>]+))?>")
_FLUIDS = {"sera": "serum", "circulating": "blood", "urinary": "urine", "synovial fluid": "synovial_fluid"}
DIRECTIONS = {"up": "increased", "down": "decreased", "same": "unchanged"}


def read_marked(marked: str, *, sections: bool = False) -> AnnotatedArticle:
    """The annotated article that a marked-up text describes."""
    text, mentions = "", []
    opened: tuple[str, str | None, int] | None = None
    place = 0
    for tag in _TAG.finditer(marked):
        text += marked[place : tag.start()]
        place = tag.end()
        if tag["name"] in DIRECTIONS:
            continue
        if not tag["close"]:
            opened = (tag["name"], tag["concept"], len(text))
        elif opened is not None:
            mentions.append(_mention(text, *opened))
            opened = None
    text += marked[place:]
    title, _, abstract = text.partition("\n")
    article = Article(id="PMID:1", title=title, abstract=abstract)
    return AnnotatedArticle(article, _sentences(text), tuple(mentions))


def expected(marked: str) -> set[tuple[str, str, str]]:
    """Every cytokine with every fluid in the direction of each direction tag."""
    annotated = read_marked(marked)
    directions = {DIRECTIONS[tag["name"]] for tag in _TAG.finditer(marked) if tag["name"] in DIRECTIONS}
    names: dict[str, set[str]] = {"cytokine": set(), "fluid": set()}
    for mention in annotated.mentions:
        names[mention.kind].add(str(mention.concept))
    return set(product(names["cytokine"], names["fluid"], directions))


def compact(text: str) -> str:
    """The marked-up form of ``"{Serum} [IL-6] rose."``: cytokines in square brackets, fluids in braces, no title."""
    marked = re.sub(r"\[([^\]]+)\]", r"<cyt>\1</cyt>", text)
    return "\n" + re.sub(r"\{([^}]+)\}", r"<fluid>\1</fluid>", marked)


def decide(marked: str) -> set[tuple[str, str, str]]:
    """The triples that the rules find in a marked-up text."""
    annotated = read_marked(marked)
    decisions = RuleClassifier().decide([(annotated, find_candidates(annotated))])[0]
    return {(str(d.candidate.cytokine.concept), d.candidate.fluid_name, d.direction) for d in decisions}


def triples(text: str) -> set[tuple[str, str, str]]:
    """``"IL-6 CSF up; TNF CSF same"`` -> triples."""
    parts = [part.split() for part in text.split(";") if part.strip()]
    return {(cytokine, fluid, DIRECTIONS[way]) for cytokine, fluid, way in parts}


def _mention(text: str, name: str, concept: str | None, start: int) -> Mention:
    kind: Kind = "cytokine" if name == "cyt" else "fluid"
    surface = text[start:]
    given = concept or (surface if name == "cyt" else _FLUIDS.get(surface.lower(), surface))
    if given.lower() in ("serum", "plasma", "blood", "urine", "saliva"):
        given = given.lower()
    return Mention(Span(start, len(text)), surface, kind, given, source="gold")


def _sentences(text: str) -> tuple[Span, ...]:
    return tuple(Span(m.start(), m.end()) for m in re.finditer(r"[^\n]+", text))
