"""Pre-annotations for the tools curators work with, and their corrections back: one module per format, one registry.

``export(documents, "brat", out)`` writes, ``import_(path, "brat")`` reads; a document is an article with mentions and
findings. Each module's docstring says how a finding is represented, what offsets count and what the format cannot hold.
"""

from __future__ import annotations

from extractor.exchange.documents import Document
from extractor.exchange.registry import FORMATS, Exported, Format, export, import_
from extractor.exchange.selection import Selection, select
from extractor.exchange.stored import documents_of

__all__ = ["FORMATS", "Document", "Exported", "Format", "Selection", "documents_of", "export", "import_", "select"]
