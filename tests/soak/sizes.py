"""How much of everything: the short form of the test suite and the long one of ``make soak``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Attributes:
    requests: made of the local PubMed, at least.
    kills: processes killed.
    examples: hypothesis examples per reader.
    fuzz_seconds: of coverage-guided fuzzing per reader; 0 for none.
    records: of the corpus, for the invariants; None for all.
    bomb: bytes a compressed bomb unpacks to.
    token: bytes of one word.
    rounds: times each input is read again when memory is watched.
    """

    requests: int
    kills: int
    examples: int
    fuzz_seconds: int
    records: int | None
    bomb: int
    token: int
    rounds: int


SHORT = Sizes(
    requests=500, kills=20, examples=25, fuzz_seconds=0, records=2_000, bomb=64 << 20, token=1 << 20, rounds=40
)
LONG = Sizes(
    requests=10_000, kills=200, examples=1_000, fuzz_seconds=60, records=None, bomb=4 << 30, token=10 << 20, rounds=400
)
