"""Candidate pairs: every fluid for every cytokine, by the route a reader would take."""
# ruff: noqa: E501, a marked-up sentence stays on one line

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import read_marked

from extractor.candidates import ROUTES, by_mention, find_candidates, rank_fluids
from extractor.records import Mention


def pairs(marked: str) -> list[tuple[str, str, str]]:
    return [(str(c.cytokine.concept), c.fluid_name, c.route) for c in find_candidates(read_marked(marked))]


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ("\n<cyt>IL-6</cyt> rose in <fluid>serum</fluid>.", [("IL-6", "serum", "same")]),
        ("<fluid>CSF</fluid> in meningitis\n<cyt>IL-6</cyt> rose.", [("IL-6", "CSF", "title")]),
        ("\n<fluid>Serum</fluid> was collected.\n<cyt>IL-6</cyt> rose.", [("IL-6", "serum", "methods")]),
        ("\n<fluid>Serum</fluid> urea rose.\n<cyt>IL-6</cyt> rose.", [("IL-6", "serum", "earlier")]),
        ("\n<cyt>IL-6</cyt> rose.\nThus <fluid>serum</fluid> may be useful.", [("IL-6", "serum", "later")]),
        ("\n<cyt>IL-6</cyt> rose.", []),
        ("\n<fluid>Serum</fluid> urea rose.", []),
    ],
)
def test_routes(marked: str, wanted: list[tuple[str, str, str]]) -> None:
    assert pairs(marked) == wanted


def test_several_fluids_leave_room_for_unspecified() -> None:
    marked = "\n<fluid>Serum</fluid> and <fluid>CSF</fluid> were collected.\n<cyt>IL-6</cyt> and <cyt>IL-8</cyt> rose."
    assert {(c, f) for c, f, _ in pairs(marked)} == {
        (c, f) for c in ("IL-6", "IL-8") for f in ("serum", "CSF", "unspecified")
    }


def test_the_nearest_mention_of_a_fluid_is_taken() -> None:
    annotated = read_marked(
        "<fluid>Serum</fluid> and disease\n<fluid>Sera</fluid> were collected.\n<cyt>IL-6</cyt> rose in <fluid>serum</fluid>."
    )
    (candidate,) = find_candidates(annotated)
    assert candidate.fluid is not None
    assert candidate.evidence.contains(candidate.fluid.span)
    assert not candidate.cross_sentence


def test_mentions_without_concept_are_left_out() -> None:
    annotated = read_marked("\n<cyt>IL-6</cyt> rose in <fluid>serum</fluid>.")
    unknown = tuple(Mention(m.span, m.text, m.kind, None) for m in annotated.mentions if m.kind == "cytokine")
    rest = tuple(m for m in annotated.mentions if m.kind == "fluid")
    assert find_candidates(type(annotated)(annotated.article, annotated.sentences, (*unknown, *rest))) == []


def test_rank_fluids_prefers_the_sentence_and_puts_unspecified_last() -> None:
    annotated = read_marked(
        "<fluid>CSF</fluid> study\n<fluid>Plasma</fluid> was collected.\n<cyt>IL-6</cyt> rose in <fluid>serum</fluid>."
    )
    assert [c.fluid_name for c in rank_fluids(find_candidates(annotated))] == ["serum", "plasma", "CSF", "unspecified"]


def test_by_mention_groups_without_losing_any() -> None:
    found = find_candidates(
        read_marked("\n<cyt>IL-6</cyt> and <cyt>IL-6</cyt> rose in <fluid>serum</fluid> and <fluid>CSF</fluid>.")
    )
    groups = by_mention(found)
    assert len(groups) == 2
    assert [c for group in groups.values() for c in group] == found


@settings(max_examples=80)
@given(
    st.lists(
        st.sampled_from(
            ["<cyt>IL-6</cyt>", "<cyt>TNF</cyt>", "<fluid>serum</fluid>", "<fluid>CSF</fluid>", "rose.", "\n"]
        ),
        max_size=20,
    )
)
def test_every_cytokine_mention_meets_every_fluid_once(parts: list[str]) -> None:
    annotated = read_marked("a title\nx " + " ".join(parts))
    fluids = {m.concept for m in annotated.mentions if m.kind == "fluid"}
    cytokines = [m for m in annotated.mentions if m.kind == "cytokine"]
    found = find_candidates(annotated)
    assert len(found) == len(cytokines) * (len(fluids) + (len(fluids) > 1))
    assert all(c.route in ROUTES and c.evidence.contains(c.cytokine.span) for c in found)
