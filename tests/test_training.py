"""What training prepares and chooses, as far as it needs no torch."""

from __future__ import annotations

import pytest

from extractor.candidates import find_candidates
from extractor.encoding import FEATURES, VOTE_FEATURES, Tokenizer, encode, features, read_whole
from extractor.records import Article, Finding, GoldArticle, Span, Triple
from extractor.relation import load_tokenizer, logit_of, squash
from extractor.releases import find_release
from extractor.training.choosing import best_threshold, platt, triple_f1
from extractor.training.directions import can_mirror, opposites
from extractor.training.examples import Example, gold_examples
from extractor.training.minimal_pairs import minimal_pairs
from extractor.training.mirror import mirrored, without_votes


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    folder = find_release("relation")
    assert folder is not None
    return load_tokenizer(folder)


@pytest.fixture(scope="module")
def examples(tokenizer: Tokenizer) -> list[Example]:
    return gold_examples(tokenizer, list(minimal_pairs(rounds=1)), length=320, debatable=0.4, weight=1.0)


def test_opposites_are_mutual(tokenizer: Tokenizer) -> None:
    words = opposites(tokenizer)
    assert len(words) > 30
    assert all(words[words[token]] == token != words[token] for token in words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Serum IL-6 was higher in patients than in controls.", True),
        ("IL-6 did not differ between the groups.", True),
        ("The drug attenuated the rise of IL-6.", False),
        ("IL-6 doubled within a day.", False),
        ("Serum IL-6 was 12 vs 4 pg/ml.", False),
    ],
)
def test_only_words_with_an_opposite_are_mirrored(text: str, *, expected: bool) -> None:
    assert can_mirror(text) is expected


def test_mirroring_twice_gives_the_example_back(tokenizer: Tokenizer, examples: list[Example]) -> None:
    words = opposites(tokenizer)
    chosen = [example for example in examples if example.mirrors]
    assert len(chosen) > 10
    assert all(mirrored(mirrored(example, words), words) == example for example in chosen)


def test_mirroring_exchanges_words_labels_and_votes(tokenizer: Tokenizer, examples: list[Example]) -> None:
    words = opposites(tokenizer)
    up, down = FEATURES.index("vote_increased"), FEATURES.index("vote_decreased")
    seen = 0
    for example in (example for example in examples if example.mirrors):
        other = mirrored(example, words)
        changed = [(a, b) for a, b in zip(example.ids, other.ids, strict=True) if a != b]
        assert all(words[a] == b for a, b in changed)
        for label, swapped in zip(example.directions, other.directions, strict=True):
            assert swapped == (label[1], label[0], label[2])
        for row, swapped in zip(example.features, other.features, strict=True):
            assert (swapped[up], swapped[down]) == (row[down], row[up])
        seen += bool(changed)
    assert seen > 10


def test_hidden_votes_leave_the_other_features(examples: list[Example]) -> None:
    voted = [example for example in examples if any(row[i] for row in example.features for i in VOTE_FEATURES)]
    assert voted
    for example in voted:
        for row, bare in zip(example.features, without_votes(example).features, strict=True):
            assert all(bare[i] == 0 for i in VOTE_FEATURES)
            assert [v for i, v in enumerate(row) if i not in VOTE_FEATURES] == [
                v for i, v in enumerate(bare) if i not in VOTE_FEATURES
            ]


def test_the_whole_article_is_read_with_its_marks(tokenizer: Tokenizer) -> None:
    annotated, _ = next(iter(minimal_pairs(rounds=1)))
    cytokine, fluid = tokenizer.convert_tokens_to_ids(["[unused1]", "[unused2]"])
    ids = read_whole(tokenizer, annotated)
    kinds = [m.kind for m in annotated.mentions if m.concept is not None]
    assert ids.count(cytokine) == kinds.count("cytokine") > 0
    assert ids.count(fluid) == kinds.count("fluid") > 0
    assert ids.count(tokenizer.sep_token_id) == len(annotated.sentences)


def _gold(name: str, *findings: tuple[str, str]) -> GoldArticle:
    made = tuple(
        Finding(
            article_id=name,
            cytokine=cytokine,
            fluid="serum",
            direction="increased",
            contrast="disease",
            comparator="healthy",
            condition="ALS",
            host="human",
            evidence=Span(0, 1),
            evidence_text="I",
            confidence=confidence,  # type: ignore[arg-type]
        )
        for cytokine, confidence in findings
    )
    return GoldArticle(name, None, "", "dev", "other", (), made, Article(name, "", ""))


def _triple(cytokine: str) -> Triple:
    return Triple(cytokine, "serum", "increased")


def test_triple_f1_neither_wants_nor_punishes_debatable_findings() -> None:
    gold = [_gold("a", ("IL6", "sure"), ("TNF", "debatable")), _gold("b", ("IL6", "sure"))]
    scored = [{_triple("IL6"): 0.9, _triple("TNF"): 0.9, _triple("CCL2"): 0.6}, {_triple("IL6"): 0.4}]
    assert triple_f1(gold, scored, 0.95) == 0.0
    assert triple_f1(gold, scored, 0.8) == pytest.approx(2 / 3)
    assert triple_f1(gold, scored, 0.5) == pytest.approx(2 / 4)
    assert triple_f1(gold, scored, 0.3) == pytest.approx(4 / 5)


def test_the_threshold_weighs_every_part_alike() -> None:
    gold = {"large": [_gold(str(i), ("IL6", "sure")) for i in range(9)], "small": [_gold("x", ("IL6", "sure"))]}
    scored = {
        "large": [{_triple("IL6"): 0.85, _triple("TNF"): 0.3} for _ in range(9)],
        "small": [{_triple("IL6"): 0.55}],
    }
    threshold, mean = best_threshold(gold, scored)
    assert 0.3 < threshold <= 0.55
    assert mean == pytest.approx(1.0)


def test_calibration_gives_the_share_that_is_true() -> None:
    gold = {"dev": [_gold(str(i), *([("IL6", "sure")] if i % 4 else [])) for i in range(400)]}
    scored = {"dev": [{_triple("IL6"): 0.95} if i % 2 else {_triple("IL6"): 0.6} for i in range(400)]}
    scale, shift = platt(gold, scored)
    wanted = {0.95: 1.0, 0.6: 0.5}  # odd ones are all true, of the even ones every second
    for given, true in wanted.items():
        assert squash(scale * logit_of(given) + shift) == pytest.approx(true, abs=0.06)


def test_the_encoder_keeps_every_candidate_of_a_short_text(tokenizer: Tokenizer) -> None:
    for annotated, _ in list(minimal_pairs(rounds=1))[:20]:
        candidates = find_candidates(annotated)
        encoded = encode(tokenizer, annotated, candidates)
        assert len(encoded.kept) == len(candidates)
        assert len(features(annotated, candidates, [(0.0, 0.0, 0.0)] * len(candidates))) == len(candidates)
