"""Comparisons: verbs that set one side against the other, and statements from the side of the controls."""
# ruff: noqa: E501, a sentence stays on one line

from __future__ import annotations

import pytest
from marked import compact, decide, triples

OUTDONE = [
    (
        "Patients exceeded the volunteers for [IL-6], [IL-8] and ferritin in {serum}, and fell short of them for [IFN-γ].",
        "IL-6 serum up; IL-8 serum up; IFN-γ serum down",
    ),
    ("{Plasma} [IL-6] in the patients exceeded that of the spouses.", "IL-6 plasma up"),
    (
        "{Serum} [leptin] of the cases matched that of the controls, while [TNF] exceeded it.",
        "leptin serum same; TNF serum up",
    ),
    ("In {CSF}, [CCL2] of the controls fell short of that of the patients.", "CCL2 CSF up"),
    ("Healthy controls exceeded the patients for {plasma} [BDNF].", "BDNF plasma down"),
    ("{Serum} [IL-6] did not exceed the values of healthy people.", "IL-6 serum same"),
    ("{Plasma} [IL-17] was twice that of the controls.", "IL-17 plasma up"),
    ("{Plasma} [IL-17] was only half that of the controls.", "IL-17 plasma down"),
    ("{Serum} [GDF15] was three times as high in patients as in controls.", "GDF15 serum up"),
    ("Patients had more [IL-6] and less [BDNF] in {serum} than controls.", "IL-6 serum up; BDNF serum down"),
]
FLIPPED = [
    ("Compared with patients, controls had lower {serum} [IL-6].", "IL-6 serum up"),
    ("Compared with healthy controls, patients had higher {serum} [IL-6].", "IL-6 serum up"),
    ("The reference group had higher {serum} [EPO] than the ALS group.", "EPO serum down"),
    (
        "Healthy controls, patients with stroke and patients with migraine all had lower {urinary} [NGF] than patients with sclerosis.",
        "NGF urine up",
    ),
    ("In controls, {serum} [IL-6] was lower than in patients.", "IL-6 serum up"),
    ("{Serum} [IL-6] of healthy people was lower than that of patients.", "IL-6 serum up"),
    ("Lower {serum} [IL-6] was found in controls than in patients.", "IL-6 serum up"),
    ("{Plasma} [IL-6] was lowest in the healthy controls.", "IL-6 plasma up"),
    ("{Plasma} [IL-6] was highest in the patients.", "IL-6 plasma up"),
    ("{Serum} [BDNF] was lower before treatment than after it.", "BDNF serum up"),
    ("Wild-type mice had lower {serum} [TNF] than transgenic mice.", "TNF serum up"),
]


@pytest.mark.parametrize(("text", "wanted"), OUTDONE + FLIPPED)
def test_is_read_as(text: str, wanted: str) -> None:
    assert decide(compact(text)) == triples(wanted)


MEASURES = [
    ("{Plasma} [IL-6] was inferior to that of the healthy siblings.", "IL-6 plasma down"),
    ("{Plasma} [IL-6] of the patients was superior to that of their siblings.", "IL-6 plasma up"),
    ("{Serum} [IL-8] was 2.3 times the level of the controls.", "IL-8 serum up"),
    ("Patients carried twice the {serum} [IL-8] of controls.", "IL-8 serum up"),
    ("{Serum} [IL-8] was one third of that in controls.", "IL-8 serum down"),
    ("{Serum} [IL-8] was only half the control level.", "IL-8 serum down"),
    ("The diet was found to double {plasma} [leptin].", "leptin plasma up"),
    ("{Plasma} [TNF] was greater than in healthy people but less than in sepsis.", "TNF plasma up; TNF plasma down"),
    (
        "Meta-analysis showed that controls had lower {serum} levels than patients of [IL-6] and [TNF].",
        "IL-6 serum up; TNF serum up",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), MEASURES)
def test_measures_and_ranks_are_read(text: str, wanted: str) -> None:
    assert decide(compact(text)) == triples(wanted)
