"""The ledger to look at: an HTML page, plots, tables, citations; one folder, the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from extractor.errors import InputError
from extractor.ledger import LIMITS, Ledger
from extractor.report.provenance import Provenance, methods, provenance_of

__all__ = ["Provenance", "provenance_of", "write_report"]


def write_report(ledger: Ledger, out: Path, *, provenance: Provenance) -> list[Path]:
    """Write the report into a folder.

    ``report.html`` is one file that needs no network; beside it stand ``ledger``, ``evidence``, ``cited`` and
    ``excluded`` as CSV, all four in ``ledger.xlsx``, the ledger as Markdown, the studies as RIS and BibTeX,
    BiomarkerKB TSV, and ``figures/``.

    Args:
        ledger: what ``ledger.build`` gives.
        out: folder, made if need be; files of an earlier report are replaced.
        provenance: query, date, models and counts, printed in it.

    Returns:
        The files, in the order written.

    Raises:
        InputError: the folder cannot be written.
    """
    written: list[Path] = []
    try:
        for name, content in _contents(ledger, provenance):
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.part")
            part.write_bytes(content)
            part.replace(path)
            written.append(path)
    except OSError as error:
        raise InputError(f"{out}: {error.strerror or error}") from None
    return written


def _contents(ledger: Ledger, provenance: Provenance) -> Iterator[tuple[str, bytes]]:
    # plots and tables load large libraries, which a program that only imports this module does not need
    from extractor.report import biomarkerkb, citations, figures, html, payload, tables  # noqa: PLC0415

    text = tables.markdown(ledger, provenance)
    yield "report.html", html.page(payload.payload(ledger, provenance), noscript=text).encode()
    frames = tables.frames(ledger)
    for name, frame in frames.items():
        yield f"{name}.csv", tables.csv(frame).encode()
    yield "ledger.xlsx", tables.xlsx(frames, (*methods(ledger, provenance), *LIMITS))
    yield "ledger.md", text.encode()
    yield "studies.ris", citations.ris(ledger.studies).encode()
    yield "studies.bib", citations.bibtex(ledger.studies).encode()
    yield "biomarkerkb.tsv", biomarkerkb.biomarkerkb(ledger).encode()
    for name, content in figures.figures(ledger):
        yield f"figures/{name}", content
