"""What the export button gives: the formats of ``exchange``, a folder as one zip file, and gold records."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from extractor.exchange import FORMATS, Selection, documents_of, export
from extractor.review.refusal import RefusedError
from extractor.store import Store

EXPORTS: tuple[str, ...] = ("gold", *FORMATS)
_ENDINGS = {"bioc-xml": "xml", "bioc-json": "json", "pubtator": "pubtator"}


def exported(store: Store, name: str, *, gold: Callable[[Store], bytes]) -> tuple[bytes, str]:
    """Content and name of a file.

    Args:
        store: an open store.
        name: of ``EXPORTS``.
        gold: makes the gold records.

    Raises:
        RefusedError: there is no such format.
    """
    if name == "gold":
        return gold(store), "gold.jsonl"
    if name not in FORMATS:
        raise RefusedError("missing", f"a format is one of {', '.join(EXPORTS)}")
    with tempfile.TemporaryDirectory(prefix="extractor-") as folder:
        out = Path(folder) / "out"
        export(documents_of(store), name, out, Selection(without_findings=False))
        if out.is_file():
            return out.read_bytes(), f"findings.{_ENDINGS.get(name, 'txt')}"
        return _zipped(out), f"findings-{name}.zip"


def _zipped(folder: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(path, path.relative_to(folder))
    return stream.getvalue()
