"""Shards: skipped when done, resumed, updated in order, the same bytes by any number of workers, killed or not."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from extractor.batch import Answer, Engine, Report, Shard, Task, mine_locally, run_batch, save
from extractor.batch.engine_local import KILLED
from extractor.batch.mining_shard import attempt
from extractor.batch.parquet import RECORDS, ROWS, write_rows
from extractor.cli import main
from extractor.contract import finding_line
from extractor.errors import InputError, ModelError
from extractor.run import MinerSettings, mine_inputs, read_inputs
from extractor.store import Run, Saved, open_store

RULES = MinerSettings(classifier="rules")
RECORD = """<PubmedArticle><MedlineCitation><PMID Version="{version}">{pmid}</PMID><Article>
<ArticleTitle>Levels in sepsis.</ArticleTitle><Abstract><AbstractText>{text}</AbstractText></Abstract>
</Article></MedlineCitation></PubmedArticle>"""
HIGHER = "Serum {} was higher in patients with sepsis than in healthy controls."
LOWER = "Serum {} was lower in patients with sepsis than in healthy controls."


def record(pmid: int, text: str, *, version: int = 1) -> str:
    return RECORD.format(pmid=pmid, text=text, version=version)


def shard(path: Path, *records: str, deleted: Sequence[int] = ()) -> Path:
    ids = "".join(f'<PMID Version="1">{pmid}</PMID>' for pmid in deleted)
    gone = f"<DeleteCitation>{ids}</DeleteCitation>" if deleted else ""
    text = f"<?xml version='1.0'?><PubmedArticleSet>{''.join(records)}{gone}</PubmedArticleSet>"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path


class Here:
    """An engine in this process that notes what it is given, and leaves out shards of one name."""

    def __init__(self, *, stops_at: str = "") -> None:
        self.given: list[str] = []
        self._stops_at = stops_at

    def __call__(self, task: Task, shards: Sequence[Shard]) -> Iterator[Answer]:
        for each in shards:
            if each.name == self._stops_at:
                raise KeyboardInterrupt
            self.given.append(each.name)
            yield Answer(each, attempt(task, each))


def mine(paths: Sequence[Path], folder: Path, engine: Engine | None = None, **options: object) -> Report:
    settings = options.pop("settings", RULES)
    return run_batch(paths, folder, settings=settings, engine=engine or Here(), **options)  # type: ignore[arg-type]


def written(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def found(folder: Path) -> list[tuple[str, str, str]]:
    table = pd.read_parquet(folder / "findings.parquet")
    return list(table[["id", "cytokine", "direction"]].itertuples(index=False, name=None))


@pytest.fixture
def shards(tmp_path: Path) -> list[Path]:
    """Two of a baseline and an update that replaces, takes back, adds and removes."""
    texts = {1: "IL-6", 2: "IL-8", 3: "IL-10", 4: "TNF-alpha"}
    records = {pmid: record(pmid, HIGHER.format(name)) for pmid, name in texts.items()}
    return [
        shard(tmp_path / "in" / "p26n0001.xml.gz", records[1], records[2], record(9, "Nothing was measured.")),
        shard(tmp_path / "in" / "p26n0002.xml.gz", records[3], records[4]),
        shard(
            tmp_path / "in" / "p26n0003.xml.gz",
            record(1, LOWER.format("IL-6")),
            record(2, "The abstract was withdrawn."),
            record(5, HIGHER.format("IL-1β")),
            deleted=[4, 77],
        ),
    ]


def test_updates_replace_and_remove_in_the_order_of_the_names(shards: list[Path], tmp_path: Path):
    report = mine(shards, tmp_path / "out")
    assert found(tmp_path / "out") == [
        ("PMID:3", "IL10", "increased"),
        ("PMID:1", "IL6", "decreased"),
        ("PMID:5", "IL1B", "increased"),
    ]
    assert (report.mined, report.skipped, report.failed) == (3, 0, {})
    assert (report.counts.read, report.counts.deleted, report.counts.findings, report.findings) == (10, 2, 6, 3)
    mine(shards[::-1], tmp_path / "other")
    assert written(tmp_path / "other") == written(tmp_path / "out")


def test_an_older_version_replaces_nothing_and_what_was_deleted_can_come_back(tmp_path: Path):
    paths = [
        shard(tmp_path / "in" / "1.xml", record(1, HIGHER.format("IL-6"), version=2), record(2, HIGHER.format("IL-8"))),
        shard(tmp_path / "in" / "2.xml", record(1, LOWER.format("IL-6")), deleted=[2]),
        shard(tmp_path / "in" / "3.xml", record(2, LOWER.format("IL-8"))),
    ]
    mine(paths, tmp_path / "out")
    assert found(tmp_path / "out") == [("PMID:1", "IL6", "increased"), ("PMID:2", "IL8", "decreased")] or (
        [row[0] for row in found(tmp_path / "out")] == ["PMID:1", "PMID:2"]
        and [row[2] for row in found(tmp_path / "out")] == ["increased", "decreased"]
    )


def test_within_a_shard_the_last_record_counts(tmp_path: Path):
    path = shard(tmp_path / "in" / "1.xml", record(1, HIGHER.format("IL-6")), record(1, LOWER.format("IL-6")))
    mine([path], tmp_path / "out")
    assert found(tmp_path / "out") == [("PMID:1", "IL6", "decreased")]


def test_done_shards_are_skipped_by_content_and_by_what_made_them(shards: list[Path], tmp_path: Path):
    out = tmp_path / "out"
    mine(shards, out)
    before = written(out)
    engine = Here()
    assert mine(shards, out, engine).skipped == 3
    assert engine.given == []
    assert written(out) == before
    moved = [path.rename(tmp_path / path.name) for path in shards]
    assert mine(moved, out, engine).skipped == 3
    shard(moved[0], record(1, LOWER.format("IL-6")))
    mine(moved, out, engine)
    assert engine.given == ["p26n0001.xml.gz"]
    mine(moved, out, engine, settings=MinerSettings(classifier="rules", min_score=0.99))
    assert len(engine.given) == 4


def test_an_interrupted_run_goes_on_and_a_damaged_output_is_made_again(shards: list[Path], tmp_path: Path):
    whole, out = tmp_path / "whole", tmp_path / "out"
    mine(shards, whole)
    with pytest.raises(KeyboardInterrupt):
        mine(shards, out, Here(stops_at="p26n0002.xml.gz"))
    assert not (out / "manifest.json").exists()
    engine = Here()
    mine(shards, out, engine)
    assert engine.given == ["p26n0002.xml.gz", "p26n0003.xml.gz"]
    assert written(out) == written(whole)
    next((out / "shards").glob("p26n0003*.records.parquet")).write_bytes(b"cut off")
    mine(shards, out, engine)
    assert engine.given[2:] == ["p26n0003.xml.gz"]
    assert written(out) == written(whole)


def test_broken_records_and_shards_are_rows_of_errors(shards: list[Path], tmp_path: Path):
    cut = tmp_path / "in" / "p26n0004.xml.gz"
    cut.write_bytes(shards[0].read_bytes()[:-20])
    odd = tmp_path / "in" / "p26n0005.jsonl"
    odd.write_text('{"id": "x", "title": \n')

    def gives_up_one(task: Task, given: Sequence[Shard]) -> Iterator[Answer]:
        for each in given:
            yield Answer(each, "gave up" if each.name == shards[1].name else attempt(task, each))

    report = mine([tmp_path / "in"], tmp_path / "out", gives_up_one)
    assert report.failed == {str(shards[1]): "gave up"}
    errors = pd.read_parquet(tmp_path / "out" / "errors.parquet")
    assert errors.iloc[0].to_list() == ["p26n0002.xml.gz", "", "batch", "gave up"]
    assert set(errors["shard"][1:]) == {"p26n0004.xml.gz", "p26n0005.jsonl"}
    assert errors["reason"].str.contains("truncated").any()
    assert report.counts.failed == len(errors) - 1
    report = mine([tmp_path / "in"], tmp_path / "out")
    assert (report.mined, report.skipped, report.failed) == (1, 4, {})


def test_the_manifest_accounts_for_everything(shards: list[Path], tmp_path: Path):
    mine(shards, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert [entry["path"] for entry in manifest["shards"]] == list(map(str, shards))
    assert manifest["models"] == [{"name": "rules-1", "sha256": {}}]
    assert manifest["counts"]["read"] == sum(entry["counts"]["read"] for entry in manifest["shards"]) == 10
    assert manifest["counts"]["replaced"] == 3
    assert manifest["outputs"]["findings.parquet"]["rows"] == 3
    for entry in manifest["shards"]:
        for name in entry["outputs"]:
            assert (tmp_path / "out" / name).is_file()


def test_without_merging_only_the_shards_outputs_are_left(shards: list[Path], tmp_path: Path):
    out, whole = tmp_path / "out", tmp_path / "whole"
    for path in shards:
        assert mine([path], out, merged=False).findings is None
    assert [path.name for path in out.iterdir()] == ["shards"]
    assert mine(shards, out).skipped == 3
    mine(shards, whole)
    assert written(out) == written(whole)


def test_what_cannot_be_a_shard_is_refused(shards: list[Path], tmp_path: Path):
    with pytest.raises(InputError, match="a shard is a file"):
        mine([Path("-")], tmp_path / "out")
    with pytest.raises(InputError, match="lies in the output folder"):
        mine(shards, tmp_path / "in")
    with pytest.raises(ModelError, match="no such model"):
        mine(shards, tmp_path / "out", settings=MinerSettings(classifier="relation-99"))


def test_rows_come_in_groups_of_one_size(tmp_path: Path):
    rows = [{"id": str(n), "version": 1, "outcome": "no_finding", "findings": 0} for n in range(ROWS + 1)]
    write_rows(tmp_path / "a", rows, RECORDS)
    write_rows(tmp_path / "b", iter(rows), RECORDS)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert pq.ParquetFile(tmp_path / "a").num_row_groups == 2


def test_four_processes_write_the_same_bytes_in_any_order_and_a_killed_one_costs_a_try(
    shards: list[Path], tmp_path: Path
):
    shard(shards[1], *(record(pmid, HIGHER.format("IL-6")) for pmid in range(100, 1600)))
    mine(shards, tmp_path / "one")
    victims: list[int] = []

    def kill_midway(process: int) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if list((tmp_path / "four" / "shards").glob(f".{shards[1].name}*.findings.parquet.{process}.part")):
                os.kill(process, signal.SIGKILL)
                return
            time.sleep(0.01)

    def started(each: Shard, process: int) -> None:
        if each.name == shards[1].name:
            victims.append(process)
            if len(victims) == 1:
                threading.Thread(target=kill_midway, args=(process,)).start()

    report = mine(shards[::-1], tmp_path / "four", partial(mine_locally, jobs=4, started=started))
    assert len(set(victims)) == 2
    assert report.failed == {}
    swept = {name: data for name, data in written(tmp_path / "four").items() if not name.endswith(".part")}
    assert swept == written(tmp_path / "one")


def test_a_shard_that_kills_every_worker_costs_only_itself(shards: list[Path], tmp_path: Path):
    def started(each: Shard, process: int) -> None:
        if each.name == shards[0].name:
            os.kill(process, signal.SIGKILL)

    report = mine(shards, tmp_path / "out", partial(mine_locally, jobs=1, started=started))
    assert report.failed == {str(shards[0]): KILLED}
    assert report.mined == 2
    errors = pd.read_parquet(tmp_path / "out" / "errors.parquet")
    assert errors.to_dict("records") == [{"shard": shards[0].name, "record": "", "stage": "batch", "reason": KILLED}]
    assert [row[0] for row in found(tmp_path / "out")] == ["PMID:3", "PMID:1", "PMID:5"]


def stored(db: Path) -> list[tuple[str, str, str]]:
    with open_store(db, create=False) as opened:
        return [(each.article_id, each.cytokine, each.direction) for each, _ in opened.findings()]


def save_in(db: Path, report: Report) -> Saved:
    with open_store(db) as opened:
        known = {article.id for article in opened.articles()}
        with Run(opened, model="rules-1") as run:
            save(report.done, run, known)
        return run.saved


def test_what_holds_after_all_shards_goes_into_a_database_once(shards: list[Path], tmp_path: Path):
    db = tmp_path / "als.db"
    assert save_in(db, mine(shards[:2], tmp_path / "out")).findings == 4
    added = save_in(db, mine(shards, tmp_path / "out"))
    assert (added.articles, added.read, added.findings) == (5, 3, 2)
    assert stored(db) == [
        ("PMID:1", "IL6", "decreased"),
        ("PMID:3", "IL10", "increased"),
        ("PMID:5", "IL1B", "increased"),
    ]
    with open_store(db) as opened:
        assert opened.counts()["deleted"] == 1
        assert opened.article("PMID:9") is None
    assert save_in(db, mine(shards, tmp_path / "out")).read == 0
    save_in(tmp_path / "fresh.db", mine(shards, tmp_path / "out"))
    assert stored(tmp_path / "fresh.db") == stored(db)


def test_the_database_gets_what_mining_without_shards_gives(tmp_path: Path):
    texts = [
        HIGHER.format("IL-6 (p = 0.001)"),
        "Serum IL-8 and IL-10, but not TNF-α, were lower in ALS patients (n = 20).",
    ]
    path = shard(tmp_path / "in" / "1.xml", *(record(pmid, text) for pmid, text in enumerate(texts, 1)))
    save_in(tmp_path / "shards.db", mine([path], tmp_path / "out"))
    with open_store(tmp_path / "plain.db") as opened, Run(opened, model="rules-1") as run:
        for result in mine_inputs(read_inputs([path]), RULES, miner=RULES.build()):
            assert result.article is not None
            run.save(result.article, result.findings)
    with open_store(tmp_path / "shards.db") as one, open_store(tmp_path / "plain.db") as other:
        assert [finding_line(each) for each in one.mined()] == [finding_line(each) for each in other.mined()] != []
        assert one.articles() == other.articles()


def test_a_shard_that_has_changed_since_is_not_taken_for_what_was_mined(shards: list[Path], tmp_path: Path):
    report = mine(shards, tmp_path / "out")
    shard(shards[1], record(8, HIGHER.format("IL-6")))
    with pytest.raises(InputError, match="has changed since it was mined"):
        save_in(tmp_path / "als.db", report)


def command(*words: object) -> subprocess.CompletedProcess[str]:
    code = "from extractor.cli import main; main()"
    line = [sys.executable, "-c", code, "mine", *map(str, words), "--classifier", "rules"]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=300)


def test_the_command_mines_shards_and_refuses_what_it_would_ignore(shards: list[Path], tmp_path: Path):
    done = command(*shards, "--engine", "local", "-o", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["findings"] == 3
    assert "3 shards mined, 0 done before, 0 failed" in done.stderr
    assert len(found(tmp_path / "out")) == 3


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--engine", "local"), "-o DIR"),
        (("--engine", "local", "-o", "out", "--limit", "3"), "--limit does not go with --engine"),
        (("--engine", "local", "-o", "out", "--db", "x.db", "--no-merge"), "--db does not go with --no-merge"),
        (("--no-merge",), "--no-merge belongs to --engine"),
    ],
)
def test_wrong_usage_is_2(
    words: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "argv", ["extractor", "mine", "in.xml", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert line in " ".join(capsys.readouterr().err.replace("│", " ").split())


NO_RAY = importlib.util.find_spec("ray") is None
WITHOUT_RAY = "needs the extra ray, which is not installed"


def many(path: Path) -> Path:
    """A shard that takes some seconds."""
    return shard(path, *(record(pmid, HIGHER.format("IL-6")) for pmid in range(100, 1600)))


def with_ray(shards: Sequence[Path], folder: Path) -> subprocess.Popen[str]:
    words = ["mine", *map(str, shards), "--engine", "ray", "--jobs", "2", "-o", str(folder), "--classifier", "rules"]
    line = [sys.executable, "-c", "from extractor.cli import main; main()", *words]
    return subprocess.Popen(line, stderr=subprocess.PIPE, text=True)


def worker_at(name: str, folder: Path, running: subprocess.Popen[str]) -> int:
    """The process that is writing the findings of this shard: its id stands in the temporary name."""
    while running.poll() is None:
        for path in (folder / "shards").glob(f".{name}*.findings.parquet.*.part"):
            return int(path.name.split(".")[-2])
        time.sleep(0.01)
    raise AssertionError(f"it ended before it came to {name}")


def whole(folder: Path) -> dict[str, bytes]:
    """What is there but what killed processes left half written."""
    return {name: data for name, data in written(folder).items() if not name.endswith(".part")}


@pytest.mark.ray
@pytest.mark.skipif(NO_RAY, reason=WITHOUT_RAY)
def test_ray_writes_the_same_bytes_and_a_killed_worker_costs_one_try(shards: list[Path], tmp_path: Path):
    many(shards[1])
    mine(shards, tmp_path / "one")
    with with_ray(shards[::-1], tmp_path / "ray") as running:
        os.kill(worker_at(shards[1].name, tmp_path / "ray", running), signal.SIGKILL)
        _, said = running.communicate(timeout=300)
    assert running.returncode == 0, said
    assert "3 shards mined, 0 done before, 0 failed" in said
    assert whole(tmp_path / "ray") == written(tmp_path / "one")


@pytest.mark.ray
@pytest.mark.skipif(NO_RAY, reason=WITHOUT_RAY)
def test_a_killed_driver_of_ray_is_started_again_and_goes_on(shards: list[Path], tmp_path: Path):
    many(shards[1])
    mine(shards, tmp_path / "one")
    with with_ray(shards, tmp_path / "ray") as running:
        worker_at(shards[1].name, tmp_path / "ray", running)
        running.kill()
    assert not (tmp_path / "ray" / "manifest.json").exists()
    done = len(list((tmp_path / "ray" / "shards").glob("*.json")))
    with with_ray(shards, tmp_path / "ray") as running:
        _, said = running.communicate(timeout=300)
    assert running.returncode == 0, said
    counts = re.search(r"(\d) shards mined, (\d) done before, 0 failed", said)
    assert counts is not None, said
    mined, before = map(int, counts.groups())
    assert mined + before == 3
    assert before >= done  # a worker may outlive the driver by a moment
    assert whole(tmp_path / "ray") == written(tmp_path / "one")
