"""The command line: exit codes, one-line failures, streams, files beside OUT, the same bytes every time."""

from __future__ import annotations

import gzip
import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
import spacy

import extractor
from extractor.cli import main
from extractor.cli.console import Reporter, visible
from extractor.contract import SCHEMA

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = Path(extractor.__file__).parent / "data" / "sample.jsonl"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process; gives exit code, stdout, stderr."""

    def call(*words: object, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["extractor", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin))))
        capsys.readouterr()
        with pytest.raises(SystemExit) as done:
            main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return int(done.value.code or 0), out, err

    return call


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Two good records and a broken one."""
    path = tmp_path / "in.jsonl"
    rows = [
        {"id": "one", "title": "Sepsis", "abstract": "Serum IL-6 was higher in patients than in healthy controls."},
        {"id": "two", "title": "Nothing", "abstract": "Sodium was measured in serum."},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"id": "three"}\n')
    return path


def test_mine_writes_the_contract_and_what_stands_beside_it(run: Run, small: Path, tmp_path: Path):
    out = tmp_path / "out.jsonl"
    code, stdout, err = run("mine", small, "-o", out, "--classifier", "rules")
    assert (code, stdout) == (3, "")
    assert "3 records" in err
    assert "1 failed" in err
    [finding] = map(json.loads, out.read_text().splitlines())
    jsonschema.validate(finding, SCHEMA)
    assert finding["id"] == "one"
    report = json.loads((tmp_path / "out.jsonl.run.json").read_text())
    assert report["counts"] == {
        "read": 3,
        "deleted": 0,
        "no_abstract": 0,
        "no_cytokine": 1,
        "no_fluid": 0,
        "no_finding": 0,
        "with_findings": 1,
        "failed": 1,
        "findings": 1,
        "for_human": 0,
    }
    assert report["unnormalised"] == []
    assert report["inputs"][0]["path"] == str(small)
    assert len(report["inputs"][0]["sha256"]) == len(report["output"]["sha256"]) == 64
    assert report["models"] == [{"name": "rules-1", "sha256": {}}]
    assert report["versions"]["spacy"]
    assert report["seconds"] > 0
    [error] = map(json.loads, (tmp_path / "out.jsonl.errors.jsonl").read_text().splitlines())
    assert error == {
        "file": str(small),
        "record": "three",
        "stage": "parse",
        "reason": "neither title nor abstract",
    }


def test_names_that_the_word_lists_lack_are_counted_and_listed(run: Run, tmp_path: Path):
    other = spacy.blank("en")
    ruler = other.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "CYTOKINE", "pattern": "novokine"}, {"label": "FLUID", "pattern": "gland juice"}])
    other.to_disk(tmp_path / "model")
    records = tmp_path / "in.jsonl"
    text = "Serum novokine and IL-6 rose in patients. In gland juice novokine fell."
    records.write_text("".join(json.dumps({"id": str(n), "title": "T", "abstract": text}) + "\n" for n in range(2)))
    for jobs in (1, 2):
        out = tmp_path / f"{jobs}.jsonl"
        run("mine", records, "-o", out, "--classifier", "rules", "--ner", tmp_path / "model", "--jobs", jobs, "-q")
        assert json.loads((tmp_path / f"{jobs}.jsonl.run.json").read_text())["unnormalised"] == [
            {"kind": "cytokine", "text": "novokine", "times": 4},
            {"kind": "fluid", "text": "gland juice", "times": 2},
        ]
        assert "novokine" not in {json.loads(line)["cytokine"]["text"] for line in out.read_text().splitlines()}


def test_a_clean_run_ends_with_0_and_leaves_no_errors_file(run: Run, tmp_path: Path):
    out = tmp_path / "out.jsonl"
    (tmp_path / "out.jsonl.errors.jsonl").write_text("from an earlier run\n")
    assert run("mine", SAMPLE, "-o", out, "--classifier", "rules", "--quiet") == (0, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl", "out.jsonl.run.json"]


def test_the_output_is_the_same_twice_and_with_any_number_of_processes(run: Run, tmp_path: Path):
    outs = [tmp_path / f"{n}.jsonl" for n in range(3)]
    for out, jobs in zip(outs, (1, 1, 2), strict=True):
        run("mine", SAMPLE, "-o", out, "--classifier", "rules", "--jobs", jobs, "-q")
    assert len({out.read_bytes() for out in outs}) == 1
    assert outs[0].read_text().count("\n") > 20


def test_data_goes_to_stdout_and_messages_to_stderr(run: Run, small: Path):
    code, out, err = run("mine", small, "--classifier", "rules")
    assert code == 3
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["one"]
    assert "[three]" in err
    code, out, err = run("mine", small, "--classifier", "rules", "--format", "tsv", "-q")
    assert pd.read_csv(io.StringIO(out), sep="\t")["cytokine"].tolist() == ["IL6"]


def test_standard_input_is_read_and_hashed(run: Run, small: Path, tmp_path: Path):
    out = tmp_path / "out.jsonl"
    data = gzip.compress(small.read_bytes())
    code, _, _ = run("mine", "-", "-o", out, "--classifier", "rules", "-q", stdin=data)
    assert code == 3
    [given] = json.loads((tmp_path / "out.jsonl.run.json").read_text())["inputs"]
    assert given["bytes"] == len(data)
    assert len(given["sha256"]) == 64
    run("mine", "-", "-o", out, "--classifier", "rules", "-q", "--limit", 1, stdin=data)
    assert json.loads((tmp_path / "out.jsonl.run.json").read_text())["inputs"][0]["sha256"] is None


def test_limit_min_score_and_json_report(run: Run, tmp_path: Path):
    out = tmp_path / "out.csv"
    code, stdout, _ = run("mine", SAMPLE, "-o", out, "--limit", 2, "--min-score", 0.7, "--json", "-q")
    report = json.loads(stdout)
    assert code == 0
    assert report["counts"]["read"] == 2
    scores = pd.read_csv(out)["score"]
    assert len(scores) == report["counts"]["findings"] > 0
    assert scores.min() >= 0.7


def test_the_config_file_gives_defaults_and_options_win(run: Run, small: Path, tmp_path: Path):
    config = tmp_path / "extractor.toml"
    config.write_text(
        '[mine]\nclassifier = "rules"\nlimit = 1\nmin-score = 0.5\nformat = "csv"\n[pubmed]\nemail = "a@b"\n'
    )
    code, out, err = run("mine", small, "--config", config, "--log-json")
    assert code == 0
    assert out.splitlines()[0].startswith("id,cytokine,")
    assert json.loads(err.splitlines()[-1])["read"] == 1
    assert run("mine", small, "--config", config, "--limit", 3, "-q")[0] == 3


BAD_CONFIGS = ["[mine]\nlimmit = 1\n", "[mine\n", "[other]\n", "mine = 1\n", "[pubmed]\nemail = 3\n"]


@pytest.mark.parametrize("text", BAD_CONFIGS)
def test_a_bad_config_is_wrong_usage(run: Run, small: Path, tmp_path: Path, text: str):
    config = tmp_path / "extractor.toml"
    config.write_text(text)
    code, _, err = run("mine", small, "--config", config)
    assert code == 2
    assert "extractor.toml" in err


WRONG = [
    ("mine",),
    ("mine", "x", "--bogus"),
    ("mine", "x", "--jobs", "0"),
    ("mine", "x", "--min-score", "2"),
    ("mine", "x", "--format", "parquet"),
    ("mine", "x", "--format", "table", "-o", "y"),
    ("mine", "x", "--query", "y"),
    ("mine", "x", "--dry-run"),
    ("mine", "x", "--config", "absent.toml"),
    ("fetch",),
    ("fetch", "x"),
    ("benchmark", "accuracy", "-o", "x", "--external"),
    ("nothing",),
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_usage_ends_with_2(run: Run, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*words)
    assert code == 2
    assert out == ""
    assert "Error" in err


FAILING = [
    (("mine", "absent.xml", "--classifier", "rules"), "absent.xml: no such file"),
    (("mine", "{small}", "--classifier", "relation-9"), "--classifier relation-9: no such model"),
    (("mine", "{small}", "--classifier", "rules", "--ner", "absent"), "'absent' cannot be loaded"),
    (("mine", "{small}", "--classifier", "rules", "-o", "absent/out"), "absent/out: cannot be written"),
    (("show", "absent.xml", "--classifier", "rules"), "absent.xml: no such file"),
    (("gold", "verify", "--annotations", "absent"), "no annotated article"),
    (("gold", "verify", "--annotations", "{gold}", "--corpus", "absent"), "absent: no such folder"),
    (("benchmark", "accuracy", "-o", "x", "--annotations", "absent"), "no annotated article"),
    (("benchmark", "accuracy", "-o", "x", "--system", "bad"), "is not NAME=COMMAND"),
    (("benchmark", "render", "absent.md"), "absent.md"),
    (("fetch", "q", "-o", "x"), "e-mail address"),
    (("mine", "--query", "q"), "e-mail address"),
]


@pytest.mark.parametrize(("words", "line"), FAILING, ids=[" ".join(words) for words, _ in FAILING])
def test_a_failure_is_one_line_and_1(
    run: Run, small: Path, words: tuple[str, ...], line: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NCBI_EMAIL", raising=False)
    code, _, err = run(*(word.format(small=small, gold=ROOT / "annotations") for word in words))
    assert code == 1
    assert len(err.splitlines()) == 1
    assert err.startswith("extractor: ")
    assert line in err


def test_a_run_does_not_read_its_own_output(run: Run, small: Path, tmp_path: Path):
    code, _, err = run("mine", tmp_path, "-o", small, "--classifier", "rules")
    assert code == 2
    assert "is an input and the output" in err
    assert small.read_text().count("\n") == 3


def test_the_rules_stand_in_with_one_line(run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("extractor.releases.models_folder", lambda: tmp_path)
    code, out, err = run("mine", small, "--limit", 2, "-q")
    assert code == 0
    assert json.loads(out)["model"] == "rules-1"
    assert err.splitlines() == [
        "no trained model is released here: the rules decide (say --classifier rules to choose them)"
    ]


def test_show_marks_mentions_and_runs_nothing_a_text_holds(run: Run, tmp_path: Path):
    path = tmp_path / "in.jsonl"
    text = "Serum IL-6 was higher in patients\u202e with sepsis\u001b]0;x\u0007 than in healthy controls [bold]."
    path.write_text(json.dumps({"id": "\u001b[31mred", "title": "", "abstract": text}) + "\nodd\n")
    code, out, _ = run("show", path, "--classifier", "rules")
    assert code == 3
    assert "\\x1b[31mred" in out
    assert "[bold]" in out
    assert "\\u202e" in out
    assert not set(out) & {"\x1b", "\x07", "\u202e"}
    code, out, _ = run("show", path, "--classifier", "rules", "--json")
    [shown] = json.loads(out)
    assert shown["abstract"] == text
    assert [mention["concept"] for mention in shown["mentions"]] == ["serum", "IL6"]
    path.write_text(json.dumps({"id": "B", "title": "", "abstract": "IL-6 rose in muscle."}) + "\n")
    code, out, _ = run("show", path, "--classifier", "rules", "--json")
    assert [mention["concept"] for mention in json.loads(out)[0]["mentions"]] == ["IL6"]


def test_the_table_says_a_sentence_once(run: Run, tmp_path: Path):
    path = tmp_path / "in.jsonl"
    said = "Serum IL-6 and IL-8 were higher in patients with sepsis than in healthy controls."
    path.write_text(json.dumps({"id": "x", "title": "", "abstract": said}))
    code, out, _ = run("mine", path, "--classifier", "rules", "--format", "table", "-q")
    assert code == 0
    assert out.count("higher in patients") == 1
    assert out.count("↑ increased") == 2


def test_schema_version_and_doctor(run: Run):
    assert json.loads(run("schema")[1]) == SCHEMA
    assert run("version")[1].strip() == extractor.__version__
    assert json.loads(run("version", "--json")[1]) == {"version": extractor.__version__}
    code, out, _ = run("doctor", "--offline", "--json")
    checks = {check["name"]: check for check in json.loads(out)}
    assert code == 0, out
    assert {"packages", "word lists", "trial sentence"} <= checks.keys()
    assert "PubMed" not in checks


def test_doctor_fails_where_pubmed_does_not_answer(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NCBI_BASE_URL", "http://127.0.0.1:9/eutils")
    code, out, _ = run("doctor", "--email", "someone@example.org")
    assert code == 1
    assert "FAILED PubMed: PubMed esearch: no connection" in out


def test_gold_commands_report_as_text_and_json(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    code, out, _ = run("gold", "verify")
    assert code == 0
    assert "articles are sound" in out
    assert json.loads(run("gold", "verify", "--json")[1])["articles"] > 100
    assert "| general dev |" in run("gold", "stats")[1]
    assert json.loads(run("gold", "stats", "--json")[1])
    code, out, _ = run("gold", "agreement", "--samples", 20)
    assert code == 0
    assert "general-dev" in out
    assert json.loads(run("gold", "agreement", "--samples", 20, "--json")[1])[0]["kappa"]["value"] > 0


def test_benchmark_scores_the_rewritten_abstracts(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    program = f"{sys.executable} -c pass"
    words = ("--part", "als", "--samples", 20, "--system", f"silent={program}", "-o", tmp_path, "--classifier", "rules")
    code, out, _ = run("benchmark", "accuracy", *words)
    assert code == 0
    result = json.loads((tmp_path / "als-dev.json").read_text())
    assert list(result["systems"]) == ["cooccurrence", "rules-1", "tfidf", "silent"]
    assert result["systems"]["silent"]["triples"]["overall"]["recall"]["value"] == 0
    assert result["systems"]["rules-1"]["triples"]["overall"]["f1"]["value"] > 0.3
    assert "# Accuracy: als-dev" in out


def test_render_brings_figures_up_to_date(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    results = tmp_path / "results"
    results.mkdir()
    (results / "x-dev.json").write_text('{"schema": 1, "name": "x-dev", "n": {"articles": 3}}')
    page = tmp_path / "page.md"
    page.write_text("<!-- benchmark:x-dev/n/articles -->old<!-- /benchmark --> articles")
    assert run("benchmark", "render", page, "--results", results, "--check")[0] == 1
    assert "old" in page.read_text()
    assert run("benchmark", "render", page, "--results", results)[0] == 0
    assert page.read_text() == "<!-- benchmark:x-dev/n/articles -->3<!-- /benchmark --> articles"
    assert run("benchmark", "render", page, "--results", results, "--check")[0] == 0


def test_the_figures_of_the_documents_are_those_of_the_stored_results(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    code, out, err = run("benchmark", "render", "--check")
    assert code == 0, out + err


def command(*words: object) -> list[str]:
    return [sys.executable, "-c", "from extractor.cli import main; main()", *map(str, words)]


def test_a_reader_that_leaves_early_brings_no_traceback(tmp_path: Path):
    line = json.dumps({"id": "x", "title": "", "abstract": "Serum IL-6 was higher in patients than in controls."})
    path = tmp_path / "in.jsonl"
    path.write_text(f"{line}\n" * 2000)
    words = command("mine", path, "--classifier", "rules", "-q")
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(120) == 1
        assert process.stderr.read() == b""


def test_an_interrupt_is_one_line_and_leaves_nothing(tmp_path: Path):
    words = command("mine", "-", "--classifier", "rules", "-o", tmp_path / "out.jsonl")
    with subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stderr is not None
        deadline = time.monotonic() + 60
        while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 1
        assert process.stderr.read() == b"extractor: interrupted\n"
    assert list(tmp_path.iterdir()) == []


def test_light_commands_load_no_heavy_library():
    code = (
        "import sys; import extractor.cli; "
        "print([m for m in ('spacy', 'pandas', 'numpy', 'onnxruntime', 'transformers', 'rich', 'lxml', 'Bio') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("text", ["\x1b[2J", "a\x00b", "\x9b31m", "\u202eabc", "\r"])
def test_visible_writes_controls_out(text: str):
    shown = visible(text)
    assert "\\" in shown
    assert shown.replace("\\", "").isascii()
    assert shown.isprintable()
    assert visible("α ≥ β\n") == "α ≥ β\n"


def test_progress_is_a_plain_line_now_and_then_off_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    moment = iter([0.0, 1.0, 11.0, 12.0])
    monkeypatch.setattr("extractor.cli.console.time.monotonic", lambda: next(moment))
    with Reporter().progress("mined") as update:
        for records in (10, 1100, 1200):
            update(records, 5)
    assert capsys.readouterr().err == "mined 1,100 records (100.0/s), 5 findings\n"
