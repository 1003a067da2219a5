"""What a curator did to the findings we exported, as decisions for the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from extractor.exchange.documents import Document
from extractor.exchange.files import one_line, xml_text
from extractor.records import Article, Finding
from extractor.store import Decision, Verdict

SOURCE = "curated"
"""``Finding.source`` of what a curator corrected or added."""


def same_text(one: Article, other: Article) -> bool:
    """Whether two texts are the same but for characters that a format cannot hold."""
    return one_line(xml_text(one.text)) == one_line(xml_text(other.text))


def decisions_of(
    shown: Sequence[tuple[Finding, bool]],
    document: Document,
    *,
    curator: str,
    previous: Iterable[Decision] = (),
    triples_only: bool = False,
) -> list[Decision]:
    """The decisions that a document implies, none for what was decided before and stands.

    A finding that came back as it was is accepted; one that did not is rejected, or corrected where another stands at
    its place or says the same pair; what is left is added.

    Args:
        shown: the article's findings as they were exported, each with whether it was decided on already.
        document: what came back.
        curator: who decided.
        previous: earlier decisions on the article, in their order.
        triples_only: the format holds no more than triples, so that nothing else can be told apart.
    """
    origins: dict[tuple[str, ...], Decision] = {
        d.finding.key: d for d in previous if d.finding is not None and d.verdict in {"corrected", "added"}
    }
    came = list(document.findings)
    decided: list[Decision] = []
    gone: list[Finding] = []
    for finding, already in shown:
        there = next((each for each in came if _same(finding, each, triples_only=triples_only)), None)
        if there is None:
            gone.append(finding)
            continue
        if not triples_only:
            came.remove(there)
        if not already:
            decided.append(Decision(finding.key, "accepted", curator, proposal=finding))
    if triples_only:
        known = {finding.triple for finding, _ in shown}
        came = [each for each in came if each.triple not in known]
    decided += _changed(gone, came, origins, curator)
    decided += [Decision(each.key, "added", curator, curated(each)) for each in came]
    return decided


def _changed(
    gone: Iterable[Finding], came: list[Finding], origins: dict[tuple[str, ...], Decision], curator: str
) -> Iterator[Decision]:
    """Decisions on what did not come back as it was; what replaces it is taken from ``came``."""
    for finding in gone:
        origin = origins.get(finding.key)
        key = finding.key if origin is None else origin.key
        proposal = finding if origin is None else origin.proposal
        instead = _instead(finding, came)
        if instead is None:
            yield Decision(key, "rejected", curator, proposal=proposal)
        else:
            came.remove(instead)
            verdict: Verdict = "added" if origin is not None and origin.verdict == "added" else "corrected"
            yield Decision(key, verdict, curator, curated(instead), proposal=proposal)


def _same(one: Finding, other: Finding, *, triples_only: bool) -> bool:
    if triples_only:
        return one.triple == other.triple
    return _identity(one) == _identity(other)


def _identity(finding: Finding) -> tuple[object, ...]:
    mentions = (finding.cytokine_mention, finding.fluid_mention)
    return (*finding.key, finding.host, finding.confidence, finding.evidence, *(m and m.span for m in mentions))


def _instead(finding: Finding, came: Sequence[Finding]) -> Finding | None:
    pair = [each for each in came if each.triple[:2] == finding.triple[:2]]
    place = [each for each in came if _anchor(each) is not None and _anchor(each) == _anchor(finding)]
    same_key = [each for each in pair if each.key == finding.key]
    return next(iter([*same_key, *place, *pair]), None)


def _anchor(finding: Finding) -> object:
    return finding.cytokine_mention and finding.cytokine_mention.span


def curated(finding: Finding) -> Finding:
    """A finding as a curator's: no model has said it."""
    return replace(finding, source=SOURCE, model="", score=1.0)
