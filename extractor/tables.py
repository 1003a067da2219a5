"""Findings as tables: a pandas frame, and CSV, TSV, Parquet and XLSX written from it, always the same bytes.

Text that a spreadsheet would take for a formula gets an apostrophe in front in CSV, TSV and XLSX; Parquet and the frame
hold it as it is.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

import pandas as pd

from extractor.contract import finding_json
from extractor.errors import InputError
from extractor.records import Finding, Json

CHUNK = 10_000
"""Rows that are formatted at a time."""
_SHEET_ROWS = 1_048_575
_CELL = 32_767
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
COLUMNS: Mapping[str, str] = {
    "id": "str",
    "cytokine": "str",
    "cytokine_id": "str",
    "cytokine_text": "str",
    "cytokine_start": "Int64",
    "cytokine_end": "Int64",
    "fluid": "str",
    "fluid_id": "str",
    "fluid_text": "str",
    "fluid_start": "Int64",
    "fluid_end": "Int64",
    "direction": "str",
    "contrast": "str",
    "comparator": "str",
    "condition": "str",
    "host": "str",
    "evidence": "str",
    "evidence_start": "Int64",
    "evidence_end": "Int64",
    "cross_sentence": "bool",
    "n": "Int64",
    "p": "str",
    "score": "float64",
    "model": "str",
    "also": "str",
}
"""Columns and their pandas types. ``also`` lists ranges as ``start-end``, parted by spaces."""


def frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """One row per finding, columns and types of :data:`COLUMNS`."""
    rows = [_row(finding_json(finding)) for finding in findings]
    columns = {name: pd.Series([row[name] for row in rows], dtype=kind) for name, kind in COLUMNS.items()}
    return pd.DataFrame(columns)


def _row(finding: Json) -> Json:
    cytokine, fluid, evidence = finding["cytokine"], finding["fluid"], finding["evidence"]
    return {
        **finding,
        "cytokine": cytokine["symbol"],
        "cytokine_id": cytokine["id"],
        "fluid": fluid["name"],
        "fluid_id": fluid["id"],
        "evidence": evidence["text"],
        **{f"cytokine_{key}": cytokine[key] for key in ("text", "start", "end")},
        **{f"fluid_{key}": fluid[key] for key in ("text", "start", "end")},
        **{f"evidence_{key}": evidence[key] for key in ("start", "end")},
        "also": " ".join(f"{each['start']}-{each['end']}" for each in finding["also"]),
    }


def _texts(table: pd.DataFrame) -> list[str]:
    return [name for name in table.columns if COLUMNS[name] == "str"]


def harmless(text: str) -> str:
    """A text with an apostrophe in front where a spreadsheet would run it; carriage returns become line feeds.

    Writers of CSV quote a line feed and not a carriage return, which many readers take for the end of a row: what
    follows would be a cell of its own.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(_FORMULA) else text


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every text made harmless."""
    safe = table.copy()
    for name in _texts(safe):
        safe[name] = safe[name].map(harmless, na_action="ignore").astype(safe[name].dtype)
    return safe


class DelimitedWriter:
    """CSV or TSV with a header, LF line ends and UTF-8; written as it comes."""

    def __init__(self, stream: IO[bytes], *, separator: str) -> None:
        self._stream, self._separator = stream, separator
        self._write(frame([]), header=True)

    def add(self, findings: Sequence[Finding]) -> None:
        """Write some findings."""
        if findings:
            self._write(frame(findings), header=False)

    def close(self) -> None:
        """Nothing is held back."""

    def _write(self, table: pd.DataFrame, *, header: bool) -> None:
        text = without_formulas(table).to_csv(sep=self._separator, index=False, header=header, lineterminator="\n")
        self._stream.write(text.encode())


def open_parquet(stream: IO[bytes], schema: Any) -> Any:  # noqa: ANN401  # pyarrow has no types
    """A ``pyarrow.parquet.ParquetWriter`` that neither tries again nor complains when a failed one is dropped."""
    import pyarrow.parquet as pq  # noqa: PLC0415  # heavy, and only for this format

    class Writer(pq.ParquetWriter):  # type: ignore[misc]
        def __del__(self) -> None:
            pass

    return Writer(stream, schema)


class ParquetWriter:
    """Parquet in row groups of :data:`CHUNK`, whatever the portions that come."""

    def __init__(self, stream: IO[bytes]) -> None:
        import pyarrow as pa  # noqa: PLC0415  # heavy, and only for this format

        kinds = {"str": pa.string(), "Int64": pa.int64(), "bool": pa.bool_(), "float64": pa.float64()}
        self._table = pa.Table
        self._schema = pa.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
        self._writer = open_parquet(stream, self._schema)
        self._held: list[Finding] = []

    def add(self, findings: Sequence[Finding]) -> None:
        """Take some findings."""
        self._held.extend(findings)
        while len(self._held) >= CHUNK:
            self._write(self._held[:CHUNK])
            del self._held[:CHUNK]

    def close(self) -> None:
        """Write what is held back, and the footer."""
        if self._held:
            self._write(self._held)
        self._writer.close()

    def _write(self, findings: Sequence[Finding]) -> None:
        self._writer.write_table(self._table.from_pandas(frame(findings), schema=self._schema, preserve_index=False))


class SheetWriter:
    """One XLSX sheet, held in memory until it is closed."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._held: list[Finding] = []

    def add(self, findings: Sequence[Finding]) -> None:
        """Take some findings.

        Raises:
            InputError: a sheet holds no more rows.
        """
        self._held.extend(findings)
        if len(self._held) > _SHEET_ROWS:
            raise InputError(f"xlsx: a sheet holds {_SHEET_ROWS:,} findings at most; choose csv or parquet")

    def close(self) -> None:
        """Write the file, without the time of day in it."""
        table = without_formulas(frame(self._held))
        for name in _texts(table):
            table[name] = table[name].str.replace(_ILLEGAL, "\ufffd", regex=True).str.slice(0, _CELL)
        book = io.BytesIO()
        with pd.ExcelWriter(book, engine="openpyxl") as writer:
            table.to_excel(writer, sheet_name="findings", index=False, freeze_panes=(1, 0))
        self._stream.write(_timeless(book))


def _timeless(book: IO[bytes]) -> bytes:
    """The same archive with every time set to the oldest that ZIP knows."""
    settled = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(b"1980-01-01T00:00:00Z", content)
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, content)
    return settled.getvalue()
