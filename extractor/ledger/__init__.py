"""Claims -> one vote per study -> agreement and opposition per cytokine, fluid, host and contrast.

Disease levels, treatment effects, courses over time and subgroups are never in one cell. Vote counting has limits,
and ``LIMITS`` says them: they are printed wherever the ledger is.
"""

from __future__ import annotations

from extractor.attribution import CITED
from extractor.ledger.building import (
    LEAST_SCORE,
    Excluded,
    Ledger,
    Selection,
    build,
    fluid_order,
    host_of,
    key_of,
)
from extractor.ledger.comparison import Compared, TableRow, compare, read_table, tally
from extractor.ledger.limits import LIMITS
from extractor.ledger.statistics import SignTest, sign_test
from extractor.ledger.stored import of_store, states
from extractor.ledger.studies import Study
from extractor.ledger.tables import cell_table, cited_table, evidence_table, excluded_table
from extractor.ledger.votes import AGREEMENT, MINORITY, RULE, Cell, CellKey, Host, Verdict, Vote

__all__ = [
    "AGREEMENT",
    "CITED",
    "LEAST_SCORE",
    "LIMITS",
    "MINORITY",
    "RULE",
    "Cell",
    "CellKey",
    "Compared",
    "Excluded",
    "Host",
    "Ledger",
    "Selection",
    "SignTest",
    "Study",
    "TableRow",
    "Verdict",
    "Vote",
    "build",
    "cell_table",
    "cited_table",
    "compare",
    "evidence_table",
    "excluded_table",
    "fluid_order",
    "host_of",
    "key_of",
    "of_store",
    "read_table",
    "sign_test",
    "states",
    "tally",
]
