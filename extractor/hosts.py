"""Which species the case group of a finding is: hosts in a text, without a model."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from extractor.records import AnnotatedArticle, Span
from extractor.wordlists import families, words

_HUMAN_SAMPLE = re.compile(
    r"\bhuman (?:serum|sera|plasma|whole blood|blood|CSF|cerebrospinal fluid|saliva|urine|milk|tears)\b(?! albumin)",
    re.IGNORECASE,
)


def read_host(annotated: AnnotatedArticle, evidence: Span) -> str:
    """The species of the case group: by the sentence where it names one animal, else by the whole text.

    Words that animals may share (``people`` of the table: carriers, survivors) count where nothing else is named.
    """
    text = annotated.article.text
    sentence = _hosts(text[evidence.start : evidence.end])
    animals = {host: count for host, count in sentence.items() if host != "human"}
    if len(animals) == 1 and "human" not in sentence:
        return next(iter(animals))
    everywhere = _hosts(text)
    people = "human" in sentence and everywhere["human"] >= 2
    if not animals and (people or _HUMAN_SAMPLE.search(text, *evidence)):
        return "human"
    creatures = Counter({host: count for host, count in everywhere.items() if host != "human"})
    if creatures and max(creatures.values()) >= 2 and everywhere["human"] <= 2 * max(creatures.values()):
        return creatures.most_common(1)[0][0]
    if everywhere["human"]:
        return "human"
    if creatures:
        return creatures.most_common(1)[0][0]
    return "human" if words("people").search(text) else "unspecified"


@lru_cache(maxsize=64)
def _hosts(text: str) -> Counter[str]:
    counts = {host: len(pattern.findall(text)) for host, pattern in families("host").items()}
    return Counter({host: count for host, count in counts.items() if count})
