"""BioC XML: one file, one BioC document per article, written and read by the ``bioc`` library.

The passages ``title`` and ``abstract`` begin at offset 0 and after title and newline. A mention is an annotation with
the infons ``type`` (``cytokine`` or ``fluid``), ``identifier`` (its concept) and, for a name that is no protein
level, ``not_level``. A finding is a relation of the document: ``type`` is the direction, its nodes have the roles
``cytokine`` and ``fluid``, every other slot is an infon, left out where it is the default. Without a fluid mention
there is one node, without any mention none; ``cytokine`` and ``fluid`` are infons only where the nodes do not say
them. An elided member of a list (``-6``) is an annotation with its ``identifier``.

Offsets and lengths are code points, as in PubTator's BioC. Passages that begin elsewhere are read with their own
offsets. Characters that XML cannot hold are U+FFFD. BioC has no mark of a finished document. Not held:
``Mention.source``, the article's data but for id, PMID, title and abstract.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from bioc import biocxml
from lxml import etree

from extractor.errors import InputError, RecordError
from extractor.exchange.bioc_graph import collection_of, document_of
from extractor.exchange.documents import Document, attempt
from extractor.exchange.files import new_file, read_bytes, refuse_entities, write_text, xml_text

NAME = "bioc-xml"


def write(documents: Iterable[Document], out: Path) -> None:
    """Write a BioC XML collection.

    Raises:
        InputError: the file exists already.
    """
    collection = collection_of(map(as_xml, documents))
    written = biocxml.dumps(collection)
    write_text(new_file(out), written)


def as_xml(document: Document) -> Document:
    """The document in characters that XML can hold."""
    article = document.article
    changed = replace(article, title=xml_text(article.title), abstract=xml_text(article.abstract))
    if changed == article:
        return document
    mentions = [replace(mention, text=changed.text[slice(*mention.span)]) for mention in document.mentions]
    at = {(mention.span, mention.kind): mention for mention in mentions}
    findings = [
        replace(
            finding,
            evidence_text=changed.text[slice(*finding.evidence)],
            cytokine_mention=finding.cytokine_mention and at[finding.cytokine_mention.span, "cytokine"],
            fluid_mention=finding.fluid_mention and at[finding.fluid_mention.span, "fluid"],
        )
        for finding in document.findings
    ]
    return Document.of(changed, findings, mentions, reviewed=document.reviewed)


def read(path: Path) -> Iterator[Document | RecordError]:
    """Documents of a BioC XML collection.

    Raises:
        InputError: the file is no XML, or declares entities.
    """
    data = refuse_entities(read_bytes(path), path)
    elements = etree.iterparse(io.BytesIO(data), tag="document", resolve_entities=False, no_network=True)
    try:
        for number, (_, element) in enumerate(elements, 1):
            cut = etree.tostring(element, encoding="unicode", with_tail=False)
            name = element.findtext("id") or f"document {number}"
            yield attempt(str(path), name, lambda cut=cut: _document(cut))  # type: ignore[misc]
            element.clear()
    except etree.XMLSyntaxError as error:
        raise InputError(f"{path}: is no XML: {error}") from None


def _document(cut: str) -> Document:
    return document_of(biocxml.loads(f"<collection>{cut}</collection>").documents[0], source=NAME)
