"""Texts for stand-off annotations: from a folder of corpora, or from articles fetched from PubMed."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from extractor.errors import GoldError
from extractor.records import Article, Finding, GoldArticle, Json


@dataclass(frozen=True, slots=True)
class Unavailable:
    """An annotated article whose text could not be had, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Hydration:
    """Annotated articles, with texts where they could be had, in the order given; and those without."""

    articles: tuple[GoldArticle, ...]
    unavailable: tuple[Unavailable, ...]


def sha256_of(text: str) -> str:
    """SHA-256 of the UTF-8 bytes of a text, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def attach(gold: GoldArticle, article: Article, *, file: str) -> GoldArticle:
    """Join an annotated article with its text.

    Args:
        gold: the annotations.
        article: the text they are said to belong to.
        file: where the annotations stand, for messages.

    Returns:
        The article with ``article`` set and the evidence of each finding filled in.

    Raises:
        GoldError: the hash does not fit, or a span lies outside the text or does not match it; names record and field.
    """
    text = article.text
    found = sha256_of(text)
    if found != gold.sha256:
        raise GoldError(f"[{gold.id}] {file}: sha256: the text has {found[:12]}…, annotated was {gold.sha256[:12]}…")
    for index, mention in enumerate(gold.mentions):
        field = f"[{gold.id}] {file}: mentions[{index}]"
        if mention.span.end > len(text):
            raise GoldError(f"{field}.end: {mention.span.end} is outside the text of {len(text)} characters")
        if (there := text[slice(*mention.span)]) != mention.text:
            raise GoldError(f"{field}.text: {mention.text!r} is annotated, the text has {there!r}")
    findings = tuple(_with_words(gold.id, file, index, each, text) for index, each in enumerate(gold.findings))
    return replace(gold, findings=findings, article=article)


def _with_words(record: str, file: str, index: int, finding: Finding, text: str) -> Finding:
    if finding.evidence.end > len(text):
        end = finding.evidence.end
        raise GoldError(f"[{record}] {file}: findings[{index}].evidence: {end} is outside the text of {len(text)}")
    return replace(finding, evidence_text=text[slice(*finding.evidence)])


def read_corpus(folder: Path, wanted: Collection[str]) -> Iterator[Article]:
    """Texts of the wanted ids out of the ``*.jsonl.gz`` files of a folder, smallest file first.

    Lines without ``id``, ``title`` and ``abstract`` are passed over; reading stops once every id was seen.

    Raises:
        GoldError: the folder is missing, or a file is damaged.
    """
    for record in _wanted(folder, wanted):
        if {"title", "abstract"} <= record.keys():
            yield Article(record["id"], record["title"], record["abstract"], pmid=record.get("pmid"))


def rebuilt_texts(folder: Path, wanted: Collection[str]) -> frozenset[str]:
    """Those of the wanted ids whose text was rebuilt from tokens (``detokenised``): PubMed's own text differs from it.

    Raises:
        GoldError: the folder is missing, or a file is damaged.
    """
    return frozenset(record["id"] for record in _wanted(folder, wanted) if record.get("detokenised"))


def _wanted(folder: Path, wanted: Collection[str]) -> Iterator[Json]:
    if not folder.is_dir():
        raise GoldError(f"{folder}: no such folder")
    missing = set(wanted)
    for path in sorted(folder.glob("*.jsonl.gz"), key=lambda path: (path.stat().st_size, path.name)):
        if not missing:
            return
        for record in map(partial(_identified, path.name.partition(".")[0]), _lines(path)):
            if record.get("id") in wanted:
                missing.discard(record["id"])
                yield record


def _identified(collection: str, record: Json) -> Json:
    """A passage of a full text has no id of its own: its collection and the beginning of its hash are one."""
    text = record.get("sentence") or record.get("evidence")
    if "id" in record or not isinstance(text, str):
        return record
    name = f"DOC:{collection}:{sha256_of(text)[:12]}"
    return {"id": name, "pmid": record.get("pmid"), "title": "", "abstract": text}


def _lines(path: Path) -> Iterator[Json]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise GoldError(f"{path}: damaged: {error}") from error


def pmids_to_fetch(gold: Iterable[GoldArticle]) -> list[str]:
    """PMIDs of the articles without text, each once, in order."""
    return list(dict.fromkeys(each.pmid for each in gold if each.article is None and each.pmid is not None))


def hydrate(gold: Sequence[GoldArticle], fetched: Iterable[Article], *, file: str = "PubMed") -> Hydration:
    """Give annotated articles the texts fetched from PubMed, matched by PMID.

    PubMed mends titles and abstracts after publication: a text whose hash no longer fits is reported, not used.

    Args:
        gold: annotated articles; those that already have a text are kept as they are.
        fetched: articles with ``pmid``, for example of the PMIDs that ``pmids_to_fetch`` gives.
        file: where the texts come from, for messages.
    """
    by_pmid = {article.pmid: article for article in fetched if article.pmid is not None}
    articles: list[GoldArticle] = []
    unavailable: list[Unavailable] = []
    for each in gold:
        if each.article is not None:
            articles.append(each)
            continue
        article = by_pmid.get(each.pmid or "")
        reason = _why_not(each, article, file)
        if article is None or reason is not None:
            articles.append(each)
            unavailable.append(Unavailable(each.id, str(reason)))
        else:
            articles.append(attach(each, replace(article, id=each.id), file=file))
    return Hydration(tuple(articles), tuple(unavailable))


def _why_not(gold: GoldArticle, article: Article | None, source: str) -> str | None:
    if gold.pmid is None:
        return "it has no PMID: give the folder of texts with --corpus"
    if article is None:
        return f"{source} gave no article for PMID {gold.pmid}"
    if sha256_of(article.text) != gold.sha256:
        return f"the text {source} gives today differs from the annotated one"
    return None
