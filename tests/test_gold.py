"""gold.py: every rule is refused by name, texts are joined, counts and agreement are right."""

from __future__ import annotations

import copy
import gzip
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from extractor import gold as g
from extractor.errors import GoldError
from extractor.gold.agreement import kappa_of
from extractor.gold.duplicates import shingles
from extractor.gold.resampling import ratio
from extractor.records import Article, Span

TITLE = "Interleukins in β-cell disease"
ABSTRACT = "We took serum from 20 patients. IL-6 in serum was raised, TNF-α was not. IL-10 fell."
TEXT = f"{TITLE}\n{ABSTRACT}"


def at(words: str, nth: int = 0) -> dict[str, int]:
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(words, start + 1)
    return {"start": start, "end": start + len(words)}


def mention(words: str, kind: str, concept: str, nth: int = 0) -> dict[str, object]:
    return {**at(words, nth), "text": words, "kind": kind, "concept": concept}


def finding(cytokine: str, words: str, sentence: str, **changes: object) -> dict[str, object]:
    serum = at("serum", 1)
    evidence = at(sentence)
    inside = evidence["start"] <= serum["start"] < evidence["end"]
    return {
        "cytokine": cytokine,
        "fluid": "serum",
        "direction": "increased",
        "contrast": "disease",
        "comparator": "healthy",
        "condition": "other:beta-cell disease",
        "host": "human",
        "evidence": evidence,
        "cytokine_mention": at(words),
        "fluid_mention": serum,
        "cross_sentence": not inside,
        "confidence": "sure",
        **changes,
    }


RESULT = "IL-6 in serum was raised, TNF-α was not."


def record(**changes: object) -> dict[str, object]:
    return {
        "id": "PMID:1",
        "pmid": "1",
        "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        "split": "train",
        "stratum": "direct",
        "mentions": [
            mention("serum", "fluid", "serum"),
            mention("IL-6", "cytokine", "IL6"),
            mention("serum", "fluid", "serum", 1),
            mention("TNF-α", "cytokine", "TNF"),
            mention("IL-10", "cytokine", "IL10"),
        ],
        "findings": [
            finding("IL6", "IL-6", RESULT),
            finding("TNF", "TNF-α", RESULT, direction="unchanged"),
            finding("IL10", "IL-10", "IL-10 fell.", direction="decreased", confidence="debatable"),
        ],
        **changes,
    }


def write(root: Path, *records: dict[str, object], name: str = "general/train.jsonl") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records), encoding="utf-8")
    return root


def corpus(folder: Path, *articles: tuple[str, str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    with gzip.open(folder / "texts.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.write(json.dumps({"prompt": "a line of another kind"}) + "\n")
        for key, title, abstract in articles:
            lines.write(json.dumps({"id": key, "title": title, "abstract": abstract}) + "\n")
    return folder


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    return corpus(tmp_path / "corpus", ("PMID:1", TITLE, ABSTRACT), ("PMID:9", "Unused", "Unused."))


def test_loads_and_fills_in_the_words(tmp_path: Path, texts: Path) -> None:
    (article,) = g.load_gold(write(tmp_path, record()), corpus=texts)
    assert article.article == Article("PMID:1", TITLE, ABSTRACT, pmid="1")
    assert [each.text for each in article.mentions] == ["serum", "IL-6", "serum", "TNF-α", "IL-10"]
    assert [each.triple for each in article.findings][1] == ("TNF", "serum", "unchanged")
    assert article.findings[0].evidence_text == RESULT
    assert [each.cross_sentence for each in article.findings] == [False, False, True]
    assert all(TEXT[slice(*each.span)] == each.text for each in article.mentions)


def test_without_texts_the_annotations_still_load(tmp_path: Path) -> None:
    (article,) = g.load_gold(write(tmp_path, record()))
    assert article.article is None
    assert article.findings[0].evidence_text == ""


def test_a_record_survives_a_round_trip(tmp_path: Path) -> None:
    (article,) = g.load_gold(write(tmp_path, record()))
    assert g.gold_record(article) == record()


def broken(path: str, value: object) -> dict[str, object]:
    values = copy.deepcopy(record())
    place: object = values
    *steps, last = path.split(".")
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]  # type: ignore[index]
    place[int(last) if last.isdigit() else last] = value  # type: ignore[index]
    return values


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("split", "training", "split"),
        ("stratum", "easy", "stratum"),
        ("sha256", "abc", "sha256"),
        ("pmid", "PMID:1", "pmid"),
        ("pmid", 1, "pmid"),
        ("mentions", "none", "mentions"),
        ("mentions.1.kind", "chemokine", "mentions[1].kind"),
        ("mentions.1.concept", "IL-6", "mentions[1].concept"),
        ("mentions.0.concept", "sera", "mentions[0].concept"),
        ("mentions.0.concept", "other:", "mentions[0].concept"),
        ("mentions.1.start", -4, "mentions[1].start"),
        ("mentions.1.start", True, "mentions[1].start"),
        ("mentions.1.end", 5, "mentions[1].start"),
        ("mentions.1.text", "IL-66", "mentions[1].text"),
        ("findings.0.cytokine", "IL-6", "findings[0].cytokine"),
        ("findings.0.cytokine", "IL10", "findings[0].cytokine_mention"),
        ("findings.0.fluid", "plasma", "findings[0].fluid_mention"),
        ("findings.0.fluid", "unspecified", "findings[0].fluid_mention"),
        ("findings.0.fluid_mention", None, "findings[0].fluid_mention"),
        ("findings.0.fluid_mention.start", 0, "findings[0].fluid_mention"),
        ("findings.0.direction", "up", "findings[0].direction"),
        ("findings.0.contrast", "case-control", "findings[0].contrast"),
        ("findings.0.comparator", "placebo", "findings[0].comparator"),
        ("findings.0.condition", "sepsis", "findings[0].condition"),
        ("findings.0.host", "pig", "findings[0].host"),
        ("findings.0.confidence", "likely", "findings[0].confidence"),
        ("findings.0.cross_sentence", True, "findings[0].cross_sentence"),
        ("findings.0.cross_sentence", "no", "findings[0].cross_sentence"),
        ("findings.2.cross_sentence", False, "findings[2].cross_sentence"),
    ],
)
def test_a_broken_field_is_named(tmp_path: Path, path: str, value: object, field: str) -> None:
    with pytest.raises(GoldError) as error:
        g.load_gold(write(tmp_path, broken(path, value)))
    assert f"[PMID:1] train.jsonl: {field}: " in str(error.value)


@pytest.mark.parametrize("name", sorted(set(record()) - {"pmid", "id"}))
def test_a_missing_field_is_named(tmp_path: Path, name: str) -> None:
    values = {key: value for key, value in record().items() if key != name}
    with pytest.raises(GoldError, match=rf"\[PMID:1\] train\.jsonl: {name}: missing"):
        g.load_gold(write(tmp_path, values))


def test_a_span_that_does_not_match_its_text_is_refused(tmp_path: Path, texts: Path) -> None:
    moved = broken("mentions.4.start", at("IL-10")["start"] + 1)
    moved["mentions"][4]["end"] += 1  # type: ignore[index]
    moved["findings"] = []
    with pytest.raises(GoldError, match=r"mentions\[4\]\.text: 'IL-10' is annotated, the text has 'L-10 '"):
        g.load_gold(write(tmp_path, moved), corpus=texts)


def test_a_mention_outside_the_text_is_refused(tmp_path: Path, texts: Path) -> None:
    far = {"start": len(TEXT), "end": len(TEXT) + 4, "text": "IL-6", "kind": "cytokine", "concept": "IL6"}
    with pytest.raises(GoldError, match=r"mentions\[0\]\.end: \d+ is outside the text"):
        g.load_gold(write(tmp_path, record(mentions=[far], findings=[])), corpus=texts)


def test_evidence_outside_the_text_is_refused(tmp_path: Path, texts: Path) -> None:
    values = broken("findings.0.evidence.end", len(TEXT) + 1)
    with pytest.raises(GoldError, match=r"findings\[0\]\.evidence: \d+ is outside the text"):
        g.load_gold(write(tmp_path, values), corpus=texts)


def test_a_hash_that_does_not_fit_is_refused(tmp_path: Path, texts: Path) -> None:
    with pytest.raises(GoldError, match=r"\[PMID:1\] train\.jsonl: sha256: the text has"):
        g.load_gold(write(tmp_path, record(sha256="0" * 64)), corpus=texts)


def test_of_two_texts_under_one_id_the_annotated_one_is_taken(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "corpus", ("PMID:1", TITLE, ABSTRACT), ("PMID:1", TITLE, "An erratum."))
    assert g.load_gold(write(tmp_path, record()), corpus=folder)[0].article is not None


def test_a_mention_marked_twice_is_refused(tmp_path: Path) -> None:
    values = record()
    values["mentions"] = [*values["mentions"], mention("IL-6", "cytokine", "IL6")]  # type: ignore[misc]
    with pytest.raises(GoldError, match=r"mentions\[5\]: 'IL-6' at \d+ is marked twice"):
        g.load_gold(write(tmp_path, values))


@pytest.mark.parametrize(
    ("second", "field"),
    [
        ({"id": "PMID:1"}, "id: the article is in two splits"),
        ({"id": "DOC:2"}, "pmid: the article is in two splits"),
        ({"id": "DOC:2", "pmid": None}, "sha256: the article is in two splits"),
    ],
)
def test_an_article_in_two_splits_is_refused(tmp_path: Path, second: dict[str, object], field: str) -> None:
    write(tmp_path, record())
    write(tmp_path, record(split="dev", **second), name="general/dev.jsonl")
    with pytest.raises(GoldError, match=rf"\[{second['id']}\] dev\.jsonl: {field}"):
        g.load_gold(tmp_path, splits=["train"])


def rewritten(number: int, split: str, source: str) -> dict[str, object]:
    abstract = f"Text {number} of our own."
    sha256 = hashlib.sha256(f"Title\n{abstract}".encode()).hexdigest()
    values = {"id": f"ALS:{number}", "pmid": None, "sha256": sha256, "split": split, "title": "Title"}
    return {**values, "abstract": abstract, "source_pmid": source, "mentions": [], "findings": []}


def test_rewritten_abstracts_bring_their_text(tmp_path: Path) -> None:
    root = write(tmp_path, rewritten(1, "train", "7"), rewritten(2, "train", "7"), name="als/rewritten.jsonl")
    loaded = g.load_gold(root)
    assert [each.stratum for each in loaded] == ["als", "als"]
    assert [each.article.text for each in loaded if each.article] == [f"Title\nText {i} of our own." for i in (1, 2)]


def test_two_abstracts_of_one_paper_must_share_a_split(tmp_path: Path) -> None:
    root = write(tmp_path, rewritten(1, "train", "7"), rewritten(2, "dev", "7"), name="als/rewritten.jsonl")
    with pytest.raises(GoldError, match=r"\[ALS:2\] rewritten\.jsonl: source_pmid: the article is in two splits"):
        g.load_gold(root)


def test_a_record_in_the_file_of_another_split_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"dev\.jsonl: split: 'train' stands in the file of 'dev'"):
        g.load_gold(write(tmp_path, record(), name="general/dev.jsonl"))


def test_recorded_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"\[PMID:1\] train\.jsonl: id: recorded twice"):
        g.load_gold(write(tmp_path, record(), record()))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("id\tsplit\tstratum\nPMID:1\tdev\tdirect\n", r"split: train/direct, frozen in splits\.tsv: dev/direct"),
        ("PMID:2\ttrain\tdirect\n", r"id: not in splits\.tsv"),
        ("PMID:1\ttrain\n", r"\[line 1\] splits\.tsv"),
        ("PMID:1\ttrain\tdirect\nPMID:1\ttrain\tdirect\n", "id: listed twice"),
    ],
)
def test_splits_are_frozen(tmp_path: Path, table: str, message: str) -> None:
    (tmp_path / "splits.tsv").write_text(table, encoding="utf-8")
    with pytest.raises(GoldError, match=message):
        g.load_gold(write(tmp_path, record()))


@pytest.mark.parametrize("line", ["{", "[1]"])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: str) -> None:
    root = write(tmp_path, record())
    with (root / "general" / "train.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(line + "\n")
    with pytest.raises(GoldError, match=r"\[record 2\] train\.jsonl: line"):
        g.load_gold(root)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="no annotated article"):
        g.load_gold(tmp_path)


def test_a_damaged_corpus_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "broken.jsonl.gz").write_bytes(gzip.compress(b'{"id": "PMID:1"}\n')[:-9])
    with pytest.raises(GoldError, match=r"broken\.jsonl\.gz: damaged"):
        g.load_gold(write(tmp_path, record()), corpus=folder)
    with pytest.raises(GoldError, match="no such folder"):
        g.load_gold(tmp_path, corpus=tmp_path / "nowhere")


def other_article(key: str, title: str, abstract: str, split: str) -> dict[str, object]:
    sha256 = hashlib.sha256(f"{title}\n{abstract}".encode()).hexdigest()
    return record(id=key, pmid=None, sha256=sha256, split=split, mentions=[], findings=[])


def test_verify_reports_near_duplicates_and_missing_texts(tmp_path: Path) -> None:
    words = " ".join(f"word{i}" for i in range(60))
    copies = [("DOC:1", "A title", words), ("DOC:2", "A title", words + " and more"), ("DOC:3", "Other", "Unlike it.")]
    folder = corpus(tmp_path / "corpus", *copies)
    write(tmp_path, record(), other_article(*copies[0], "train"), other_article(*copies[2], "train"))
    write(tmp_path, other_article(*copies[1], "dev"), name="general/dev.jsonl")
    (tmp_path / "splits.tsv").write_text(
        "PMID:1\ttrain\tdirect\nDOC:1\ttrain\tdirect\nDOC:2\tdev\tdirect\nDOC:3\ttrain\tdirect\nDOC:4\tdev\tother\n"
    )
    report = g.verify(tmp_path, corpus=folder)
    assert (report.articles, report.checked) == (4, 3)
    assert report.without_text == ("PMID:1",)
    assert "--corpus FOLDER" in report.advice
    assert "PubMed" in report.advice
    assert report.unannotated == ("DOC:4",)
    (pair,) = report.duplicates
    assert (pair.first, pair.second, pair.splits) == ("DOC:1", "DOC:2", ("train", "dev"))
    assert pair.similarity == pytest.approx(58 / 60)


def test_near_duplicates_within_one_split_are_no_leak(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "corpus", ("DOC:1", "Same", "text of both"), ("DOC:2", "Same", "text of both!"))
    articles = [
        other_article("DOC:1", "Same", "text of both", "train"),
        other_article("DOC:2", "Same", "text of both!", "train"),
    ]
    assert list(g.near_duplicates(g.load_gold(write(tmp_path, *articles), corpus=folder))) == []


def test_shingles_of_a_short_text_are_one_run() -> None:
    assert shingles("TNF-α rose") == {("tnf", "α", "rose")}
    assert len(shingles("a b c d e f")) == 2


def test_repeated_findings_are_reported(tmp_path: Path) -> None:
    values = record()
    values["findings"] = [finding("IL6", "IL-6", RESULT), finding("IL6", "IL-6", RESULT)]
    assert g.verify(write(tmp_path, values)).repeated == ("PMID:1",)


def test_hydration_says_what_cannot_be_had_and_why(tmp_path: Path) -> None:
    records = [
        record(),
        record(id="PMID:2", pmid="2", sha256="2" * 64),
        record(id="PMID:3", pmid="3", sha256="3" * 64),
        record(id="DOC:4", pmid=None, sha256="4" * 64),
    ]
    gold = g.load_gold(write(tmp_path, *records))
    assert g.pmids_to_fetch(gold) == ["1", "2", "3"]
    fetched = [Article("PMID:1", TITLE, ABSTRACT, pmid="1"), Article("PMID:2", TITLE, "Reworded.", pmid="2")]
    result = g.hydrate(gold, fetched)
    assert [each.article is not None for each in result.articles] == [True, False, False, False]
    assert result.articles[0].findings[0].evidence_text == RESULT
    reasons = {each.id: each.reason for each in result.unavailable}
    assert list(reasons) == ["PMID:2", "PMID:3", "DOC:4"]
    assert "differs" in reasons["PMID:2"]
    assert "no article for PMID 3" in reasons["PMID:3"]
    assert "no PMID" in reasons["DOC:4"]


def test_hydration_keeps_texts_that_are_there(tmp_path: Path, texts: Path) -> None:
    gold = g.load_gold(write(tmp_path, record()), corpus=texts)
    assert g.pmids_to_fetch(gold) == []
    assert g.hydrate(gold, []) == g.Hydration(tuple(gold), ())


def test_stats_count_every_label(tmp_path: Path) -> None:
    write(tmp_path, record(), record(id="DOC:2", pmid=None, sha256="2" * 64, stratum="other", mentions=[], findings=[]))
    write(tmp_path, rewritten(1, "dev", "7"), name="als/rewritten.jsonl")
    counted = g.stats(g.load_gold(tmp_path))
    assert counted.parts == ("general train", "als dev")
    train = counted.as_json()["general train"]
    assert train["articles"] == {
        "all": 2,
        "with findings": 1,
        "with PMID": 1,
        "hydratable": 1,
        "hydratable share": 0.5,
    }
    assert "hydratable share" not in counted.as_json()["als dev"]["articles"]
    assert train["direction"] == {"increased": 1, "decreased": 1, "unchanged": 1}
    assert train["evidence"] == {"same sentence": 2, "cross-sentence": 1}
    assert train["confidence"] == {"sure": 2, "debatable": 1}
    assert train["mentions"] == {"cytokine": 3, "fluid": 2}
    assert train["stratum"] == {"direct": 1, "other": 1}
    table = g.stats_table(counted)
    assert "|  | general train | als dev | all |" in table
    assert "| direction: unchanged | 1 | 0 | 1 |" in table
    assert "| share that PubMed can hydrate | 50% | – | 50% |" in table


def test_texts_rebuilt_from_tokens_cannot_be_hydrated(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    line = {"id": "PMID:1", "title": TITLE, "abstract": ABSTRACT, "detokenised": True}
    (folder / "texts.jsonl.gz").write_bytes(gzip.compress(json.dumps(line).encode()))
    gold = g.load_gold(write(tmp_path, record()), corpus=folder)
    rebuilt = g.rebuilt_texts(folder, {each.id for each in gold})
    assert rebuilt == {"PMID:1"}
    assert g.stats(gold).hydratable("general train") == 1.0
    assert g.stats(gold, rebuilt=rebuilt).hydratable("general train") == 0.0


def test_literature_is_read_as_claims(tmp_path: Path) -> None:
    slots = {key: finding("IL6", "IL-6", RESULT)[key] for key in ("cytokine", "fluid", "direction", "contrast")}
    claim = {**slots, "comparator": "healthy", "condition": "ALS", "host": "human"}
    line = {"id": "PMID:5", "pmid": "5", "year": 2001, "kind": "original", "claims": [claim]}
    write(tmp_path, line, name="als/literature.jsonl")
    (article,) = g.load_literature(tmp_path)
    assert article.year == 2001
    assert article.claims[0].article_id == "PMID:5"
    assert article.claims[0].source == "literature"
    assert article.claims[0].triple == ("IL6", "serum", "increased")
    write(tmp_path, {**line, "claims": [{**claim, "fluid": "sera"}]}, name="als/literature.jsonl")
    with pytest.raises(GoldError, match=r"\[PMID:5\] literature\.jsonl: claims\[0\]\.fluid: unknown label 'sera'"):
        g.load_literature(tmp_path)
    assert g.load_literature(tmp_path / "nowhere") == []


def double(root: Path, first: dict[str, object], second: dict[str, object]) -> g.Agreement:
    for name, values in (("A", first), ("B", second)):
        raw = {key: value for key, value in values.items() if key not in {"split", "stratum"}}
        write(root, raw, name=f"double/general-dev.{name}.jsonl")
    (result,) = g.agreement(root, samples=50)
    return result


def test_agreement_by_hand(tmp_path: Path) -> None:
    other = record()
    other["mentions"] = other["mentions"][:-1]  # type: ignore[index]
    other["findings"] = [
        finding("IL6", "IL-6", RESULT, contrast="subgroup"),
        finding("TNF", "TNF-α", RESULT, direction="decreased"),
    ]
    result = double(tmp_path, record(), other)
    assert (result.name, result.annotators, result.articles) == ("general-dev", ("A", "B"), 1)
    assert (result.mention.tp, result.mention.fp, result.mention.fn) == (4, 0, 1)
    assert (result.slots["pair"].tp, result.slots["pair"].fp, result.slots["pair"].fn) == (2, 0, 0)
    assert (result.slots["triple"].tp, result.slots["triple"].fp, result.slots["triple"].fn) == (1, 1, 1)
    assert result.slots["triple"].f1.value == pytest.approx(0.5)
    assert result.slots["contrast"].tp == 0
    assert (result.strict["triple"].tp, result.strict["triple"].fn) == (1, 2)
    assert result.kappa_units == 1
    assert "general-dev | 1 |" in g.agreement_table([result])


def test_agreement_of_one_with_itself_is_perfect(tmp_path: Path) -> None:
    result = double(tmp_path, record(), record())
    assert result.slots["triple"].f1 == (1.0, 1.0, 1.0)
    assert result.kappa.value == pytest.approx(1.0)
    assert result.kappa_units == 3


def test_what_one_calls_debatable_counts_for_the_other(tmp_path: Path) -> None:
    other = record()
    other["findings"] = [finding("IL10", "IL-10", "IL-10 fell.", direction="decreased")]
    result = double(tmp_path, record(), other)
    assert (result.slots["triple"].tp, result.slots["triple"].fp, result.slots["triple"].fn) == (1, 0, 2)


def test_annotators_must_have_read_the_same(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="read different texts"):
        double(tmp_path, record(), record(sha256="0" * 64))
    with pytest.raises(GoldError, match="share no article"):
        double(tmp_path, record(), record(id="PMID:2"))


def test_an_annotation_file_named_otherwise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="is not named"):
        g.load_double(write(tmp_path, record(), name="double/mine.jsonl"))


def test_kappa_by_hand() -> None:
    # Observed 0.7; expected 0.5 * 0.6 + 0.5 * 0.4 = 0.5; kappa 0.4.
    assert float(kappa_of(np.array([[40.0, 10.0], [20.0, 30.0]]))) == pytest.approx(0.4)
    assert np.isnan(kappa_of(np.array([[5.0, 0.0], [0.0, 0.0]])))
    assert np.isnan(kappa_of(np.zeros((2, 2))))


def test_scores_by_hand() -> None:
    score = g.score_counts([(2, 1, 0), (0, 1, 2)], g.Resampler(2, 500))
    assert (score.tp, score.fp, score.fn) == (2, 2, 2)
    assert score.precision.value == score.recall.value == score.f1.value == 0.5
    assert (score.recall.low, score.recall.high) == (0.0, 1.0)
    assert score.precision.high == pytest.approx(2 / 3)


def test_scores_of_nothing_are_undefined() -> None:
    empty = g.score_counts([], g.Resampler(0, 10))
    assert (empty.tp, empty.fp, empty.fn) == (0, 0, 0)
    assert all(np.isnan(interval.value) for interval in (empty.precision, empty.recall, empty.f1))
    missed = g.score_counts([(0, 0, 3)], g.Resampler(1, 10))
    assert np.isnan(missed.precision.value)
    assert (missed.recall.value, missed.f1.value) == (0.0, 0.0)
    assert np.isnan(ratio(np.array([1.0]), np.array([0.0]))).all()


def test_the_bootstrap_is_seeded_and_its_width_is_right() -> None:
    counts = [(1, 0, 0)] * 70 + [(0, 0, 1)] * 30
    first, second = (g.score_counts(counts, g.Resampler(100, 4000, seed=7)) for _ in range(2))
    assert first == second
    # The binomial standard error of 0.7 at n = 100 is 0.0458.
    assert first.recall.low == pytest.approx(0.7 - 1.96 * 0.0458, abs=0.015)
    assert first.recall.high == pytest.approx(0.7 + 1.96 * 0.0458, abs=0.015)


@pytest.mark.shared
def test_texts_of_the_shared_pool_are_found(shared: Path) -> None:
    wanted = {"PMID:20588232"}
    (article,) = list(g.read_corpus(shared / "corpus", wanted))
    assert article.id in wanted
    assert len(article.text) > 200


def test_span_fields_are_spans(tmp_path: Path) -> None:
    (article,) = g.load_gold(write(tmp_path, record()))
    assert article.findings[0].evidence == Span(*at(RESULT).values())
