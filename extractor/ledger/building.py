"""Claims -> ledger: what is left out and why, one vote per study, cells in a fixed order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from extractor.attribution import CITED
from extractor.ledger.studies import Study
from extractor.ledger.votes import Cell, CellKey, Host, Vote
from extractor.records import FLUIDS, Claim, Contrast, Finding

LEAST_SCORE = 0.5
"""Score from which on a finding is reported where nothing else is asked for: as likely right as wrong. Below it the
classifier often reads a sentence both ways, and every such sentence would pass for an opposition."""
_ANIMALS = ("mouse", "rat", "other:")
_CONTRASTS: tuple[Contrast, ...] = ("disease", "subgroup", "time", "treatment", "other")
_HOSTS: tuple[Host, ...] = ("human", "animal", "unspecified")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which claims enter the ledger; None stands for all.

    Attributes:
        condition: what the case group has.
        comparators: for example ``{"healthy"}``, or ``{"disease_control", "mimic"}``.
        min_score: of claims with a score that no curator has decided on.
        reviewed_only: those a curator has decided on.
        since: first year; studies without a year are left out where a year is asked for.
        until: last year.
    """

    condition: str | None = "ALS"
    hosts: frozenset[Host] | None = None
    contrasts: frozenset[Contrast] | None = None
    comparators: frozenset[str] | None = None
    min_score: float = 0.0
    reviewed_only: bool = False
    since: int | None = None
    until: int | None = None

    def refusal(self, claim: Claim, study: Study, *, reviewed: bool) -> str | None:
        """Why a claim does not enter, None where it does."""
        checks = (
            ("other condition", self.condition is None or claim.condition == self.condition),
            ("other host", self.hosts is None or host_of(claim) in self.hosts),
            ("other contrast", self.contrasts is None or claim.contrast in self.contrasts),
            ("other comparator", self.comparators is None or claim.comparator in self.comparators),
            ("score too low", reviewed or not isinstance(claim, Finding) or claim.score >= self.min_score),
            ("not reviewed", reviewed or not self.reviewed_only),
            ("other years", self._in_years(study.year)),
        )
        return next((reason for reason, passed in checks if not passed), None)

    def _in_years(self, year: int | None) -> bool:
        if self.since is None and self.until is None:
            return True
        return year is not None and (self.since or year) <= year <= (self.until or year)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A study that is listed and has no vote."""

    study: Study
    reason: str
    claims: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where the literature agrees and where it contradicts itself.

    Attributes:
        cells: by contrast, host, cytokine, fluid.
        excluded: studies without a vote, by reason and id.
        cited: claims that papers make of other studies, kept apart.
        left_out: claims that did not enter, counted by reason.
    """

    cells: tuple[Cell, ...]
    excluded: tuple[Excluded, ...]
    cited: tuple[tuple[Study, Claim], ...]
    left_out: Mapping[str, int]
    selection: Selection

    @property
    def studies(self) -> tuple[Study, ...]:
        """Studies with a vote, by year and id."""
        found = {vote.study.id: vote.study for cell in self.cells for vote in cell.votes}
        return tuple(sorted(found.values(), key=_study_order))

    @property
    def claims(self) -> int:
        """Claims behind the votes."""
        return sum(len(vote.claims) for cell in self.cells for vote in cell.votes)

    def cell(self, key: CellKey) -> Cell | None:
        """One cell, None where no study says anything."""
        return next((cell for cell in self.cells if cell.key == key), None)

    def states(self) -> dict[tuple[str, ...], tuple[str, bool]]:
        """Verdict and opposition of every cell, for telling what an update has changed."""
        return {cell.key: (cell.verdict, cell.opposed) for cell in self.cells}


def build(
    claims: Iterable[Claim],
    *,
    studies: Mapping[str, Study] | None = None,
    reviewed: Collection[tuple[str, ...]] = frozenset(),
    selection: Selection | None = None,
) -> Ledger:
    """Build the ledger.

    Args:
        claims: in any order; ``Finding`` is a claim with its words. Those with ``source`` ``cited`` are kept apart.
        studies: by article id; an article without one is a study without title and year.
        reviewed: keys of the findings that a curator has decided on.
        selection: what enters; ALS, every host and contrast where None.
    """
    selection, studies = selection or Selection(), studies or {}
    left_out: Counter[str] = Counter()
    excluded: Counter[tuple[str, str]] = Counter()
    known: dict[str, Study] = {}
    cited: list[tuple[Study, Claim]] = []
    cells: dict[CellKey, dict[str, list[tuple[Claim, bool]]]] = defaultdict(lambda: defaultdict(list))
    for claim in sorted(set(claims), key=_claim_order):
        study = studies.get(claim.article_id) or _bare(claim.article_id)
        study = known.setdefault(study.id, study)
        is_reviewed = isinstance(claim, Finding) and claim.key in reviewed
        if refusal := selection.refusal(claim, study, reviewed=is_reviewed):
            left_out[refusal] += 1
        elif study.exclusion:
            excluded[study.id, study.exclusion] += 1
        elif claim.source == CITED:
            cited.append((study, claim))
        else:
            cells[key_of(claim)][study.id].append((claim, is_reviewed))
    return Ledger(
        cells=tuple(Cell(key, tuple(_votes(cells[key], known))) for key in sorted(cells, key=_cell_order)),
        excluded=tuple(
            Excluded(known[each], reason, n) for (each, reason), n in sorted(excluded.items(), key=_by_reason)
        ),
        cited=tuple(cited),
        left_out=dict(sorted(left_out.items())),
        selection=selection,
    )


def host_of(claim: Claim) -> Host:
    """Human, animal or not stated."""
    if claim.host == "human":
        return "human"
    return "animal" if claim.host.startswith(_ANIMALS) else "unspecified"


def key_of(claim: Claim) -> CellKey:
    """The cell a claim belongs to."""
    return CellKey(claim.cytokine, claim.fluid, host_of(claim), claim.contrast)


def fluid_order(fluid: str) -> tuple[int, str]:
    """Serum, plasma, blood, CSF ... first, other fluids by name, unspecified last."""
    if fluid == "unspecified":
        return len(FLUIDS) + 1, ""
    return (FLUIDS.index(fluid), "") if fluid in FLUIDS else (len(FLUIDS), fluid)


def _bare(article_id: str) -> Study:
    kind, _, number = article_id.partition(":")
    return Study(article_id, pmid=number if kind == "PMID" and number.isdigit() else None)


def _votes(by_study: Mapping[str, list[tuple[Claim, bool]]], known: Mapping[str, Study]) -> Iterator[Vote]:
    for study in sorted((known[each] for each in by_study), key=_study_order):
        said = by_study[study.id]
        yield Vote(study, tuple(claim for claim, _ in said), tuple(decided for _, decided in said))


def _study_order(study: Study) -> tuple[int, int, str]:
    return study.year or 9999, int(study.pmid or 0), study.id


def _claim_order(claim: Claim) -> tuple[str, ...]:
    evidence = f"{claim.evidence.start:08d}" if isinstance(claim, Finding) else ""
    slots = (
        claim.cytokine,
        claim.fluid,
        claim.direction,
        claim.contrast,
        claim.comparator,
        claim.condition,
        claim.host,
    )
    return claim.article_id, evidence, *slots


def _cell_order(key: CellKey) -> tuple[int, int, str, tuple[int, str]]:
    return _CONTRASTS.index(key.contrast), _HOSTS.index(key.host), key.cytokine, fluid_order(key.fluid)


def _by_reason(item: tuple[tuple[str, str], int]) -> tuple[str, str]:
    (study, reason), _ = item
    return reason, study
