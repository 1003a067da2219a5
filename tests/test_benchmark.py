"""benchmark.py: systems plug in, every level is reported, outputs agree with the stored result."""

from __future__ import annotations

import datetime
import gzip
import io
import json
import re
import sys
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from extractor import benchmark as b
from extractor.benchmark import corpora, external, systems, table
from extractor.benchmark.accuracy import select
from extractor.benchmark.cooccurrence import nearest_cue
from extractor.benchmark.tfidf import features, training_rows
from extractor.errors import GoldError, InputError
from extractor.gold import measure_agreement
from extractor.records import (
    AnnotatedArticle,
    Article,
    Candidate,
    Decision,
    Direction,
    Finding,
    GoldArticle,
    Kind,
    Mention,
    Span,
)
from extractor.vocabulary import load_vocabulary

NAMES: dict[str, tuple[Kind, str]] = {
    "IL-6": ("cytokine", "IL6"),
    "TNF": ("cytokine", "TNF"),
    "IL-10": ("cytokine", "IL10"),
    "serum": ("fluid", "serum"),
    "CSF": ("fluid", "CSF"),
}
DAY = datetime.date(2026, 1, 2)


def mark(article: Article) -> AnnotatedArticle:
    """A recogniser of five names; a sentence ends with a full stop or the line."""
    text = article.text
    sentences = tuple(Span(*match.span()) for match in re.finditer(r"[^.\n]+\.?", text))
    mentions = [
        Mention(Span(*match.span()), match[0], *NAMES[match[0]]) for match in re.finditer("|".join(NAMES), text)
    ]
    return AnnotatedArticle(article, sentences, tuple(mentions))


def pair(annotated: AnnotatedArticle) -> list[Candidate]:
    """Every cytokine with every fluid of its sentence."""
    found = []
    for one in annotated.mentions:
        sentence = annotated.sentences[annotated.sentence_of(one.span)]
        fluids = [two for two in annotated.mentions if two.kind == "fluid" and sentence.contains(two.span)]
        if one.kind == "cytokine":
            found += [Candidate(one, fluid, sentence, "same") for fluid in fluids]
    return found


@pytest.fixture(scope="module")
def stages() -> b.Stages:
    return b.Stages(lambda articles: [mark(article) for article in articles], pair)


def gold_of(
    key: str, abstract: str, *stated: tuple[str, str, Direction], split: str = "dev", stratum: str = "direct"
) -> GoldArticle:
    """An article whose findings are those stated, each in the first sentence that names both."""
    article = Article(key, "A study", abstract, pmid=key.removeprefix("PMID:") if key.startswith("PMID:") else None)
    annotated = mark(article)
    findings = []
    for cytokine, fluid, direction in stated:
        candidate = next(c for c in pair(annotated) if (c.cytokine.concept, c.fluid_name) == (cytokine, fluid))
        findings.append(Finding(key, cytokine, fluid, direction, "disease", host="human", evidence=candidate.evidence))
    return GoldArticle(key, article.pmid, "0" * 64, split, stratum, annotated.mentions, tuple(findings), article)


UP, DOWN, SAME = "increased", "decreased", "unchanged"


@pytest.fixture(scope="module")
def gold() -> list[GoldArticle]:
    dev = [
        gold_of(
            "PMID:1",
            "IL-6 in serum was higher in patients. TNF in serum fell.",
            ("IL6", "serum", UP),
            ("TNF", "serum", DOWN),
        ),
        gold_of("PMID:2", "IL-10 in CSF did not differ.", ("IL10", "CSF", SAME)),
        gold_of("DOC:3", "We measured IL-6 in serum and saw a rise of it.", stratum="other"),
        gold_of("ALS:1", "TNF in CSF was raised.", ("TNF", "CSF", UP), stratum="als"),
    ]
    train = []
    for number, name in enumerate(("IL-6", "TNF", "IL-10")):
        concept = NAMES[name][1]
        for fluid in ("serum", "CSF"):
            for cue, direction in (("higher than", UP), ("lower than", DOWN), ("similar to", SAME)):
                key = f"PMID:{100 + 10 * number}{len(train)}"
                text = f"{name} in {fluid} was {cue} controls."
                train.append(gold_of(key, text, (concept, fluid, direction), split="train"))
            train.append(gold_of(f"DOC:{number}{fluid}", f"{name} in {fluid} was measured by assay.", split="train"))
    return dev + train


class Oracle:
    """Knows two words."""

    name = "oracle-1.0"

    def decide(self, batch: systems.Batch) -> list[list[Decision]]:
        return [list(self._decide(annotated, candidates)) for annotated, candidates in batch]

    def _decide(self, annotated: AnnotatedArticle, candidates: Sequence[Candidate]) -> Iterator[Decision]:
        for candidate in candidates:
            words = annotated.article.text[slice(*candidate.evidence)]
            for cue, direction in (("higher", UP), ("differ", SAME), ("rise", UP)):
                if cue in words:
                    yield Decision(candidate, direction, "disease", 0.6 if cue == "rise" else 0.9)


@pytest.fixture(scope="module")
def finished(gold: list[GoldArticle], stages: b.Stages) -> b.Benchmark:
    tested = [
        b.classifier_system(b.CooccurrenceClassifier(), stages),
        b.classifier_system(Oracle(), stages, scored=True),
        b.System("silent", lambda articles: [[] for _ in articles]),
    ]
    human = [measure_agreement(gold[:2], gold[:2], name="general-dev", samples=20)]
    return b.accuracy(gold, tested, stages, b.Settings("dev", samples=40, date=DAY), human=human)


# The run


def test_every_level_is_reported(finished: b.Benchmark) -> None:
    result = finished.result
    assert (result["name"], result["date"], result["seed"]) == ("general-dev", "2026-01-02", 0)
    assert result["n"] == {
        "articles": 3,
        "without_pmid_left_out": 0,
        "findings_sure": 3,
        "findings_debatable": 0,
    }
    oracle = result["systems"]["oracle-1.0"]
    overall = oracle["triples"]["overall"]
    assert (overall["tp"], overall["fp"], overall["fn"]) == (2, 1, 1)
    assert overall["f1"]["value"] == pytest.approx(2 / 3)
    assert oracle["triples_contrast"]["overall"]["tp"] == 2
    assert oracle["direction"]["pairs"] == 4
    assert oracle["direction"]["confusion"]["decreased"] == {"none": 1}
    assert oracle["calibration"]["n"] == 3
    assert oracle["calibration"]["ece"]["value"] == pytest.approx((2 * 0.1 + 0.6) / 3)
    assert oracle["calibration"]["threshold"]["score"] == 0.9
    assert oracle["causes"]["missed"]["called_none"] == 1
    assert oracle["causes"]["wrong"]["not_a_finding"] == 1
    assert result["mentions"]["concept"]["all"]["f1"]["value"] == 1.0
    assert result["pairs"]["recognised"]["score"]["recall"]["value"] == 1.0
    assert result["human"]["general-dev"]["slots"]["triple"]["f1"]["value"] == 1.0
    assert [check["feature"] for check in result["leaks"]] == ["majority", "cytokine", "fluid", "position"]


def test_a_system_that_finds_nothing_is_scored_too(finished: b.Benchmark) -> None:
    silent = finished.result["systems"]["silent"]
    assert silent["triples"]["overall"]["precision"]["value"] is None
    assert silent["triples"]["overall"]["recall"]["value"] == 0.0
    assert silent["direction"] is None
    assert silent["calibration"] is None


def test_systems_are_compared_in_pairs(finished: b.Benchmark) -> None:
    pairs = [(each["first"], each["second"]) for each in finished.result["comparisons"]]
    assert pairs == [("cooccurrence", "oracle-1.0"), ("cooccurrence", "silent"), ("oracle-1.0", "silent")]
    assert finished.result["comparisons"][2]["f1"]["value"] == pytest.approx(2 / 3)


def test_the_result_keeps_its_schema(finished: b.Benchmark) -> None:
    jsonschema.Draft202012Validator.check_schema(b.RESULT_SCHEMA)
    jsonschema.validate(finished.result, b.RESULT_SCHEMA)
    broken = {**finished.result, "split": "validation"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, b.RESULT_SCHEMA)


def test_parts_are_scored_apart(gold: list[GoldArticle]) -> None:
    assert [each.id for each in select(gold, b.Settings("dev", part="als"))[0]] == ["ALS:1"]
    assert len(select(gold, b.Settings("dev", part="all"))[0]) == 4


def as_test(gold: list[GoldArticle]) -> list[GoldArticle]:
    return [replace(each, split="test") if each.split == "dev" else each for each in gold]


def test_test_scores_are_over_texts_with_a_pmid(gold: list[GoldArticle]) -> None:
    kept, left_out = select(as_test(gold), b.Settings("test"))
    assert [each.id for each in kept] == ["PMID:1", "PMID:2"]
    assert left_out == 1


def test_missing_texts_are_named_with_the_way_to_get_them(gold: list[GoldArticle]) -> None:
    bare = [replace(each, article=None) for each in gold]
    with pytest.raises(GoldError, match=r"\[PMID:1\] general-dev: text: missing, as for 3 of 3 .*--corpus FOLDER"):
        select(bare, b.Settings("dev"))
    with pytest.raises(GoldError, match="no annotated article"):
        select(gold, b.Settings("test"))


def test_two_systems_of_one_name_are_refused(gold: list[GoldArticle], stages: b.Stages) -> None:
    silent = b.System("silent", lambda articles: [[] for _ in articles])
    with pytest.raises(InputError, match="named alike"):
        b.accuracy(gold, [silent, silent], stages, b.Settings("dev", samples=5))


def test_a_system_that_answers_for_fewer_articles_is_refused(gold: list[GoldArticle], stages: b.Stages) -> None:
    with pytest.raises(InputError, match="system short: gave 1 lists of findings for 3 articles"):
        b.accuracy(gold, [b.System("short", lambda articles: [[]])], stages, b.Settings("dev", samples=5))


def test_an_article_is_recognised_once(gold: list[GoldArticle]) -> None:
    seen: list[str] = []

    def annotate(articles: Sequence[Article]) -> list[AnnotatedArticle]:
        seen.extend(article.id for article in articles)
        return [mark(article) for article in articles]

    stages = b.Stages(annotate, pair)
    tested = [b.classifier_system(Oracle(), stages), b.classifier_system(b.CooccurrenceClassifier(), stages)]
    b.accuracy(gold, tested, stages, b.Settings("dev", samples=5))
    assert len(seen) == len(set(seen))


def test_the_miner_plugs_in(gold: list[GoldArticle], stages: b.Stages) -> None:
    class Miner:
        def mine(self, articles: Sequence[Article]) -> Iterator[tuple[Article, list[Finding]]]:
            for article in articles:
                yield article, [Finding(article.id, "IL6", "serum", UP, "disease", score=0.8)]

    result = b.accuracy(gold, [b.miner_system(Miner(), "mined")], stages, b.Settings("dev", samples=5)).result
    assert result["systems"]["mined"]["triples"]["overall"]["tp"] == 1
    assert result["systems"]["mined"]["calibration"]["n"] == 3


# The outputs


def test_outputs_are_written_and_read_back(finished: b.Benchmark, tmp_path: Path) -> None:
    paths = b.write_outputs(finished, tmp_path / "out")
    assert [path.name for path in paths] == [f"general-dev.{e}" for e in ("json", "md", "html", "errors.jsonl")]
    assert b.read_result(paths[0]) == finished.result
    lines = [json.loads(line) for line in paths[3].read_text(encoding="utf-8").splitlines()]
    missed = [each for each in lines if each["system"] == "oracle-1.0" and each["side"] == "missed"]
    assert [(each["article_id"], each["cause"], each["triple"]) for each in missed] == [
        ("PMID:1", "called_none", ["TNF", "serum", "decreased"])
    ]
    assert missed[0]["sentence"].strip() == "TNF in serum fell."


def test_the_test_split_never_gets_an_errors_file(gold: list[GoldArticle], stages: b.Stages, tmp_path: Path) -> None:
    finished = b.accuracy(as_test(gold), [b.classifier_system(Oracle(), stages)], stages, b.Settings("test", samples=5))
    paths = b.write_outputs(finished, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in paths)
    assert not list(tmp_path.glob("*errors*"))
    assert all("TNF in serum fell" not in path.read_text(encoding="utf-8") for path in paths)


def test_the_table_shows_systems_and_the_ceiling(finished: b.Benchmark) -> None:
    text = b.render_tables(finished.result)
    first = next(line for line in text.splitlines() if "oracle-1.0" in line)
    assert "0.667 [" in first
    assert "| human agreement (general-dev, n 2)" in text
    assert "3 articles, 3 sure and 0 debatable findings" in text
    assert "| missed: called none" in text
    assert "Leak checks" in text


def test_the_page_stands_alone_and_is_reproducible(finished: b.Benchmark) -> None:
    page = b.render_page(finished.result)
    assert page == b.render_page(json.loads(json.dumps(finished.result)))
    assert page.count("<svg") == 4
    assert "<script" not in page
    loaded = re.findall(r'(?:src|href|xlink:href)="(?!#)([^"]*)"', page)
    assert loaded == []
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:url\(#|href="#)([^")]*)', page)) <= set(ids)


def test_a_page_of_hostile_names_is_escaped(gold: list[GoldArticle], stages: b.Stages) -> None:
    hostile = b.System("<b>&", lambda articles: [[] for _ in articles])
    page = b.render_page(b.accuracy(gold, [hostile], stages, b.Settings("dev", samples=5)).result)
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;" in page


def test_a_result_of_another_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    for text in ('{"schema": 0}', "[]", "{"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=r"old\.json"):
            b.read_result(path)
    with pytest.raises(InputError, match=r"absent\.json"):
        b.read_result(tmp_path / "absent.json")


# Figures in documents

FIGURE = "systems/oracle-1.0/triples/overall/f1"


def marked(key: str, text: str = "?") -> str:
    return f"F1 is <!-- benchmark:{key} -->{text}<!-- /benchmark -->."


def test_figures_are_filled_in_and_checked(finished: b.Benchmark) -> None:
    document = marked(f"general-dev/{FIGURE}") + marked("general-dev/n/articles", "3")
    assert b.stale_figures(finished.result, document) == [f"general-dev/{FIGURE}"]
    filled = b.render_figures([finished.result], document)
    assert "-->0.667 [" in filled
    assert b.stale_figures(finished.result, filled) == []
    assert b.render_figures(finished.result, filled) == filled
    assert b.stale_figures(finished.result, filled.replace("0.667", "0.767")) == [f"general-dev/{FIGURE}"]


@pytest.mark.parametrize(
    "name",
    ["table", "table/stages", "table/fluid", "table/causes", "table/leaks", "table/external", "table/comparisons"],
)
def test_whole_tables_are_filled_in(finished: b.Benchmark, name: str) -> None:
    filled = b.render_figures(finished.result, marked(f"general-dev/{name}"))
    assert "-->\n| " in filled
    assert "|\n<!-- /benchmark -->" in filled


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (marked(f"general-test/{FIGURE}"), "no stored result is named 'general-test'"),
        (marked("general-dev/systems/oracle-2"), "the result has no 'oracle-2'"),
        (marked("general-dev/systems/oracle-1.0"), "is no single figure"),
        ("<!-- benchmark:general-dev/seed --> 0", "is not closed"),
        (marked("general-dev/no such key"), "has a space in its key"),
    ],
)
def test_a_marker_that_cannot_be_filled_is_refused(finished: b.Benchmark, document: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        b.render_figures(finished.result, document)


def test_values_are_shown_alike_everywhere() -> None:
    assert table.show({"value": 0.91249, "low": 0.9, "high": 1.0}) == "0.912 [0.900–1.000]"
    assert table.show({"value": None, "low": None, "high": None}) == "–"
    assert table.show({"value": 0.5, "low": None, "high": None}) == "0.500"
    assert table.show(7) == "7"
    assert table.show(None) == "–"


def test_json_has_no_nan_and_no_tuple_keys() -> None:
    value = {("gold", "guess"): 1, "x": float("nan"), "y": (1, 2.5)}
    assert b.as_json(value) == {"gold": {"guess": 1}, "x": None, "y": [1, 2.5]}


# Co-occurrence and TF-IDF


@pytest.mark.parametrize(
    ("sentence", "direction"),
    [
        ("IL-6 was significantly higher in patients", UP),
        ("IL-6 levels fell after therapy", DOWN),
        ("IL-6 did not differ between groups", SAME),
        ("IL-6 was not significantly increased", SAME),
        ("there was no significant increase in IL-6", SAME),
        ("we measured IL-6", None),
    ],
)
def test_the_nearest_cue_decides(sentence: str, direction: Direction | None) -> None:
    assert nearest_cue(sentence, sentence.index("IL-6")) == direction


def test_cooccurrence_takes_one_sentence_only(stages: b.Stages) -> None:
    article = Article("A", "T", "IL-6 in serum rose after treatment, whereas TNF in serum fell. IL-10 rose.")
    system = b.classifier_system(b.CooccurrenceClassifier(), stages)
    (found,) = system.run([article])
    assert {finding.triple for finding in found} == {("IL6", "serum", UP), ("TNF", "serum", DOWN)}
    assert {finding.contrast for finding in found} == {"treatment"}
    apart = Candidate(mark(article).mentions[0], None, Span(2, 20), "none")
    assert b.CooccurrenceClassifier().decide([(mark(article), [apart])]) == [[]]


def test_tfidf_learns_the_direction_and_not_the_name(gold: list[GoldArticle], stages: b.Stages) -> None:
    train = [each for each in gold if each.split == "train"]
    system = b.classifier_system(b.TfidfClassifier(stages, train), stages, scored=True)
    texts = [
        Article("A", "T", "IL-10 in CSF was higher than controls."),
        Article("B", "T", "TNF in serum was lower than controls."),
        Article("C", "T", "TNF in serum was similar to controls."),
        Article("D", "T", "IL-6 in CSF was measured by assay."),
        Article("E", "T", "Nothing was named."),
    ]
    found = [[finding.direction for finding in findings] for findings in system.run(texts)]
    assert found == [[UP], [DOWN], [SAME], [], []]
    assert all(0.25 < finding.score <= 1 for findings in system.run(texts) for finding in findings)
    again = b.classifier_system(b.TfidfClassifier(stages, train), stages)
    assert [[f.score for f in row] for row in again.run(texts)] == [[f.score for f in row] for row in system.run(texts)]


def test_tfidf_features_mask_every_name() -> None:
    annotated = mark(Article("A", "T", "IL-6 and TNF in serum and CSF rose (p<5%)."))
    words = features(annotated, pair(annotated)[0]).split()
    assert " ".join(words[: words.index("|")]) == (
        "THE_CYTOKINE and OTHER_CYTOKINE in THE_FLUID and OTHER_FLUID rose p < 5 %"
    )
    assert "R:OTHER_CYTOKINE" in words
    assert words[-1] == "ROUTE:same"


def test_tfidf_leaves_debatable_candidates_out(stages: b.Stages) -> None:
    one = gold_of("PMID:1", "IL-6 in serum was higher. TNF in serum was assayed.", ("IL6", "serum", UP), split="train")
    doubted = replace(one, findings=tuple(replace(each, confidence="debatable") for each in one.findings))
    rows = {True: training_rows(stages.on_gold_mentions([one]), [one])}
    rows[False] = training_rows(stages.on_gold_mentions([doubted]), [doubted])
    assert [finding and finding.direction for _, finding in rows[True]] == [UP, None]
    assert [finding for _, finding in rows[False]] == [None]


def test_tfidf_needs_findings_to_learn_from(gold: list[GoldArticle], stages: b.Stages) -> None:
    for few in ([], [each for each in gold if each.id == "DOC:3"]):
        with pytest.raises(GoldError, match="train: nothing to learn from"):
            b.TfidfClassifier(stages, few)


# External programs


def program(tmp_path: Path, body: str) -> list[str]:
    path = tmp_path / "program.py"
    path.write_text(f"import json, sys\n{body}\n", encoding="utf-8")
    return [sys.executable, str(path)]


FINDING = {"schema": 1, "id": "A", "cytokine": {"symbol": "IL6"}, "fluid": {"name": "serum"}, "direction": "increased"}
ARTICLES = [Article("A", "β", "IL-6 rose."), Article("B", "T", "Nothing.")]


def test_a_program_is_a_system(tmp_path: Path) -> None:
    body = f"""
finding = {FINDING!r}
for line in sys.stdin:
    article = json.loads(line)
    if "IL-6" in article["abstract"] and article["title"] == "β":
        print(json.dumps({{**finding, "id": article["id"], "score": 0.5, "host": "rat", "contrast": "time"}}))
print()
sys.exit(3)"""
    (found, nothing) = b.command_system("mine", program(tmp_path, body)).run(ARTICLES)
    assert nothing == []
    (finding,) = found
    assert finding.triple == ("IL6", "serum", UP)
    assert (finding.score, finding.host, finding.contrast, finding.model) == (0.5, "rat", "time", "mine")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("sys.exit('out of memory')", "system mine: ended with 1: out of memory"),
        ("print('no')", "line 1: no JSON"),
        (f"print(json.dumps({dict(FINDING, direction='up')}))", "line 1: direction: unknown label 'up'"),
        (f"print(json.dumps({dict(FINDING, id='C')}))", "line 1: id 'C' was not asked for"),
        (f"print(json.dumps({dict(FINDING, score=7)}))", r"score 7.0 is outside \[0, 1\]"),
        (f"print(json.dumps({dict(FINDING, cytokine='IL6')}))", "line 1"),
        (f"print(json.dumps({dict(FINDING, fluid={'name': None})}))", "fluid.name: None is no name"),
        ("print('{}')", "line 1: 'id'"),
        ("import time; time.sleep(60)", "timed out"),
    ],
)
def test_a_program_that_breaks_the_contract_is_named(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        b.command_system("mine", program(tmp_path, body), timeout=5 if "sleep" not in body else 0.5).run(ARTICLES)


def test_the_option_names_a_system(tmp_path: Path) -> None:
    command = " ".join(program(tmp_path, "sys.stdin.read()"))
    system = b.parse_command_system(f"my-llm_2.0={command}")
    assert system.name == "my-llm_2.0"
    assert system.run(ARTICLES) == [[], []]
    for option in ("cat", "=cat", "a b=cat", "name=", "name='cat"):
        with pytest.raises(InputError, match="--system"):
            b.parse_command_system(option)
    with pytest.raises(InputError, match="system gone"):
        b.parse_command_system("gone=/no/such/program").run(ARTICLES)


# External corpora


def archive(path: Path, **files: str) -> None:
    with tarfile.open(path, "w:gz") as out:
        for name, text in files.items():
            data = text.encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            out.addfile(member, io.BytesIO(data))


def test_anatem_fluids_are_required_and_other_substances_neutral(tmp_path: Path) -> None:
    text = "A title\nSerum samples and urine; the cytoplasm."
    entities = "T1\tOrganism_substance 8 21\tSerum samples\nT2\tOrganism_substance 26 31\turine\n"
    entities += "T3\tOrganism_substance 37 46\tcytoplasm\nT4\tCell 0 1\tA\n"
    files = {"standoff/test/PMID-1.txt": text, "standoff/test/PMID-1.ann": entities}
    files |= {
        "standoff/test/PMID-2.txt": "One line of serum",
        "standoff/test/PMID-2.ann": "T1\tOrganism_substance 12 17\tserum\n",
    }
    files |= {"standoff/train/PMID-3.txt": "serum", "standoff/train/PMID-3.ann": ""}
    archive(tmp_path / "anatem.tar.gz", **files)
    first, second = corpora.anatem(tmp_path, load_vocabulary().normalise_fluid)
    assert [first.article.text[slice(*one.span)] for one in first.required] == ["Serum samples", "urine"]
    assert [first.article.text[slice(*span)] for span in first.neutral] == ["cytoplasm"]
    assert [second.article.text[slice(*one.span)] for one in second.required] == ["serum"]


def test_tcre_generic_words_are_not_required(tmp_path: Path) -> None:
    text = "Title\n\nThe cytokine IL-6 and IL-2."
    entities = (
        "T1\tCYTOKINE 11 19\tcytokine\nT2\tCYTOKINE 20 24\tIL-6\nT3\tPROTEIN 29 33\tIL-2\nR1\tInduction Arg1:T1\n"
    )
    folder = "brat/collection_02"
    files = {f"{folder}/P.txt": text, f"{folder}/P.ann": entities, f"{folder}/unannotated/Q.txt": "IL-4"}
    archive(tmp_path / "tcre_cytokine_ner.tar.gz", **files)
    (document,) = corpora.tcre(tmp_path)
    assert [document.article.text[slice(*one.span)] for one in document.required] == ["IL-6"]
    assert [document.article.text[slice(*span)] for span in document.neutral] == ["cytokine", "IL-2"]


def test_tcre_scheme_sets_aside_what_it_could_not_have_marked(tmp_path: Path) -> None:
    text = "Title\n\nIL-17-producing cells and IL-2 act on CD25; IL-4 does not."
    entities = "T1\tCELL_TYPE 7 28\tIL-17-producing cells\nT2\tCYTOKINE 33 37\tIL-2\n"
    folder = "brat/collection_02"
    files = {f"{folder}/P.txt": text, f"{folder}/P.ann": entities}
    files |= {f"{folder}/Q.txt": "Of IL-6", f"{folder}/Q.ann": "T1\tPROTEIN 3 7\tIL-6\n"}
    archive(tmp_path / "tcre_cytokine_ner.tar.gz", **files)
    assert [[span.start for span in each.neutral] for each in corpora.tcre(tmp_path)] == [[], [4]]
    place = text.index("CD25")
    (document,) = corpora.tcre(tmp_path, outside=lambda _: [Span(place, place + 4)])
    assert [text[slice(*one.span)] for one in document.required] == ["IL-2"]
    assert [text[slice(*span)] for span in document.neutral] == ["IL-17-producing cells", "CD25"]
    found = [
        Mention(Span(text.index(n), text.index(n) + 4), n, "cytokine", n) for n in ("IL-17", "IL-2", "CD25", "IL-4")
    ]
    score = external.score_documents([document], [found], samples=20)
    assert (score.overlap.tp, score.overlap.fp, score.overlap.fn) == (1, 1, 0)


def test_cytokine_genes_are_known_by_their_ids(tmp_path: Path) -> None:
    header = "HGNC ID\tApproved Symbol\tApproved Name\tStatus\tSynonyms\tEntrez Gene ID(supplied by NCBI)\tUniProt ID\n"
    rows = "HGNC:6018\tIL6\tx\tApproved\t\t3569\tP05231\nHGNC:1\tA1BG\tx\tApproved\t\t1\tP1\n"
    rows += "HGNC:2\tNONE\tx\tApproved\t\t\t\n"
    (tmp_path / "hgnc_protein_coding.tsv.gz").write_bytes(gzip.compress((header + rows).encode()))
    genes = corpora.human_genes(tmp_path, {"HGNC:6018": "IL6"})
    assert genes == {"3569": "IL6", "1": ""}
    text = "9|t|IL-6 and A1BG\n9|a|Il6 of mice.\n9\t0\t4\tIL-6\tGene\t3569\n9\t9\t13\tA1BG\tGene\t1\n"
    text += "9\t14\t17\tIl6\tGene\t16193\n9\t21\t25\tmice\tSpecies\t10090\n9\tBind\t1\t2\tNo\n\n10|t|None\n10|a|None.\n"
    archive(tmp_path / "pubtator_ner.tar.gz", **{"BioRED_Test.PubTator": text})
    first, second = corpora.pubtator(tmp_path, "BioRED_Test.PubTator", genes)
    assert first.required == (corpora.Required(Span(0, 4), "IL6"),)
    assert [first.article.text[slice(*span)] for span in first.neutral] == ["Il6", "mice"]
    assert second.article.id == "PMID:10"
    with pytest.raises(InputError, match="has no NLMgene"):
        corpora.pubtator(tmp_path, "NLMgene_Test.PubTator", genes)


def test_a_missing_corpus_is_named(tmp_path: Path) -> None:
    for read in (corpora.tcre, corpora.evidence_inference, lambda folder: corpora.human_genes(folder, {})):
        with pytest.raises(InputError, match=re.escape(str(tmp_path))):
            read(tmp_path)


def test_external_mentions_by_hand() -> None:
    required = (corpora.Required(Span(0, 4), "IL6"), corpora.Required(Span(10, 20), "TNF"))
    document = corpora.Document(Article("A", "", "x" * 60), required, (Span(40, 44),))
    found = [
        Mention(Span(0, 4), "xxxx", "cytokine", "IL10"),
        Mention(Span(12, 15), "xxx", "cytokine", "TNF"),
        Mention(Span(30, 34), "xxxx", "cytokine", "IL2"),
        Mention(Span(41, 43), "xx", "cytokine", "IL4"),
    ]
    score = external.score_documents([document], [found], samples=20)
    assert (score.overlap.tp, score.overlap.fp, score.overlap.fn) == (2, 1, 0)
    assert (score.exact.tp, score.exact.fp, score.exact.fn) == (1, 2, 1)
    assert score.concept_recall == 0.0
    assert score.required == 2


def question(article: str, evidence: str, label: Direction) -> b.Question:
    return b.Question(article, "outcome", "drug", "placebo", evidence, label)


def test_evidence_scores_by_hand() -> None:
    questions = [question("1", "a", UP), question("1", "b", DOWN), question("2", "c", SAME), question("2", "d", SAME)]
    score = b.score_evidence(questions, [UP, UP, SAME, "none"], samples=20)
    # F1: increased 2/3, decreased 0, unchanged 2/3.
    assert score.macro_f1.value == pytest.approx(4 / 9)
    assert score.accuracy == 0.5
    assert (score.questions, score.articles) == (4, 2)
    assert score.classes["unchanged"].fn == 1
    assert sum(each.fp for each in score.classes.values()) == 1


def test_evidence_inference_is_read_by_its_official_split(tmp_path: Path) -> None:
    base = {"outcome": "o", "intervention": "i", "comparator": "c", "direction": UP, "evidence": " It was higher. "}
    rows = [{**base, "pmcid": "PMC1", "split": "test"}] * 2 + [{**base, "pmcid": "PMC2", "split": "train"}]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "evidence_inference.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    (only,) = corpora.evidence_inference(tmp_path)
    assert only == b.Question("PMC1", "o", "i", "c", "It was higher.", UP)
    scores = b.external_directions(tmp_path, {"wrong": lambda asked: [DOWN] * len(asked)}, samples=5)
    assert {name: score.accuracy for name, score in scores.items()} == {"cue words": 1.0, "wrong": 0.0}


@pytest.mark.parametrize(
    ("outcome", "evidence", "where"),
    [
        ("Pain at 6 h", "With the drug, pain at 6 h was higher.", "pain at 6 h was"),
        ("Pain at 6 h", "The score was higher.", "Pain at 6 h in serum: The score"),
        ("", "Higher\nin all.", "outcome in serum: Higher in all."),
    ],
)
def test_a_question_becomes_a_candidate(outcome: str, evidence: str, where: str) -> None:
    asked = b.Question("PMC1", outcome, "drug", "placebo", evidence, UP)
    annotated, (candidate,) = b.question_candidate(asked)
    text = annotated.article.text
    for mention in annotated.mentions:
        assert text[slice(*mention.span)] == mention.text
    assert text[candidate.cytokine.span.start :].startswith(where)
    assert candidate.fluid_name == "serum"
    assert not candidate.cross_sentence
    assert annotated.sentence_of(candidate.cytokine.span) == 1
    assert "drug compared with placebo" in text[slice(*annotated.sentences[0])]
    assert b.answer_by(Oracle().decide)([asked]) == [UP if "higher" in evidence else "unchanged"]


@pytest.mark.shared
def test_external_corpora_are_as_expected(shared: Path) -> None:
    folder = shared / "corpus"
    questions = corpora.evidence_inference(folder)
    assert len({each.article for each in questions}) == 90
    assert 300 < len(questions) <= 458
    vocabulary = load_vocabulary()
    ids = {vocabulary.cytokine_id(symbol): symbol for symbol in vocabulary.cytokines}
    genes = corpora.human_genes(folder, {key: symbol for key, symbol in ids.items() if key})
    assert genes["3569"] == "IL6"
    tests = external.mention_tests(folder, vocabulary)
    sizes = {
        name: (len(documents), sum(len(each.required) for each in documents)) for name, (_, documents) in tests.items()
    }
    assert sizes["tcre-held-out-cytokines"] == (23, 165)
    assert sizes["tcre-held-out-cytokines-of-scheme"] == (8, 165)
    assert sizes["anatem-test-fluids"][1] > sizes["anatem-test-fluids-of-guidelines"][1] > 100
    documents = corpora.pubtator(folder, "BioRED_Test.PubTator", genes) + corpora.tcre(folder)
    documents += corpora.anatem(folder, vocabulary.normalise_fluid)
    assert len(documents) == 99 + 88 + 398
    assert all(one.span.end <= len(each.article.text) for each in documents for one in each.required)
    assert sum(len(each.required) for each in documents) > 500
