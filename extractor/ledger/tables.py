"""The ledger as data frames: one row per cell, one per vote's claim, one per study left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from extractor.ledger.building import Ledger, key_of
from extractor.ledger.studies import Study
from extractor.ledger.votes import Cell, CellKey, Vote
from extractor.records import Claim, Finding

CELL_COLUMNS = (
    *CellKey._fields,
    "studies",
    "raised",
    "lowered",
    "unchanged",
    "mixed",
    "verdict",
    "opposed",
    "share_raised",
    "share_low",
    "share_high",
    "sign_test_p",
    "first_year",
    "last_year",
)
EVIDENCE_COLUMNS = (
    *CellKey._fields,
    "study",
    "pmid",
    "year",
    "journal",
    "title",
    "vote",
    "direction",
    "comparator",
    "species",
    "n",
    "p",
    "score",
    "reviewed",
    "notices",
    "evidence",
)
CITED_COLUMNS = (
    *CellKey._fields,
    *("study", "pmid", "year", "journal", "title", "direction", "comparator", "species", "score", "evidence"),
)
EXCLUDED_COLUMNS = ("study", "pmid", "year", "journal", "title", "reason", "claims")


def cell_table(ledger: Ledger) -> pd.DataFrame:
    """One row per cell; shares and p-values with four decimals, empty where no study has a direction."""
    return _frame((_cell_row(cell) for cell in ledger.cells), CELL_COLUMNS)


def evidence_table(ledger: Ledger) -> pd.DataFrame:
    """One row per claim behind a vote."""
    rows = (
        _claim_row(cell, vote, claim, decided)
        for cell in ledger.cells
        for vote in cell.votes
        for claim, decided in zip(vote.claims, vote.decided, strict=True)
    )
    return _frame(rows, EVIDENCE_COLUMNS)


def excluded_table(ledger: Ledger) -> pd.DataFrame:
    """One row per study without a vote."""
    rows = (
        {
            "study": each.study.id,
            "pmid": each.study.pmid,
            "year": each.study.year,
            "journal": each.study.journal,
            "title": each.study.title,
            "reason": each.reason,
            "claims": each.claims,
        }
        for each in ledger.excluded
    )
    return _frame(rows, EXCLUDED_COLUMNS)


def cited_table(ledger: Ledger) -> pd.DataFrame:
    """One row per result that a paper reports of other studies; none of them has a vote."""
    return _frame((_cited_row(study, claim) for study, claim in ledger.cited), CITED_COLUMNS)


def _frame(rows: Iterable[dict[str, Any]], columns: Iterable[str]) -> pd.DataFrame:
    """Values kept as they are: a whole number beside a gap does not become a fraction."""
    return pd.DataFrame(list(rows), columns=pd.Index(list(columns)), dtype=object)


def _cell_row(cell: Cell) -> dict[str, Any]:
    test, years = cell.sign_test, cell.years
    row: dict[str, Any] = {
        **cell.key._asdict(),
        "studies": len(cell.votes),
        "raised": cell.raised,
        "lowered": cell.lowered,
        "unchanged": cell.unchanged,
        "mixed": cell.mixed,
        "verdict": cell.verdict,
        "opposed": cell.opposed,
    }
    if test is not None:
        row |= {
            "share_raised": round(test.share, 4),
            "share_low": round(test.low, 4),
            "share_high": round(test.high, 4),
            "sign_test_p": round(test.p, 4),
        }
    if years is not None:
        row |= {"first_year": years[0], "last_year": years[1]}
    return row


def _claim_row(cell: Cell, vote: Vote, claim: Claim, decided: bool) -> dict[str, Any]:
    study = vote.study
    row: dict[str, Any] = {
        **cell.key._asdict(),
        "study": study.id,
        "pmid": study.pmid,
        "year": study.year,
        "journal": study.journal,
        "title": study.title,
        "vote": vote.direction,
        "direction": claim.direction,
        "comparator": claim.comparator,
        "species": claim.host,
        "reviewed": decided,
        "notices": "; ".join(study.notices),
    }
    if isinstance(claim, Finding):
        row |= {"n": claim.n, "p": claim.p, "score": round(claim.score, 4), "evidence": claim.evidence_text}
    return row


def _cited_row(study: Study, claim: Claim) -> dict[str, Any]:
    row: dict[str, Any] = {
        **key_of(claim)._asdict(),
        "study": study.id,
        "pmid": study.pmid,
        "year": study.year,
        "journal": study.journal,
        "title": study.title,
        "direction": claim.direction,
        "comparator": claim.comparator,
        "species": claim.host,
    }
    if isinstance(claim, Finding):
        row |= {"score": round(claim.score, 4), "evidence": claim.evidence_text}
    return row
