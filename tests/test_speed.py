"""The speed benchmark: its arithmetic, shards and tables, and that a small run gives a result; nothing is timed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from extractor import formats
from extractor.benchmark import read_result, render_figures, stale_figures, write_result
from extractor.benchmark.speed import Sizes, benchmark, rivals, speed_benchmark, table, workers
from extractor.benchmark.speed.figures import efficiency, hours
from extractor.benchmark.speed.shards import Moulds, write_shards
from extractor.benchmark.speed.timing import race
from extractor.errors import InputError
from extractor.records import Article, Json

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE PubmedArticleSet SYSTEM "http://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_190101.dtd">
<PubmedArticleSet>"""
RECORD = """<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">7</PMID>
<Article PubModel="Print"><Journal><Title>Journal of Levels</Title></Journal>
<ArticleTitle>Old <i>title</i>.</ArticleTitle>
<Abstract><AbstractText>Old.</AbstractText><AbstractText>Old too.</AbstractText></Abstract><Language>eng</Language>
<PublicationTypeList><PublicationType UI="">Journal Article</PublicationType></PublicationTypeList></Article>
<MedlineJournalInfo><MedlineTA>J Levels</MedlineTA></MedlineJournalInfo></MedlineCitation></PubmedArticle>"""
WITHOUT = RECORD.replace("<AbstractText>Old.</AbstractText><AbstractText>Old too.</AbstractText>", "")
TEXTS = (
    "Serum IL-6 was higher in patients with sepsis than in healthy controls.",
    "Nothing was measured, & nobody <was> asked.",
    "Plasma IL-10 and CSF TNF-α did not differ between patients with ALS and controls.",
)


def articles(count: int) -> list[Article]:
    return [Article(f"X:{n}", f"Title {n}.", TEXTS[n % len(TEXTS)]) for n in range(count)]


@pytest.fixture
def moulds(tmp_path: Path) -> Path:
    path = tmp_path / "baseline" / "p21n0001.xml.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(f"{HEAD}{WITHOUT}{RECORD}</PubmedArticleSet>".encode()))
    return path


def ticks(*steps: float) -> Iterator[float]:
    now = 0.0
    for step in steps:
        yield now
        now += step
        yield now


def test_rivals_take_turns_and_ratios_are_taken_within_each_round():
    order: list[str] = []

    def run(name: str, items: int) -> int:
        order.append(name)
        return items

    clock = ticks(1, 2, 4, 2, 1, 1)
    contenders = {"ours": lambda: run("ours", 8), "theirs": lambda: run("theirs", 4)}
    done = race(contenders, repeats=3, clock=lambda: next(clock))
    assert order == ["ours", "theirs", "ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert done.rates == {"ours": [8, 4, 8], "theirs": [2, 1, 4]}
    assert done.per_second("theirs") == (2, 1, 4)
    assert done.times_as_fast("ours", "theirs") == (4, 2, 4)


def test_texts_stand_in_real_records_dealt_out_evenly(moulds: Path, tmp_path: Path):
    given = articles(7)
    paths = write_shards(given, Moulds([moulds]), tmp_path, size=3)
    refused: list[object] = []
    read = [list(formats.read([path], on_error=refused.append)) for path in paths]
    assert refused == []
    assert [[each.title for each in shard] for shard in read] == [
        ["Title 0.", "Title 2.", "Title 4."],
        ["Title 1.", "Title 3.", "Title 5."],
    ]
    found = {each.title: each for shard in read for each in shard}
    assert all(found[each.title].abstract == each.abstract for each in given[:6])
    assert sorted(each.pmid for each in found.values()) == list("123456")
    assert {each.journal for each in found.values()} == {"Journal of Levels"}
    assert rivals.read_ours(paths) == rivals.read_lxml(paths) == rivals.read_entrez(paths) == 6


def test_records_without_an_abstract_are_no_moulds(tmp_path: Path):
    path = tmp_path / "p.xml.gz"
    path.write_bytes(gzip.compress(f"{HEAD}{WITHOUT}</PubmedArticleSet>".encode()))
    with pytest.raises(InputError, match="no PubMed record with an abstract"):
        Moulds([path])


def test_characters_that_xml_forbids_become_blanks(moulds: Path, tmp_path: Path):
    (path,) = write_shards([Article("X:1", "A\x00B", "C\x1fD")], Moulds([moulds]), tmp_path, size=5)
    (read,) = formats.read([path], on_error=pytest.fail)
    assert (read.title, read.abstract) == ("A B", "C D")


def test_the_small_architecture_is_whole_and_runs():
    nlp = rivals.small_architecture()
    assert nlp.pipe_names == ["tok2vec", "tagger", "parser", "ner"]
    (doc,) = nlp.pipe([TEXTS[0]])
    assert doc.has_annotation("DEP")
    assert doc.has_annotation("TAG")


@pytest.mark.parametrize(
    ("times", "jobs", "rate"),
    [
        ([10, 11, 12, 13], 1, 100),  # from the first shard to the last
        ([10, 10.2, 11, 11.2, 12, 15], 2, 300 / 1.8),  # from 10.2, when both were at work, to 12, when one ran out
        ([5, 6], 1, 100),
    ],
)
def test_the_rate_leaves_out_start_and_end(times: Sequence[float], jobs: int, rate: float):
    assert workers.steady_rate([*reversed(times)], jobs=jobs, size=100) == pytest.approx(rate)


def test_too_few_shards_give_no_rate():
    with pytest.raises(InputError, match="3 shards are too few for 2 workers"):
        workers.steady_rate([1, 2, 3], jobs=2, size=100)


def one(value: float) -> Json:
    return {"value": value, "low": value, "high": value}


def worker(rate: float, **changes: object) -> Json:
    return {"per_second": one(rate), "seconds": one(30.0), "peak": 600_000_000, **changes}


RESULT: Json = {
    "schema": 1,
    "name": "speed",
    "kind": "speed",
    "version": "9",
    "date": "2026-11-23",
    "cpu": {"model": "Abacus", "cores": 4},
    "versions": {"lxml": "6"},
    "classifier": "rules-1",
    "repeats": 3,
    "n": {
        "bulk": {"articles": 400, "fluid": 31, "spotted": 30, "paired": 9},
        "direct": {"articles": 20, "fluid": 20, "spotted": 20, "paired": 12},
        "shards": 4,
        "shard": 100,
        "read": 100,
        "bytes": 5120.0,
    },
    "contests": {
        "reading": {
            "per_second": {"this program": {"value": 5000.0, "low": 4900.0, "high": 5100.0}, "bare lxml": one(10000.0)},
            "times_as_fast": {"bare lxml": {"value": 0.5, "low": 0.49, "high": 0.51}},
        }
    },
    "stages": {"recognise": 0.25, "pair": 0.0, "decide": 0.7, "context": 0.05},
    "workers": {"1": worker(1000.0), "4": worker(3600.0)},
    "ray": worker(3240.0, jobs=4, peak=0, seconds=one(48.0)),
}


def test_hours_follow_from_rate_cores_and_efficiency():
    assert efficiency(RESULT["workers"]) == {"1": 1.0, "4": 0.9}
    assert hours(per_second=1000, cores=4, efficient=0.9, records=36_000_000) == pytest.approx(36_000_000 / 3600 / 3600)
    assert "38,000,000 / (1,000 × 16 × 0.90) / 3600" in table.hours_table(RESULT)
    assert [row.split("|")[3].strip() for row in table.hours_table(RESULT).splitlines()[2:]] == ["2.9", "0.73", "0.046"]


def test_the_tables_say_what_was_measured():
    caption = table.caption(RESULT)
    assert "Abacus, 4 cores" in caption
    assert "real PubMed XML" in caption
    assert "400 abstracts of `bulk` (5.0 KiB a record" in caption
    contests = table.contests_table(RESULT).splitlines()
    assert [cell.strip() for cell in contests[2].split("|")[2:5]] == ["this program", "5,000 [4,900–5,100]", "–"]
    assert [cell.strip() for cell in contests[3].split("|")[1:5]] == [
        "",
        "bare lxml",
        "10,000 [10,000–10,000]",
        "0.50 [0.49–0.51]",
    ]
    assert [
        [cell.strip() for cell in row.split("|")[1:-1]] for row in table.workers_table(RESULT).splitlines()[2:]
    ] == [
        ["local", "1", "1,000 [1,000–1,000]", "1.00", "30", "0.60"],
        ["local", "4", "3,600 [3,600–3,600]", "0.90", "30", "0.60"],
        ["ray", "4", "3,240 [3,240–3,240]", "–", "48", "–"],
    ]
    assert table.ray_line(RESULT).startswith("With 4 workers, Ray's go at 0.90 times the speed of the process pool's")
    assert "18 s longer" in table.ray_line(RESULT)


def test_without_ray_the_line_says_so():
    absent = {**RESULT, "ray": {"absent": "it is not installed (extra `ray`)"}}
    assert table.ray_line(absent) == "Ray was not measured: it is not installed (extra `ray`)."
    assert "ray" not in table.workers_table(absent)


def test_the_figures_of_a_document_follow_the_result():
    keys = ("caption", "table/speed", "table/stages-time", "table/workers", "table/ray", "table/hours")
    document = "".join(f"<!-- benchmark:speed/{key} --><!-- /benchmark -->\n" for key in keys)
    filled = render_figures(RESULT, document)
    assert stale_figures(RESULT, document) == [f"speed/{key}" for key in keys]
    assert stale_figures(RESULT, filled) == []
    assert "| decide    | 70%" in filled


def test_a_small_run_gives_a_result_that_can_be_stored_and_shown(
    moulds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(benchmark, "why_no_ray", lambda: "it was left out")
    said: list[str] = []
    result = speed_benchmark(
        bulk=articles(6),
        direct=articles(3),
        records=[moulds],
        sizes=Sizes(repeats=1, shard=2, read=1, slow=1, batches=(1, 2), jobs=(1,)),
        classifier="rules",
        told=said.append,
    )
    write_result(result, tmp_path / "speed.json")
    assert read_result(tmp_path / "speed.json") == json.loads(json.dumps(result))
    assert list(result["contests"]) == ["reading", "prefilter", "direct", "bulk", "batches"]
    assert result["n"]["bulk"] == {"articles": 6, "spotted": 4, "fluid": 4, "paired": 4}
    assert (result["n"]["shards"], result["n"]["shard"], result["n"]["read"]) == (3, 2, 2)
    assert sum(result["stages"].values()) == pytest.approx(1)
    assert result["workers"]["1"]["per_second"]["value"] > 0
    assert result["workers"]["1"]["peak"] > 100_000_000
    assert result["ray"] == {"absent": "it was left out"}
    assert said == [
        "reading",
        "prefilter",
        "whole pipeline on direct",
        "whole pipeline on bulk",
        "classifier",
        "shards, --engine local --jobs 1, round 1",
    ]
    assert "scispaCy `sm` architecture" in table.render(result)


def test_a_run_over_shards_that_fails_is_one_line(tmp_path: Path):
    with pytest.raises(InputError, match="no such file"):
        workers.mine_shards([tmp_path / "none.xml"], engine="local", jobs=1, size=1)
