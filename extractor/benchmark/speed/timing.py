"""Programs raced against each other in one process: warm, in turn, so that whatever slows one slows its rivals too."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

Contender: TypeAlias = Callable[[], int]
"""Does its work once and says on how many items."""
Clock: TypeAlias = Callable[[], float]
"""Seconds from some moment on."""


class Spread(NamedTuple):
    """The median over the repeats, with the lowest and the highest."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Race:
    """What came of a race.

    Attributes:
        rates: items per second of each contender, one figure per repeat.
    """

    rates: Mapping[str, Sequence[float]]

    def per_second(self, name: str) -> Spread:
        """Items per second of one contender."""
        return spread(self.rates[name])

    def times_as_fast(self, name: str, other: str) -> Spread:
        """How many times as fast one is as the other, taken within each repeat."""
        return spread([one / two for one, two in zip(self.rates[name], self.rates[other], strict=True)])


def spread(values: Sequence[float]) -> Spread:
    """Median, lowest and highest of some values (at least one)."""
    return Spread(statistics.median(values), min(values), max(values))


def race(contenders: Mapping[str, Contender], *, repeats: int, clock: Clock = time.perf_counter) -> Race:
    """Each once to get warm, then all in turn, as often as is said; each round begins with another contender.

    Args:
        contenders: by name.
        repeats: rounds that are timed, at least one.
        clock: what times them.
    """
    for run in contenders.values():
        run()
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for turn in range(repeats):
        first = turn % len(names)
        for name in (*names[first:], *names[:first]):
            gc.collect()
            start = clock()
            items = contenders[name]()
            rates[name].append(items / (clock() - start))
    return Race(rates)
