"""Words that stand for cytokines named before."""
# ruff: noqa: E501, a sentence stays on one line

from __future__ import annotations

import pytest
from marked import compact, decide, triples

ANAPHORA = [
    (
        "[IL-6], [IL-8] and [TNF] were measured in {serum}.\nNone of the three cytokines differed between the groups.",
        "IL-6 serum same; IL-8 serum same; TNF serum same",
    ),
    (
        "[IL-6], [IL-8] and [TNF] were measured in {serum}.\nThe drug changed none of these mediators.",
        "IL-6 serum same; IL-8 serum same; TNF serum same",
    ),
    (
        "[IL-6] and [TNF] were measured in {serum}.\nNeither differed between the groups.",
        "IL-6 serum same; TNF serum same",
    ),
    ("[IL-6] and [TNF] were measured in {serum}.\nIn patients, both were raised.", "IL-6 serum up; TNF serum up"),
    (
        "[IL-6] and [TNF] were measured in {serum}.\nPatients had higher levels of both proteins than controls.",
        "IL-6 serum up; TNF serum up",
    ),
    ("[VEGF] was measured in {plasma}.\nAfter the start of ventilation the level went up by 75%.", "VEGF plasma up"),
    (
        "[VEGF] was measured in {plasma}.\nPatients with depression had levels roughly a quarter lower than patients without it.",
        "VEGF plasma down",
    ),
    ("[VEGF] in {plasma} was determined by ELISA.\nVentilation was followed by a significant rise.", "VEGF plasma up"),
    (
        "[CCL2] was measured in {CSF} and {serum}.\nConcentrations in {CSF} were elevated, but those in {serum} were not.",
        "CCL2 CSF up; CCL2 serum same",
    ),
    ("[CCL2] was measured in {CSF}.\nIts concentration was higher in patients.", "CCL2 CSF up"),
    ("[CCL2] was measured in {CSF}.\nNo difference was found between the groups.", "CCL2 CSF same"),
    ("[CCL2] was measured in {CSF}.\nMean values were 20 in patients and 10 in controls.", ""),
    ("[CCL2] was measured in {CSF}.\nNo difference in age was found between the groups.", ""),
    ("[CCL2] was measured in {CSF}.\nCreatinine levels were higher in patients.", ""),
    ("[CCL2] was measured in {CSF}.\nLevels of ferritin were higher in patients.", ""),
    ("[CCL2] was measured in {serum}.\nThe {serum} levels were higher in patients.", "CCL2 serum up"),
    (
        "[IL-6] and [TNF] were measured in {serum}.\nThe former was raised, the latter unchanged.",
        "IL-6 serum up; TNF serum same",
    ),
    ("[IL-6] was measured in {serum}.\nIt rose during the first week.", "IL-6 serum up"),
    ("[IL-6] was measured in {serum}.\nThe drug reduced it.", "IL-6 serum down"),
]


@pytest.mark.parametrize(("text", "wanted"), ANAPHORA)
def test_is_read_as(text: str, wanted: str) -> None:
    assert decide(compact(text)) == triples(wanted)
