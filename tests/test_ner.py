"""Training of the NER: labelled text, invented names, the loop, the model folder, and how it joins the lexicon."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.benchmark.corpora import Document, Required, guideline_fluids, held_out
from extractor.benchmark.external import score_documents
from extractor.errors import ModelError
from extractor.evaluate import score_mentions
from extractor.mentions import annotate
from extractor.pipeline import build_pipeline
from extractor.records import AnnotatedArticle, Article, Finding, GoldArticle, Mention, Span
from extractor.releases import record_release
from extractor.training.coining import coin, with_coined_names
from extractor.training.label_room import Room, label_room
from extractor.training.ner import write_model
from extractor.training.ner_card import CardFacts, write_card
from extractor.training.ner_fit import NerSettings, blank_ner, example_of, fit_ner
from extractor.training.ner_scores import NerScores, ner_alone, recognise
from extractor.training.ner_texts import Labelled, Withheld, labelled_analytes, labelled_documents, labelled_gold
from extractor.training.unseen import choose_unseen, reduced_pipeline, score_unseen, without_concepts

NLP = build_pipeline()
TINY = NerSettings(epochs=12, bulk=0, share=1.0, coined=0.0, batch=200, width=32, depth=2, rate=0.01)


def labelled(marked: str, source: str = "gold") -> Labelled:
    """``{cytokine}`` and ``<fluid>`` marked in the text."""
    text, spans = "", []
    place = 0
    for tag in re.finditer(r"\{(.+?)\}|<(.+?)>", marked):
        text += marked[place : tag.start()]
        name = tag[1] or tag[2]
        spans.append((len(text), len(text) + len(name), "cytokine" if tag[1] else "fluid"))
        text += name
        place = tag.end()
    text += marked[place:]
    return Labelled(source, text, tuple(spans), tuple(text[a:b] for a, b, _ in spans))


def names(one: Labelled) -> list[tuple[str, str]]:
    return [(one.text[a:b], kind) for a, b, kind in one.spans]


TEXTS = [
    labelled(f"We saw {{{name}}} in <{fluid}> of {who} at rest.")
    for name in ("zorkine-4", "IL-6", "MIF", "TNF-α")
    for fluid in ("serum", "urine", "CSF")
    for who in ("men", "rats")
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "models" / "ner-0.0.1"
    write_model(fit_ner(TEXTS, TINY), folder, version="0.0.1")
    return folder


def test_gold_becomes_labelled_text() -> None:
    article = Article("PMID:1", "IL-6", "In sera.")
    mentions = (Mention(Span(8, 12), "sera", "fluid", "serum"), Mention(Span(0, 4), "IL-6", "cytokine", "IL6"))
    gold = GoldArticle("PMID:1", "1", "", "train", "direct", mentions, (), article)
    found = labelled_gold([gold, replace(gold, article=None)])
    assert [names(one) for one in found] == [[("IL-6", "cytokine"), ("sera", "fluid")]]
    assert found[0].concepts == ("IL6", "serum")


def test_a_corpus_of_one_kind_is_completed_and_its_doubts_carry_no_label() -> None:
    text = "\nSerum IL-6, zorkine, cytokines and Xyz1 were raised; blood flow was not."
    article = Article("X:1", "", text[1:])
    required = [Required(Span(text.index(word), text.index(word) + len(word))) for word in ("zorkine", "cytokines")]
    neutral = (Span(text.index("Xyz1"), text.index("Xyz1") + 4), Span(text.index("IL-6"), text.index("IL-6") + 4))
    (one,) = labelled_documents("X", [Document(article, tuple(required), neutral)], NLP, "cytokine")
    assert names(one) == [("Serum", "fluid"), ("IL-6", "cytokine"), ("zorkine", "cytokine")]
    assert [text[slice(*place)] for place in one.unknown] == ["Xyz1", "cytokines"]
    blood = Span(text.index("blood"), text.index("blood") + 5)
    (other,) = labelled_documents("X", [Document(article, (Required(blood),))], NLP, "fluid")
    assert names(other) == [("Serum", "fluid"), ("IL-6", "cytokine"), ("blood", "fluid")]
    (other,) = labelled_documents("X", [Document(article, (), (blood,))], NLP, "fluid")
    assert [text[slice(*place)] for place in other.unknown] == ["blood"]


def test_other_analytes_are_no_names_and_what_is_unmarked_is_unknown() -> None:
    text = "\nSerum IL-6 and insulin rose; urine MIF levels fell."
    marked = (("Serum", "fluid", "serum"), ("IL-6", "cytokine", "IL6"), ("insulin", "cytokine", "a:insulin"))
    places = [Span(text.index(name), text.index(name) + len(name)) for name, _, _ in marked]
    mentions = tuple(
        Mention(place, name, "fluid" if kind == "fluid" else "cytokine", concept)
        for place, (name, kind, concept) in zip(places, marked, strict=True)
    )
    gold = GoldArticle("PMID:1", "1", "", "train", "bulk", mentions, (), Article("PMID:1", "", text[1:]))
    (one,) = labelled_analytes([gold], NLP)
    assert names(one) == [("Serum", "fluid"), ("IL-6", "cytokine")]
    assert [text[slice(*place)] for place in one.unknown] == ["urine", "MIF"]


def test_unknown_places_are_missing_values() -> None:
    one = replace(labelled("The {IL-6} and blood."), unknown=(Span(13, 18),))
    example = example_of(blank_ner(TINY), one)
    tags = dict(zip([t.text for t in example.reference], example.get_aligned_ner(), strict=True))
    assert tags == {"The": "O", "IL-6": "U-CYTOKINE", "and": "O", "blood": None, ".": "O"}


def test_withheld_by_pmid_and_by_sentence() -> None:
    sentence = "A rather long sentence about nothing in particular that two different records both contain. "
    kept = Withheld([Article("A", "T", sentence + "One.", pmid="7")], ["9"])
    assert not kept.allows(Article("B", "U", "Two. " + sentence))
    assert not kept.allows(Article("B", "U", "New.", pmid="9"))
    assert not kept.allows(Article("AnatEM:PMID-7", "", "New."))
    assert kept.allows(Article("C", "T", "One.", pmid="8"))


def test_the_held_out_part_is_fixed() -> None:
    ids = [f"TCRE:PMC{number}" for number in range(400)]
    assert 60 < sum(map(held_out, ids)) < 140
    assert [name for name in ids[:12] if held_out(name)] == [n for n in ids[:12] if held_out(n)]


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_coined_names_keep_every_label_on_its_name(seed: int, share: float) -> None:
    one = replace(labelled("A {IL-6}, {MIF}, {leptin} and {IL-6} in <sera>; the end is open."), unknown=(Span(39, 42),))
    new = with_coined_names(one, random.Random(seed), share=share)
    assert [kind for _, kind in names(new)] == [kind for _, kind in names(one)]
    found = [name for name, _ in names(new)]
    assert found[0] == found[3]
    assert found[4] == "sera"
    assert all(name and name == name.strip() for name in found)
    rest = new.text
    for name in found:
        rest = rest.replace(name, "", 1)
    assert rest.endswith("; the end is open.")
    assert [new.text[slice(*place)] for place in new.unknown] == [one.text[slice(*place)] for place in one.unknown]


def test_coined_names_look_like_what_they_replace() -> None:
    rng = random.Random(3)
    assert coin("IL-6", rng).startswith("IL-")
    assert coin("CXCL8", rng).startswith("CXCL")
    assert coin("leptin", rng)[0].islower()
    assert coin("MIF", rng).isupper() or "-" in coin("MIF", rng)


def test_training_is_repeatable_and_learns(model: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    write_model(fit_ner(TEXTS, TINY), again, version="0.0.1")
    for part in ("ner/model", "vocab/strings.json", "meta.json"):
        assert (again / part).read_bytes() == (model / part).read_bytes()
    (found,) = ner_alone(
        blank_ner(TINY).from_disk(model), [Article("A", "", "We saw zorkine-4 in urine of rats at rest.")]
    )
    assert [(m.text, m.kind, m.concept) for m in found.mentions] == [
        ("zorkine-4", "cytokine", None),
        ("urine", "fluid", "urine"),
    ]


def test_nothing_in_the_folder_is_a_pickle(model: Path) -> None:
    files = [path for path in model.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 30_000_000
    assert not [path for path in files if path.read_bytes()[:2] in (b"\x80\x04", b"\x80\x05", b"PK")]


def test_the_model_adds_to_the_lexicon_and_never_replaces(model: Path) -> None:
    text = "We saw zorkine-4 in serum of men at rest, and IL-6 receptor-like kinase."
    (found,) = annotate(build_pipeline(ner=str(model)), [Article("A", "", text)])
    assert ("zorkine-4", None, str(model)) in [(m.text, m.concept, m.source) for m in found.mentions]
    assert [m.source for m in found.mentions if m.text == "serum"] == ["lexicon"]


def test_systems_are_read_side_by_side(model: Path) -> None:
    runs = recognise([Article("A", "", "We saw zorkine-4 in serum of men at rest.")], str(model))
    assert {name: [m.text for m in found.mentions] for name, (found,) in runs.items()} == {
        "lexicon": ["serum"],
        "ner": ["zorkine-4", "serum"],
        "both": ["zorkine-4", "serum"],
    }


@pytest.mark.parametrize(("key", "value"), [("extractor_format", 99), ("spacy_version", ">=2.0,<2.1")])
def test_another_version_is_refused_in_one_line(model: Path, tmp_path: Path, key: str, value: object) -> None:
    folder = tmp_path / "old"
    blank_ner(TINY).to_disk(folder)
    meta = json.loads((model / "meta.json").read_text()) | {key: value}
    (folder / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(ModelError, match=r"extractor_format|spaCy") as caught:
        build_pipeline(ner=str(folder))
    assert "\n" not in str(caught.value)


def test_a_released_model_is_found_by_name_and_checked(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.releases.models_folder", lambda: model.parent)
    record_release(model)
    (found,) = annotate(build_pipeline(ner="ner"), [Article("A", "", "We saw zorkine-4 in serum of men at rest.")])
    assert [m.source for m in found.mentions] == ["ner", "lexicon"]
    (model / "MODEL.md").write_text("changed since")
    with pytest.raises(ModelError, match=r"MODEL\.md"):
        build_pipeline(ner="ner-0.0.1")
    (model / "MODEL.md").unlink()


def test_words_that_the_guidelines_call_no_fluid_are_set_aside() -> None:
    text = "\nBlood flow rose, antisera were used, blood and serum were drawn in serum-free medium."
    places = [
        Span(i, i + len(word)) for word, i in (("Blood", 1), ("sera", 22), ("blood", 38), ("serum", 48), ("serum", 68))
    ]
    assert [text[slice(*place)] for place in places] == ["Blood", "sera", "blood", "serum", "serum"]
    document = Document(Article("X", "", text[1:]), tuple(map(Required, places)))
    (changed,) = guideline_fluids([document])
    assert [text[slice(*one.span)] for one in changed.required] == ["blood", "serum"]
    assert len(changed.neutral) == 3


def gold(concept: str, name: str, number: int) -> GoldArticle:
    text = f"\nWe saw {name} in serum of men at rest."
    mention = Mention(Span(8, 8 + len(name)), name, "cytokine", concept)
    return GoldArticle(str(number), None, "", "dev", "direct", (mention,), (), Article(str(number), "", text[1:]))


def test_unseen_concepts_are_neither_rare_nor_families() -> None:
    articles = [gold(c, "x", i) for i, c in enumerate(["IL22"] * 3 + ["IL6"] * 2 + ["<BMP>"] * 5 + ["TNF"] * 61)]
    assert choose_unseen(articles) == ("IL22",)


def test_unseen_names_leave_lexicon_and_training_text(model: Path) -> None:
    doc = reduced_pipeline(["IL22"])("IL-22, interleukin 22 and IL-2")
    assert [span.text for span in doc.spans["cytokine"]] == ["IL-2"]
    kept = without_concepts(
        [labelled("{IL-22} rose."), labelled("{IL-2} rose."), labelled("MIF, IL-22", "X")], ["IL22"], NLP
    )
    assert [one.text for one in kept] == ["IL-2 rose."]
    scores = score_unseen([gold("IL22", "IL-22", 1), gold("IL6", "IL-6", 2)], ["IL22"], str(model), samples=50)
    assert scores.mentions == 1
    assert scores.exact["lexicon"].recall.value == 0.0
    assert scores.exact["both"].tp == scores.exact["ner"].tp


def test_the_card_names_data_scores_and_what_is_best(model: Path, tmp_path: Path) -> None:
    texts = [gold("IL6", "IL-6", number) for number in range(4)]
    runs = recognise([each.article for each in texts if each.article is not None], str(model))
    scores = NerScores(
        gold={name: score_mentions(texts, found, samples=20) for name, found in runs.items()},
        external={"x-test": {name: score_documents([], [], samples=20) for name in runs}},
        room={"host": Room(findings=9, right=7, unnamed=1)},
    )
    unseen = score_unseen([gold("IL22", "IL-22", 1)], ["IL22"], str(model), samples=20)
    facts = CardFacts(
        "0.0.1", '{"seed": 1}', {"gold": 4, "TCRE": 2}, {"general/train.jsonl": "ab" * 32}, {"spacy": "3"}
    )
    write_card(tmp_path / "MODEL.md", facts, scores, unseen)
    card = (tmp_path / "MODEL.md").read_text(encoding="utf-8")
    for said in ("# ner-0.0.1", "Apache-2.0", "ab" * 32, '{"seed": 1}', "IL22", "x-test", "## Limits", "**lexicon**"):
        assert said in card
    assert "| lexicon | cytokine | 1.000 [1.000–1.000] |" in card
    assert "| host | 9 | 7 | 1 |" in card


def test_labels_could_mend_only_what_no_known_word_names() -> None:
    text = "\nSerum IL-6 rose in two quokkas from before the trip. Serum IL-6 was higher in rats than in normal rats."
    first, second = Span(1, text.index(".") + 1), Span(text.index(".") + 2, len(text))
    article = AnnotatedArticle(
        Article("X:1", "", text[1:]),
        (first, second),
        tuple(
            Mention(Span(at, at + len(name)), name, kind, concept)
            for name, kind, concept in (("IL-6", "cytokine", "IL6"), ("Serum", "fluid", "serum"))
            for at in (m.start() for m in re.finditer(name, text))
        ),
    )
    findings = tuple(
        Finding("X:1", "IL6", "serum", "increased", contrast, comparator, "unspecified", host, evidence=evidence)
        for contrast, comparator, host, evidence in (
            ("time", "before", "other:quokka", first),
            ("disease", "healthy", "rat", second),
        )
    )
    gold = GoldArticle("X:1", None, "", "dev", "direct", article.mentions, findings, article.article)
    room = label_room([(article, gold)])
    assert room["host"] == Room(findings=2, right=1, unnamed=1)
    assert room["comparator"] == Room(findings=2, right=2, unnamed=0)
