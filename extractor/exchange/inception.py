"""INCEpTION: a folder with ``TypeSystem.xml`` and one UIMA CAS ``<name>.xmi`` per article, through dkpro-cassis.

Import ``TypeSystem.xml`` under Layers, then the ``.xmi`` files as "UIMA CAS XMI (XML 1.0)".

A mention is an annotation ``webanno.custom.Mention`` with ``kind``, ``concept`` and ``notLevel``. A finding is an
annotation ``webanno.custom.Finding`` over its cytokine (over its evidence where no cytokine is marked); every slot is
a string feature, left empty where it is the default, and the link feature ``sample`` leads to the fluid's mention.
Without a fluid mention there is no link; a fluid known all the same is the feature ``fluid``. An elided member of a
list (``-6``) is a mention with its concept. Tokens and sentences are written too, cut at the borders of mentions.

Offsets are UTF-16 code units in the file, as in UIMA; dkpro-cassis converts them. Characters that XML cannot hold are
U+FFFD. The id is ``documentId``, the title ``documentTitle``; without them the file's name, and the first line.

The state of a document (finished or not) is INCEpTION's own and is not in the file: it arrives as new. Reading takes
``.xmi`` files and the ``.zip`` files INCEpTION exports. Not held: ``Mention.source``, the article's data but for id,
title and abstract.
"""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import cassis
from cassis.typesystem import AnnotationHasNoSofa, TypeNotFoundError
from lxml import etree

from extractor.errors import InputError, RecordError
from extractor.exchange.bioc_xml import as_xml
from extractor.exchange.documents import Document, anchor, article_of, attempt, mention_at
from extractor.exchange.files import new_folder, read_bytes, refuse_entities, stems, write_text
from extractor.exchange.slots import NAMES, finding_of, slots_of
from extractor.exchange.tokens import sentences, tokens
from extractor.records import Article, Finding, Kind, Mention, Span

NAME = "inception"
TYPES = "TypeSystem.xml"
MENTION = "webanno.custom.Mention"
FINDING = "webanno.custom.Finding"
LINK = "webanno.custom.FindingSampleLink"
_SEGMENTATION = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type"
_TOKEN, _SENTENCE = f"{_SEGMENTATION}.Token", f"{_SEGMENTATION}.Sentence"
_METADATA = "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData"
_LARGEST = 256 << 20
"""Bytes of one file in an archive."""
_STRING, _ANNOTATION = "uima.cas.String", "uima.tcas.Annotation"


def type_system() -> cassis.TypeSystem:
    """The layers the files use."""
    types = cassis.TypeSystem()
    types.create_type(_TOKEN, _ANNOTATION)
    types.create_type(_SENTENCE, _ANNOTATION)
    metadata = types.create_type(_METADATA, "uima.tcas.DocumentAnnotation")
    for feature in ("documentTitle", "documentId"):
        types.create_feature(metadata, feature, _STRING)
    mention = types.create_type(MENTION, _ANNOTATION)
    for feature in ("kind", "concept", "notLevel"):
        types.create_feature(mention, feature, _STRING)
    link = types.create_type(LINK, "uima.cas.TOP")
    types.create_feature(link, "role", _STRING)
    types.create_feature(link, "target", MENTION)
    finding = types.create_type(FINDING, _ANNOTATION)
    for feature in NAMES:
        types.create_feature(finding, feature, _STRING)
    types.create_feature(finding, "sample", "uima.cas.FSArray", elementType=LINK)
    return types


def write(documents: Iterable[Document], out: Path) -> None:
    """Write the layers and a CAS per article.

    Raises:
        InputError: there is something at ``out`` already.
    """
    folder = new_folder(out)
    types = type_system()
    write_text(folder / TYPES, types.to_xml())
    for stem, document in stems(map(as_xml, documents)):
        write_text(folder / f"{stem}.xmi", _cas(document, types).to_xmi())


def _cas(document: Document, types: cassis.TypeSystem) -> cassis.Cas:
    article = document.article
    cas = cassis.Cas(typesystem=types)
    cas.sofa_string, cas.sofa_mime = article.text, "text/plain"
    title = {"documentTitle": article.title, "documentId": article.id}
    cas.add(types.get_type(_METADATA)(begin=0, end=len(article.text), **title))
    marked = [mention.span for mention in document.mentions]
    for sentence in sentences(article.text, marked):
        cas.add(types.get_type(_SENTENCE)(begin=sentence.start, end=sentence.end))
    for token in tokens(article.text, marked):
        if not article.text[token.start : token.end].isspace():
            cas.add(types.get_type(_TOKEN)(begin=token.start, end=token.end))
    there = {(m.span, m.kind): _mention(m, types) for m in document.mentions}
    cas.add_all(there.values())
    for finding in document.findings:
        if (place := anchor(finding)) is not None:
            cas.add(_finding(finding, place, there, types))
    return cas


def _mention(mention: Mention, types: cassis.TypeSystem) -> Any:  # noqa: ANN401  # a feature structure
    not_level = None if mention.level else "true"
    place = {"begin": mention.span.start, "end": mention.span.end}
    return types.get_type(MENTION)(**place, kind=mention.kind, concept=mention.concept, notLevel=not_level)


def _finding(finding: Finding, place: Span, there: dict[tuple[Span, Kind], Any], types: cassis.TypeSystem) -> Any:  # noqa: ANN401  # a feature structure
    made = types.get_type(FINDING)(begin=place.start, end=place.end, **slots_of(finding))
    if finding.fluid_mention is not None:
        link = types.get_type(LINK)(role="sample", target=there[finding.fluid_mention.span, "fluid"])
        made.sample = types.get_type("uima.cas.FSArray")(elements=[link])
    return made


def read(path: Path) -> Iterator[Document | RecordError]:
    """Documents of a folder of ``.xmi`` or ``.zip`` files, of one ``.xmi`` beside its type system, or of one ``.zip``.

    Raises:
        InputError: there is no type system beside the ``.xmi`` files.
    """
    files = sorted((*path.glob("*.xmi"), *path.glob("*.zip"))) if path.is_dir() else [path]
    types = _types_beside(files)
    for file in files:
        for stem, data, inside in _members(file):
            yield attempt(
                str(file),
                stem,
                lambda data=data, inside=inside, stem=stem, file=file: _document(data, inside or types, stem, file),  # type: ignore[misc]
            )


def _types_beside(files: list[Path]) -> cassis.TypeSystem | None:
    loose = next((file for file in files if file.suffix == ".xmi"), None)
    if loose is None:
        return None
    return _load_types(read_bytes(loose.parent / TYPES), loose.parent / TYPES)


def _load_types(data: bytes, path: Path) -> cassis.TypeSystem:
    try:
        return cassis.load_typesystem(io.BytesIO(refuse_entities(data, path)))
    except (etree.XMLSyntaxError, ValueError, KeyError) as error:
        raise InputError(f"{path}: is no type system: {error}") from None


def _members(file: Path) -> Iterator[tuple[str, bytes, cassis.TypeSystem | None]]:
    """The CAS files of a file, each with the type system that came in the same archive."""
    if file.suffix != ".zip":
        yield file.stem, read_bytes(file), None
        return
    try:
        with zipfile.ZipFile(file) as archive:
            types = _load_types(_unpacked(archive, TYPES, file), file / TYPES)
            for name in archive.namelist():
                if name.endswith(".xmi"):
                    yield Path(name).stem, _unpacked(archive, name, file), types
    except (OSError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{file}: is no archive with {TYPES}: {error}") from None


def _unpacked(archive: zipfile.ZipFile, name: str, file: Path) -> bytes:
    """A member of an archive; no more than what it says it holds is ever unpacked."""
    size = archive.getinfo(name).file_size
    if size > _LARGEST:
        raise InputError(f"{file}: {name} would unpack to {size:,} bytes, more than {_LARGEST:,}")
    return archive.read(name)


def _document(data: bytes, types: cassis.TypeSystem | None, stem: str, file: Path) -> Document:
    cas = _load(refuse_entities(data, file), types)
    article = _article(cas, stem)
    mentions = [_read_mention(each, article.text) for each in _select(cas, MENTION)]
    findings = [_read_finding(each, article, mentions) for each in _select(cas, FINDING)]
    return Document.of(article, findings, mentions)


def _load(data: bytes, types: cassis.TypeSystem | None) -> cassis.Cas:
    """The CAS; an offset within a character is an error, not a warning."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            return cassis.load_cas_from_xmi(io.BytesIO(data), typesystem=types)
    except (etree.XMLSyntaxError, UserWarning, TypeNotFoundError, AnnotationHasNoSofa) as error:
        raise ValueError(str(error)) from None


def _select(cas: cassis.Cas, name: str) -> list[Any]:
    return list(cas.select(name)) if cas.typesystem.contains_type(name) else []


def _article(cas: cassis.Cas, stem: str) -> Article:
    said = next(iter(_select(cas, _METADATA)), None)
    title = getattr(said, "documentTitle", None)
    identity = getattr(said, "documentId", None) or stem
    text = str(cas.sofa_string or "")
    known = title is not None and text.startswith(f"{title}\n")
    return article_of(identity, text, title_length=len(str(title)) if known else None)


def _span_of(annotation: Any) -> Span:  # noqa: ANN401  # a feature structure
    return Span(int(annotation.begin), int(annotation.end))


def _read_mention(given: Any, text: str) -> Mention:  # noqa: ANN401  # a feature structure
    kind: Kind = "fluid" if given.kind == "fluid" else "cytokine"
    if given.kind != kind:
        raise ValueError(f"mention {_span_of(given)} is of kind {given.kind!r}, neither cytokine nor fluid")
    return mention_at(text, _span_of(given), kind, given.concept, source=NAME, level=given.notLevel != "true")


def _read_finding(given: Any, article: Article, mentions: list[Mention]) -> Finding:  # noqa: ANN401
    place = _span_of(given)
    links = getattr(given.sample, "elements", None) or []
    fluids = [_span_of(link.target) for link in links if link.target is not None]
    slots = {name: str(value) for name in NAMES if (value := getattr(given, name, None))}
    return finding_of(
        slots,
        article_id=article.id,
        text=article.text,
        cytokine=next((m for m in mentions if m.kind == "cytokine" and m.span == place), None),
        fluid=next((m for m in mentions if m.kind == "fluid" and m.span in fluids), None),
        anchor=place,
    )
