"""``extractor report``, ``update`` and ``compare`` as they are called."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import typer
from ledger_cases import literature
from living_pubmed import Paper, PubMed
from test_update import FIRST, Reader
from typer.testing import CliRunner

from extractor.cli import store_commands
from extractor.errors import ExtractorError, InputError, StoreError
from extractor.ledger import LEAST_SCORE
from extractor.records import Article, Finding
from extractor.store import open_store, save_run, schema

ANNOTATIONS = Path(__file__).parent.parent / "annotations"


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    store_commands.register(made)
    return made


@pytest.fixture
def run(app):
    def go(*arguments, code=0):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if isinstance(result.exception, ExtractorError):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return go


@pytest.fixture
def db(tmp_path):
    path = tmp_path / "als.db"
    claims, studies, _ = literature()
    by_article: dict[str, list[Finding]] = {}
    for claim in claims:
        if isinstance(claim, Finding):
            by_article.setdefault(claim.article_id, []).append(claim)
    mined = []
    for article_id, findings in by_article.items():
        study = studies[article_id]
        abstract = "x" * 400
        types = study.publication_types or ("Journal Article",)
        mined.append(
            (
                Article(article_id, study.title, abstract, pmid=study.pmid, year=study.year, publication_types=types),
                findings,
            )
        )
    with open_store(path) as store:
        save_run(store, mined, model="rules")
    return path


class TestReport:
    def test_of_a_database(self, run, db, tmp_path):
        result = run("report", "--db", db, "-o", tmp_path / "out")
        assert result.stdout.strip() == str(tmp_path / "out" / "report.html")
        assert "11 studies, 14 findings, 7 cells, 1 with rise and fall; studies left out: 1" in result.stderr
        every = run("report", "--db", db, "-o", tmp_path / "out", "--min-score", "0")
        assert "12 studies, 15 findings, 7 cells, 2 with rise and fall; studies left out: 1" in every.stderr
        assert "SWiM" in result.stderr
        assert (tmp_path / "out" / "figures" / "effect_directions_disease.svg").is_file()

    def test_as_json(self, run, db, tmp_path):
        result = run(
            *("report", "--db", db, "-o", tmp_path / "out", "--json"),
            *("--comparator", "healthy", "--since", "2002", "--min-score", "0.3"),
        )
        said = json.loads(result.stdout)
        cell = next(c for c in said["cells"] if (c["cytokine"], c["fluid"], c["host"]) == ("IL6", "serum", "human"))
        assert cell["verdict"] == "single study"

    def test_of_the_literature(self, run, tmp_path):
        if not (ANNOTATIONS / "als" / "literature.jsonl").is_file():
            pytest.skip("annotations/als/literature.jsonl is not in this checkout")
        run("report", "--literature", ANNOTATIONS, "-o", tmp_path, "-q")
        text = (tmp_path / "ledger.md").read_text(encoding="utf-8")
        assert "meta-analysis" in text
        assert "| CCL2 | CSF | human | disease |" in text

    def test_a_caution_is_printed(self, run, db, tmp_path):
        run("report", "--db", db, "-o", tmp_path, "--note", "No *data* at all.", "-q")
        assert '"note":"No *data* at all."' in (tmp_path / "report.html").read_text(encoding="utf-8")
        assert "No \\*data\\* at all." in (tmp_path / "ledger.md").read_text(encoding="utf-8")

    def test_what_low_scores_leave_out_is_told(self, run, db, tmp_path):
        run("report", "--db", db, "-o", tmp_path, "-q")
        text = (tmp_path / "ledger.md").read_text(encoding="utf-8")
        assert "findings left out: score too low 1" in text
        assert "Findings with a score under 0.5 are left out." in text

    def test_the_default_score_is_that_of_the_ledger(self):
        assert store_commands._LEAST_SCORE == LEAST_SCORE

    def test_an_older_file_is_brought_up_to_date_and_it_is_said(self, run, db, tmp_path, monkeypatch):
        step = ("a table of notes", "CREATE TABLE remarks (x TEXT) STRICT;\n")
        monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, step))
        for told in (True, False):
            said = run("report", "--db", db, "-o", tmp_path / "out").stderr
            assert ("a table of notes" in said) == told

    def test_what_is_missing(self, run, tmp_path):
        assert "one of the two" in run("report", "-o", tmp_path, code=2).stderr
        with pytest.raises(StoreError, match="no such database"):
            run("report", "--db", tmp_path / "none.db", "-o", tmp_path)
        with pytest.raises(InputError, match="no als/literature"):
            run("report", "--literature", tmp_path, "-o", tmp_path)


class TestCompare:
    @pytest.fixture
    def table(self, tmp_path):
        path = tmp_path / "table.tsv"
        lines = (
            "host\tcytokine\tfluid\tdirection\treference",
            "human\tIL-6\tCSF\tincreased\t5",
            "human\tIL-6\tCSF\tdecreased\t6",
            "human\tTNF\tserum\tincreased\t99",
        )
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    def test_table(self, run, db, table):
        result = run("compare", table, "--db", db)
        lines = [line.split("\t") for line in result.stdout.splitlines()]
        assert lines[0] == ["outcome", "host", "cytokine", "fluid", "direction", "reference", "ours"]
        assert [line[0] for line in lines[1:4]] == ["confirmed", "opposed", "missed"]
        assert {line[0] for line in lines[4:]} == {"added"}
        assert f"1 confirmed, 1 opposed, 1 missed, {len(lines) - 4} added" in result.stderr

    def test_to_a_file_and_as_json(self, run, db, table, tmp_path):
        printed = run("compare", table, "--db", db, "-q").stdout
        run("compare", table, "--db", db, "-o", tmp_path / "out.tsv", "-q")
        assert (tmp_path / "out.tsv").read_text(encoding="utf-8") == printed
        said = json.loads(run("compare", table, "--db", db, "--json").stdout)
        assert said["counts"]["confirmed"] == 1
        assert len(said["rows"]) == sum(said["counts"].values())

    def test_a_file_of_claims_lies_anywhere(self, run, db, tmp_path):
        slots = {"cytokine": "IL6", "fluid": "CSF", "direction": "increased", "contrast": "disease"}
        slots |= {"comparator": "healthy", "condition": "ALS", "host": "human"}
        papers = [
            {"id": "PMID:5", "pmid": "5", "doi": None, "kind": "original", "claims": [slots]},
            {"id": "DOI:10.5555/X", "pmid": None, "doi": "10.5555/X", "kind": "original", "claims": [slots]},
            {"id": "LIT:3", "pmid": None, "doi": None, "kind": "original", "claims": [{**slots, "fluid": "serum"}]},
            {"id": "LIT:4", "pmid": None, "doi": None, "kind": "review", "claims": [slots]},
        ]
        rest = {"pmcid": None, "year": 2001, "title": "T", "doubtful": [], "dropped": []}
        path = tmp_path / "claims.jsonl"
        path.write_text("\n".join(json.dumps({**rest, **paper}) for paper in papers), encoding="utf-8")
        said = json.loads(run("compare", path, "--db", db, "--json").stdout)
        assert [row["outcome"] for row in said["rows"][:3]] == ["confirmed", "missed", "confirmed"]
        assert said["rows"][1]["row"]["reference"] == "10.5555/X"
        with pytest.raises(InputError, match=r"none\.jsonl: no als/literature\.jsonl"):
            run("compare", tmp_path / "none.jsonl", "--db", db)

    def test_with_the_literature(self, run, db):
        if not (ANNOTATIONS / "als" / "literature.jsonl").is_file():
            pytest.skip("annotations/als/literature.jsonl is not in this checkout")
        said = json.loads(run("compare", ANNOTATIONS / "als" / "literature.jsonl", "--db", db, "--json").stdout)
        assert sum(said["counts"][name] for name in ("confirmed", "opposed", "missed")) > 40


class TestUpdate:
    @pytest.fixture
    def pubmed(self, monkeypatch):
        with PubMed([Paper(str(n), FIRST) for n in range(1, 4)]) as server:
            monkeypatch.setenv("NCBI_BASE_URL", server.url)
            monkeypatch.setenv("NCBI_EMAIL", "a@example.org")
            monkeypatch.setattr("extractor.mining.Miner", lambda **_: Reader())
            monkeypatch.setattr("extractor.mining.load_classifier", lambda _: None)
            monkeypatch.setattr("extractor.pipeline.build_pipeline", lambda **_: None)
            yield server

    def test_what_changed_is_printed(self, run, pubmed, tmp_path):
        db = tmp_path / "als.db"
        first = run("update", "--db", db, "--classifier", "rules", "--query", "als")
        assert "query: als" in first.stderr
        assert first.stdout.splitlines() == [
            "asked for 3 records, 0 of them known and due for another look",
            "new articles (3): PMID:1, PMID:2, PMID:3",
            *(f"+ PMID:{n}: IL6 in serum increased (disease, healthy, ALS, human)" for n in (1, 2, 3)),
            "verdict: IL6, serum, human, disease: none -> consistent",
        ]
        assert "nothing has changed" in run("update", "--db", db, "--classifier", "rules", "--query", "als").stdout
        pubmed.set(Paper("9", date.today(), says="decreased"))  # noqa: DTZ011  # the server knows days only
        later = run("update", "--db", db, "--classifier", "rules", "--query", "als").stdout
        assert "new opposition: IL6, serum, human, disease" in later
        assert "verdict: IL6, serum, human, disease: consistent -> leaning" in later

    def test_as_json(self, run, pubmed, tmp_path):
        said = json.loads(run("update", "--db", tmp_path / "a.db", "--classifier", "rules", "--json").stdout)
        assert said["new"] == ["PMID:1", "PMID:2", "PMID:3"]
        assert said["flips"] == [{"cell": ["IL6", "serum", "human", "disease"], "before": None, "after": "consistent"}]
        assert "amyotrophic" in said["query"]

    def test_the_model_is_written_down(self, run, pubmed, tmp_path):
        run("update", "--db", tmp_path / "a.db", "--classifier", "rules", "-q")
        with open_store(tmp_path / "a.db") as store:
            assert store.models() == [store_commands.model_name("rules", None)]


def test_a_report_loads_no_engine(tmp_path, db):
    code = f"""
import sys, typer
from extractor.cli.store_commands import register
app = typer.Typer(); register(app)
try: app(["report", "--db", {str(db)!r}, "-o", {str(tmp_path / "out")!r}, "-q"])
except SystemExit as done: assert not done.code, done.code
print([name for name in ("spacy", "torch", "onnxruntime", "transformers") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
