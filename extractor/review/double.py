"""Two readings of one article: where they differ, and how much two curators agree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractor.records import Finding, GoldArticle
from extractor.review.names import names_in
from extractor.review.progress import standings
from extractor.store import Decision, Judged, Key, Reading, Store, identity, judged


@dataclass(frozen=True, slots=True)
class Difference:
    """Something two readers see differently.

    Attributes:
        key: of the proposal, or of the finding one of them added.
        proposal: as the model has it, None where one of them added it.
        first: what stands after the first reading, None where nothing does.
        second: what stands after the second.
    """

    key: Key
    proposal: Finding | None
    first: Finding | None
    second: Finding | None


@dataclass(frozen=True, slots=True)
class DoubleRead:
    """An article that two curators have finished, as each left it."""

    curators: tuple[str, str]
    first: GoldArticle
    second: GoldArticle


def read_as(store: Store, article_id: str, readings: Sequence[Reading]) -> list[Judged]:
    """The findings of an article as some readings left them."""
    decisions = store.decisions(article_id=article_id, readings=readings, current=True)
    return judged(store.mined(article_id=article_id), decisions)


def differences(first: Iterable[Judged], second: Iterable[Judged]) -> list[Difference]:
    """Where two readings differ, in the order of the text.

    A finding is the same when its identity, host and confidence are; the places of its words are not compared. What
    both hold is no difference, however they came to it.
    """
    one, two = ({each.key: each for each in reading} for reading in (first, second))
    held = [{_said(each.finding) for each in side.values() if each.finding} for side in (one, two)]
    found = []
    for key in dict.fromkeys([*one, *two]):
        left, right = one.get(key), two.get(key)
        sides = [each.finding if each is not None else None for each in (left, right)]
        agreed = [side is None or _said(side) in other for side, other in zip(sides, reversed(held), strict=True)]
        if not all(agreed):
            proposal = next((each.proposal for each in (left, right) if each is not None), None)
            found.append(Difference(key, proposal, *sides))
    return sorted(found, key=_place)


def _said(finding: Finding) -> tuple[str, ...]:
    return (*identity(finding), finding.confidence)


def _place(difference: Difference) -> tuple[int, Key]:
    either = difference.first or difference.second or difference.proposal
    return (either.evidence.start if either is not None else 0), difference.key


def differing(store: Store, article_id: str) -> list[Difference]:
    """Where the two readings of an article differ, whatever was decided on it since."""
    return differences(read_as(store, article_id, ["first"]), read_as(store, article_id, ["second"]))


def double_read(store: Store) -> list[DoubleRead]:
    """Every article that two curators have finished, before adjudication, by id."""
    found = standings(store)
    return [
        DoubleRead(
            (found[name].readers["first"], found[name].readers["second"]),
            _gold(store, name, "first"),
            _gold(store, name, "second"),
        )
        for name in sorted(found)
        if found[name].read_twice and store.article(name) is not None
    ]


def _gold(store: Store, article_id: str, reading: Reading) -> GoldArticle:
    article = store.article(article_id)
    if article is None:
        raise AssertionError("decisions are on articles of the store")
    findings = tuple(each.finding for each in read_as(store, article_id, [reading]) if each.finding is not None)
    sha256 = hashlib.sha256(article.text.encode()).hexdigest()
    mentions = tuple(names_in(article, findings))
    return GoldArticle(article_id, article.pmid, sha256, "train", "other", mentions, findings, article)


def readers_of(decisions: Iterable[Decision]) -> tuple[str, ...]:
    """The curators of some decisions, each once, in order."""
    return tuple(dict.fromkeys(each.curator for each in decisions))
