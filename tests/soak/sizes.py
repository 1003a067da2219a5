"""How much of everything: the short form of the test suite and the long one of ``make soak``."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Sizes:
    """Attributes:
    requests: made of the local PubMed, at least.
    kills: processes killed.
    examples: hypothesis examples per reader.
    fuzz_seconds: of coverage-guided fuzzing per reader; 0 for none.
    records: of the corpus, for the invariants; None for all.
    again: of these, articles that are mined again in every other way, at most.
    bomb: bytes a compressed bomb unpacks to.
    token: bytes of one word.
    text: characters of the texts that are read although they are too much.
    rounds: times each input is read again when memory is watched.
    mined: records mined while memory is watched.
    """

    requests: int
    kills: int
    examples: int
    fuzz_seconds: int
    records: int | None
    again: int
    bomb: int
    token: int
    text: int
    rounds: int
    mined: int


SHORT = Sizes(
    requests=500,
    kills=12,
    examples=25,
    fuzz_seconds=0,
    records=1_000,
    again=80,
    bomb=64 << 20,
    token=1 << 20,
    text=8_000,
    rounds=40,
    mined=2_000,
)
LONG = Sizes(
    requests=10_000,
    kills=200,
    examples=1_000,
    fuzz_seconds=30,
    records=None,
    again=6_000,
    bomb=1 << 30,
    token=10 << 20,
    text=99_900,
    rounds=400,
    mined=1_000_000,
)

_CORPUS = 52_000
"""Records of the corpus."""
LONG_SECONDS = 4_500
"""What the long form takes on one core that has nothing else to do, roughly."""
_SCALED = frozenset({"requests", "kills", "examples", "fuzz_seconds", "again", "rounds", "mined"})


def sizes_for(seconds: int) -> Sizes:
    """Sizes for a run of about so many seconds, the invariants on a part of the corpus where that is not enough."""
    part = seconds / LONG_SECONDS
    sizes = {each.name: getattr(LONG, each.name) for each in fields(Sizes)}
    scaled = {name: max(1, int(sizes[name] * part)) for name in _SCALED}
    return Sizes(**{**sizes, **scaled, "records": None if part >= 1 else int(_CORPUS * part)})
