"""Percentile bootstrap over articles, vectorised: precision, recall and F1 from counts per article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Counts: TypeAlias = Sequence[tuple[int, int, int]]
"""True positives, false positives, false negatives of each article."""


class Interval(NamedTuple):
    """A value with its 95% interval; NaN where it is undefined (0/0)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Score:
    """Counts summed over articles, with precision, recall and F1.

    Precision is undefined (NaN) without predictions, recall without gold, F1 without either.
    """

    tp: int
    fp: int
    fn: int
    precision: Interval
    recall: Interval
    f1: Interval


@dataclass(frozen=True)
class Resampler:
    """Draws articles with replacement, the same draws every time for one size, seed and number of samples.

    Attributes:
        size: number of articles.
        samples: number of bootstrap samples.
        seed: of numpy's generator.
    """

    size: int
    samples: int = 2000
    seed: int = 0

    @cached_property
    def weights(self) -> Floats:
        """How often each article was drawn, of shape (samples, size)."""
        if self.size == 0:
            return np.zeros((self.samples, 0))
        generator = np.random.default_rng(self.seed)
        return generator.multinomial(self.size, np.full(self.size, 1 / self.size), size=self.samples).astype(np.float64)

    def totals(self, per_article: Floats) -> Floats:
        """Sums of each sample, of shape (samples, columns), from an array of shape (size, columns)."""
        return self.weights @ per_article

    def interval(self, value: float, samples: Floats) -> Interval:
        """The value with the 2.5th and 97.5th percentile of its samples; undefined samples are left out."""
        defined = samples[~np.isnan(samples)]
        if np.isnan(value) or defined.size == 0:
            return Interval(float(value), float("nan"), float("nan"))
        low, high = np.percentile(defined, (2.5, 97.5))
        return Interval(float(value), float(low), float(high))


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Element-wise quotient, NaN where the denominator is 0."""
    result = np.full(np.shape(numerator), np.nan)
    np.divide(numerator, denominator, out=result, where=np.asarray(denominator) != 0)
    return result


def f1_of(totals: Floats) -> Floats:
    """F1 from totals whose last axis holds true positives, false positives, false negatives."""
    tp, fp, fn = totals[..., 0], totals[..., 1], totals[..., 2]
    return ratio(2 * tp, 2 * tp + fp + fn)


def score_counts(counts: Counts, resampler: Resampler) -> Score:
    """Precision, recall and F1 of the summed counts, with intervals over articles.

    Args:
        counts: one row per article.
        resampler: of the same size.
    """
    table = np.asarray(counts, dtype=np.float64).reshape(-1, 3)
    total, drawn = table.sum(axis=0), resampler.totals(table)
    both = [
        (
            ratio(totals[..., 0], totals[..., 0] + totals[..., 1]),
            ratio(totals[..., 0], totals[..., 0] + totals[..., 2]),
            f1_of(totals),
        )
        for totals in (total, drawn)
    ]
    intervals = [resampler.interval(float(value), samples) for value, samples in zip(*both, strict=True)]
    return Score(int(total[0]), int(total[1]), int(total[2]), *intervals)
