"""What training prepares and chooses; one test needs torch and is skipped without it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import transformers

from extractor.candidates import find_candidates
from extractor.encoding import MARKERS, Tokenizer, encode, features, read_whole
from extractor.mentions import annotate
from extractor.pipeline import build_pipeline
from extractor.records import Article, Candidate, Direction, Finding, GoldArticle, Mention, Span, Triple
from extractor.relation import Opinion, load_tokenizer, squash, weigh
from extractor.releases import find_release
from extractor.rules import Vote
from extractor.training.choosing import best_threshold, fit_weights, triple_f1
from extractor.training.directions import can_mirror, opposites
from extractor.training.examples import Example, gold_examples
from extractor.training.minimal_pairs import minimal_pairs
from extractor.training.mirror import mirrored


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


def test_mirroring_exchanges_words_and_labels(tokenizer: Tokenizer, examples: list[Example]) -> None:
    words = opposites(tokenizer)
    seen = 0
    for example in (example for example in examples if example.mirrors):
        other = mirrored(example, words)
        changed = [(a, b) for a, b in zip(example.ids, other.ids, strict=True) if a != b]
        assert all(words[a] == b for a, b in changed)
        for label, swapped in zip(example.directions, other.directions, strict=True):
            assert swapped == (label[1], label[0], label[2])
        assert other.features == example.features
        seen += bool(changed)
    assert seen > 10


def test_the_whole_article_is_read_with_its_marks(tokenizer: Tokenizer) -> None:
    annotated, _ = next(iter(minimal_pairs(rounds=1)))
    cytokine, fluid = tokenizer.convert_tokens_to_ids(["[unused1]", "[unused2]"])
    ids = read_whole(tokenizer, annotated)
    kinds = [m.kind for m in annotated.mentions if m.concept is not None]
    assert ids.count(cytokine) == kinds.count("cytokine") > 0
    assert ids.count(fluid) == kinds.count("fluid") > 0
    assert ids.count(tokenizer.sep_token_id) == len(annotated.sentences)


def test_places_are_those_of_the_marks(tokenizer: Tokenizer, examples: list[Example]) -> None:
    cytokine, fluid = tokenizer.convert_tokens_to_ids(["[unused1]", "[unused2]"])
    for example in examples:
        assert example.places[0] == 0
        assert list(example.places) == sorted(set(example.places))
        assert {example.ids[example.places[i]] for i in example.cytokines} == {cytokine}
        assert {example.ids[example.places[i]] for i in example.fluids} <= {fluid, tokenizer.cls_token_id}
        assert {0, *example.cytokines, *example.fluids} == set(range(len(example.places)))


def test_the_last_layer_gives_what_the_encoder_gives_at_the_places(examples: list[Example], tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    training = pytest.importorskip("extractor.training.network")
    sizes = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 48}
    transformers.BertModel(transformers.BertConfig(**sizes)).save_pretrained(tmp_path)
    network = training.RelationNetwork(str(tmp_path)).eval()
    batch = training.collate([examples[0], examples[-1], examples[len(examples) // 2]])
    with torch.no_grad():
        hidden = network.lower(batch["input_ids"], batch["mask"], 1)
        found = network.upper(hidden, batch["mask"], batch["places"], 1)
        whole = network.encoder(input_ids=batch["input_ids"], attention_mask=batch["mask"]).last_hidden_state
    articles = torch.arange(len(found))[:, None]
    assert batch["mask"].min() == 0
    torch.testing.assert_close(found, whole[articles, batch["places"]])


def test_members_that_share_their_lower_layers_say_the_mean_of_what_each_says(
    examples: list[Example], tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch")
    training = pytest.importorskip("extractor.training.network")
    export = pytest.importorskip("extractor.training.export")
    sizes = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 48}
    transformers.BertModel(transformers.BertConfig(**sizes)).save_pretrained(tmp_path)
    members = [training.RelationNetwork(str(tmp_path)).eval() for _ in range(2)]
    for member in members:
        torch.nn.init.normal_(member.directions.weight)
        torch.nn.init.normal_(member.encoder.encoder.layer[2].output.dense.weight)
    example = examples[0]
    given = [torch.tensor(x) for x in (example.cytokines, example.fluids, example.features)]
    ids, places = torch.tensor([example.ids]), torch.tensor([example.places])
    with torch.no_grad():
        each = [member(ids, None, places, None, *given)[0] for member in members]
        shared = export.OneArticle(members, shared=2)(ids, places, *given)
        apart = export.OneArticle(members, shared=0)(ids, places, *given)
    assert not torch.allclose(*each)
    torch.testing.assert_close(shared, (each[0] + each[1]) / 2)
    torch.testing.assert_close(apart, shared)


def test_a_word_whose_token_is_dropped_is_read_as_its_parts(tokenizer: Tokenizer, tmp_path: Path) -> None:
    trimming = pytest.importorskip("extractor.training.trimming")
    folder = find_release("relation")
    assert folder is not None
    seen = dict.fromkeys(tokenizer.convert_tokens_to_ids(["serum", "levels", "high", "##er"]), 8)
    seen |= dict.fromkeys(tokenizer.convert_tokens_to_ids(["p", "##l", "##a", "##s", "##m"]), 1)
    kept = trimming.trim_tokenizer(folder / "tokenizer.json", tmp_path / "tokenizer.json", Counter(seen))
    trimmed = load_tokenizer(tmp_path)
    assert tokenizer.mask_token_id in kept
    assert [kept[token] for token in trimmed.convert_tokens_to_ids(list(MARKERS))] == tokenizer.convert_tokens_to_ids(
        list(MARKERS)
    )
    (old,), (new,) = (each(["serum levels"], add_special_tokens=False)["input_ids"] for each in (tokenizer, trimmed))
    assert [kept[token] for token in new] == old
    (parts,) = trimmed(["plasma"], add_special_tokens=False)["input_ids"]
    assert len(parts) == len("plasma")
    assert trimmed.convert_tokens_to_ids(["[UNK]"])[0] not in parts


def test_what_is_computed_in_bfloat16_gives_nearly_the_same_loss(
    examples: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch")
    training = pytest.importorskip("extractor.training.network")
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
    transformers.BertModel(transformers.BertConfig(**sizes)).save_pretrained(tmp_path)
    network = training.RelationNetwork(str(tmp_path)).eval()
    torch.nn.init.normal_(network.directions.weight)
    batch = training.collate(examples[:4])

    def loss(able: dict[str, bool]) -> float:
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
        found = training.loss_of(network, batch)
        assert found.dtype == torch.float32
        return float(found.detach())

    exact, reduced = loss({}), loss({"avx512_bf16": True})
    assert exact != reduced
    assert reduced == pytest.approx(exact, rel=0.02)


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


def _inputs(*, network: float, rules: float) -> tuple[float, ...]:
    return (network, rules, -8.0, 0.0)


def test_the_weights_give_the_share_that_is_true() -> None:
    articles = [
        (
            _gold(str(i), *([("IL6", "sure")] if i % 4 else [])),
            {_triple("IL6"): _inputs(network=3.0 if i % 2 else 0.5, rules=0.0)},
        )
        for i in range(400)
    ]
    weights, intercept = fit_weights({"dev": articles})
    for network, true in ((3.0, 1.0), (0.5, 0.5)):  # odd ones are all true, of the even ones every second
        inputs = _inputs(network=network, rules=0.0)
        probability = squash(intercept + sum(w * x for w, x in zip(weights, inputs, strict=True)))
        assert probability == pytest.approx(true, abs=0.06)


def test_debatable_triples_teach_the_weights_nothing() -> None:
    clear = [
        (_gold(str(i), *([("IL6", "sure")] if i % 2 else [])), {_triple("IL6"): _inputs(network=i % 2, rules=0.0)})
        for i in range(40)
    ]
    doubtful = [
        (_gold(f"d{i}", ("TNF", "debatable")), {_triple("TNF"): _inputs(network=0.0, rules=1.0)}) for i in range(40)
    ]
    assert fit_weights({"dev": [*clear, *doubtful]}) == fit_weights({"dev": clear})


def _opinion(fluid: str, *, logits: tuple[float, ...], rules: dict[Direction, Vote]) -> Opinion:
    mention = Mention(Span(0, 4), "IL-6", "cytokine", "IL6")
    place = Mention(Span(8, 13), fluid, "fluid", fluid)
    return Opinion(Candidate(mention, place, Span(0, 20), "same"), logits, rules)


def test_a_triple_is_weighed_by_its_strongest_mentions_and_against_its_rivals() -> None:
    said = weigh(
        [
            _opinion("serum", logits=(2.0, -1.0, -9.0), rules={"increased": Vote(0.4, Span(0, 20))}),
            _opinion("serum", logits=(-2.0, 1.0, -9.0), rules={"increased": Vote(0.8, Span(0, 20))}),
        ]
    )
    assert said == {
        Triple("IL6", "serum", "increased"): (2.0, 1.0, 1.0, 0.0),
        Triple("IL6", "serum", "decreased"): (1.0, 0.0, 2.0, 1.0),
        Triple("IL6", "serum", "unchanged"): (-8.0, 0.0, 2.0, 1.0),
    }


def test_the_sentence_that_the_rules_found_is_the_evidence() -> None:
    opinion = _opinion("serum", logits=(2.0, -1.0, -3.0), rules={"increased": Vote(0.8, Span(21, 40))})
    assert opinion.located("increased").evidence == Span(21, 40)
    assert opinion.located("decreased").evidence == Span(0, 20)


def test_a_name_behind_the_end_of_an_overlong_sentence_costs_no_other(tokenizer: Tokenizer) -> None:
    words = "with very many other words " * 40
    text = (
        f"Serum IL-6 was higher {words} and IL-8 was not. Serum IL-10 was lower. " + 30 * "Plasma IL-1beta was higher. "
    )
    [annotated] = annotate(build_pipeline(), [Article("x", "Cytokines", text)])
    candidates = find_candidates(annotated)
    passes = encode(tokenizer, annotated, candidates, length=128)
    read = [candidates[i].cytokine.concept for encoded in passes for i in encoded.kept]
    assert len(passes) > 2
    assert all(len(encoded.ids) <= 128 for encoded in passes)
    assert set(read) == {"IL6", "IL10", "IL1B"}
    assert len(read) == len(candidates) - sum(c.cytokine.concept == "CXCL8" for c in candidates)


def test_the_encoder_keeps_every_candidate_of_a_short_text(tokenizer: Tokenizer) -> None:
    for annotated, _ in list(minimal_pairs(rounds=1))[:20]:
        candidates = find_candidates(annotated)
        (encoded,) = encode(tokenizer, annotated, candidates)
        assert len(encoded.kept) == len(candidates)
        assert len(features(annotated, candidates)) == len(candidates)
