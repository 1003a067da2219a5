"""Shards as PubMed gives them away, of texts at hand: real records, in which PMID, title and abstract are exchanged."""

from __future__ import annotations

import copy
import gzip
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import etree

from extractor.errors import InputError
from extractor.records import Article

_HEAD = b"<PubmedArticle>"
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


class Moulds:
    """Real records with an abstract, into which other texts are put.

    Args:
        paths: PubMed XML, gzip, as NCBI gives it away (baseline or update files); the first lends its head.

    Raises:
        InputError: no file holds such a record.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._head = b""
        self._records: list[etree._Element] = []
        for path in paths:
            data = gzip.decompress(path.read_bytes())
            self._head = self._head or data.partition(_HEAD)[0].replace(b"http://", b"https://")  # Biopython wants it
            found = etree.fromstring(data, _PARSER).iterfind("PubmedArticle")
            self._records += [each for each in found if each.find(".//Article/Abstract/AbstractText") is not None]
        if not self._records:
            raise InputError(f"{', '.join(map(str, paths)) or '--records'}: no PubMed record with an abstract")

    def write(self, articles: Sequence[Article], path: Path, *, first: int) -> None:
        """Write a shard.

        Args:
            articles: whose titles and abstracts it holds.
            path: a new file.
            first: PMID of the first, the others are numbered on; it also says which mould comes first.
        """
        records = (self._cast(article, first + number) for number, article in enumerate(articles))
        body = b"".join(etree.tostring(record, encoding="utf-8") for record in records)
        path.write_bytes(gzip.compress(self._head + body + b"</PubmedArticleSet>\n", mtime=0))

    def _cast(self, article: Article, pmid: int) -> etree._Element:
        record = copy.deepcopy(self._records[pmid % len(self._records)])
        _put(record, "MedlineCitation/PMID", str(pmid))
        _put(record, "MedlineCitation/Article/ArticleTitle", article.title)
        abstract = record.find("MedlineCitation/Article/Abstract")
        if abstract is None:
            raise AssertionError("a mould has an abstract")
        abstract[:] = []
        etree.SubElement(abstract, "AbstractText").text = _legal(article.abstract)
        return record


def write_shards(articles: Sequence[Article], moulds: Moulds, folder: Path, *, size: int) -> list[Path]:
    """Deal the articles out to shards of one size, so that all shards are alike; gives their paths.

    Args:
        articles: in any order.
        moulds: the records that hold them.
        folder: gets the shards; it exists.
        size: articles of a shard; what is left over is left out, unless there are fewer.
    """
    count = max(1, len(articles) // size)
    return list(_written(articles[: max(count * size, min(size, len(articles)))], moulds, folder, count))


def _written(articles: Sequence[Article], moulds: Moulds, folder: Path, count: int) -> Iterator[Path]:
    first = 1
    for number in range(count):
        path, hand = folder / f"bulk{number + 1:04}.xml.gz", articles[number::count]
        moulds.write(hand, path, first=first)
        first += len(hand)
        yield path


def _put(record: etree._Element, place: str, text: str) -> None:
    element = record.find(place)
    if element is None:
        raise InputError(f"a record of --records has no {place}")
    element[:] = []
    element.text = _legal(text)


def _legal(text: str) -> str:
    return _ILLEGAL.sub(" ", text)
