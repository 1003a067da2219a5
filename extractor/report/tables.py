"""The ledger's tables as CSV, XLSX and Markdown, the same bytes every time."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from extractor.ledger import LIMITS, Ledger, cell_table, cited_table, evidence_table, excluded_table
from extractor.report.provenance import Provenance, flow, methods
from extractor.tables import harmless

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~])")
_CELL = 32_767
_WIDEST = 60


def frames(ledger: Ledger) -> dict[str, pd.DataFrame]:
    """The tables by name, texts that a spreadsheet would run made harmless with an apostrophe."""
    made = {
        "ledger": cell_table(ledger),
        "evidence": evidence_table(ledger),
        "cited": cited_table(ledger),
        "excluded": excluded_table(ledger),
    }
    return {name: table.map(_harmless) for name, table in made.items()}


def csv(table: pd.DataFrame) -> str:
    """CSV with LF line ends."""
    return table.to_csv(index=False, lineterminator="\n")


def xlsx(tables: Mapping[str, pd.DataFrame], notes: Sequence[str]) -> bytes:
    """A workbook with one sheet per table and one with notes, without the time of day in it."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, table in tables.items():
        sheet = book.create_sheet(name)
        sheet.append(list(table.columns))
        for row in table.itertuples(index=False):
            sheet.append([_sheet_value(value) for value in row])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for place, column in enumerate(table.columns, 1):
            widths = [len(str(column)), *(len(str(value)) for value in table[column] if not pd.isna(value))]
            sheet.column_dimensions[get_column_letter(place)].width = min(_WIDEST, max(widths) + 2)
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = sheet.dimensions
    sheet = book.create_sheet("methods and limits")
    sheet.column_dimensions["A"].width = 120
    for note in notes:
        sheet.append([_harmless(note)])
        sheet.cell(sheet.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    raw = io.BytesIO()
    book.save(raw)
    return _timeless(raw.getvalue())


def markdown(ledger: Ledger, provenance: Provenance) -> str:
    """The ledger to read: flow of records, cells, studies left out, methods, limits."""
    out = [f"# Cytokines in {ledger.selection.condition or 'any condition'}: the ledger of directions", ""]
    for step in flow(ledger, provenance):
        left = "; ".join(f"{name} {number:,}" for name, number in step.out)
        out.append(f"- {step.name}: {step.number:,}" + (f" ({left})" if left else ""))
    cells = cell_table(ledger)
    out += ["", "## Ledger", "", _markdown_table(cells), "", "## Studies left out", ""]
    out += [_markdown_table(excluded_table(ledger)), "", "## Results cited from other studies, not counted", ""]
    out += [_markdown_table(cited_table(ledger)), "", "## Methods", ""]
    out += [paragraph for text in methods(ledger, provenance) for paragraph in (_plain(text), "")]
    if provenance.query:
        out += ["Query:", "", f"    {' '.join(provenance.query.split())}", ""]
    out += ["## Limits", "", *(f"- {_plain(text)}" for text in LIMITS)]
    return "\n".join(out) + "\n"


def _markdown_table(table: pd.DataFrame) -> str:
    if table.empty:
        return "None."
    rows = [[_markdown_cell(value) for value in row] for row in table.itertuples(index=False)]
    lines = [[str(column) for column in table.columns], ["---"] * len(table.columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _markdown_cell(value: object) -> str:
    return "" if _absent(value) else _plain(str(value))


def _plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _absent(value: object) -> bool:
    return value is None or value != value  # noqa: PLR0124  # NaN alone differs from itself


def _harmless(value: object) -> object:
    return harmless(value) if isinstance(value, str) else value


def _sheet_value(value: object) -> object:
    if _absent(value):
        return None
    return _ILLEGAL.sub("\ufffd", value)[:_CELL] if isinstance(value, str) else value


def _timeless(book: bytes) -> bytes:
    """The same archive with every time set to the oldest that ZIP knows."""
    settled = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(b"1980-01-01T00:00:00Z", content)
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, content)
    return settled.getvalue()
