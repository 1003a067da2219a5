"""The format of a file, by its first bytes."""

from __future__ import annotations

import re
from typing import NamedTuple

_PROLOGUE = re.compile(
    rb"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*(?:\[.*?\]\s*)?>)*", re.DOTALL
)
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)([^>]*)")
_MEDLINE = re.compile(rb"\s*^[A-Z][A-Z0-9]{1,3} {0,2}- ", re.MULTILINE)
_PUBMED_ROOTS = {
    b"PubmedArticleSet",
    b"PubmedBookArticleSet",
    b"PubmedArticle",
    b"PubmedBookArticle",
    b"DeleteCitation",
}
_BIOC_KEYS = re.compile(rb'"(?:documents|PubTator3)"\s*:\s*\[')
_MANIFEST = re.compile(rb'\{\s*"extractor_manifest"')


class Format(NamedTuple):
    """What a file is.

    Attributes:
        name: ``pubmed-xml``, ``bioc-xml``, ``bioc-json``, ``json-lines``, ``medline``, ``manifest`` (left by a fetch,
            holds no records) or ``unknown``.
        problem: why it cannot be read, where it is unknown.
    """

    name: str
    problem: str = ""


def root(head: bytes) -> tuple[bytes, bytes]:
    """Name and attributes of an XML document's root element, empty where the first bytes do not show it."""
    prologue = _PROLOGUE.match(head)
    found = _ROOT.search(head, prologue.end() if prologue else 0)
    return (found.group(1), found.group(2)) if found else (b"", b"")


def detect(head: bytes) -> Format:
    """Tell the format from the first bytes of a file."""
    text = head.lstrip()
    if not text:
        return Format("unknown", "the file is empty")
    if text.startswith(b"<"):
        return _xml(root(head)[0])
    if text[:1] in b"{[":
        return _json(text)
    if text.startswith((b"TY  - ", b"@")):
        return Format("unknown", "a reference list without abstracts' records: fetch its ids instead")
    if _MEDLINE.match(text):
        return Format("medline")
    return Format("unknown", "format not recognised")


def _xml(name: bytes) -> Format:
    if name in _PUBMED_ROOTS:
        return Format("pubmed-xml")
    if name == b"collection":
        return Format("bioc-xml")
    return Format("unknown", f"XML without PubMed or BioC records: root element {name.decode(errors='replace')!r}")


def _json(text: bytes) -> Format:
    if _MANIFEST.match(text):
        return Format("manifest")
    return Format("bioc-json" if _BIOC_KEYS.search(text) else "json-lines")
