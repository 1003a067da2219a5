"""Near-duplicates across splits: shared word shingles, Jaccard similarity."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from extractor.records import GoldArticle

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two articles of different splits whose texts are nearly the same.

    Attributes:
        similarity: Jaccard similarity of their word shingles, in [0, 1].
    """

    first: str
    second: str
    splits: tuple[str, str]
    similarity: float


def shingles(text: str, *, size: int = 5) -> frozenset[tuple[str, ...]]:
    """Every run of ``size`` words, in lower case; a shorter text is one run."""
    words = _WORD.findall(text.casefold())
    return frozenset(tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1)))


def near_duplicates(gold: Iterable[GoldArticle], *, threshold: float = 0.3, size: int = 5) -> Iterator[NearDuplicate]:
    """Pairs across splits at or above ``threshold``, in the order of the second article.

    Articles without text are passed over.
    """
    owners: dict[tuple[str, ...], list[int]] = defaultdict(list)
    seen: list[tuple[GoldArticle, int]] = []
    for each in gold:
        if each.article is None:
            continue
        runs = shingles(each.article.text, size=size)
        shared = Counter(owner for run in runs for owner in owners[run])
        for owner, common in sorted(shared.items()):
            other, total = seen[owner]
            similarity = common / (total + len(runs) - common)
            if other.split != each.split and similarity >= threshold:
                yield NearDuplicate(other.id, each.id, (other.split, each.split), similarity)
        for run in runs:
            owners[run].append(len(seen))
        seen.append((each, len(runs)))
