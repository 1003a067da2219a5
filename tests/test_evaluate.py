"""evaluate.py: every metric against an example worked out by hand, and at its edges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor import evaluate as e
from extractor.errors import GoldError
from extractor.records import (
    DIRECTIONS,
    AnnotatedArticle,
    Article,
    Candidate,
    Confidence,
    Contrast,
    Decision,
    Direction,
    Finding,
    GoldArticle,
    Kind,
    Mention,
    Span,
    Triple,
)

NINE = Span(0, 9)
FAST = {"samples": 50}


def found(
    cytokine: str,
    direction: Direction = "increased",
    fluid: str = "serum",
    *,
    contrast: Contrast = "disease",
    host: str = "human",
    confidence: Confidence = "sure",
    cross_sentence: bool = False,
    score: float = 1.0,
    evidence: Span = NINE,
) -> Finding:
    return Finding(
        "A:1",
        cytokine,
        fluid,
        direction,
        contrast,
        host=host,
        confidence=confidence,
        cross_sentence=cross_sentence,
        score=score,
        evidence=evidence,
    )


def gold(
    *findings: Finding,
    mentions: Sequence[Mention] = (),
    split: str = "dev",
    stratum: str = "direct",
    text: str | None = None,
) -> GoldArticle:
    article = None if text is None else Article("A:1", "", text)
    return GoldArticle("A:1", None, "0" * 64, split, stratum, tuple(mentions), findings, article)


def mention(concept: str | None, kind: Kind = "cytokine", start: int = 0, length: int = 4) -> Mention:
    return Mention(Span(start, start + length), "x" * length, kind, concept)


def candidate(cytokine: str | None, fluid: str | None = "serum", start: int = 0) -> Candidate:
    named = None if fluid is None else mention(fluid, "fluid", start + 10)
    return Candidate(mention(cytokine, start=start), named, Span(start, start + 20), "same")


def annotated(*mentions: Mention) -> AnnotatedArticle:
    return AnnotatedArticle(Article("A:1", "", "x" * 40), (Span(0, 41),), mentions)


def counts(score: e.Score) -> tuple[int, int, int]:
    return score.tp, score.fp, score.fn


# Triples


def test_triples_by_hand() -> None:
    articles = [gold(found("IL6"), found("TNF", "unchanged")), gold(found("IL10", "decreased")), gold()]
    predicted = [[found("IL6"), found("TNF", "increased")], [], [found("IL2")]]
    score = e.score_findings(articles, predicted, **FAST).overall
    assert counts(score) == (1, 2, 2)
    assert score.precision.value == pytest.approx(1 / 3)
    assert score.recall.value == pytest.approx(1 / 3)
    assert score.f1.value == pytest.approx(1 / 3)


def test_debatable_findings_are_neither_required_nor_penalised() -> None:
    articles = [gold(found("IL6"), found("TNF", confidence="debatable"))]
    for predicted in ([found("IL6")], [found("IL6"), found("TNF")]):
        assert counts(e.score_findings(articles, [predicted], **FAST).overall) == (1, 0, 0)
    opposite = [found("IL6"), found("TNF", "decreased")]
    assert counts(e.score_findings(articles, [opposite], **FAST).overall) == (1, 1, 0)


def test_a_triple_that_is_sure_under_one_contrast_is_required() -> None:
    articles = [gold(found("IL6", contrast="time", confidence="debatable"), found("IL6"))]
    assert counts(e.score_findings(articles, [[]], **FAST).overall) == (0, 0, 1)
    predicted = [[found("IL6", contrast="time")]]
    assert counts(e.score_findings(articles, predicted, **FAST).overall) == (1, 0, 0)
    assert counts(e.score_findings(articles, predicted, level="triples_contrast", **FAST).overall) == (0, 0, 1)


def test_context_counts_a_triple_whose_slot_is_right_too() -> None:
    right = [replace(found(name), condition="ALS", comparator="healthy") for name in ("IL6", "TNF")]
    said = [replace(right[0], comparator="before"), replace(right[1], condition="other:sepsis")]
    scores = e.score_context([gold(*right)], [said], **FAST)
    assert {slot: counts(score) for slot, score in scores.items()} == {
        "comparator": (1, 1, 1),
        "condition": (1, 1, 1),
        "host": (2, 0, 0),
    }


def test_a_triple_said_under_two_contrasts_counts_once() -> None:
    articles = [gold(found("IL6"), found("IL6", contrast="time"))]
    predicted = [[found("IL6"), found("IL6", contrast="subgroup")]]
    assert counts(e.score_findings(articles, predicted, **FAST).overall) == (1, 0, 0)
    assert counts(e.score_findings(articles, predicted, level="triples_contrast", **FAST).overall) == (1, 1, 1)


def test_nothing_against_nothing_is_undefined_not_perfect() -> None:
    score = e.score_findings([gold()], [[]], **FAST).overall
    assert counts(score) == (0, 0, 0)
    assert math.isnan(score.precision.value)
    assert math.isnan(score.recall.value)
    assert math.isnan(score.f1.value)
    assert e.score_findings([], [], **FAST).overall.tp == 0


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="zip"):
        e.score_findings([gold()], [], **FAST)


def test_slices_by_hand() -> None:
    articles = [
        gold(found("IL6"), found("TNF", fluid="other:ascites", host="mouse"), stratum="direct"),
        gold(found("IL10", "decreased", "CSF", cross_sentence=True), stratum="cross"),
    ]
    predicted = [[found("IL6", contrast="time"), found("IL1B", "decreased", host="rat")], []]
    slices = e.score_findings(articles, predicted, **FAST).slices
    assert {name: counts(score) for name, score in slices["stratum"].items()} == {
        "cross": (0, 0, 1),
        "direct": (1, 1, 1),
    }
    assert {name: counts(score) for name, score in slices["direction"].items()} == {
        "decreased": (0, 1, 1),
        "increased": (1, 0, 1),
    }
    assert {name: counts(score) for name, score in slices["fluid"].items()} == {
        "CSF": (0, 0, 1),
        "other": (0, 0, 1),
        "serum": (1, 1, 0),
    }
    assert {name: counts(score) for name, score in slices["host"].items()} == {
        "human": (1, 0, 1),
        "mouse": (0, 0, 1),
        "rat": (0, 1, 0),
    }
    assert counts(slices["contrast"]["disease"]) == (1, 1, 2)
    assert {name: counts(score) for name, score in slices["evidence"].items()} == {
        "cross-sentence": (0, 0, 1),
        "same sentence": (1, 1, 1),
    }


def test_equal_counts_per_label_are_summed_one_by_one() -> None:
    articles = [gold(found("IL6", direction)) for direction in DIRECTIONS]
    predicted = [[found("IL6", direction)] for direction in DIRECTIONS]
    scores = e.score_findings(articles, predicted, **FAST)
    assert counts(scores.overall) == (3, 0, 0)
    assert [counts(scores.slices["direction"][direction]) for direction in DIRECTIONS] == [(1, 0, 0)] * 3


def test_the_difference_of_two_systems_is_paired() -> None:
    articles = [gold(found("IL6")) for _ in range(40)]
    good = [[found("IL6")]] * 40
    half = [[found("IL6")], []] * 20
    same = e.compare_systems(articles, good, good, names=("a", "b"))
    assert same.f1 == (0.0, 0.0, 0.0)
    assert same.p == 1.0
    better = e.compare_systems(articles, good, half, names=("a", "b"))
    assert better.f1.value == pytest.approx(1 - 2 / 3)
    assert 0 < better.f1.low < better.f1.value < better.f1.high
    assert better.p == 0.0
    mirrored = e.compare_systems(articles, half, good, names=("b", "a"))
    assert mirrored.f1.value == pytest.approx(-better.f1.value)
    assert math.isnan(e.compare_systems([gold()], [[]], [[]], names=("a", "b")).p)


# Mentions and pairs


def test_mentions_by_hand() -> None:
    there = [gold(mentions=[mention("IL6"), mention("TNF", start=10), mention("serum", "fluid", 20, 5)])]
    seen = annotated(
        mention("IL10"),
        mention("TNF", start=10, length=5),
        mention(None, start=30),
        mention("serum", "fluid", 20, 5),
    )
    scores = e.score_mentions(there, [seen], **FAST)
    assert counts(scores.span["cytokine"]) == (1, 2, 1)
    assert counts(scores.concept["cytokine"]) == (0, 2, 2)
    assert counts(scores.span["fluid"]) == counts(scores.concept["fluid"]) == (1, 0, 0)
    assert counts(scores.span["all"]) == (2, 2, 1)
    assert counts(scores.accuracy["cytokine"]) == (0, 0, 1)
    assert counts(scores.accuracy["all"]) == (1, 0, 1)


def test_one_span_of_two_kinds_is_two_mentions() -> None:
    there = [gold(mentions=[mention("CSF", "fluid")])]
    scores = e.score_mentions(there, [annotated(mention("<CSF>"))], **FAST)
    assert counts(scores.span["all"]) == (0, 1, 1)


def test_pairs_set_the_ceiling() -> None:
    articles = [gold(found("IL6"), found("TNF", fluid="CSF"), found("IL2", confidence="debatable"))]
    proposed = [[candidate("IL6"), candidate("IL6", start=5), candidate("TNF", "plasma"), candidate("IL2")]]
    pairs = e.score_pairs(articles, proposed, **FAST)
    assert counts(pairs.score) == (1, 1, 1)
    assert pairs.score.recall.value == 0.5
    assert pairs.proposed == 3
    unspecified = e.score_pairs([gold(found("IL6", fluid="unspecified"))], [[candidate("IL6", None)]], **FAST)
    assert unspecified.score.recall.value == 1.0


# Direction


def judged(*rows: tuple[Candidate, Direction | None]) -> e.Judged:
    candidates = [one for one, _ in rows]
    return candidates, [Decision(one, way, "disease", 0.9) for one, way in rows if way is not None]


def test_direction_by_hand() -> None:
    articles = [gold(found("IL6"), found("TNF", "decreased"), found("IL10", "unchanged"), found("IL9"))]
    verdicts = judged(
        (candidate("IL6"), "increased"),
        (candidate("TNF"), "increased"),
        (candidate("IL10"), "unchanged"),
        (candidate("IL2"), None),
        (candidate("IL4"), None),
        (candidate("IL5"), "unchanged"),
    )
    score = e.direction_score(articles, [verdicts], **FAST)
    assert score.pairs == 6
    assert {name: counts(each) for name, each in score.classes.items()} == {
        "increased": (1, 1, 0),
        "decreased": (0, 0, 1),
        "unchanged": (1, 1, 0),
        "none": (2, 0, 1),
    }
    # F1: 2/3, 0, 2/3, 4/5. IL9 was never a candidate and is no matter of the classifier.
    assert score.macro_f1.value == pytest.approx((2 / 3 + 0 + 2 / 3 + 4 / 5) / 4)
    assert score.confusion == {
        ("decreased", "increased"): 1,
        ("increased", "increased"): 1,
        ("none", "none"): 2,
        ("none", "unchanged"): 1,
        ("unchanged", "unchanged"): 1,
    }


def test_direction_of_a_debatable_pair_requires_nothing() -> None:
    articles = [gold(found("IL6", confidence="debatable"))]
    for verdict in (None, "increased"):
        score = e.direction_score(articles, [judged((candidate("IL6"), verdict))], **FAST)
        assert [counts(each) for each in score.classes.values()] == [(0, 0, 0)] * 4
    wrong = e.direction_score(articles, [judged((candidate("IL6"), "decreased"))], **FAST)
    assert counts(wrong.classes["decreased"]) == (0, 1, 0)


def test_a_pair_with_two_directions_needs_both() -> None:
    articles = [gold(found("IL6"), found("IL6", "decreased", contrast="treatment"))]
    both = judged((candidate("IL6"), "increased"), (candidate("IL6", start=7), "decreased"))
    assert e.direction_score(articles, [both], **FAST).macro_f1.value == 1.0
    one = e.direction_score(articles, [judged((candidate("IL6"), "increased"))], **FAST)
    assert one.macro_f1.value == pytest.approx(0.5)


def test_direction_without_candidates_is_undefined() -> None:
    assert math.isnan(e.direction_score([gold()], [((), ())], **FAST).macro_f1.value)


# Calibration


def test_outcomes_take_the_best_score_and_leave_debatable_ones_out() -> None:
    articles = [gold(found("IL6"), found("IL2", confidence="debatable"))]
    predicted = [[found("IL6", score=0.4), found("IL6", score=0.8), found("IL2", score=0.7), found("TNF", score=0.6)]]
    assert e.outcomes(articles, predicted) == [(0, 0.8, True), (0, 0.6, False)]


def test_calibration_by_hand() -> None:
    judged_ = [e.Outcome(0, 0.9, True), e.Outcome(0, 0.9, False), e.Outcome(1, 0.6, True), e.Outcome(1, 0.2, False)]
    result = e.calibrate(judged_, articles=2, required=4, bins=5, wanted=0.6, samples=200)
    # Bins: 0.9 twice (accuracy 0.5, gap 0.4), 0.6 once (gap 0.4), 0.2 once (gap 0.2).
    assert result.ece.value == pytest.approx((2 * 0.4 + 0.4 + 0.2) / 4)
    assert [each.n for each in result.reliability] == [0, 1, 0, 1, 2]
    assert result.reliability[4].accuracy == 0.5
    assert math.isnan(result.reliability[0].confidence)
    assert [(point.score, point.coverage) for point in result.curve] == [(0.9, 0.5), (0.6, 0.75), (0.2, 1.0)]
    assert [point.precision for point in result.curve] == pytest.approx([1 / 2, 2 / 3, 1 / 2])
    assert [point.recall for point in result.curve] == pytest.approx([1 / 4, 2 / 4, 2 / 4])
    assert result.threshold == result.curve[1]
    assert e.calibrate(judged_, articles=2, required=4).threshold is None


def test_a_score_of_one_falls_into_the_last_bin() -> None:
    result = e.calibrate([e.Outcome(0, 1.0, True)], articles=1, required=1, bins=10, **FAST)
    assert result.reliability[-1].n == 1
    assert result.ece == (0.0, 0.0, 0.0)
    assert result.chance == (0.0, 0.0, 0.0)
    assert result.threshold == e.Threshold(1.0, 1.0, 1.0, 1.0)


def test_calibrated_scores_show_the_error_of_chance() -> None:
    generator = np.random.default_rng(3)
    scores = generator.random(400)
    judged_ = [e.Outcome(i, float(p), bool(generator.random() < p)) for i, p in enumerate(scores)]
    result = e.calibrate(judged_, articles=400, required=400, samples=500)
    assert result.chance.low <= result.ece.value <= result.chance.high
    assert 0.02 < result.chance.value < 0.08
    off = e.calibrate(
        [each._replace(score=1 - each.score) for each in judged_], articles=400, required=400, samples=500
    )
    assert off.ece.value > off.chance.high


def test_calibration_of_nothing_is_undefined() -> None:
    result = e.calibrate([], articles=0, required=0, **FAST)
    assert result.n == 0
    assert math.isnan(result.ece.value)
    assert math.isnan(result.chance.value)
    assert result.curve == ()
    assert result.threshold is None


# Causes


def test_every_mistake_has_its_cause() -> None:
    text = "IL-6 rose here. And more was said of it."
    article = gold(
        found("IL6", evidence=Span(1, 16)),
        found("TNF"),
        found("IL10"),
        found("IL2"),
        found("IL4"),
        found("IL5", confidence="debatable"),
        text=text,
    )
    names = ("TNF", "IL10", "IL2", "IL4")
    seen = annotated(*(mention(name, start=i) for i, name in enumerate(names)), mention("serum", "fluid", 30))
    pairs = [candidate("TNF"), candidate("IL4")]
    predicted = [found("TNF", "decreased"), found("IL10", fluid="plasma"), found("IL7"), found("IL5")]
    listed = e.mistakes([article], [predicted], [seen], [pairs])
    assert {(each.side, each.triple.cytokine): each.cause for each in listed} == {
        ("missed", "IL6"): "not_recognised",
        ("missed", "TNF"): "wrong_direction",
        ("missed", "IL10"): "wrong_fluid",
        ("missed", "IL2"): "not_paired",
        ("missed", "IL4"): "called_none",
        ("wrong", "TNF"): "wrong_direction",
        ("wrong", "IL10"): "wrong_fluid",
        ("wrong", "IL7"): "not_a_finding",
    }
    first = next(each for each in listed if each.triple == Triple("IL6", "serum", "increased"))
    assert first.sentence == "IL-6 rose here."
    assert e.count_causes([article], [predicted], [seen], [pairs]) == {
        "missed": {"not_recognised": 1, "wrong_direction": 1, "wrong_fluid": 1, "not_paired": 1, "called_none": 1},
        "wrong": {"wrong_direction": 1, "wrong_fluid": 1, "not_a_finding": 1},
    }


def test_a_fluid_that_was_not_recognised_is_the_cause() -> None:
    listed = e.mistakes([gold(found("IL6"))], [[]], [annotated(mention("IL6"))], [[]])
    assert [each.cause for each in listed] == ["not_recognised"]
    unspecified = e.mistakes([gold(found("IL6", fluid="unspecified"))], [[]], [annotated(mention("IL6"))], [[]])
    assert [each.cause for each in unspecified] == ["not_paired"]


def test_errors_of_the_test_split_are_never_listed() -> None:
    article = gold(found("IL6"), split="test")
    with pytest.raises(GoldError, match="test split"):
        e.mistakes([article], [[]], [annotated()], [[]])
    assert e.count_causes([article], [[]], [annotated()], [[]])["missed"]["not_recognised"] == 1


# Leaks


def pair(article: int, cytokine: str, label: str, *, fluid: str = "serum", position: float = 0.5) -> e.Pair:
    return e.Pair(article, cytokine, fluid, position, frozenset({label}), frozenset())


def test_a_name_that_tells_the_direction_is_reported() -> None:
    pairs = [
        pair(i, cytokine, label)
        for i in range(25)
        for cytokine, label in zip(("IL6", "IL10", "TNF"), DIRECTIONS, strict=True)
    ]
    checks = {check.feature: check for check in e.leak_checks(pairs, pairs, articles=25, samples=20)}
    assert checks["cytokine"].macro_f1.value == 1.0
    assert checks["cytokine"].chance < 0.7
    for name in ("majority", "fluid", "position"):
        assert checks[name].macro_f1.value == pytest.approx(0.5 / 3)


def test_a_name_never_seen_is_called_what_is_usual() -> None:
    train = [pair(0, "IL6", "none"), pair(0, "IL2", "none"), pair(0, "TNF", "increased")]
    checks = {check.feature: check for check in e.leak_checks(train, [pair(0, "IL33", "none")], articles=1, samples=5)}
    assert checks["cytokine"].macro_f1.value == 1.0


def test_pairs_know_where_they_stand() -> None:
    article = gold(found("IL6"), text="x" * 99)
    (first,) = e.pairs_of([article], [[candidate("IL6", start=50), candidate("IL6", start=70), candidate(None)]])
    assert first == e.Pair(0, "IL6", "serum", 0.5, frozenset({"increased"}), frozenset())


# Properties

names = st.sampled_from(["IL6", "TNF", "IL10"])
findings = st.lists(
    st.builds(
        found,
        names,
        st.sampled_from(DIRECTIONS),
        st.sampled_from(["serum", "CSF"]),
        confidence=st.sampled_from(["sure", "debatable"]),
    ),
    max_size=6,
)


@given(st.lists(st.tuples(findings, findings), max_size=5))
def test_counts_add_up(rows: list[tuple[list[Finding], list[Finding]]]) -> None:
    articles = [gold(*there) for there, _ in rows]
    table = e.finding_counts(articles, [guess for _, guess in rows], level="triples")
    for (there, guess), (tp, fp, fn) in zip(rows, table, strict=True):
        sure = {each.triple for each in there if each.confidence == "sure"}
        assert tp + fn == len(sure)
        assert tp + fp <= len({each.triple for each in guess})


@given(st.lists(findings, min_size=1, max_size=5))
def test_gold_scored_against_itself_has_no_error(rows: list[list[Finding]]) -> None:
    score = e.score_findings([gold(*row) for row in rows], rows, samples=5).overall
    assert (score.fp, score.fn) == (0, 0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8))
def test_f1_is_the_harmonic_mean_and_lies_in_its_interval(rows: list[tuple[int, int, int]]) -> None:
    score = e.score_counts(rows, e.Resampler(len(rows), 200))
    p, r = score.precision.value, score.recall.value
    if score.tp:
        assert score.f1.value == pytest.approx(2 * p * r / (p + r))
        assert 0 <= score.f1.low <= score.f1.high <= 1
