"""Words that stand for cytokines named before: "none of the three", "these mediators", "its level", "the latter"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractor.given import is_given
from extractor.records import Mention, Span
from extractor.roles import Sentence
from extractor.wordlists import FLUID_MARK

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: number for number, word in enumerate(_WORDS)}
_NUMBER = rf"(?P<number>{'|'.join(_WORDS[2:])}|\d{{1,2}})"
_NAMES = (
    r"(?:cytokines?|chemokines?|interleukins?|molecules?|proteins?|mediators?|receptors?|adipokines?|analytes?"
    r"|growth factors?|factors?|markers?|biomarkers?|neurotrophins?|adipocytokines?|peptides?|variables?|parameters?"
    r"|substances?|substrates?|hormones?|compounds?)"
).replace(" ", r"\ ")
_SORT = (
    r"(?:(?:pro-?|anti-?)?inflammatory |circulating |soluble |immune |serum |plasma |angiogenic |neurotrophic"
    r"|measured )*"
).replace(" ", r"\ ")
_OF_THESE = (
    rf"(?:this|these|both|all)(?:\ (?:{'|'.join(_WORDS[2:])})?\ ?{_NAMES})?\s*(?:was|were|did|rose|fell|in|[,.;]|$)"
)
_LEVEL = r"(?:levels?|concentrations?|values?|titers?|titres?|amounts?)"
_PLURAL = re.compile(
    rf"""\b(?:
      (?P<all>both|all|each|none|neither|any)\b(?:\ of)?(?:\ (?P<which>the|these|those|them|its))?
        (?:\ {_NUMBER})?(?:\ {_LEVEL}\ of)?\ ?{_SORT}(?:(?P<name>{_NAMES})\b|{_LEVEL}\b|(?P<alone>(?=
          were\b|was\b|did\b|rose\b|fell\b|had\b|increased\b|decreased\b|declined\b|remained\b|differed\b|changed\b
          |showed\b|dropped\b|returned\b|became\b|stayed\b|[.,;)]|in\b|$)))
     |(?:the|these|those)\ {_NUMBER.replace("number", "count")}\ {_SORT}(?:{_NAMES}|{_LEVEL})\b
     |(?:these|those)\ {_SORT}{_NAMES}\b
     |(?:the\ )?(?:former|latter)\ (?:two|three|four)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_SINGULAR = re.compile(
    rf"""\b(?:(?:(?:this|that|the\ latter|the)\ {_SORT}
      (?:cytokine|chemokine|growth\ factor|interleukin|adipokine|neurotrophin)
      |(?:this|the\ latter)\ {_SORT}(?:protein|peptide|mediator|factor|analyte|molecule|receptor|hormone|marker))
      \b(?!\ (?:\w+\ )?(?:levels?\ of|of|profiles?|responses?|production|expression|storm|receptor))
     |(?P<former>the\ (?:former|latter))\b(?!\ (?:group|two|three|four|patients|period|study))
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_LEVELS = re.compile(
    rf"""(?:^\W*|[,;:]\s*|\b(?:the|its|their|these|those|such|mean|median|had|has|have|showed|with|and|but|in|of|peak
      |baseline|basal|initial|final|higher|lower|elevated|increased|decreased|reduced|raised|high|low|similar
      |comparable|normal|highest|lowest|circulating|fasting|absolute|admission|post\w*|pre\w*|average)\ |[{FLUID_MARK}]
      \s*)(?P<level>{_LEVEL})\b(?!\ of\ (?!{_OF_THESE}))(?!\ (?:in|for|from)\ (?:the\ )?\w+\ (?:scale|score))""",
    re.IGNORECASE | re.VERBOSE,
)
_IT = re.compile(
    r"(?:^\W*|,\s*)(?P<it>it)\ (?!(?:is|was|has been|appears|seems|seemed)\b[^,;]*\bthat\b)|\b(?P<obj>it)\s*[.;,]?\s*$",
    re.IGNORECASE,
)
_THEY = re.compile(
    r"\bthey(?=\s+(?:\w+ly\s+)?(?:dropped|fell|rose|increased|decreased|declined|returned|normali[sz]ed|peaked|remained"
    r"|stayed|did\s+not\s+(?:change|differ|vary)|(?:were|was)\s+(?:\w+ly\s+)?(?:higher|lower|elevated|increased|decreased"
    r"|reduced|raised|unchanged|similar|comparable))\b)",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"""\b(?:an?|no|this|(?P<these>these|both)|the|followed\ by(?:\ an?)?)\ (?:(?:\w+ly
      |significant|marked|clear|further|such|modest
      |slight|small|progressive|gradual|transient|rapid|sharp|steep|statistical|overall|group|substantial|strong|detectable
      |other)\ )*
      (?P<noun>increase|decrease|rise|fall|reduction|elevation|drop|decline|change|difference|effect)s?
      (?=\ (?:(?:was|were|is|could\ be)\ (?:(?:also|\w+ly)\ )*(?:seen|found|observed|noted|detected|recorded|evident
      |apparent|present|prevented|blunted|abolished|attenuated|reversed|suppressed|blocked)|occurred|emerged|appeared
      |existed|between)\b(?!\ in\ (?!(?:the\ )?[{FLUID_MARK}]
      |(?:\w+\ ){{1,3}}(?:groups?|patients|controls?|subjects|arms?|mice|rats)\b))
      (?!\ (?:for|with\ respect|regarding|on))
      |\s*[.,;]?\s*$)""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A phrase that stands for cytokines.

    Attributes:
        span: offsets in the masked sentence.
        mentions: what it stands for.
        trust: belief in it, in [0, 1].
    """

    span: Span
    mentions: tuple[Mention, ...]
    trust: float


def find_references(sentence: Sentence, sentences: Sequence[Sentence]) -> Iterator[Reference]:
    """The references of a sentence that names no cytokine, in the order of how much they say."""
    before = _Before(sentence, sentences)
    if not before.last:
        return
    found = [*_plurals(sentence, before), *_singulars(sentence, before)] or [*_topics(sentence, before)]
    yield from found


class _Before:
    """The cytokines named before a sentence: of the last sentence that names any, and of the article."""

    def __init__(self, sentence: Sentence, sentences: Sequence[Sentence]) -> None:
        named = [
            list(_distinct(s).values())
            for s in sentences[: sentence.index]
            if any(m.kind == "cytokine" for m in s.mentions)
        ]
        at = [s.index for s in sentences[: sentence.index] if any(m.kind == "cytokine" for m in s.mentions)]
        self.distance = sentence.index - at[-1] if at else 0
        self.last: list[Mention] = named[-1] if named else []
        self.lists = named
        concepts = {str(m.concept): m for s in sentences for m in s.mentions if m.kind == "cytokine"}
        self.whole = list(concepts.values())

    def several(self, number: int | None) -> list[Mention]:
        """The last list of so many cytokines, without a number the last sentence's own where it is near."""
        if number is None:
            return self.last if len(self.last) > 1 and self.distance <= 2 else []
        if self.distance <= 2 and len(self.last) == number:
            return self.last
        for listed in reversed(self.lists):
            if len(listed) == number:
                return listed
        return self.whole if len(self.whole) == number else []

    def single(self) -> list[Mention]:
        """The one cytokine the text is about at this place."""
        if len(self.whole) == 1:
            return self.last
        return self.last if len(self.last) == 1 and self.distance <= 2 else []


def _distinct(sentence: Sentence) -> dict[str, Mention]:
    mentions: dict[str, Mention] = {}
    for mention in sentence.mentions:
        if mention.kind == "cytokine" and not is_given(sentence, mention):
            mentions.setdefault(str(mention.concept), mention)
    return mentions


def _plurals(sentence: Sentence, before: _Before) -> Iterator[Reference]:
    for match in _PLURAL.finditer(sentence.masked):
        written = match["number"] or match["count"]
        quantifier = (match["all"] or "").lower()
        if quantifier and not (match["name"] or match["which"] or match["alone"] is not None or written):
            written = None
        number = _number(written) if written else 2 if quantifier in ("both", "neither") else None
        mentions = before.several(number)
        if mentions:
            start = match.end("all") if quantifier in ("none", "neither") else match.start()
            yield Reference(Span(start, match.end()), tuple(mentions), 1.0)


def _number(written: str) -> int:
    return int(written) if written.isdigit() else _NUMBERS[written.lower()]


def _singulars(sentence: Sentence, before: _Before) -> Iterator[Reference]:
    for match in _SINGULAR.finditer(sentence.masked):
        if match["former"]:
            if len(before.last) == 2 and before.distance == 1:
                which = 0 if "former" in match[0].lower() else 1
                yield Reference(Span(*match.span()), (before.last[which],), 1.0)
        elif before.single():
            yield Reference(Span(*match.span()), tuple(before.single()), 1.0)


def _topics(sentence: Sentence, before: _Before) -> Iterator[Reference]:
    """Levels without an owner, "it", and changes without a subject: of the one cytokine in question."""
    near = before.single() or (before.last if before.distance == 1 else [])
    for match in _LEVELS.finditer(sentence.masked):
        if near:
            yield Reference(Span(*match.span("level")), tuple(near), 1.0 if len(near) == 1 else 0.9)
    for match in _THEY.finditer(sentence.masked):
        if near:
            yield Reference(Span(*match.span()), tuple(near), 0.8)
    if before.single():
        for match in _IT.finditer(sentence.masked):
            group = "it" if match["it"] else "obj"
            yield Reference(Span(*match.span(group)), tuple(before.single()), 0.9)
    if not _LEVELS.search(sentence.masked) and before.distance <= 2:
        for match in _BARE.finditer(sentence.masked):
            if mentions := near if match["these"] else before.single():
                yield Reference(Span(match.end(), match.end()), tuple(mentions), 0.8)
