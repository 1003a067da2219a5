"""The commands that ask PubMed, against the local server."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from eutils_server import EutilsServer, entries

from extractor.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run the command line in this process, PubMed being a server with 30 records that lets nobody wait."""
    monkeypatch.setenv("NCBI_EMAIL", "someone@example.org")
    monkeypatch.setenv("NCBI_API_KEY", "secret-key")

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["extractor", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as done:
            main()
        out, err = capsys.readouterr()
        assert "secret-key" not in out + err
        return int(done.value.code or 0), out, err

    with EutilsServer(entries(30)) as server:
        monkeypatch.setenv("NCBI_BASE_URL", server.url)
        yield call


def test_fetch_writes_batches_and_says_what_came(run: Run, tmp_path: Path):
    code, out, err = run("fetch", "anything", "-o", tmp_path / "batches", "--json")
    assert code == 0
    assert json.loads(out)["fetched"] == 30
    assert "30 of 30 records fetched" in err
    assert (tmp_path / "batches" / "pubmed-00001.xml.gz").is_file()


def test_ids_that_pubmed_does_not_know_are_named(run: Run, tmp_path: Path):
    (tmp_path / "ids.txt").write_text("1\n10.5555/r2\n10.5555/unknown\n")
    code, _, err = run("fetch", "--ids", tmp_path / "ids.txt", "-o", tmp_path / "batches")
    assert code == 3
    assert "10.5555/unknown" in err


def test_a_dry_run_fetches_nothing(run: Run, tmp_path: Path):
    code, out, _ = run("mine", "--query", "anything", "--since", "2019-01-01", "--dry-run")
    assert code == 0
    assert "30 records; 30 would be fetched" in out
    assert json.loads(run("fetch", "anything", "--dry-run", "--json")[1])["wanted"] == 30
    assert list(tmp_path.iterdir()) == []


def test_a_day_that_is_none_is_wrong_usage(run: Run):
    code, _, err = run("mine", "--query", "anything", "--since", "yesterday", "--dry-run")
    assert code == 2
    assert "--since yesterday" in err


def test_a_query_is_fetched_and_mined_in_one(run: Run, tmp_path: Path):
    out = tmp_path / "out.jsonl"
    code, _, err = run("mine", "--query", "anything", "--max", 10, "-o", out, "--classifier", "rules")
    assert code == 0, err
    report = json.loads((tmp_path / "out.jsonl.run.json").read_text())
    assert report["counts"]["read"] == 10
    assert Path(report["inputs"][0]["path"]).parent == tmp_path / "out.jsonl.pubmed"
    code, stdout, _ = run("mine", "--query", "anything", "--max", 10, "--classifier", "rules", "-q")
    assert (code, stdout) == (0, "")


def test_show_fetches_one_record(run: Run):
    code, out, _ = run("show", "PMID:7", "--classifier", "rules")
    assert code == 0
    assert "Record 7" in out
    code, _, err = run("show", "999", "--classifier", "rules")
    assert code == 1
    assert "PubMed has no record 999" in err


def test_doctor_asks_once(run: Run):
    code, out, _ = run("doctor")
    assert code == 0, out
    assert "PubMed: answered in" in out
