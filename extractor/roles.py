"""Sentences as the rules see them: names masked, and the role that section labels and wording give them.

A masked sentence has the length of the text: cytokine names become runs of one private character, fluid names runs of
another, asides in brackets blanks, so that the patterns see structure and offsets stay exact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from extractor.cues import find_cues
from extractor.records import AnnotatedArticle, Mention, Span
from extractor.wordlists import CYTOKINE_MARK, FLUID_MARK, pattern

Role = Literal["title", "background", "aim", "methods", "results", "conclusion", "plain"]

_LABELS: tuple[tuple[Role, str], ...] = (
    ("results", r"[A-Z/ &,]*\b(?:RESULTS?|FINDINGS?)(?: AND (?:DISCUSSIONS?|CONCLUSIONS?))?|OBSERVATIONS?"),
    ("aim", r"OBJECTIVES?|AIMS?|PURPOSES?|GOALS?|HYPOTHES[IE]S|BACKGROUND[/ ,AND]*(?:AIMS?|OBJECTIVES?|PURPOSE)"),
    (
        "background",
        r"BACKGROUND|INTRODUCTION|CONTEXT|RATIONALE|IMPORTANCE|STATE OF THE ART|ETHNOPHARMACOLOGICAL RELEVANCE",
    ),
    (
        "methods",
        (
            r"(?:MATERIALS?|PATIENTS?|SUBJECTS?|PARTICIPANTS?|STUDY DESIGN|DESIGN|ANIMALS?)?[/ ,&]*(?:AND )?METHODS?"
            r"|METHODOLOGY|METHODS AND (?:MATERIALS?|SUBJECTS)|(?:STUDY |EXPERIMENTAL )?DESIGNS?|SETTINGS?"
            r"|PATIENTS?|SUBJECTS?|PARTICIPANTS?"
            r"|INTERVENTIONS?|(?:MAIN )?OUTCOME MEASURES?|MAIN OUTCOME MEASURE\(?S?\)?|MEASUREMENTS?"
            r"|EXPERIMENTAL APPROACH|TRIAL REGISTRATION"
        ),
    ),
    (
        "conclusion",
        (
            r"CONCLUSIONS?(?:[/ ]\w+)?|DISCUSSIONS?|INTERPRETATION(?: AND CONCLUSIONS)?|SIGNIFICANCE|IMPLICATIONS"
            r"|SUMMARY|DISCUSSION AND CONCLUSIONS?"
        ),
    ),
)

_LABEL = [(role, re.compile(rf"\s*(?i:{body})\s*(?::|[-–—.]\s|(?=\s[A-Z]))")) for role, body in _LABELS]

_SAYS = re.compile(
    r"\b(?:found|showed|shown|demonstrated?|revealed|observed|results?|we show|here we|we report|detected"
    r"|indicated?)\b",
    re.IGNORECASE,
)

_CONCLUDES = re.compile(
    r"^\W*(?:in (?:conclusion|summary)|we conclude|these (?:findings|results|data)|our (?:findings|results"
    r"|data)|taken together"
    r"|the(?:se)? (?:present )?(?:findings|results|data)|conclusions?|thus|therefore|overall, (?:these|our))\b",
    re.IGNORECASE,
)

_ASIDE = re.compile(rf"\([^(){CYTOKINE_MARK}]*\)|\[[^\[\]{CYTOKINE_MARK}]*\]")
_SIGN = re.compile("[=<>≤≥]")
_FIGURES = re.compile(rf"[;,:]?\s*[^;,:(){CYTOKINE_MARK}]*[=<>≤≥][^;,(){CYTOKINE_MARK}]*(?=[;,)])(?=[^()]*\))")
SKIPPED = frozenset({"background", "aim", "methods"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as the rules see it."""

    index: int
    span: Span
    text: str
    masked: str
    mentions: tuple[Mention, ...]
    role: Role


def read_sentences(annotated: AnnotatedArticle) -> list[Sentence]:
    """The article's sentences, masked and with their roles."""
    labels = section_roles(annotated)
    sentences = []
    for index, span in enumerate(annotated.sentences):
        mentions = [m for m in annotated.mentions if span.contains(m.span) and m.concept is not None]
        text = annotated.article.text[span.start : span.end]
        masked = mask(text, mentions, span.start)
        masked, role = _without_asides(masked, labels[index], index, len(labels))
        sentences.append(Sentence(index, span, text, masked, tuple(mentions), role))
    return sentences


def mask(text: str, mentions: list[Mention], offset: int) -> str:
    """The sentence ``text`` that starts at ``offset``, its mentions and asides masked, its length kept."""
    marked = list(text)
    for mention in mentions:
        mark = CYTOKINE_MARK if mention.kind == "cytokine" else FLUID_MARK
        for index in range(mention.span.start - offset, mention.span.end - offset):
            marked[index] = mark
    masked = "".join(marked)
    if "(" in masked or "[" in masked:
        masked = _ASIDE.sub(lambda match: " " * len(match[0]), masked)
    if "(" in masked and _SIGN.search(masked):
        masked = _FIGURES.sub(lambda match: " " * len(match[0]), masked)
    return masked


def _without_asides(masked: str, label: Role, index: int, count: int) -> tuple[str, Role]:
    """Blank the parts of an ill-split sentence that are aim, background or methods; the role of what is left."""
    inline = re.search(r"\b(?:RESULTS?|FINDINGS|CONCLUSIONS?)\s*:\s", masked)
    if inline and inline.start() > 30:
        return " " * inline.end() + masked[inline.end() :], "results"
    cuts = [0, *(m.end() for m in re.finditer(r"(?:[.;]\s*;|;)\s+(?=[A-Z\ue000\ue001])", masked)), len(masked)]
    parts = [(masked[a:b], _role(masked[a:b], label, index, count)) for a, b in pairwise(cuts)]
    kept = [role for _, role in parts if role not in SKIPPED]
    if not kept or len(kept) == len(parts):
        return masked, parts[0][1]
    return "".join(part if role not in SKIPPED else " " * len(part) for part, role in parts), kept[0]


def section_roles(annotated: AnnotatedArticle) -> list[Role]:
    """The role that section labels give to each sentence, ``plain`` where there are none."""
    roles: list[Role] = []
    current: Role = "plain"
    for span in annotated.sentences:
        text = annotated.article.text[span.start : span.end]
        if span.start <= len(annotated.article.title) and not roles:
            roles.append("title")
            continue
        current = _labelled(text) or current
        roles.append(current)
    if "results" not in roles:  # the results then stand under another heading
        return ["plain" if role in ("methods", "aim", "background") else role for role in roles]
    return roles


def _labelled(text: str) -> Role | None:
    for role, label in _LABEL:
        match = label.match(text)
        if match and (":" in match[0] or match[0].strip().rstrip(".:–—-").isupper()):
            return role
    return None


def _role(masked: str, label: Role, index: int, count: int) -> Role:
    """The role of a sentence under a label, by its wording where the label leaves it open."""
    if label in ("title", "background", "methods"):
        return label
    if label == "aim":
        return "results" if re.search(r"\bwe (?:found|observed)\b", masked) else "aim"
    if pattern("aim").search(masked) and not _SAYS.search(masked):
        return "aim"
    return label if label in ("results", "conclusion") else _unlabelled(masked, index, count)


def _unlabelled(masked: str, index: int, count: int) -> Role:
    if pattern("method").search(masked) and not find_cues(masked):
        return "methods"
    told = re.search(r"\b(?:we|our|was|were|had|did|showed|exhibited|displayed) ", masked)
    if index <= 0.75 * count and pattern("background").search(masked) and not told:
        return "background"
    return "conclusion" if _CONCLUDES.search(masked) else "plain"


def solid(sentence: Sentence, start: int, end: int) -> bool:
    """Whether a stretch of a sentence (offsets in the article) speaks of cells, tissue, genes or culture."""
    part = sentence.masked[max(0, start - sentence.span.start) : max(0, end - sentence.span.start)]
    return _solid(part)


@lru_cache(maxsize=512)
def _solid(part: str) -> bool:
    return pattern("solid").search(part) is not None
