"""The levels below the classifier: mentions found, and pairs proposed (the ceiling that candidates set)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractor.evaluate.findings import gold_keys
from extractor.gold.resampling import Resampler, Score, score_counts
from extractor.records import AnnotatedArticle, Candidate, Finding, GoldArticle, Kind, Mention

KINDS: tuple[Kind, ...] = ("cytokine", "fluid")


@dataclass(frozen=True, slots=True)
class MentionScores:
    """Mentions by exact span.

    Attributes:
        span: ``cytokine``, ``fluid`` and ``all``: start and end are those of gold.
        concept: the same, and the concept is gold's too; mentions without a concept claim nothing and are left out.
        accuracy: normalisation alone: of the gold mentions found by exact span, the share (``recall``) with gold's
            concept; one without a concept counts as wrong.
    """

    span: Mapping[str, Score]
    concept: Mapping[str, Score]
    accuracy: Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class PairScores:
    """Candidate pairs (cytokine, fluid) per article.

    Attributes:
        score: its recall is the share of gold pairs proposed: no classifier behind these candidates can recall more.
        proposed: number of distinct pairs proposed.
    """

    score: Score
    proposed: int


def score_spans(
    gold: Sequence[Collection[Hashable]],
    predicted: Sequence[Collection[Hashable]],
    *,
    samples: int = 2000,
    seed: int = 0,
) -> Score:
    """Exact matches between two sets per article.

    Raises:
        ValueError: the two differ in length.
    """
    counts = [
        (len(set(one) & set(two)), len(set(two) - set(one)), len(set(one) - set(two)))
        for one, two in zip(gold, predicted, strict=True)
    ]
    return score_counts(counts, Resampler(len(counts), samples, seed))


def score_mentions(
    gold: Sequence[GoldArticle], predicted: Sequence[AnnotatedArticle], *, samples: int = 2000, seed: int = 0
) -> MentionScores:
    """Score recognised mentions, per kind and together.

    Raises:
        ValueError: the two differ in length.
    """

    def score(kinds: Collection[Kind], keep: Callable[[Mention], bool], key: Callable[[Mention], Hashable]) -> Score:
        def keys(mentions: Iterable[Mention]) -> set[Hashable]:
            return {key(mention) for mention in mentions if mention.kind in kinds and keep(mention)}

        there, found = [keys(each.mentions) for each in gold], [keys(each.mentions) for each in predicted]
        return score_spans(there, found, samples=samples, seed=seed)

    groups: dict[str, tuple[Kind, ...]] = {**{kind: (kind,) for kind in KINDS}, "all": KINDS}
    return MentionScores(
        span={name: score(kinds, lambda _: True, _span_key) for name, kinds in groups.items()},
        concept={name: score(kinds, _has_concept, _concept_key) for name, kinds in groups.items()},
        accuracy={
            name: score_spans(*_normalised(gold, predicted, kinds), samples=samples, seed=seed)
            for name, kinds in groups.items()
        },
    )


def _normalised(
    gold: Sequence[GoldArticle], predicted: Sequence[AnnotatedArticle], kinds: Collection[Kind]
) -> tuple[list[set[Hashable]], list[set[Hashable]]]:
    """Gold mentions found by exact span, with their concepts, and those that got the same concept."""
    there, right = [], []
    for one, two in zip(gold, predicted, strict=True):
        found = {_span_key(m): m.concept for m in two.mentions if m.kind in kinds}
        met = {_concept_key(m) for m in one.mentions if m.kind in kinds and _span_key(m) in found}
        there.append(met)
        right.append(
            {_concept_key(m) for m in one.mentions if _concept_key(m) in met and found[_span_key(m)] == m.concept}
        )
    return there, right


def _span_key(mention: Mention) -> Hashable:
    return mention.span, mention.kind


def _concept_key(mention: Mention) -> Hashable:
    return mention.span, mention.kind, mention.concept


def _has_concept(mention: Mention) -> bool:
    return mention.concept is not None


def pair_of(finding: Finding) -> tuple[str, str]:
    """Cytokine and fluid of a finding."""
    return finding.cytokine, finding.fluid


def candidate_pair(candidate: Candidate) -> tuple[str | None, str]:
    """Cytokine concept and fluid name of a candidate."""
    return candidate.cytokine.concept, candidate.fluid_name


def score_pairs(
    gold: Sequence[GoldArticle], candidates: Sequence[Sequence[Candidate]], *, samples: int = 2000, seed: int = 0
) -> PairScores:
    """Share of gold pairs among the candidates; debatable pairs are neither required nor penalised.

    Raises:
        ValueError: the two differ in length.
    """
    counts, total = [], 0
    for each, proposed in zip(gold, candidates, strict=True):
        sure, debatable = gold_keys(each, pair_of)
        pairs = {candidate_pair(candidate) for candidate in proposed}
        total += len(pairs)
        counts.append((len(pairs & sure), len(pairs - sure - debatable), len(sure - pairs)))
    return PairScores(score_counts(counts, Resampler(len(counts), samples, seed)), total)
