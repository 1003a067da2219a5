"""Contrast, comparator, condition, host, n and p around a candidate."""
# ruff: noqa: E501, a marked-up sentence stays on one line

from __future__ import annotations

import pytest
from marked import read_marked

from extractor.candidates import find_candidates
from extractor.context import Context, read_context
from extractor.records import COMPARATORS, CONTRASTS, Direction


def context(marked: str, direction: Direction = "increased") -> Context:
    """The context of the last cytokine mention."""
    annotated = read_marked(marked)
    return read_context(annotated, find_candidates(annotated)[-1], direction)


@pytest.mark.parametrize(
    ("marked", "contrast", "comparator"),
    [
        (
            "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in patients with gout than in healthy controls.",
            "disease",
            "healthy",
        ),
        (
            "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in patients with gout than in controls.",
            "disease",
            "unspecified",
        ),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was elevated in patients with sepsis.", "disease", "unspecified"),
        (
            "\nHealthy volunteers were recruited.\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in patients than in controls.",
            "disease",
            "healthy",
        ),
        (
            "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in malignant than in benign tumours.",
            "disease",
            "disease_control",
        ),
        ("\n<fluid>Plasma</fluid> <cyt>TNF</cyt> was higher in septic rats than in sham rats.", "disease", "healthy"),
        ("\n<fluid>CSF</fluid> <cyt>IL-6</cyt> was higher in ALS than in ALS mimics.", "disease", "mimic"),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> fell after treatment with infliximab.", "treatment", "before"),
        (
            "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was lower in the drug group than in the placebo group after treatment.",
            "treatment",
            "untreated",
        ),
        (
            "\nMice were used.\nThe antagonist treatment reduced <fluid>plasma</fluid> <cyt>TNF</cyt>.",
            "treatment",
            "untreated",
        ),
        ("\n<fluid>Plasma</fluid> <cyt>IL-6</cyt> rose after surgery.", "time", "before"),
        ("\n<fluid>Plasma</fluid> <cyt>IL-6</cyt> increased during exercise.", "time", "before"),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in nonsurvivors than in survivors.", "subgroup", "other"),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in severe than in mild disease.", "subgroup", "other"),
        (
            "\n<fluid>Serum</fluid> <cyt>VEGF</cyt> was higher in patients with metastases than in those without.",
            "subgroup",
            "other",
        ),
        (
            "\nThe increase in <fluid>plasma</fluid> <cyt>TNF</cyt> was prevented by the antibody.",
            "disease",
            "unspecified",
        ),
    ],
)
def test_contrast_and_comparator(marked: str, contrast: str, comparator: str) -> None:
    found = context(
        marked, "decreased" if " fell " in marked or " lower " in marked or "reduced" in marked else "increased"
    )
    assert (found.contrast, found.comparator) == (contrast, comparator)
    assert found.contrast in CONTRASTS
    assert found.comparator in COMPARATORS


ALS = "Cytokines in amyotrophic lateral sclerosis (ALS)\n"


@pytest.mark.parametrize(
    ("marked", "condition"),
    [
        (ALS + "<fluid>CSF</fluid> <cyt>IL-6</cyt> was higher in ALS patients than in controls.", "ALS"),
        (ALS + "<fluid>CSF</fluid> <cyt>IL-6</cyt> was higher in patients with amyotrophic lateral sclerosis.", "ALS"),
        (ALS + "<fluid>CSF</fluid> <cyt>IL-6</cyt> was higher than in healthy controls.", "ALS"),
        (ALS + "<fluid>Serum</fluid> <cyt>IL-6</cyt> fell after treatment.", "ALS"),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in SOD1-G93A mice than in wild-type mice.", "ALS"),
        # an ALS article may speak of others, and ALS may mean something else
        (
            ALS + "<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in patients with sepsis than in ALS patients.",
            "other:sepsis",
        ),
        (
            ALS + "<fluid>Serum</fluid> <cyt>IL-6</cyt> fell in patients with multiple sclerosis after treatment.",
            "other:multiple sclerosis",
        ),
        (
            "The acid-labile subunit (ALS)\n<fluid>Serum</fluid> <cyt>IGF-1</cyt> and ALS were lower in obese children.",
            "other:obesity",
        ),
        ("Sepsis and cytokines\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in the patients.", "other:sepsis"),
        (
            "Advanced life support (ALS)\n<fluid>Serum</fluid> <cyt>IL-6</cyt> rose in patients with sepsis.",
            "other:sepsis",
        ),
        (
            "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in patients with rheumatoid arthritis than in osteoarthritis.",
            "other:rheumatoid arthritis",
        ),
        (
            "Study of multiple myeloma (MM)\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in MM patients.",
            "other:multiple myeloma",
        ),
        (
            "Overactive bladder (OAB) in women\n<fluid>Urinary</fluid> <cyt>NGF</cyt> was higher in patients with OAB.",
            "other:overactive bladder",
        ),
        ("\n<fluid>Serum</fluid> <cyt>leptin</cyt> was higher in cirrhotic patients.", "other:cirrhosis"),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in Alzheimer's disease.", "other:alzheimer disease"),
        ("\n<fluid>Serum</fluid> <cyt>leptin</cyt> fell in patients with type 2 diabetes.", "other:type 2 diabetes"),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in metastatic breast cancer.", "other:breast cancer"),
        (ALS + "<fluid>CSF</fluid> <cyt>IL-6</cyt> was higher in motor neuron disease than in controls.", "ALS"),
        ("\n<fluid>Serum</fluid> <cyt=TNF>tumor necrosis factor</cyt> rose after the meal.", "unspecified"),
        # names are American and singular
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in patients with leukaemia.", "other:leukemia"),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> rose in patients with lung tumours.", "other:lung tumor"),
        (
            "\n<fluid>Serum</fluid> <cyt>leptin</cyt> fell in patients with type II diabetes mellitus.",
            "other:type 2 diabetes",
        ),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in workers exposed to cadmium.", "other:cadmium exposure"),
        ("\n<fluid>Serum</fluid> <cyt>IGF-1</cyt> fell in wobbler mice.", "other:motor neuron disease"),
        # no group is named, but the disease is
        ("Cytokines in ALS\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in patients than in controls.", "ALS"),
        ("The ALS fraction\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher than ALS.", "unspecified"),
    ],
)
def test_condition(marked: str, condition: str) -> None:
    assert context(marked).condition == condition


@pytest.mark.parametrize(
    ("marked", "host"),
    [
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in patients than in controls.", "human"),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in infected mice.", "mouse"),
        ("\nWistar rats were used.\n<fluid>Serum</fluid> <cyt>IL-6</cyt> rose.", "rat"),
        ("\nPiglets were fed.\n<fluid>Plasma</fluid> <cyt>IGF-1</cyt> rose.", "other:pig"),
        ("\nGuinea pigs were infected.\n<fluid>Plasma</fluid> <cyt>TNF</cyt> rose.", "other:guinea pig"),
        (
            "\nMice and patients were studied.\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in patients; all patients survived.",
            "human",
        ),
        (
            "\nPatients and mice were studied.\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in the transgenic mice.",
            "mouse",
        ),
        (
            "\nMice and more mice were studied.\nHuman <fluid>plasma</fluid> <cyt>IL-6</cyt> did not differ.",
            "human",
        ),
        ("\nA meta-analysis.\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in carriers.", "human"),
        ("\nPiglets of carriers.\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in carriers.", "other:pig"),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> rose.", "unspecified"),
    ],
)
def test_host(marked: str, host: str) -> None:
    assert context(marked).host == host


@pytest.mark.parametrize(
    ("marked", "direction", "p"),
    [
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher (P < 0.001).", "increased", "<0.001"),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher (p = .03).", "increased", "=.03"),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher (P less than 0.05).", "increased", "<0.05"),
        (
            "\n<fluid>Serum</fluid> <cyt>IL-8</cyt> (p<0.01) and <cyt>IL-6</cyt> (p<0.05) were higher.",
            "increased",
            "<0.05",
        ),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> did not differ (p > 0.05).", "unchanged", ">0.05"),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher; urea was not (p > 0.05).", "increased", None),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher.", "increased", None),
    ],
)
def test_p_as_printed(marked: str, direction: Direction, p: str | None) -> None:
    assert context(marked, direction).p == p


@pytest.mark.parametrize(
    ("marked", "n"),
    [
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in patients (n = 24) than in controls (n = 12).", 24),
        ("\n<fluid>Serum</fluid> of 48 patients with gout was taken.\n<cyt>IL-6</cyt> was higher.", 48),
        ("\n<fluid>Serum</fluid> of 1,204 healthy women was taken.\n<cyt>IL-6</cyt> was higher.", 1204),
        ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher on day 3.", None),
    ],
)
def test_group_size(marked: str, n: int | None) -> None:
    assert context(marked).n == n


def test_a_blocked_rise_is_of_disease_and_its_relief_of_treatment() -> None:
    marked = "\nRats were used.\nThe antagonist treatment attenuated the endotoxin-induced increase in <fluid>plasma</fluid> <cyt>TNF</cyt>."
    assert context(marked, "increased").contrast == "disease"
    assert context(marked, "decreased").contrast == "treatment"


def test_the_comparator_follows_a_contrast_decided_before() -> None:
    annotated = read_marked("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in patients than in healthy controls.")
    candidate = find_candidates(annotated)[-1]
    assert read_context(annotated, candidate, "increased").comparator == "healthy"
    assert read_context(annotated, candidate, "increased", contrast="time").comparator == "before"
