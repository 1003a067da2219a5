"""Everything that reads what others wrote: each target takes bytes and may fail in the program's own ways only."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TypeAlias

from extractor.errors import ExtractorError, InputError, RecordError
from extractor.exchange import FORMATS, import_
from extractor.formats import read
from extractor.mining import Miner
from extractor.pipeline import build_pipeline
from extractor.pubmed import Manifest, read_ids
from extractor.pubmed.answers import only, read_history, read_hits, read_records, read_summaries
from extractor.records import Article, Finding
from extractor.rules import RuleClassifier
from soak import seeds

Target: TypeAlias = Callable[[bytes], int]
"""Reads some bytes and gives the number of records in them; raises nothing that is not a fault of the program."""

_NAMES = {
    "brat": "a.ann",
    "label-studio": "tasks.json",
    "doccano": "documents.jsonl",
    "inception": "a.xmi",
    "pubannotation": "a.json",
    "prodigy": "tasks.jsonl",
}


@contextlib.contextmanager
def _file(data: bytes, name: str = "input") -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        yield path


def _named(error: ExtractorError) -> None:
    """An error of the program's own is one line, can be written, and a record's names the record."""
    text = str(error)
    assert "\n" not in text, repr(text)
    text.encode()
    if isinstance(error, RecordError):
        assert error.record, repr(text)
        assert error.reason, repr(text)


def articles(data: bytes) -> int:
    """Any input of ``mine``."""
    with _file(data) as path:
        return records_of(path)


def records_of(path: Path) -> int:
    """Articles in a file."""
    count = 0
    for article in read([path], on_error=_named):
        count += 1
        assert article.id
        article.text.encode()
    return count


def importer(form: str) -> Target:
    """An importer of a curator's tool, given one file of it."""

    def target(data: bytes) -> int:
        with _file(data, _NAMES.get(form, "input")) as path:
            _surround(path, form)
            return imported(path.parent if form == "brat" else path, form)

    return target


def imported(path: Path, form: str) -> int:
    """Documents in an export of a curator's tool."""
    try:
        documents = list(import_(path, form, on_error=_named))
    except ExtractorError as error:
        _named(error)
        return 0
    for document in documents:
        text = document.article.text
        text.encode()
        document.article.id.encode()
        assert all(text[slice(*mention.span)] == mention.text for mention in document.mentions)
    return len(documents)


def _surround(path: Path, form: str) -> None:
    """What lies beside the file in an export."""
    if form == "brat":
        path.with_suffix(".txt").write_text(seeds.TEXT, encoding="utf-8")
    elif form == "inception":
        from extractor.exchange import inception  # noqa: PLC0415  # heavy

        path.with_name(inception.TYPES).write_text(inception.type_system().to_xml(), encoding="utf-8")


@cache
def _miner() -> Miner:
    return Miner(nlp=build_pipeline(), classifier=RuleClassifier())


def text(data: bytes) -> int:
    """The text pipeline, from the characters to the findings."""
    title, _, abstract = data.decode("utf-8", "replace").partition("\n")
    article = Article("x", title, abstract)
    try:
        [(annotated, findings)] = _miner().mine_annotated([article])
    except InputError as error:  # it is no abstract
        _named(error)
        return 0
    for mention in annotated.mentions:
        assert article.text[slice(*mention.span)] == mention.text
    for finding in findings:
        check_finding(article, finding)
    return len(findings)


def check_finding(article: Article, finding: Finding) -> None:
    """Offsets are exact, evidence is verbatim."""
    whole = article.text
    assert finding.article_id == article.id
    assert whole[slice(*finding.evidence)] == finding.evidence_text
    assert 0 <= finding.evidence.start < finding.evidence.end <= len(whole)
    for mention in (finding.cytokine_mention, finding.fluid_mention):
        if mention is not None:
            assert whole[slice(*mention.span)] == mention.text
            assert 0 <= mention.span.start < mention.span.end <= len(whole)
    assert finding.cytokine_mention is not None
    assert all(0 <= span.start < span.end <= len(whole) for span in finding.also)
    assert 0 <= finding.score <= 1


def ids(data: bytes) -> int:
    """A list of ids."""
    with _file(data) as path:
        try:
            return len(read_ids(path))
        except ExtractorError as error:
            _named(error)
            return 0


def answers(data: bytes) -> int:
    """What a server answers to a PubMed client, and a manifest of a fetch."""
    readers: tuple[Callable[[bytes], object], ...] = (read_hits, read_history, read_summaries, _records)
    for reader in readers:
        try:
            reader(data)
        except ExtractorError as error:
            _named(error)
    with _file(data, "manifest.json") as path:
        try:
            Manifest.load(path.parent)
        except ExtractorError as error:
            _named(error)
    return 1


def _records(data: bytes) -> object:
    body, pmids = read_records(data)
    return only(body, pmids[:2])


TARGETS: dict[str, Target] = {
    "articles": articles,
    "text": text,
    "ids": ids,
    "answers": answers,
    **{f"import {form}": importer(form) for form in FORMATS},
}


def silently(target: Target) -> Target:
    """The target without the chatter of libraries on stdout and stderr."""

    def quiet(data: bytes) -> int:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return target(data)

    return quiet
