"""Directions in a bracket behind a name."""
# ruff: noqa: E501, a sentence stays on one line

from __future__ import annotations

import pytest
from marked import compact, decide, triples

TAGS = [
    (
        "In {plasma} the results were: [IL-6] (up, 310 vs 44 pg/ml); [TRAIL] (down); [VEGF] (no change); [IL-3], [IL-9] (both unchanged).",
        "IL-6 plasma up; TRAIL plasma down; VEGF plasma same; IL-3 plasma same; IL-9 plasma same",
    ),
    (
        "{CSF}: [IL-8] (higher in patients than in siblings); [BDNF] (lower in patients than in siblings).",
        "IL-8 CSF up; BDNF CSF down",
    ),
    (
        "{Serum}: [IL-8] 5.9 ng/ml (above that of the siblings but below that of the septic group).",
        "IL-8 serum up; IL-8 serum down",
    ),
    ("Changes in {serum} were seen for [IL-8] (↑) and [BDNF] (↓).", "IL-8 serum up; BDNF serum down"),
]


@pytest.mark.parametrize(("text", "wanted"), TAGS)
def test_tags_are_read(text: str, wanted: str) -> None:
    assert decide(compact(text)) == triples(wanted)
