"""The exact sign test and its Clopper-Pearson interval, in plain arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb

_STEPS = 60


@dataclass(frozen=True, slots=True)
class SignTest:
    """Raised against lowered, both equally likely under the null hypothesis.

    Attributes:
        raised: studies that report a rise.
        lowered: studies that report a fall.
        share: ``raised / (raised + lowered)``.
        low: lower end of the exact (Clopper-Pearson) 95% interval of the share.
        high: upper end.
        p: exact two-sided p-value.
    """

    raised: int
    lowered: int
    share: float
    low: float
    high: float
    p: float


def sign_test(raised: int, lowered: int, *, level: float = 0.95) -> SignTest | None:
    """The exact test of ``raised`` against ``lowered``; None where there is neither.

    Args:
        raised: studies that report a rise.
        lowered: studies that report a fall.
        level: coverage of the interval.

    Source: Clopper & Pearson, Biometrika 26 (1934) 404-413. The two-sided p-value doubles the smaller tail, which is
    exact for a symmetric null hypothesis.
    """
    n = raised + lowered
    if n == 0:
        return None
    tail = (1 - level) / 2
    low = 0.0 if raised == 0 else _root(lambda share: 1 - _at_most(raised - 1, n, share) - tail)
    high = 1.0 if raised == n else _root(lambda share: tail - _at_most(raised, n, share))
    p = min(1.0, 2 * sum(comb(n, k) for k in range(min(raised, lowered) + 1)) / 2**n)
    return SignTest(raised, lowered, raised / n, low, high, p)


def _at_most(k: int, n: int, share: float) -> float:
    """Probability of at most ``k`` of ``n``."""
    return sum(comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k + 1))


def _root(rising: Callable[[float], float]) -> float:
    """Where a rising function of a share crosses zero."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
