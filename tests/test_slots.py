"""Contrast and comparator of a finding, read from words by weights that are fitted on annotated findings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from marked import read_marked

from extractor.candidates import find_candidates
from extractor.errors import ModelError
from extractor.ranking import condition_features
from extractor.records import (
    CONTRASTS,
    AnnotatedArticle,
    Candidate,
    Comparator,
    Contrast,
    Finding,
    GoldArticle,
)
from extractor.slots import SlotReader, comparator_features, contrast_features
from extractor.training.condition_fit import ConditionChoice, fit_conditions
from extractor.training.slot_fit import fit_slots

PATIENTS = "A survey\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in {} than in controls."
DRUG = "A trial\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in rats on {} than in those on vehicle."
OTHERS: dict[Contrast, str] = {
    "time": "A follow-up\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher at month six than at entry.",
    "subgroup": "A cohort\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in fast than in slow progressors.",
    "other": "A walk\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in men than in women.",
}
WHO = ("patients", "ill people", "affected subjects", "children with the disease", "inpatients")
WHAT = ("aspirin", "the new drug", "a statin", "an inhibitor", "high doses")


def only(annotated: AnnotatedArticle) -> Candidate:
    (candidate,) = find_candidates(annotated)
    return candidate


def pair(marked: str, contrast: Contrast, comparator: Comparator) -> tuple[AnnotatedArticle, GoldArticle]:
    annotated = read_marked(marked)
    candidate = only(annotated)
    finding = Finding("PMID:1", "IL-6", "serum", "increased", contrast, comparator, evidence=candidate.evidence)
    return annotated, GoldArticle("PMID:1", "1", "0" * 64, "train", "direct", annotated.mentions, (finding,))


def pairs() -> list[tuple[AnnotatedArticle, GoldArticle]]:
    """Findings of every contrast."""
    patients = [pair(PATIENTS.format(who), "disease", "healthy") for who in WHO * 2]
    drugs = [pair(DRUG.format(what), "treatment", "untreated") for what in WHAT * 2]
    others = [pair(marked, each, "before" if each == "time" else "other") for each, marked in OTHERS.items()] * 8
    return patients + drugs + others


def test_words_count_and_names_do_not() -> None:
    annotated = read_marked(PATIENTS.format("12 patients"))
    names = set(contrast_features(annotated, only(annotated), "increased"))
    assert {"evidence=patients", "evidence=0 patients", "title=survey", "abstract=controls"} <= names
    assert not {"evidence=il-6", "evidence=serum"} & names


def test_the_heaviest_contrast_is_read() -> None:
    annotated = read_marked(PATIENTS.format("patients"))
    for contrast in CONTRASTS:
        reader = SlotReader({"contrast": {"evidence=patients": [float(each == contrast) for each in CONTRASTS]}})
        assert reader.contrast(annotated, only(annotated), "increased") == contrast


def test_what_is_fitted_is_read_in_other_words() -> None:
    reader = SlotReader(fit_slots({"gold": pairs()}))
    for marked, contrast in ((PATIENTS.format("outpatients"), "disease"), (DRUG.format("a toxin"), "treatment")):
        annotated = read_marked(marked)
        assert reader.contrast(annotated, only(annotated), "increased") == contrast
        assert reader.contrast(annotated, replace(only(annotated), route="later"), "decreased") == contrast


def test_the_comparator_depends_on_the_contrast_and_on_words() -> None:
    annotated = read_marked(PATIENTS.format("patients"))
    names = set(comparator_features(annotated, only(annotated), "increased", "disease"))
    assert {"contrast=disease", "disease, evidence=controls", "evidence=controls", "title=survey"} <= names
    others = "A survey\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in {} than in neighbours with gout."
    ill = [pair(others.format(who), "disease", "disease_control") for who in WHO * 2]
    reader = SlotReader(fit_slots({"gold": pairs() + ill}))
    for marked, contrast, comparator in (
        (PATIENTS.format("outpatients"), "disease", "healthy"),
        (others.format("outpatients"), "disease", "disease_control"),
        (OTHERS["time"], "time", "before"),
    ):
        annotated = read_marked(marked)
        assert reader.comparator(annotated, only(annotated), "increased", contrast) == comparator


SEVERE = (
    "Serum markers in sepsis\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher in patients with severe acute"
    " pancreatitis than in those with sepsis."
)


def test_conditions_are_known_by_where_and_how_they_are_named() -> None:
    annotated = read_marked(SEVERE)
    named = condition_features(annotated, only(annotated), "disease")
    assert {"other:acute pancreatitis", "other:pancreatitis", "other:sepsis", "unspecified"} <= set(named)
    assert {"case", "case 3", "rules", "last pancreatitis"} <= set(named["other:acute pancreatitis"])
    assert "case" not in named["other:sepsis"]
    assert {"than", "title", "title, first", "title, disease", "most often"} <= set(named["other:sepsis"])
    assert {"cut 1", "cut acute", "cut to pancreatitis", "a longer one"} <= set(named["other:pancreatitis"])
    assert {"none", "none, disease", "none, case has one"} <= set(named["unspecified"])


def test_a_condition_is_chosen_by_weights() -> None:
    annotated = read_marked(SEVERE)
    for feature, condition in (("title", "other:sepsis"), ("cut 1", "other:pancreatitis"), ("none", "unspecified")):
        reader = SlotReader({"condition": {feature: [1.0]}})
        assert reader.condition(annotated, only(annotated), "disease") == condition


def test_weights_of_conditions_are_learnt_from_the_right_ones() -> None:
    named = {"other:a": {"title": 1.0}, "other:b": {"case": 1.0}, "unspecified": {"none": 1.0}}
    choices = [ConditionChoice(str(n), named, "other:b" if n % 4 else "other:a", 1.0) for n in range(20)]
    weights = fit_conditions([*choices, ConditionChoice("x", named, "other:elsewhere", 1.0)])
    assert weights["case"] > weights["title"] > weights["none"]
    assert fit_conditions([]) == {}


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "slots.json"
    with pytest.raises(ModelError, match=r"slots\.json: cannot be read"):
        SlotReader.load(path)
    path.write_text("{")
    with pytest.raises(ModelError, match=r"slots\.json: cannot be read"):
        SlotReader.load(path)
