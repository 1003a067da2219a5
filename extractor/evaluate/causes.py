"""Where errors come from. Every missed and every wrong triple has one cause, the earliest stage that explains it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from extractor.errors import GoldError
from extractor.evaluate.findings import LEVELS, gold_keys
from extractor.evaluate.recognition import candidate_pair
from extractor.records import AnnotatedArticle, Candidate, Finding, GoldArticle, Triple

Side: TypeAlias = Literal["missed", "wrong"]
Cause: TypeAlias = Literal[
    "not_recognised", "wrong_direction", "wrong_fluid", "not_paired", "called_none", "not_a_finding"
]
CAUSES: dict[Side, tuple[Cause, ...]] = {
    "missed": ("not_recognised", "wrong_direction", "wrong_fluid", "not_paired", "called_none"),
    "wrong": ("wrong_direction", "wrong_fluid", "not_a_finding"),
}
"""The causes of each side, in the order they are tried."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One missed gold triple or one wrong prediction.

    Attributes:
        cause: ``not_recognised``: cytokine or fluid was not marked in the text; ``wrong_direction``: the pair was found
            with another direction; ``wrong_fluid``: the cytokine was found with this direction in another fluid;
            ``not_paired``: both were marked, no candidate joins them; ``called_none``: a candidate was judged to be no
            finding; ``not_a_finding``: gold has nothing of the kind.
        sentence: the evidence, empty where the text is absent.
    """

    article_id: str
    side: Side
    cause: Cause
    triple: Triple
    sentence: str


def mistakes(
    gold: Sequence[GoldArticle],
    predicted: Sequence[Sequence[Finding]],
    annotated: Sequence[AnnotatedArticle],
    candidates: Sequence[Sequence[Candidate]],
) -> list[Mistake]:
    """Every mistake with its cause and sentence, for a file that developers read.

    Args:
        gold: annotated articles of train or dev.
        predicted: findings of each.
        annotated: mentions recognised in each.
        candidates: pairs proposed in each.

    Raises:
        GoldError: an article is of the test split, whose errors nobody may read.
        ValueError: the four differ in length.
    """
    for each in gold:
        if each.split == "test":
            raise GoldError(f"[{each.id}] split: errors of the test split are counted, never listed")
    return [item for row in zip(gold, predicted, annotated, candidates, strict=True) for item in _mistakes(*row)]


def count_causes(
    gold: Sequence[GoldArticle],
    predicted: Sequence[Sequence[Finding]],
    annotated: Sequence[AnnotatedArticle],
    candidates: Sequence[Sequence[Candidate]],
) -> dict[Side, dict[Cause, int]]:
    """Number of mistakes per side and cause; allowed for every split.

    Raises:
        ValueError: the four differ in length.
    """
    rows = zip(gold, predicted, annotated, candidates, strict=True)
    counted = Counter((item.side, item.cause) for row in rows for item in _mistakes(*row))
    return {side: {cause: counted[side, cause] for cause in causes} for side, causes in CAUSES.items()}


def _mistakes(
    gold: GoldArticle, predicted: Iterable[Finding], annotated: AnnotatedArticle, candidates: Iterable[Candidate]
) -> list[Mistake]:
    key = LEVELS["triples"]
    required, debatable = gold_keys(gold, key)
    there = {finding.triple: finding for finding in gold.findings}
    found = {finding.triple: finding for finding in predicted}
    sure = {triple for triple in there if triple in required}
    wrong = {triple for triple in found if triple not in required and triple not in debatable}
    names = {mention.concept for mention in annotated.mentions}
    pairs = {candidate_pair(candidate) for candidate in candidates}
    missed = [
        (triple, _why_missed(triple, wrong, names, pairs), there[triple]) for triple in sorted(sure - found.keys())
    ]
    spurious = [(triple, _why_wrong(triple, sure), found[triple]) for triple in sorted(wrong)]
    return [_mistake(gold, "missed", *row) for row in missed] + [_mistake(gold, "wrong", *row) for row in spurious]


def _mistake(gold: GoldArticle, side: Side, triple: Triple, cause: Cause, finding: Finding) -> Mistake:
    sentence = finding.evidence_text
    if not sentence and gold.article is not None:
        sentence = gold.article.text[slice(*finding.evidence)]
    return Mistake(gold.id, side, cause, triple, sentence)


def _why_missed(
    triple: Triple, wrong: set[Triple], names: set[str | None], pairs: set[tuple[str | None, str]]
) -> Cause:
    if triple.cytokine not in names or (triple.fluid != "unspecified" and triple.fluid not in names):
        return "not_recognised"
    if any(other[:2] == triple[:2] for other in wrong):
        return "wrong_direction"
    if any((other.cytokine, other.direction) == (triple.cytokine, triple.direction) for other in wrong):
        return "wrong_fluid"
    return "called_none" if triple[:2] in pairs else "not_paired"


def _why_wrong(triple: Triple, sure: set[Triple]) -> Cause:
    if any(other[:2] == triple[:2] for other in sure):
        return "wrong_direction"
    if any((other.cytokine, other.direction) == (triple.cytokine, triple.direction) for other in sure):
        return "wrong_fluid"
    return "not_a_finding"
