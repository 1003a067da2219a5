"""BioC JSON: the JSON form of a BioC collection, written and read by the ``bioc`` library.

What stands where, offsets (code points) and what is not held are those of ``bioc_xml``; every character is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bioc import biocjson

from extractor.errors import InputError, RecordError
from extractor.exchange.bioc_graph import collection_of, document_of
from extractor.exchange.documents import Document, attempt
from extractor.exchange.files import new_file, read_json, write_text
from extractor.formats import bioc_documents

NAME = "bioc-json"


def write(documents: Iterable[Document], out: Path) -> None:
    """Write a BioC JSON collection.

    Raises:
        InputError: the file exists already.
    """
    written = biocjson.dumps(collection_of(documents), indent=1, ensure_ascii=False)
    write_text(new_file(out), f"{written}\n")


def read(path: Path) -> Iterator[Document | RecordError]:
    """Documents of a BioC JSON collection, a list of collections, or a single document.

    Raises:
        InputError: the file is no BioC JSON.
    """
    value = read_json(path)
    collections = value if isinstance(value, list) else [value]
    number = 0
    for collection in collections:
        if not isinstance(collection, dict) or not ("documents" in collection or "passages" in collection):
            raise InputError(f"{path}: is no BioC JSON: neither documents nor passages")
        for fields in collection.get("documents", [collection]):
            number += 1
            name = str(fields.get("id") or f"document {number}") if isinstance(fields, dict) else f"document {number}"
            yield attempt(
                str(path),
                name,
                lambda fields=fields: document_of(bioc_documents.document(fields), source=NAME),  # type: ignore[misc]
            )
