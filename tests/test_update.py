"""The living update against a local PubMed: new, changed, retracted, vanished, interrupted anywhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from eutils_server import Answer, Asked, once
from living_pubmed import WORDS, Paper, PubMed

from extractor.errors import PubMedError, StoreError
from extractor.ledger import Study, build
from extractor.pubmed import Clock, Settings
from extractor.records import DIRECTIONS, Article, Finding, Span
from extractor.store import Store, open_store
from extractor.update import DEFAULT_QUERY, OVERLAP, RECHECK, Flip, last_update, update

FIRST = date(2024, 1, 1)
CELL = ("IL6", "serum", "human", "disease")
LOST = Answer(b"<html><title>502 Bad Gateway</title></html>", 502)


class Reader:
    """Finds the direction that the sentence names; counts what it reads."""

    def __init__(self, *, stops_at: int | None = None, by: type[BaseException] = KeyboardInterrupt) -> None:
        self.read: list[str] = []
        self._stops_at, self._by = stops_at, by

    def mine(self, articles: Iterable[Article]) -> Iterator[tuple[Article, list[Finding]]]:
        for article in articles:
            if len(self.read) == self._stops_at:
                raise self._by
            self.read.append(article.id)
            words = (direction for direction in DIRECTIONS if WORDS[direction] in article.abstract)
            yield article, [self._finding(article, direction) for direction in words]

    def _finding(self, article: Article, direction: str) -> Finding:
        start = len(article.title) + 1
        return Finding(
            article_id=article.id,
            cytokine="IL6",
            fluid="serum",
            direction=direction,
            contrast="disease",
            comparator="healthy",
            condition="ALS",
            host="human",
            evidence=Span(start, len(article.text)),
            evidence_text=article.abstract,
            model="reader",
        )


class Days:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.day = datetime(2024, 6, 1, tzinfo=UTC)
        self.clock = Clock(
            monotonic=self._seconds, sleep=lambda _: self._advance(), now=lambda: self.day, random=lambda: 0.5
        )
        self._passed = 0.0

    def _seconds(self) -> float:
        self._passed += 1.0
        return self._passed

    def _advance(self) -> None:
        self._passed += 60.0


def judge(store: Store):
    notices = {article_id: [kind for kind, _ in found] for article_id, found in store.notices().items()}
    studies = {a.id: Study.of(a, notices=notices.get(a.id, ())) for a in store.articles()}
    return build((finding for finding, _ in store.findings()), studies=studies).states()


@pytest.fixture
def days() -> Days:
    return Days()


@pytest.fixture
def pubmed():
    with PubMed([Paper(str(n), FIRST) for n in range(1, 6)]) as server:
        yield server


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "als.db") as opened:
        yield opened


@pytest.fixture
def run(store, pubmed, days):
    def go(*, miner=None, model="m", attempts=2, **options):
        settings = Settings(
            email="a@example.org",
            base_url=pubmed.url,
            clock=days.clock,
            timeout=5,
            attempts=attempts,
            batch_size=3,
            workers=1,
        )
        return update(store, settings=settings, miner=miner or Reader(), model=model, judge=judge, **options)

    return go


class TestFirst:
    def test_everything(self, run, store, pubmed):
        changes = run()
        assert changes.query == DEFAULT_QUERY
        assert changes.since is None
        assert changes.new == tuple(f"PMID:{n}" for n in range(1, 6))
        assert len(changes.findings) == 5
        assert changes.flips == (Flip(CELL, None, "consistent"),)
        assert (changes.asked, changes.asked_again, changes.errors) == (5, 0, ())
        assert [search["term"] for search in pubmed.searches()] == [DEFAULT_QUERY]
        assert "mindate" not in pubmed.searches()[0]
        assert last_update(store) == (DEFAULT_QUERY, "2024-06-01T00:00:00+00:00")

    def test_again_nothing(self, run, store):
        run()
        before = store.mined()
        reader = Reader()
        changes = run(miner=reader)
        assert reader.read == []
        assert not any(
            (changes.new, changes.revised, changes.findings, changes.lost, changes.flips, changes.oppositions)
        )
        assert store.mined() == before

    def test_nothing_is_left_beside_the_database(self, run, store):
        run()
        assert not list(store.path.parent.glob("*.updates"))


class TestLater:
    @pytest.fixture(autouse=True)
    def started(self, run, days):
        run()
        days.day += timedelta(days=7)

    def test_only_what_is_new_or_changed_is_asked_for_with_overlap(self, run, pubmed):
        pubmed.asked.clear()
        changes = run()
        new, changed = pubmed.searches()
        since = date(2024, 6, 1) - OVERLAP
        assert changes.since == since.isoformat()
        assert (new["term"], new["datetype"], new["mindate"]) == (DEFAULT_QUERY, "edat", f"{since:%Y/%m/%d}")
        assert changed["term"] == f'({DEFAULT_QUERY}) AND ("{since:%Y/%m/%d}"[mdat] : "3000/12/31"[mdat])'
        assert pubmed.count("efetch") == 0

    def test_new(self, run, pubmed):
        pubmed.set(Paper("9", date(2024, 6, 5), says="decreased"))
        reader = Reader()
        changes = run(miner=reader)
        assert reader.read == ["PMID:9"]
        assert changes.new == ("PMID:9",)
        assert changes.findings == (("PMID:9", *CELL[:2], "decreased", "disease", "healthy", "ALS", "human"),)
        assert changes.oppositions == (CELL,)
        assert changes.flips == (Flip(CELL, "consistent", "leaning"),)

    def test_indexed_late(self, run, pubmed):
        pubmed.set(Paper("9", date(2024, 5, 25)))
        assert run().new == ("PMID:9",)

    def test_changed_text(self, run, pubmed, store):
        pubmed.set(Paper("2", FIRST, says="unchanged", modified=date(2024, 6, 4)))
        reader = Reader()
        changes = run(miner=reader)
        assert reader.read == ["PMID:2"]
        assert changes.revised == ("PMID:2",)
        assert [(f[0], f[3]) for f in changes.findings] == [("PMID:2", "unchanged")]
        assert [(f[0], f[3]) for f in changes.lost] == [("PMID:2", "increased")]
        assert len(store.mined()) == 5

    def test_retracted(self, run, pubmed, store):
        types = ("Journal Article", "Retracted Publication")
        pubmed.set(Paper("2", FIRST, modified=date(2024, 6, 4), types=types, links=(("RetractionIn", "77"),)))
        reader = Reader()
        changes = run(miner=reader)
        assert changes.retracted == ("PMID:2",)
        assert reader.read == []
        assert store.notices() == {"PMID:2": (("retraction", "77"),)}
        assert len(judge(store)) == 1
        studies = {a.id: Study.of(a) for a in store.articles()}
        ledger = build((f for f, _ in store.findings()), studies=studies)
        assert [(each.study.id, each.reason) for each in ledger.excluded] == [("PMID:2", "retracted")]

    def test_concern_and_correction(self, run, pubmed, store):
        day = date(2024, 6, 4)
        pubmed.set(
            Paper("1", FIRST, modified=day, links=(("ExpressionOfConcernIn", "70"), ("CommentIn", "71"))),
            Paper("2", FIRST, modified=day, links=(("ErratumIn", "72"),)),
        )
        changes = run()
        assert (changes.concerns, changes.corrected, changes.retracted) == (("PMID:1",), ("PMID:2",), ())
        assert store.notices() == {"PMID:1": (("concern", "70"),), "PMID:2": (("correction", "72"),)}
        assert run().concerns == ()

    def test_a_notice_taken_back(self, run, pubmed, store):
        pubmed.set(Paper("1", FIRST, modified=date(2024, 6, 4), links=(("ErratumIn", "72"),)))
        run()
        pubmed.set(Paper("1", FIRST, modified=date(2024, 6, 6)))
        run()
        assert store.notices() == {}

    def test_a_new_model_reads_what_it_meets_and_keeps_the_old(self, run, pubmed, store):
        pubmed.set(Paper("9", date(2024, 6, 5)))
        run(model="m2")
        assert store.models() == ["m", "m2"]
        assert [finding.article_id for finding in store.mined(model="m2")] == ["PMID:9"]
        assert len(store.mined()) == 6

    def test_another_query_starts_from_the_beginning(self, run, pubmed):
        pubmed.asked.clear()
        changes = run(query="other")
        assert changes.since is None
        assert [search["term"] for search in pubmed.searches()] == ["other"]
        assert changes.new == ()


class TestVanished:
    @pytest.fixture(autouse=True)
    def started(self, run):
        run()

    def test_known_records_are_asked_for_again_after_a_time(self, run, pubmed, days, store):
        pubmed.remove("3")
        days.day += RECHECK - timedelta(days=1)
        changes = run()
        assert (changes.asked_again, changes.vanished) == (0, ())
        days.day += timedelta(days=1)
        changes = run()
        assert (changes.asked_again, changes.vanished) == (5, ("PMID:3",))
        assert [finding[0] for finding in changes.lost] == ["PMID:3"]
        assert store.counts()["vanished"] == 1
        assert store.article("PMID:3").deleted
        assert run().asked_again == 0

    def test_it_may_come_back(self, run, pubmed, days, store):
        paper = pubmed.by_pmid["3"]
        pubmed.remove("3")
        days.day += RECHECK
        run()
        pubmed.set(paper)
        days.day += RECHECK
        changes = run()
        assert changes.returned == ("PMID:3",)
        assert len(store.mined()) == 5

    def test_a_changed_text_that_was_not_announced(self, run, pubmed, days):
        pubmed.set(Paper("4", FIRST, says="decreased"))
        days.day += RECHECK
        assert run().revised == ("PMID:4",)

    def test_too_many_at_once_are_not_believed(self, run, pubmed, days, store):
        pubmed.set(*(Paper(str(n), date(2024, 6, 1)) for n in range(100, 160)))
        run()
        papers = [pubmed.by_pmid[str(n)] for n in range(100, 130)]
        pubmed.remove(*(paper.pmid for paper in papers))
        days.day += RECHECK
        with pytest.raises(PubMedError, match="30 of 65 known records are missing"):
            run()
        assert store.counts()["vanished"] == 0
        pubmed.set(*papers)
        assert run().vanished == ()


class TestInterrupted:
    """Killed anywhere and called again: nothing lost, nothing doubled, and all changes told."""

    @pytest.fixture
    def expected(self, pubmed, days, tmp_path):
        """What an update that was never interrupted gives."""
        with open_store(tmp_path / "whole.db") as whole:
            settings = Settings(email="a@example.org", base_url=pubmed.url, clock=days.clock, batch_size=3, workers=1)
            changes = update(whole, settings=settings, miner=Reader(), model="m", judge=judge)
            return changes, whole.mined(), whole.articles()

    @pytest.fixture(autouse=True)
    def many(self, pubmed):
        pubmed.set(*(Paper(str(n), FIRST, says=DIRECTIONS[n % 3]) for n in range(10, 160)))

    def check(self, changes, store, expected):
        assert changes == expected[0]
        assert store.mined() == expected[1]
        assert store.articles() == expected[2]
        assert store.rows("SELECT count(*) FROM updates")[0][0] == 1

    @pytest.mark.parametrize("place", [0, 1, 63, 64, 65, 154])
    def test_while_reading(self, run, store, expected, place):
        with pytest.raises(KeyboardInterrupt):
            run(miner=Reader(stops_at=place))
        self.check(run(), store, expected)

    def test_what_was_read_is_not_read_again(self, run):
        with pytest.raises(KeyboardInterrupt):
            run(miner=Reader(stops_at=100))
        again = Reader()
        run(miner=again)
        assert len(again.read) <= 155 - 64

    @pytest.mark.parametrize(("utility", "after"), [("esearch", 0), ("efetch", 0), ("efetch", 20)])
    def test_while_fetching(self, run, pubmed, store, expected, utility, after):
        answered = [0]

        def down(asked: Asked) -> Answer | None:
            answered[0] += asked.utility == utility
            return LOST if asked.utility == utility and answered[0] > after else None

        pubmed.faults.append(down)
        with pytest.raises(PubMedError):
            run(attempts=1)
        assert store.articles() == []
        pubmed.faults.clear()
        self.check(run(), store, expected)

    def test_at_every_statement_that_writes(self, run, store, expected, monkeypatch):
        """The database refuses at the nth transaction, for every n there is."""
        whole = Store.transaction
        for place in range(50):
            passed = [0]

            @contextmanager
            def fails(self, passed=passed, place=place):
                with whole(self) as connection:
                    yield connection
                    passed[0] += 1
                    if passed[0] > place:
                        raise sqlite3.OperationalError("disk I/O error")

            monkeypatch.setattr(Store, "transaction", fails)
            try:
                changes = run()
                break
            except StoreError:
                continue
        assert place > 4
        self.check(changes, store, expected)

    def test_a_passing_fault_is_not_noticed(self, run, pubmed, store, expected):
        pubmed.faults.append(once(LOST, utility="efetch"))
        self.check(run(attempts=3), store, expected)
