"""Curators' decisions in a store -> gold records: each finding with who decided, when, on which model's proposal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from extractor.errors import GoldError
from extractor.gold.parsing import gold_record, parse_record
from extractor.gold.texts import sha256_of
from extractor.records import Article, Finding, GoldArticle, Json
from extractor.review import Standing, differences, error_types, names_in, standings
from extractor.store import COUNTING, Act, Judged, Key, Reading, Store, acts, identity, judged
from extractor.vocabulary import load_vocabulary

_SLOTS = ("cytokine", "fluid", "direction", "contrast", "comparator", "condition", "host", "confidence")


@dataclass(frozen=True, slots=True)
class Imported:
    """Gold records made of a store.

    Attributes:
        records: as ``parse_record`` reads them; besides, ``readers`` and ``decisions``.
        left_out: ids that curators have touched and that are no gold yet, with the reason.
        refused: ids whose record breaks a rule of the gold set, with the rule.
    """

    records: tuple[Json, ...]
    left_out: Mapping[str, str]
    refused: Mapping[str, str]

    @property
    def errors(self) -> dict[str, dict[str, int]]:
        """Per model how often its proposals were right, and which errors were put right; by name and frequency."""
        counts: dict[str, Counter[str]] = {}
        for decision in (each for record in self.records for each in record["decisions"]):
            counts.setdefault(decision["model"] or "", Counter()).update(decision["errors"] or ["right"])
        return {model: dict(counts[model].most_common()) for model in sorted(counts)}


def gold_of_store(store: Store, *, split: str = "train", stratum: str = "other", with_text: bool = False) -> Imported:
    """The articles that curators have finished, as gold.

    An article is left out while findings in it wait for a decision, or two readers differ and nobody has adjudicated.
    What a single blind second reading says does not enter.

    Args:
        store: an open store.
        split: of the records.
        stratum: of the records.
        with_text: write title and abstract as well.
    """
    records: list[Json] = []
    left_out: dict[str, str] = {}
    refused: dict[str, str] = {}
    concepts = frozenset(load_vocabulary().cytokines)
    for article, standing, read in _touched(store):
        if reason := _unready(standing, read):
            left_out[article.id] = reason
            continue
        record = _record(article, standing, read, split=split, stratum=stratum)
        if with_text:
            record |= {"title": article.title, "abstract": article.abstract}
        try:
            parse_record(record, file=store.path.name, concepts=concepts)
        except GoldError as error:
            refused[article.id] = str(error)
        else:
            records.append(record)
    return Imported(tuple(records), left_out, refused)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was decided on an article: what stands, and each reading for itself."""

    stands: Sequence[Judged]
    first: Sequence[Judged]
    second: Sequence[Judged]
    remarks: Sequence[Act]


def _touched(store: Store) -> Iterator[tuple[Article, Standing, _Read]]:
    found = standings(store)
    for article in store.articles():
        if article.id not in found or article.deleted:
            continue
        remarks = [act for act in acts(store, article_id=article.id) if act.kind == "commented"]
        first, second = _judged(store, article, ["first"]), _judged(store, article, ["second"])
        yield article, found[article.id], _Read(_judged(store, article, COUNTING), first, second, remarks)


def _judged(store: Store, article: Article, readings: Sequence[Reading]) -> list[Judged]:
    decisions = store.decisions(article_id=article.id, readings=readings, current=True)
    return judged(store.mined(article_id=article.id), decisions)


def _unready(standing: Standing, read: _Read) -> str | None:
    if "first" not in standing.finished:
        return "not finished"
    if standing.read_twice and "adjudication" not in standing.finished and differences(read.first, read.second):
        return "two readers differ and nobody has adjudicated"
    if undecided := sum(each.decision is None for each in read.stands):
        return f"{undecided} findings are undecided"
    return None


def _record(article: Article, standing: Standing, read: _Read, *, split: str, stratum: str) -> Json:
    kept = [each for each in read.stands if each.finding is not None]
    findings = tuple(_for_gold(each.finding) for each in kept if each.finding is not None)
    gold = GoldArticle(
        id=article.id,
        pmid=article.pmid,
        sha256=sha256_of(article.text),
        split=split,
        stratum=stratum,
        mentions=tuple(names_in(article, findings)),
        findings=findings,
    )
    places = {each.key: place for place, each in enumerate(kept)}
    return {
        **gold_record(gold),
        "readers": dict(sorted(standing.readers.items())),
        "remarks": [_remark(act) for act in read.remarks if act.key is None],
        "decisions": [_decision(each, places.get(each.key), read.remarks) for each in read.stands],
    }


def _for_gold(finding: Finding) -> Finding:
    """The finding by the rules of the gold set: no words for an unspecified fluid, evidence by where names start."""
    fluid = finding.fluid_mention if finding.fluid != "unspecified" else None
    starts = [mention.span.start for mention in (finding.cytokine_mention, fluid) if mention is not None]
    inside = len(starts) == 2 and all(finding.evidence.start <= start < finding.evidence.end for start in starts)
    return replace(finding, fluid_mention=fluid, cross_sentence=not inside)


def _decision(each: Judged, place: int | None, remarks: Iterable[Act]) -> Json:
    decision = each.decision
    if decision is None:
        raise AssertionError("undecided findings are left out before")
    proposal = decision.proposal or each.proposal
    return {
        "finding": place,
        "verdict": decision.verdict,
        "curator": decision.curator,
        "decided": decision.decided,
        "reading": decision.reading,
        "model": None if proposal is None else proposal.model,
        "score": None if proposal is None else round(proposal.score, 4),
        "errors": list(error_types(decision, proposal)),
        "proposal": None if proposal is None else {slot: getattr(proposal, slot) for slot in _SLOTS},
        "note": decision.note,
        "remarks": [_remark(act) for act in remarks if act.key is not None and _same_key(act.key, each)],
    }


def _same_key(key: Key, each: Judged) -> bool:
    own = {each.key} | ({identity(each.finding)} if each.finding is not None else set())
    return key in own


def _remark(act: Act) -> Json:
    return {"curator": act.curator, "at": act.at, "text": act.text}
