"""Texts, ids and file names that would run something: in terminal, browser, spreadsheet; models; secrets."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from eutils_server import FAULTS, EutilsServer, once
from living_pubmed import Paper
from openpyxl import load_workbook
from test_update import FIRST

from extractor.cli import main
from extractor.errors import ModelError
from extractor.mining import load_classifier
from extractor.releases import models_folder

Run = Callable[..., tuple[int, str, str]]
ESCAPES = "\x1b]0;owned\x07\x1b[2J\u202e\x9b31m"
MARKUP = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
FORMULAS = ("=HYPERLINK(1)", "+1+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1")
KEY = "very+secret/ключ"
SENTENCE = "Serum IL-6 was higher in 12 patients with ALS than in healthy controls (p < 0.05)."
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_RISKY = tuple("=+-@\t\r＝＋－＠")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process; gives exit code, stdout, stderr."""

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["extractor", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as done:
            main()
        out, err = capsys.readouterr()
        return int(done.value.code or 0), out, err

    return call


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Findings whose titles, ids, journals and sentences want to run something."""
    path = tmp_path / "hostile.jsonl"
    wanted = [ESCAPES, MARKUP, *FORMULAS]
    rows = [
        {
            "id": f"{text}{number}",
            "title": f"{text} title",
            "abstract": f"{text} {SENTENCE}",
            "journal": text,
            "doi": "javascript:alert(3)",
            "year": 2020,
        }
        for number, text in enumerate(wanted)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


class Page(HTMLParser):
    """Elements and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


class TestTerminal:
    @pytest.mark.parametrize("words", [("show",), ("mine", "--format", "table")])
    def test_texts(self, run: Run, hostile: Path, words: tuple[str, ...]):
        code, out, err = run(*words, hostile, "--classifier", "rules")
        assert code == 0
        assert not _CONTROL.search(out + err)
        assert "\\x1b]0;owned" in out

    def test_names_of_records_and_files_in_messages(self, run: Run, tmp_path: Path):
        path = tmp_path / f"in{ESCAPES}.jsonl"
        path.write_text(json.dumps({"id": f"a{ESCAPES}"}) + "\n", encoding="utf-8")
        for words in ((path,), (path, "-o", tmp_path / "out.jsonl"), (f"{path}.absent",)):
            code, out, err = run("mine", *words, "--classifier", "rules")
            assert code in {1, 3}
            assert not _CONTROL.search(out + err), repr(err)

    def test_an_answer_of_a_server(self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        with EutilsServer([]) as server:
            said = f"<eSearchResult><ERROR>Empty term {ESCAPES}</ERROR></eSearchResult>".replace("\x1b", "&#27;")
            answer = FAULTS["empty 200"]
            server.faults = [once(type(answer)(said.encode() + ESCAPES.encode(), 400), utility="esearch")]
            monkeypatch.setenv("NCBI_BASE_URL", server.url)
            code, out, err = run("fetch", "x", "-o", tmp_path / "out", "--email", "a@example.org")
        assert code == 1
        assert not _CONTROL.search(out + err), repr(err)


def test_a_file_name_that_is_no_text(run: Run, tmp_path: Path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/in\xff.jsonl"))
    path.write_text(json.dumps({"id": "a", "title": "T", "abstract": SENTENCE}) + '\n{"id": "b"}\n', encoding="utf-8")
    code, out, err = run("mine", path, "-o", tmp_path / "out.jsonl", "--classifier", "rules", "--json")
    assert code == 3, err
    assert json.loads(out)["inputs"][0]["path"] == str(path)
    assert "\\udcff" in (tmp_path / "out.jsonl.errors.jsonl").read_text(encoding="utf-8")


class TestReport:
    @pytest.fixture
    def folder(self, run: Run, hostile: Path, tmp_path: Path) -> Path:
        database = tmp_path / "als.db"
        assert run("mine", hostile, "--db", database, "-o", tmp_path / "o.jsonl", "--classifier", "rules")[0] == 0
        assert run("report", "--db", database, "-o", tmp_path / "report")[0] == 0
        return tmp_path / "report"

    def test_the_page_runs_nothing_but_its_own(self, folder: Path):
        text = (folder / "report.html").read_text(encoding="utf-8")
        assert "owned" in text  # the texts are there
        page = Page(text)
        assert page.tags.count("script") == 2
        assert "img" not in page.tags
        assert not [name for name, _ in page.attributes if name.startswith("on")]
        links = [value for name, value in page.attributes if name in {"href", "src", "action"}]
        assert all(link.startswith(("#", "https://", "data:,")) for link in links)
        assert "unsafe" not in next(value for name, value in page.attributes if "default-src" in value)

    def test_tables_hold_no_formulas(self, folder: Path):
        cells = [
            cell
            for path in folder.rglob("*")
            if path.suffix in {".csv", ".tsv"}
            for row in csv.reader(
                io.StringIO(path.read_bytes().decode(), newline=""), delimiter="," if path.suffix == ".csv" else "\t"
            )
            for cell in row
        ]
        assert any(cell.startswith("'=HYPERLINK") for cell in cells)
        assert not [cell for cell in cells if cell.startswith(_RISKY) and not re.fullmatch(r"-?[\d.]+", cell)]

    def test_workbooks_hold_no_formulas(self, folder: Path):
        for path in folder.rglob("*.xlsx"):
            for sheet in load_workbook(path):
                assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"], path


@pytest.mark.parametrize("ending", ["csv", "tsv", "xlsx"])
def test_findings_hold_no_formulas(run: Run, hostile: Path, tmp_path: Path, ending: str):
    out = tmp_path / f"out.{ending}"
    assert run("mine", hostile, "-o", out, "--classifier", "rules")[0] == 0
    if ending == "xlsx":
        [sheet] = load_workbook(out)
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
        return
    with out.open(encoding="utf-8", newline="") as stream:
        texts = [cell for row in csv.reader(stream, delimiter="," if ending == "csv" else "\t") for cell in row]
    assert len(texts) > 50
    assert not [text for text in texts if text.startswith(_RISKY)]


class TestModels:
    def test_no_file_is_a_pickle(self):
        files = [path for path in models_folder().rglob("*") if path.is_file()]
        assert len(files) > 5
        for path in files:
            assert path.suffix not in {".pkl", ".pickle", ".pt", ".pth", ".joblib", ".npy", ".ckpt"}, path
            head = path.read_bytes()[:2]
            assert not (head[:1] == b"\x80" and head[1:] in {b"\x02", b"\x03", b"\x04", b"\x05"}), path

    def test_loading_unpickles_nothing(self):
        code = """
import sys
from extractor.mining import load_classifier
from extractor.pipeline import build_pipeline
def refuse(event, arguments):
    if event == "pickle.find_class":
        sys.exit(f"a pickle is read: {arguments}")
sys.addaudithook(refuse)
load_classifier()
build_pipeline(ner="ner")
print("loaded")
"""
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
        assert done.stdout == "loaded\n", done.stderr[-500:]

    @pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "slots.json"])
    def test_a_changed_file_is_refused(self, tmp_path: Path, name: str):
        released = max(path for path in models_folder().iterdir() if path.name.startswith("relation-"))
        folder = tmp_path / released.name
        shutil.copytree(released, folder)
        data = bytearray((folder / name).read_bytes())
        data[len(data) // 2] ^= 1
        (folder / name).write_bytes(data)
        with pytest.raises(ModelError, match=re.escape(name)):
            load_classifier(str(folder))


def test_the_key_is_nowhere(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NCBI_EMAIL", "someone@example.org")
    monkeypatch.setenv("NCBI_API_KEY", KEY)
    words = ("mine", "--query", "q", "--db", tmp_path / "als.db", "-o", tmp_path / "out.jsonl", "--classifier", "rules")
    with EutilsServer([Paper("1", FIRST), Paper("2", FIRST)]) as server:
        monkeypatch.setenv("NCBI_BASE_URL", server.url)
        server.faults = [once(FAULTS["unavailable"], utility="efetch")]
        said = [run(*words, "--log-json", "--json"), run("update", "--db", tmp_path / "als.db", "--query", "q")]
        server.faults = [once(FAULTS["error in a 200"], utility="esearch", times=99)]
        monkeypatch.setattr("extractor.pubmed.transport._FIRST_DELAY", 0.0)
        said.append(run("fetch", "other", "-o", tmp_path / "other", "--log-json"))
    assert [code for code, _, _ in said] == [0, 0, 1], said
    assert {asked.parameters["api_key"] for asked in server.asked} == {KEY}
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    for spelling in (KEY, "very%2Bsecret", "secret/", "secret%2F"):
        assert spelling not in "".join(out + err for _, out, err in said)
        assert not [data for data in written if spelling.encode() in data]
