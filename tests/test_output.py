"""output.py and tables.py: every format, formula injection, atomic writing, the same bytes every time."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import os
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import tables
from extractor.errors import InputError, RecordError
from extractor.output import FORMATS, AtomicFile, ErrorLog, format_of, open_writer, write_json, writing
from extractor.records import Finding, Mention, Span

FINDING = Finding(
    article_id="PMID:1",
    cytokine="IL10",
    fluid="CSF",
    direction="decreased",
    contrast="disease",
    condition="ALS",
    host="human",
    evidence=Span(1, 40),
    evidence_text="Unlike IL-4, -10 fell in CSF, α < β.",
    cytokine_mention=Mention(Span(14, 17), "-10", "cytokine", "IL10"),
    fluid_mention=Mention(Span(26, 29), "CSF", "fluid", "CSF"),
    score=0.8125,
    model="rules-1",
    also=(Span(50, 60), Span(70, 80)),
)
BARE = replace(FINDING, article_id="=1+1", fluid="unspecified", fluid_mention=None, n=12, p="0.03", also=())


def written(form: str, *portions: list[Finding]) -> bytes:
    stream = io.BytesIO()
    writer = open_writer(stream, form)
    for portion in portions:
        writer.add(portion)
    writer.close()
    return stream.getvalue()


@pytest.mark.parametrize("form", FORMATS)
def test_portions_leave_no_trace_and_bytes_repeat(form: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "CHUNK", 3)
    many = [replace(FINDING, article_id=f"PMID:{n}") for n in range(8)]
    whole = written(form, many)
    assert whole == written(form, many[:1], [], many[1:5], many[5:])
    assert written(form, many[:7]) != whole


@pytest.mark.parametrize("form", ["csv", "tsv", "xlsx"])
def test_spreadsheets_run_no_text_as_a_formula(form: str):
    data = written(form, [BARE])
    if form == "xlsx":
        head, row = openpyxl.load_workbook(io.BytesIO(data))["findings"].iter_rows(values_only=True)
    else:
        head, row = csv.reader(io.StringIO(data.decode()), delimiter="," if form == "csv" else "\t")
    cells = dict(zip(head, row, strict=True))
    assert cells["id"] == "'=1+1"
    assert cells["cytokine_text"] == "'-10"
    assert cells["cytokine"] == "IL10"
    assert str(cells["cytokine_start"]) == "14"


@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_escaped_text_starts_like_a_formula(text: str):
    safe = tables.without_formulas(tables.frame([replace(FINDING, evidence_text=text)]))["evidence"][0]
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert safe in {lines, f"'{lines}"}


def test_the_frame_has_typed_columns_and_unescaped_text():
    table = tables.frame([FINDING, BARE])
    assert list(table.columns) == list(tables.COLUMNS)
    assert {name: str(kind) for name, kind in table.dtypes.items()} == dict(tables.COLUMNS)
    assert table["id"].tolist() == ["PMID:1", "=1+1"]
    assert table["n"].isna().tolist() == [True, False]
    assert table["also"].tolist() == ["50-60 70-80", ""]
    assert table["fluid_start"].isna().tolist() == [False, True]


def test_parquet_comes_back_with_its_types():
    table = pd.read_parquet(io.BytesIO(written("parquet", [FINDING, BARE])))
    assert table["score"].tolist() == [0.8125, 0.8125]
    assert table["cytokine_text"].tolist() == ["-10", "-10"]
    assert table["cross_sentence"].tolist() == [False, False]
    assert list(pd.read_parquet(io.BytesIO(written("parquet"))).columns) == list(tables.COLUMNS)


def test_a_sheet_takes_control_characters_and_long_cells():
    data = written("xlsx", [replace(FINDING, evidence_text="a\x00b" + "x" * 40_000)])
    cell = openpyxl.load_workbook(io.BytesIO(data))["findings"].cell(2, list(tables.COLUMNS).index("evidence") + 1)
    assert str(cell.value).startswith("a\ufffdbxxx")
    assert len(str(cell.value)) == 32_767


def test_a_sheet_refuses_more_rows_than_it_holds(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "_SHEET_ROWS", 1)
    with pytest.raises(InputError, match="a sheet holds 1 findings"):
        written("xlsx", [FINDING, BARE])


@pytest.mark.parametrize(
    ("name", "given_form", "form"),
    [
        ("out.jsonl", None, "jsonl"),
        ("out.CSV", None, "csv"),
        ("out.tsv.gz", None, "tsv"),
        ("out.txt", None, "jsonl"),
        ("out", None, "jsonl"),
        ("out.csv", "parquet", "parquet"),
    ],
)
def test_the_format_follows_the_option_then_the_ending(name: str, given_form: str | None, form: str):
    assert format_of(Path(name), given_form) == form


def test_an_unknown_format_is_refused():
    with pytest.raises(InputError, match="format 'doc'"):
        format_of(None, "doc")


def test_a_failed_run_leaves_the_old_file_and_no_other(tmp_path: Path):
    out = tmp_path / "out.jsonl"
    out.write_text("old")
    with contextlib.suppress(ZeroDivisionError), writing(out, "jsonl") as writer:
        writer.add([FINDING])
        writer.add([replace(FINDING, n=1 // 0)])
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]
    assert out.read_text() == "old"


def test_the_file_appears_whole_and_through_a_link(tmp_path: Path):
    target, link = tmp_path / "target.jsonl", tmp_path / "link.jsonl"
    target.write_text("old")
    link.symlink_to(target)
    with writing(link, "jsonl") as writer:
        writer.add([FINDING])
        assert target.read_text() == "old"
    assert link.is_symlink()
    assert json.loads(target.read_text())["id"] == "PMID:1"


def test_gzip_by_name_holds_neither_time_nor_name(tmp_path: Path):
    for name in ("a.csv.gz", "b.csv.gz"):
        with writing(tmp_path / name, "csv") as writer:
            writer.add([FINDING])
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()) == written("csv", [FINDING])


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path):
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with AtomicFile(fifo) as stream:
        stream.write(b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert fifo.is_fifo()


@pytest.mark.parametrize("name", ["absent/out.jsonl", "."])
def test_an_impossible_place_is_one_line(tmp_path: Path, name: str):
    with pytest.raises(InputError, match="cannot be written"), AtomicFile(tmp_path / name):
        pytest.fail("was opened")


def test_errors_are_logged_only_when_there_are_any(tmp_path: Path):
    path = tmp_path / "out.errors.jsonl"
    with ErrorLog(path) as log:
        log.add(RecordError("a.xml", "PMID:1", "parse", "odd"))
        log.add(RecordError("a.xml", "PMID:2", "parse", "odd too"))
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert rows[0] == {"file": "a.xml", "record": "PMID:1", "stage": "parse", "reason": "odd"}
    assert [row["record"] for row in rows] == ["PMID:1", "PMID:2"]
    with ErrorLog(path):
        pass
    assert not path.exists()


def test_json_is_written_whole_or_not(tmp_path: Path):
    path = tmp_path / "run.json"
    write_json(path, {"a": 1})
    with pytest.raises(ValueError, match="JSON"):
        write_json(path, {"a": float("nan")})
    assert json.loads(path.read_text()) == {"a": 1}
    assert [each.name for each in tmp_path.iterdir()] == ["run.json"]
