"""The contrast of a finding, read from words by weights that are fitted on annotated findings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from marked import read_marked

from extractor.candidates import find_candidates
from extractor.contrasts import ContrastReader, contrast_features
from extractor.errors import ModelError
from extractor.records import CONTRASTS, AnnotatedArticle, Candidate, Contrast, Finding, GoldArticle
from extractor.training.contrast_fit import fit_contrasts

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


def pair(marked: str, contrast: Contrast) -> tuple[AnnotatedArticle, GoldArticle]:
    annotated = read_marked(marked)
    candidate = only(annotated)
    finding = Finding("PMID:1", "IL-6", "serum", "increased", contrast, evidence=candidate.evidence)
    return annotated, GoldArticle("PMID:1", "1", "0" * 64, "train", "direct", annotated.mentions, (finding,))


def test_words_count_and_names_do_not() -> None:
    annotated = read_marked(PATIENTS.format("12 patients"))
    names = set(contrast_features(annotated, only(annotated), "increased"))
    assert {"evidence=patients", "evidence=0 patients", "title=survey", "abstract=controls"} <= names
    assert not {"evidence=il-6", "evidence=serum"} & names


def test_the_heaviest_contrast_is_read() -> None:
    annotated = read_marked(PATIENTS.format("patients"))
    for contrast in CONTRASTS:
        reader = ContrastReader({"evidence=patients": [float(each == contrast) for each in CONTRASTS]})
        assert reader.read(annotated, only(annotated), "increased") == contrast


def test_what_is_fitted_is_read_in_other_words() -> None:
    pairs = [pair(PATIENTS.format(who), "disease") for who in WHO * 2]
    pairs += [pair(DRUG.format(what), "treatment") for what in WHAT * 2]
    pairs += [pair(marked, contrast) for contrast, marked in OTHERS.items()] * 8
    reader = ContrastReader(fit_contrasts({"gold": pairs}))
    for marked, contrast in ((PATIENTS.format("outpatients"), "disease"), (DRUG.format("a toxin"), "treatment")):
        annotated = read_marked(marked)
        assert reader.read(annotated, only(annotated), "increased") == contrast
        assert reader.read(annotated, replace(only(annotated), route="later"), "decreased") == contrast


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "contrasts.json"
    with pytest.raises(ModelError, match=r"contrasts\.json: cannot be read"):
        ContrastReader.load(path)
    path.write_text("{")
    with pytest.raises(ModelError, match=r"contrasts\.json: cannot be read"):
        ContrastReader.load(path)
