"""One vote per study, cells of the ledger and their verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from extractor.ledger.statistics import SignTest, sign_test
from extractor.ledger.studies import Study
from extractor.records import DIRECTIONS, Claim, Comparator, Contrast, Direction

Host: TypeAlias = Literal["human", "animal", "unspecified"]
Verdict: TypeAlias = Literal["consistent", "leaning", "opposing", "single study", "mostly unchanged"]

MINORITY = 0.25
"""The smaller side's share of the studies with a direction from which on a cell is called opposing."""
AGREEMENT = 0.75
"""The share of all studies of a cell that has to report one direction for it to be called consistent."""
RULE = (
    "A study has one vote per cell. Its direction is raised, lowered or unchanged where all its findings in the cell "
    "agree, otherwise mixed; a mixed study is shown and counted apart, never averaged. The verdict, in this order: "
    "single study: one study. Mostly unchanged: more than half of the studies report no difference. Opposing: the "
    "rarer of raised and lowered is more than a quarter of the studies with a direction, or only mixed studies with "
    "both directions are there. Consistent: raised or lowered alone, without a study that reports the contrary, in at "
    "least three quarters of all studies. Leaning: the rest. A cell is marked as an opposition, whatever its verdict, "
    "as soon as one study reports a rise and another, or the same one, a fall."
)


class CellKey(NamedTuple):
    """What is compared: never two contrasts, hosts or fluids at once."""

    cytokine: str
    fluid: str
    host: Host
    contrast: Contrast


@dataclass(frozen=True, slots=True)
class Vote:
    """What one study says in one cell.

    Attributes:
        claims: the claims behind it; ``Finding`` where there is text.
        decided: for each of them, whether a curator has decided on it.
    """

    study: Study
    claims: tuple[Claim, ...]
    decided: tuple[bool, ...] = ()

    @property
    def reviewed(self) -> bool:
        """Whether a curator has decided on all of them."""
        return bool(self.decided) and all(self.decided)

    @property
    def directions(self) -> tuple[Direction, ...]:
        """Every direction it reports, raised first."""
        said = {claim.direction for claim in self.claims}
        return tuple(direction for direction in DIRECTIONS if direction in said)

    @property
    def direction(self) -> Direction | Literal["mixed"]:
        """Its vote."""
        said = self.directions
        return said[0] if len(said) == 1 else "mixed"

    @property
    def contradicts_itself(self) -> bool:
        """Whether it reports a rise and a fall (in subgroups, or against different comparators)."""
        return {"increased", "decreased"} <= set(self.directions)

    @property
    def comparators(self) -> tuple[Comparator, ...]:
        """What it compares with, sorted."""
        return tuple(sorted({claim.comparator for claim in self.claims}))

    @property
    def species(self) -> tuple[str, ...]:
        """Hosts as reported, sorted."""
        return tuple(sorted({claim.host for claim in self.claims}))


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of the ledger; votes by year and study."""

    key: CellKey
    votes: tuple[Vote, ...]

    def count(self, direction: str) -> int:
        """Studies with this vote."""
        return sum(vote.direction == direction for vote in self.votes)

    @property
    def raised(self) -> int:
        """Studies that report a rise only."""
        return self.count("increased")

    @property
    def lowered(self) -> int:
        """Studies that report a fall only."""
        return self.count("decreased")

    @property
    def unchanged(self) -> int:
        """Studies that report no difference only."""
        return self.count("unchanged")

    @property
    def mixed(self) -> int:
        """Studies that report several directions."""
        return self.count("mixed")

    @property
    def opposed(self) -> bool:
        """Whether a rise and a fall have both been reported."""
        said = {direction for vote in self.votes for direction in vote.directions}
        return {"increased", "decreased"} <= said

    @property
    def sign_test(self) -> SignTest | None:
        """Raised against lowered."""
        return sign_test(self.raised, self.lowered)

    @property
    def years(self) -> tuple[int, int] | None:
        """First and last year, None where no study has one."""
        known = [vote.study.year for vote in self.votes if vote.study.year is not None]
        return (min(known), max(known)) if known else None

    @property
    def verdict(self) -> Verdict:
        """By ``RULE``."""
        return verdict(self.raised, self.lowered, self.unchanged, self.votes)


def verdict(raised: int, lowered: int, unchanged: int, votes: Sequence[Vote]) -> Verdict:
    """The verdict on a cell by ``RULE``."""
    total, directed, smaller = len(votes), raised + lowered, min(raised, lowered)
    if total == 1:
        return "single study"
    if 2 * unchanged > total:
        return "mostly unchanged"
    contradicting = sum(vote.contradicts_itself for vote in votes)
    if smaller > MINORITY * directed or (not directed and contradicting):
        return "opposing"
    if not smaller and not contradicting and directed >= AGREEMENT * total:
        return "consistent"
    return "leaning"
