"""Clauses that lean on the one before, exceptions, and lists announced by a colon."""
# ruff: noqa: E501, a sentence stays on one line

from __future__ import annotations

import pytest
from marked import compact, decide, triples

ELLIPSIS = [
    ("{Serum} [IL-6] was raised; the reverse was true of [IFN-γ].", "IL-6 serum up; IFN-γ serum down"),
    ("{Serum} [IL-6] was raised in patients.\nThe opposite held for [IL-10].", "IL-6 serum up; IL-10 serum down"),
    ("{Plasma} [IL-6] declined, as did [TNF].", "IL-6 plasma down; TNF plasma down"),
    ("{Plasma} [IL-6] declined and so did [TNF].", "IL-6 plasma down; TNF plasma down"),
    ("{Plasma} [IL-6] declined.\nThe same was true of [TNF].", "IL-6 plasma down; TNF plasma down"),
    ("{Plasma} [IL-6] rose, but not [TNF] or [IL-10].", "IL-6 plasma up; TNF plasma same; IL-10 plasma same"),
    (
        "Training raised {plasma} [VEGF] and also augmented [BDNF], but neither [IGF-1] nor [IL-6].",
        "VEGF plasma up; BDNF plasma up; IGF-1 plasma same; IL-6 plasma same",
    ),
    ("{Serum} [IL-6] was raised whereas [IL-8] was not.", "IL-6 serum up; IL-8 serum same"),
    ("{Serum} [IL-6] was raised in both strains, but [IL-1] only in the mutants.", "IL-6 serum up; IL-1 serum up"),
    ("[CCL2] was elevated in {CSF}, but concentrations in {serum} were not.", "CCL2 CSF up; CCL2 serum same"),
    ("[CCL2] was elevated in {CSF} and unchanged in {serum}.", "CCL2 CSF up; CCL2 serum same"),
    ("[CCL2] rose in {CSF} and fell in {serum}.", "CCL2 CSF up; CCL2 serum down"),
    (
        "{Serum} [leptin] was lower in the treated group but not in the placebo group.",
        "leptin serum down; leptin serum same",
    ),
    (
        "{Serum} [leptin] decreased after metformin, but no change was seen after placebo.",
        "leptin serum down; leptin serum same",
    ),
    ("{Serum} [leptin] rose in every group except the placebo group.", "leptin serum up; leptin serum same"),
    ("All cytokines were unchanged in {serum}, with the exception of [IL-6], which went up.", "IL-6 serum up"),
    (
        "Only [IL-6] was raised in {serum}; [IL-8], [TNF] and [IL-1] were not.",
        "IL-6 serum up; IL-8 serum same; TNF serum same; IL-1 serum same",
    ),
    ("{Serum} [IL-6] was increased (P = 0.01) and [TNF] was, too.", "IL-6 serum up; TNF serum up"),
    ("Higher in patients than in controls were {serum} [IL-6] and [TNF].", "IL-6 serum up; TNF serum up"),
    ("Increased in {serum}: [IL-6], [TNF]. Decreased: [IL-10].", "IL-6 serum up; TNF serum up; IL-10 serum down"),
    (
        "Six {plasma} analytes were higher in patients than in controls: [IL-2], [IL-12], [IL-17A] and [BAFF].",
        "IL-2 plasma up; IL-12 plasma up; IL-17A plasma up; BAFF plasma up",
    ),
    (
        "Patients had higher {plasma} levels of four proteins, namely [IL-2], [IL-12], [IL-17A] and [BAFF].",
        "IL-2 plasma up; IL-12 plasma up; IL-17A plasma up; BAFF plasma up",
    ),
    (
        "Three {serum} cytokines ([IL-2], [IL-12] and [IL-17A]) were lower in patients.",
        "IL-2 serum down; IL-12 serum down; IL-17A serum down",
    ),
    ("{Serum} [IL-6] and [IL-10] were respectively higher and lower in patients.", "IL-6 serum up; IL-10 serum down"),
    ("Patients had higher and lower {serum} [IL-6] and [IL-10], respectively.", "IL-6 serum up; IL-10 serum down"),
]


@pytest.mark.parametrize(("text", "wanted"), ELLIPSIS)
def test_is_read_as(text: str, wanted: str) -> None:
    assert decide(compact(text)) == triples(wanted)


CONTINUED = [
    (
        "{Plasma} [TNF] was higher than in healthy people, though lower than in sepsis.",
        "TNF plasma up; TNF plasma down",
    ),
    ("The rise in {plasma} [IL-6] was prevented by the antibody.", "IL-6 plasma up; IL-6 plasma down"),
    ("The {plasma} [IL-6] rise was attenuated in the treated arm.", "IL-6 plasma up; IL-6 plasma down"),
    ("Burns raised {plasma} [IL-6], which the antibody largely prevented.", "IL-6 plasma up; IL-6 plasma down"),
    ("{Plasma} [IL-6] rose after the burn; the antibody attenuated this rise.", "IL-6 plasma up; IL-6 plasma down"),
    (
        "{Plasma} [IL-6] rose after the burn and these increases were blocked by the antibody.",
        "IL-6 plasma up; IL-6 plasma down",
    ),
    (
        "{Plasma} [IL-6] rose after the burn, while these increases were partially depressed by anti-[TNF].",
        "IL-6 plasma up; IL-6 plasma down",
    ),
    (
        "{Plasma} [IL-6] fell after the burn.\nThis decrease was significantly reversed by treatment.",
        "IL-6 plasma up; IL-6 plasma down",
    ),
    (
        "{Plasma} [IL-6] and [TNF] rose in wild-type mice; however, the {plasma} levels of these inflammatory mediators in null mice were significantly lower than those of wild-type mice.",
        "IL-6 plasma up; IL-6 plasma down; TNF plasma up; TNF plasma down",
    ),
    (
        "When [PF4] was determined in {serum}, healthy volunteers turned out to have significantly higher levels than patients.",
        "PF4 serum down",
    ),
    (
        "{Serum} [IL-6], [VEGF] and [TNF] were increased, decreased and unchanged, in this order.",
        "IL-6 serum up; VEGF serum down; TNF serum same",
    ),
    (
        "{Serum} [IL-6], [VEGF] and [TNF] were low, equal and high, respectively.",
        "IL-6 serum down; VEGF serum same; TNF serum up",
    ),
    (
        "{Plasma} [leptin] rose with olanzapine, whereas these measures remained stable with haloperidol.",
        "leptin plasma up; leptin plasma same",
    ),
    (
        "{Plasma} [IL-6] rose at the peak of the attack; no such increase was detected between attacks.",
        "IL-6 plasma up; IL-6 plasma same",
    ),
    ("{Plasma} [IL-6] increased less markedly in the treated group.", "IL-6 plasma up; IL-6 plasma down"),
]


@pytest.mark.parametrize(("text", "wanted"), CONTINUED)
def test_a_clause_goes_on_about_the_one_before(text: str, wanted: str) -> None:
    assert decide(compact(text)) == triples(wanted)
