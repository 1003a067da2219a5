"""Frozen records that pass between the stages. Offsets are code points, the end is excluded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

Kind: TypeAlias = Literal["cytokine", "fluid"]
Direction: TypeAlias = Literal["increased", "decreased", "unchanged"]
Contrast: TypeAlias = Literal["disease", "treatment", "subgroup", "time", "other"]
Comparator: TypeAlias = Literal["healthy", "disease_control", "mimic", "before", "untreated", "other", "unspecified"]
Confidence: TypeAlias = Literal["sure", "debatable"]

DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
CONTRASTS: tuple[Contrast, ...] = get_args(Contrast)
COMPARATORS: tuple[Comparator, ...] = get_args(Comparator)
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
FLUIDS: tuple[str, ...] = (
    "serum",
    "plasma",
    "blood",
    "CSF",
    "urine",
    "saliva",
    "tears",
    "BALF",
    "synovial_fluid",
    "unspecified",
)
"""The closed fluid names; every other fluid is written ``other:<name>``."""
OTHERS = "et al."
"""Last of ``Article.authors`` where a record says that its list of authors is incomplete."""


class Span(NamedTuple):
    """Half-open range of code points of ``Article.text``."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """Whether the two ranges share a code point."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether ``other`` lies wholly inside this range."""
        return self.start <= other.start and other.end <= self.end


_NOWHERE = Span(0, 0)


class Triple(NamedTuple):
    """What is counted: concept symbol, fluid name, direction."""

    cytokine: str
    fluid: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a structured abstract.

    Attributes:
        label: the heading as printed (``"METHODS"``), ``""`` where there is none.
        text: its text.
    """

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    r"""One bibliographic record.

    ``text`` is ``title + "\n" + abstract``; all spans count in it. A title may be empty.

    Attributes:
        id: the input's id exactly as given; ``PMID:<n>`` for PubMed input.
        pmid: digits only, or None.
        version: PubMed's version of the record, 1 where it has none.
        retracted: True when the article is marked as retracted.
        deleted: True for an id listed in ``DeleteCitation`` (no text).
        authors: in their order, ``Family, Given`` or ``Family, Given, Suffix``; a group's name has no comma (those it
            had are semicolons); ``OTHERS`` last where the list is incomplete.
    """

    id: str
    title: str
    abstract: str
    pmid: str | None = None
    doi: str | None = None
    pmcid: str | None = None
    sections: tuple[Section, ...] = ()
    journal: str | None = None
    year: int | None = None
    language: str | None = None
    publication_types: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    version: int = 1
    retracted: bool = False
    deleted: bool = False
    authors: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Title, a newline, the abstract: what every offset counts in."""
        return f"{self.title}\n{self.abstract}"


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the text. ``concept`` None: seen but not normalised, never part of a finding.

    Attributes:
        concept: HGNC symbol, complex or ``<family>`` for cytokines; fluid name for fluids.
        level: False when the name is no protein level (gene, mRNA, polymorphism, drug target, antibody).
        source: what found it: ``lexicon``, ``coordination``, ``abbreviation``, ``ner``, ``gold`` or a model's name.
    """

    span: Span
    text: str
    kind: Kind
    concept: str | None
    level: bool = True
    source: str = "lexicon"


@dataclass(frozen=True, slots=True)
class AnnotatedArticle:
    """An article with its sentences (in order, title included) and mentions (by start).

    Attributes:
        lacks: the kind of names that a quick look did not find in the text; it was read no further.
    """

    article: Article
    sentences: tuple[Span, ...]
    mentions: tuple[Mention, ...]
    lacks: Kind | None = None

    def sentence_of(self, span: Span) -> int:
        """Index of the sentence that holds the start of ``span``.

        Raises:
            ValueError: no sentence covers it.
        """
        for index, sentence in enumerate(self.sentences):
            if sentence.start <= span.start < sentence.end:
                return index
        raise ValueError(f"[{self.article.id}] no sentence covers {span}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cytokine mention with the fluid it may have been measured in.

    Attributes:
        fluid: None where no fluid is named that fits (``unspecified``).
        evidence: the sentence of the cytokine mention.
        route: how the fluid was found: ``same``, ``earlier``, ``methods``, ``title``, ``later`` or ``none``.
    """

    cytokine: Mention
    fluid: Mention | None
    evidence: Span
    route: str

    @property
    def fluid_name(self) -> str:
        """The fluid's name, ``unspecified`` without a mention."""
        return "unspecified" if self.fluid is None else (self.fluid.concept or "unspecified")

    @property
    def cross_sentence(self) -> bool:
        """Whether the fluid is named outside the evidence sentence."""
        return self.fluid is None or not self.evidence.contains(self.fluid.span)


@dataclass(frozen=True, slots=True)
class Decision:
    """A classifier's verdict on one candidate; a candidate may have several, or none.

    Attributes:
        score: calibrated probability in [0, 1].
        comparator: None where the classifier does not read it.
        condition: likewise.
    """

    candidate: Candidate
    direction: Direction
    contrast: Contrast
    score: float
    comparator: Comparator | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A fact that needs no text: what the ledger reads."""

    article_id: str
    cytokine: str
    fluid: str
    direction: Direction
    contrast: Contrast
    comparator: Comparator = "unspecified"
    condition: str = "unspecified"
    host: str = "unspecified"
    source: str = "mined"

    @property
    def triple(self) -> Triple:
        """What is counted."""
        return Triple(self.cytokine, self.fluid, self.direction)


@dataclass(frozen=True, slots=True)
class Finding(Claim):
    """A claim with the words that say so.

    Two findings are the same when ``key`` is the same; the best evidence is kept and the others go to ``also``.
    """

    evidence: Span = _NOWHERE
    evidence_text: str = ""
    cytokine_mention: Mention | None = None
    fluid_mention: Mention | None = None
    cross_sentence: bool = False
    n: int | None = None
    p: str | None = None
    score: float = 1.0
    confidence: Confidence = "sure"
    model: str = ""
    also: tuple[Span, ...] = field(default=())

    @property
    def key(self) -> tuple[str, str, str, str, str, str, str]:
        """Identity: article, cytokine, fluid, direction, contrast, comparator, condition."""
        return (
            self.article_id,
            self.cytokine,
            self.fluid,
            self.direction,
            self.contrast,
            self.comparator,
            self.condition,
        )


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """One annotated article as it stands in ``annotations/``; ``text`` is None until it is hydrated.

    Attributes:
        sha256: SHA-256 of the UTF-8 bytes of ``Article.text``.
        split: ``train``, ``dev`` or ``test``.
        stratum: ``direct``, ``cross``, ``other``, ``als``.
    """

    id: str
    pmid: str | None
    sha256: str
    split: str
    stratum: str
    mentions: tuple[Mention, ...]
    findings: tuple[Finding, ...]
    article: Article | None = None


Json: TypeAlias = dict[str, Any]
