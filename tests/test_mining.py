"""mining.py, run.py, api.py: the stages composed, every record accounted for, the same whatever the portions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

import extractor
from extractor import provenance, run
from extractor.candidates import find_candidates
from extractor.errors import InputError, ModelError, RecordError
from extractor.mentions import annotate
from extractor.mining import Miner, findings_of, for_human, load_classifier
from extractor.records import Article, Candidate, Decision, Finding
from extractor.relation import RelationClassifier, read_settings
from extractor.releases import find_release
from extractor.rules import RuleClassifier

RULES = run.MinerSettings(classifier="rules")
SAMPLE = Path(extractor.__file__).parent / "data" / "sample.jsonl"
FOUND = Article("A", "", "Serum IL-6 was higher in patients with sepsis than in healthy controls.")
BARE = Article("B", "Interleukin-6 in sepsis", "")
NONE = Article("C", "A study", "Sodium was measured in serum.")
DRY = Article("F", "IL-6 in muscle", "It rose.")
BACKGROUND = Article("D", "A study", "IL-6 is a cytokine. Serum was stored.")
GONE = Article("PMID:9", "", "", pmid="9", deleted=True)
BROKEN = RecordError("x.xml", "record 4", "parse", "odd")


@pytest.fixture(scope="module")
def miner() -> Miner:
    return RULES.build()


@pytest.fixture(scope="module")
def sample() -> list[Article]:
    return [each[1] for each in run.read_inputs([SAMPLE]) if not isinstance(each, RecordError)]


def inputs(*items: Article | RecordError) -> Iterator[run.Input]:
    return (item if isinstance(item, RecordError) else ("x.xml", item) for item in items)


def test_every_record_has_one_outcome_in_input_order():
    results = list(run.mine_inputs(inputs(FOUND, BROKEN, BARE, GONE, NONE, DRY, BACKGROUND), RULES))
    assert [each.outcome for each in results] == [
        "with_findings",
        "failed",
        "no_abstract",
        "deleted",
        "no_cytokine",
        "no_fluid",
        "no_finding",
    ]
    counts = run.Counts()
    for each in results:
        counts.add(each)
    whole = asdict(counts)
    findings, read, unsure = whole.pop("findings"), whole.pop("read"), whole.pop("for_human")
    assert unsure == 0
    assert findings == 1
    assert read == sum(whole.values()) == 7
    assert results[1].error is BROKEN


def test_text_of_spans_is_exact_in_the_sample(miner: Miner, sample: list[Article]):
    seen = 0
    for article, findings in miner.mine(sample):
        for finding in findings:
            seen += 1
            assert article.text[slice(*finding.evidence)] == finding.evidence_text
            for mention in (finding.cytokine_mention, finding.fluid_mention):
                assert mention is None or article.text[slice(*mention.span)] == mention.text
            assert finding.model == "rules-1"
            assert finding.score == round(finding.score, 4)
    assert seen > 20


def test_findings_do_not_depend_on_the_batch(miner: Miner, sample: list[Article]):
    def mined(size: int) -> list[list[Finding]]:
        other = Miner(nlp=miner._nlp, classifier=miner.classifier, batch_size=size)
        return [findings for _, findings in other.mine(sample)]

    assert mined(1) == mined(7) == mined(64)


def test_findings_have_one_identity_each_and_follow_the_text(miner: Miner, sample: list[Article]):
    for _, findings in miner.mine(sample):
        keys = [finding.key for finding in findings]
        assert len(keys) == len(set(keys))
        assert [f.evidence for f in findings] == sorted(f.evidence for f in findings)


def test_min_score_leaves_out_what_is_below(sample: list[Article]):
    def scores(least: float) -> list[float]:
        settings = run.MinerSettings(classifier="rules", min_score=least)
        return [f.score for each in run.mine_inputs(inputs(*sample), settings) for f in each.findings]

    everything = scores(0.0)
    cut = sorted(set(everything))[1]
    assert scores(cut) == [score for score in everything if score >= cut] != everything


def test_repeated_evidence_is_kept_beside_the_best(miner: Miner):
    article = Article("E", "", f"{FOUND.abstract} {FOUND.abstract} {FOUND.abstract}")
    annotated = next(annotate(miner._nlp, [article]))
    by_sentence = {c.evidence: c for c in find_candidates(annotated) if not c.cross_sentence}
    scores = zip(by_sentence.values(), (0.6, 0.9, 0.7), strict=True)
    decisions = [Decision(candidate, "increased", "disease", score) for candidate, score in scores]
    [finding] = findings_of(annotated, decisions, model="m")
    first, second, third = by_sentence
    assert (finding.evidence, finding.score, finding.also) == (second, 0.9, (first, third))


class Touchy(RuleClassifier):
    """Fails on one article, as a library may."""

    def decide(self, batch: object) -> list[list[Decision]]:
        pairs: list[tuple[object, list[Candidate]]] = list(batch)  # type: ignore[call-overload]
        if any(annotated.article.id == "A" for annotated, _ in pairs):  # type: ignore[attr-defined]
            raise IndexError("odd text")
        return super().decide(pairs)  # type: ignore[arg-type]


def test_a_fault_costs_its_article_only(miner: Miner):
    touchy = Miner(nlp=miner._nlp, classifier=Touchy(), batch_size=64)
    answers = run.mine_portion(touchy, [NONE, FOUND, BACKGROUND])
    assert answers == [
        ("no_cytokine", [], "", ()),
        ("failed", [], "IndexError: odd text", ()),
        ("no_finding", [], "", ()),
    ]


def test_the_limit_stops_reading():
    def endless() -> Iterator[run.Input]:
        yield "x", NONE
        yield "x", NONE
        pytest.fail("read on")

    assert len(list(run.mine_inputs(endless(), RULES, limit=2))) == 2
    assert list(run.mine_inputs(endless(), RULES, limit=0)) == []


def test_processes_change_nothing(sample: list[Article], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run, "PORTION", 3)
    items = [*sample[:8], BROKEN, GONE, *sample[8:]]
    assert list(run.mine_inputs(inputs(*items), RULES, jobs=2)) == list(run.mine_inputs(inputs(*items), RULES))


def test_errors_keep_their_place_among_the_articles(tmp_path: Path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": "1", "title": "a"}\nodd\n{"id": "2", "title": "b"}\nodd\n')
    seen = [each.record if isinstance(each, RecordError) else each[1].id for each in run.read_inputs([path])]
    assert seen == ["1", "line 2", "2", "line 4"]
    with pytest.raises(InputError, match="no such file"):
        run.read_inputs([tmp_path / "absent"])


def test_a_missing_model_is_one_line(tmp_path: Path):
    with pytest.raises(ModelError, match=r"--classifier relation-9\.9"):
        provenance.chosen_classifier("relation-9.9")
    with pytest.raises(ModelError, match="cannot be read"):
        load_classifier(str(tmp_path))
    with pytest.raises(ModelError, match="cannot be loaded"):
        run.MinerSettings(classifier="rules", ner="no_such_model").build()


def test_rules_stand_in_where_nothing_is_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("extractor.releases.models_folder", lambda: tmp_path)
    monkeypatch.setattr(provenance, "models_folder", lambda: tmp_path)
    assert provenance.chosen_classifier(None) == ("rules", True)
    assert provenance.chosen_classifier("rules") == ("rules", False)
    assert provenance.models_used("rules", None) == [{"name": "rules-1", "sha256": {}}]
    folder = tmp_path / "relation-1.10.0"
    for path in (folder, tmp_path / "relation-1.9.0"):
        path.mkdir()
        (path / "config.json").write_text("{}")
    assert provenance.chosen_classifier(None) == (str(folder), False)
    assert list(provenance.models_used(str(folder), None)[0]["sha256"]) == ["config.json"]


def test_the_library_takes_texts_articles_and_files(tmp_path: Path):
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"id": "7", "title": FOUND.title, "abstract": FOUND.abstract}) + "\nodd\n")
    text = f"A title\n{FOUND.abstract}"
    found = extractor.mine([text, FOUND, path, str(path)], classifier="rules")
    assert [each.article_id for each in found] == ["text-1", "A", "7", "7"]
    assert found.counts["failed"] == len(found.errors) == 2
    assert found[0].evidence_text == found[1].evidence_text == FOUND.abstract
    assert len(found[1:3]) == 2
    assert repr(found) == "<4 findings in 6 records>"
    assert found.to_frame()["cytokine"].tolist() == ["IL6"] * 4
    assert len(extractor.mine(FOUND.abstract, classifier="rules")) == 1


def test_importing_the_package_loads_nothing_heavy():
    assert extractor.__version__
    assert "mine" in dir(extractor)
    with pytest.raises(AttributeError, match="no attribute 'dig'"):
        _ = extractor.dig


def test_the_sample_is_ours_and_says_where_its_facts_are_from():
    rows = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 16
    for row in rows:
        assert list(row) == ["id", "title", "abstract", "source_pmid", "source_title"]
        assert row["id"].startswith("ALS:")
        assert row["source_pmid"].isdigit()


def test_a_score_below_what_the_model_is_sure_from_is_for_a_human(miner: Miner) -> None:
    [(_, [finding])] = miner.mine([FOUND])
    folder = find_release("relation")
    assert folder is not None
    sure = read_settings(folder).sure
    assert not for_human(finding)  # the rules' scores are not calibrated
    assert for_human(replace(finding, model=folder.name, score=sure - 0.01))
    assert not for_human(replace(finding, model=folder.name, score=sure))


def test_what_does_not_fit_into_the_encoder_is_read_in_a_further_pass(miner: Miner) -> None:
    folder = find_release("relation")
    assert folder is not None
    classifier = RelationClassifier(folder)
    aside = "The role of IL-10 in this model of disease was reviewed at length and with care by many earlier authors. "
    result = "Serum IL-6 was significantly higher in the patients than in the healthy controls."
    [annotated] = annotate(miner._nlp, [Article(id="long", title="Cytokines in disease", abstract=40 * aside + result)])
    candidates = find_candidates(annotated)
    opinions = classifier.opinions(annotated, candidates)
    assert [opinion.candidate for opinion in opinions] == candidates
    [decisions] = classifier.decide([(annotated, candidates)])
    assert [(d.candidate.cytokine.concept, d.candidate.fluid_name, d.direction) for d in decisions] == [
        ("IL6", "serum", "increased")
    ]
