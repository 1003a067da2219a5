"""The classifier alone: direction of every candidate pair built from gold mentions, as macro-F1 over four classes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from extractor.evaluate.recognition import candidate_pair
from extractor.gold.resampling import Floats, Interval, Resampler, Score, f1_of, score_counts
from extractor.records import DIRECTIONS, Candidate, Decision, GoldArticle

NONE = "none"
CLASSES: tuple[str, ...] = (*DIRECTIONS, NONE)
Judged: TypeAlias = tuple[Sequence[Candidate], Sequence[Decision]]
"""The candidates of one article and what the classifier decided on them."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One candidate pair of one article with its gold labels.

    Attributes:
        article: index of the article.
        position: where its first evidence starts, as a share of the text in [0, 1].
        labels: gold directions; ``none`` where there is no finding.
        ignored: labels neither required nor penalised (debatable ones).
    """

    article: int
    cytokine: str
    fluid: str
    position: float
    labels: frozenset[str]
    ignored: frozenset[str]


@dataclass(frozen=True, slots=True)
class DirectionScore:
    """A classifier's verdicts on pairs.

    Attributes:
        macro_f1: mean of the F1 of the classes; a class that neither gold nor the classifier uses is left out.
        classes: score per class.
        pairs: number of pairs judged.
        confusion: (gold label, predicted label) -> number, over the pairs with one label on either side.
    """

    macro_f1: Interval
    classes: Mapping[str, Score]
    pairs: int
    confusion: Mapping[tuple[str, str], int]


def pairs_of(gold: Sequence[GoldArticle], candidates: Sequence[Sequence[Candidate]]) -> list[Pair]:
    """The distinct candidate pairs of every article, with gold labels.

    A pair whose only findings are debatable requires nothing: those directions and ``none`` are ignored.

    Raises:
        ValueError: the two differ in length.
    """
    return [
        pair for index, both in enumerate(zip(gold, candidates, strict=True)) for pair in _article_pairs(index, *both)
    ]


def _article_pairs(index: int, gold: GoldArticle, candidates: Iterable[Candidate]) -> list[Pair]:
    length = _length(gold)
    pairs: dict[tuple[str, str], Pair] = {}
    for candidate in candidates:
        cytokine, fluid = candidate_pair(candidate)
        if cytokine is None or (cytokine, fluid) in pairs:
            continue
        found = [finding for finding in gold.findings if (finding.cytokine, finding.fluid) == (cytokine, fluid)]
        sure = {str(finding.direction) for finding in found if finding.confidence == "sure"}
        ignored = {str(finding.direction) for finding in found} - sure
        if not sure:
            (ignored if found else sure).add(NONE)
        place = min(1.0, candidate.evidence.start / length)
        pairs[cytokine, fluid] = Pair(index, cytokine, fluid, place, frozenset(sure), frozenset(ignored))
    return list(pairs.values())


def _length(gold: GoldArticle) -> int:
    if gold.article is not None:
        return max(1, len(gold.article.text))
    return max([1, *(mention.span.end for mention in gold.mentions)])


def direction_score(
    gold: Sequence[GoldArticle], judged: Sequence[Judged], *, samples: int = 2000, seed: int = 0
) -> DirectionScore:
    """Score a classifier on candidates that were built from gold mentions.

    Raises:
        ValueError: the two differ in length.
    """
    pairs = pairs_of(gold, [candidates for candidates, _ in judged])
    decided: dict[tuple[int, str | None, str], set[str]] = defaultdict(set)
    for index, (_, decisions) in enumerate(judged):
        for decision in decisions:
            decided[(index, *candidate_pair(decision.candidate))].add(decision.direction)
    verdicts = [frozenset(decided.get((pair.article, pair.cytokine, pair.fluid), {NONE})) for pair in pairs]
    return score_labels(pairs, verdicts, articles=len(gold), samples=samples, seed=seed)


def score_labels(
    pairs: Sequence[Pair], verdicts: Sequence[frozenset[str]], *, articles: int, samples: int = 2000, seed: int = 0
) -> DirectionScore:
    """Score a set of labels per pair, with intervals over articles.

    Raises:
        ValueError: pairs and verdicts differ in length.
    """
    table = np.zeros((articles, len(CLASSES), 3))
    confusion: Counter[tuple[str, str]] = Counter()
    for pair, verdict in zip(pairs, verdicts, strict=True):
        found = verdict - (pair.ignored - pair.labels)
        for column, labels in enumerate((pair.labels & found, found - pair.labels, pair.labels - found)):
            for label in labels:
                table[pair.article, CLASSES.index(label), column] += 1
        if len(pair.labels) == len(found) == 1:
            confusion[min(pair.labels), min(found)] += 1
    resampler = Resampler(articles, samples, seed)
    return DirectionScore(
        macro_f1=macro_f1(table, resampler),
        classes={name: score_counts(_rows(table[:, i]), resampler) for i, name in enumerate(CLASSES)},
        pairs=len(pairs),
        confusion=dict(sorted(confusion.items())),
    )


def _rows(table: Floats) -> list[tuple[int, int, int]]:
    return [(int(tp), int(fp), int(fn)) for tp, fp, fn in table.tolist()]


def macro_f1(table: Floats, resampler: Resampler) -> Interval:
    """Mean F1 over classes from counts of shape (articles, classes, 3); classes without any count are left out."""
    classes = table.shape[1]
    drawn = resampler.totals(table.reshape(table.shape[0], -1)).reshape(-1, classes, 3)
    value = _mean_defined(f1_of(table.sum(axis=0))[np.newaxis])[0]
    return resampler.interval(float(value), _mean_defined(f1_of(drawn)))


def _mean_defined(values: Floats) -> Floats:
    defined = ~np.isnan(values)
    number = defined.sum(axis=-1)
    total = np.where(defined, values, 0.0).sum(axis=-1)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)
