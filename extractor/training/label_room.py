"""What labels for hosts and groups could mend at most: findings whose host or comparator no known word names.

Hosts and comparators are read by words of ``data/context.tsv``. A recogniser of such words helps only where the slot is
read wrong *and* the text names it by a word that the table does not have; where the word is known, the choice is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from extractor.context import read_comparator
from extractor.hosts import read_host
from extractor.records import AnnotatedArticle, GoldArticle
from extractor.training.slot_fit import stated
from extractor.wordlists import families, words

_NAMED = ("healthy", "untreated", "before")
"""Comparators that are named by words; the others are told by what stands beside them."""


@dataclass(slots=True)
class Room:
    """A slot of gold findings, read from the sentence that gold gives.

    Attributes:
        findings: read.
        right: as gold has it.
        unnamed: wrong, and no word for gold's value is known anywhere in the text.
    """

    findings: int = 0
    right: int = 0
    unnamed: int = 0

    def add(self, *, right: bool, named: bool) -> None:
        """Count a finding."""
        self.findings += 1
        self.right += right
        self.unnamed += not (right or named)


def label_room(pairs: Iterable[tuple[AnnotatedArticle, GoldArticle]]) -> dict[str, Room]:
    """``host`` and ``comparator`` (those of :data:`_NAMED`) of the findings of annotated articles."""
    room = {"host": Room(), "comparator": Room()}
    for pair in pairs:
        for annotated, candidate, finding in stated(*pair):
            text = annotated.article.text
            host = families("host").get(finding.host)
            room["host"].add(
                right=read_host(annotated, finding.evidence) == finding.host,
                named=host is not None and bool(host.search(text)),
            )
            if finding.comparator in _NAMED:
                room["comparator"].add(
                    right=read_comparator(annotated, candidate, finding.contrast) == finding.comparator,
                    named=bool(words(finding.comparator).search(text)),
                )
    return room
