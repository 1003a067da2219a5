"""Where a report's numbers come from: query, date, models, counts; and the methods paragraph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from extractor.ledger import RULE, Ledger
from extractor.store import Store
from extractor.update import last_update

CONTRAST_NAMES: Mapping[str, str] = {
    "disease": "disease against controls",
    "subgroup": "subgroups of patients",
    "time": "course over time",
    "treatment": "effect of a treatment",
    "other": "other comparisons",
}
HOST_NAMES: Mapping[str, str] = {"human": "Human", "animal": "Animal", "unspecified": "Host not stated"}


_SCOPE = (
    "A cell is one cytokine in one fluid, in one host (human, or animal models) and one kind of comparison. Levels in "
    "disease are never put together with effects of treatment, courses over time or subgroups; correlations are not "
    "read at all. Results that a paper cites from other studies (told by the wording of the sentence, or by the "
    "background section it stands in) are shown apart and have no vote; nor have reviews, meta-analyses and retracted "
    "papers, by publication type, which are listed."
)
_CITING = "only results of other studies"
_TEST = (
    "The sign test is exact and two-sided, with studies raised against studies lowered; the interval of the share "
    "raised is the exact (Clopper-Pearson) 95% interval."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a report says of its own making.

    Attributes:
        source: where the claims come from, a short phrase.
        query: the PubMed query, None where the records came from files.
        date: of the last search, or of the last reading (ISO day).
        models: what read the abstracts.
        records: counts of the store (``records``, ``no_abstract``, ``deleted``, ``vanished``, ``read``,
            ``with_finding``); empty for claims without a store.
        version: of this program.
        note: a caution printed at the top, in plain words.
    """

    source: str
    query: str | None = None
    date: str | None = None
    models: tuple[str, ...] = ()
    records: Mapping[str, int] = field(default_factory=dict)
    version: str = ""
    note: str = ""


def provenance_of(store: Store, *, version: str = "") -> Provenance:
    """What a store knows of its own making; the date is that of the last update, else of the last run.

    Raises:
        StoreError: the store cannot be read.
    """
    updated = last_update(store)
    ran: str | None = store.rows("SELECT max(finished) FROM runs")[0][0]
    moment = updated[1] if updated else ran
    return Provenance(
        source="PubMed records" if updated else "records from files",
        query=updated[0] if updated else None,
        date=moment and moment[:10],
        models=tuple(store.models()),
        records=store.counts(),
        version=version,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One box of the flow of records, as PRISMA 2020 has it; ``out`` is what leaves there."""

    name: str
    number: int
    out: tuple[tuple[str, int], ...] = ()


def flow(ledger: Ledger, provenance: Provenance) -> tuple[Step, ...]:
    """Records found, read, with findings, excluded, included."""
    steps: list[Step] = []
    records = provenance.records
    if records:
        gone = [
            ("deleted from PubMed", records.get("deleted", 0)),
            ("vanished from PubMed", records.get("vanished", 0)),
        ]
        steps.append(Step("Records found", records.get("records", 0), _some(gone)))
        unread = records.get("no_abstract", 0)
        steps.append(Step("Records read", records.get("read", 0), _some([("title only, no abstract", unread)])))
        silent = records.get("read", 0) - records.get("with_finding", 0)
        steps.append(Step("Records with a finding", records.get("with_finding", 0), _some([("no finding", silent)])))
    reasons = Counter(each.reason for each in ledger.excluded)
    excluded = sum(reasons.values())
    citing = len({study.id for study, _ in ledger.cited} - _ids(ledger))
    relevant = len(ledger.studies) + excluded + citing
    left_out = [(f"findings left out: {reason}", number) for reason, number in ledger.left_out.items()]
    steps.append(Step(f"Studies with a finding on {_condition(ledger)}", relevant, _some(left_out)))
    steps.append(Step("Studies included", len(ledger.studies), _some([*sorted(reasons.items()), (_CITING, citing)])))
    steps.append(Step("Findings included", ledger.claims))
    return tuple(steps)


def methods(ledger: Ledger, provenance: Provenance) -> tuple[str, ...]:
    """The methods, one paragraph each."""
    asked = f"PubMed was searched with the query below (last search {provenance.date})." if provenance.query else ""
    models = f" Read by {', '.join(provenance.models)}." if provenance.models else ""
    source = f"Source: {provenance.source}. {asked}{models}".replace("  ", " ").strip()
    score = f" Findings with a score under {least:g} are left out." if (least := ledger.selection.min_score) else ""
    said = (provenance.note,) if provenance.note else ()
    return *said, source, f"Condition: {_condition(ledger)}. {_SCOPE}{score}", RULE, _TEST


def _condition(ledger: Ledger) -> str:
    return ledger.selection.condition or "any condition"


def _ids(ledger: Ledger) -> set[str]:
    return {study.id for study in ledger.studies}


def _some(pairs: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple((name, number) for name, number in pairs if number > 0)
