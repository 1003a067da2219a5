"""The store: what goes in comes out, twice is once, nothing half-written, curators' words outlive models."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from extractor.errors import StoreError
from extractor.records import Article, Finding, Mention, Section, Span
from extractor.store import (
    Act,
    Decision,
    Run,
    Store,
    acts,
    database,
    identity,
    judged,
    last_act,
    open_store,
    put_act,
    put_decision,
    save_run,
    undo_act,
)
from extractor.store import schema as layout
from extractor.store.rows import to_json

TITLE = "TNF-α in ALS"
ABSTRACT = "RESULTS: Serum TNF-α was higher in patients than in healthy people."


def article(number: int = 1, **changes) -> Article:
    fields = {
        "id": f"PMID:{number}",
        "title": TITLE,
        "abstract": ABSTRACT,
        "pmid": str(number),
        "doi": f"10.5555/{number}",
        "sections": (Section("RESULTS", ABSTRACT.removeprefix("RESULTS: ")),),
        "journal": "Journal of Examples",
        "year": 2015,
        "language": "eng",
        "publication_types": ("Journal Article",),
        "mesh": ("Amyotrophic Lateral Sclerosis",),
        "authors": ("Muster, Änne", "The R&D Group"),
    }
    return Article(**{**fields, **changes})


def finding(number: int = 1, **changes) -> Finding:
    text = f"{TITLE}\n{ABSTRACT}"
    start = text.index("Serum")
    fields = {
        "article_id": f"PMID:{number}",
        "cytokine": "TNF",
        "fluid": "serum",
        "direction": "increased",
        "contrast": "disease",
        "comparator": "healthy",
        "condition": "ALS",
        "host": "human",
        "evidence": Span(start - 9, len(text)),
        "evidence_text": text[start - 9 :],
        "cytokine_mention": Mention(Span(start + 6, start + 11), "TNF-α", "cytokine", "TNF"),
        "fluid_mention": Mention(Span(start, start + 5), "Serum", "fluid", "serum"),
        "n": 40,
        "p": "<0.01",
        "score": 0.9312,
        "model": "relation-1.0.0",
        "also": (Span(0, 12),),
    }
    return Finding(**{**fields, **changes})


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "als.db"


@pytest.fixture
def store(path):
    with open_store(path) as opened:
        yield opened


def open_store_of(path: Path, monkeypatch: pytest.MonkeyPatch, *, steps: int) -> Store:
    """A store as older versions of the program made and wrote it."""
    monkeypatch.setattr(layout, "MIGRATIONS", layout.MIGRATIONS[:steps])
    if steps < 3:
        fields = database.article_fields
        monkeypatch.setattr(
            database, "article_fields", lambda each: {k: v for k, v in fields(each).items() if k != "authors"}
        )
    return open_store(path)


def dump(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        text = "\n".join(connection.iterdump())
    connection.close()
    return text


class TestLayout:
    def test_a_new_file(self, store, path):
        assert store.rows("PRAGMA journal_mode")[0][0] == "wal"
        assert store.rows("PRAGMA foreign_keys")[0][0] == 1
        assert store.rows("PRAGMA user_version")[0][0] == len(layout.MIGRATIONS)
        assert store.migrated == tuple(
            f"{path}: version {number} -> {number + 1}: {what}" for number, (what, _) in enumerate(layout.MIGRATIONS)
        )

    def test_opened_again_nothing_is_migrated(self, store, path):
        with open_store(path) as again:
            assert again.migrated == ()

    def test_an_older_file_is_migrated_and_keeps_its_rows(self, store, path, monkeypatch):
        save_run(store, [(article(), [finding()])], model="m")
        store.close()
        step = (
            "a table of notes",
            "CREATE TABLE remarks (article_id TEXT NOT NULL REFERENCES articles (id)) STRICT;\n",
        )
        monkeypatch.setattr(layout, "MIGRATIONS", (*layout.MIGRATIONS, step))
        with open_store(path) as newer:
            number = len(layout.MIGRATIONS)
            assert newer.migrated == (f"{path}: version {number - 1} -> {number}: a table of notes",)
            assert newer.rows("SELECT count(*) FROM remarks")[0][0] == 0
            assert newer.mined() == [finding()]

    def test_decisions_of_the_first_layout_are_kept(self, path, monkeypatch):
        with monkeypatch.context() as older, open_store_of(path, older, steps=1) as store:
            save_run(store, [(article(), [finding()]), (article(2), [finding(2)])], model="m")
            with store.transaction() as connection:
                old = (
                    finding().article_id,
                    to_json(finding().key),
                    "rejected",
                    None,
                    "Ada",
                    "no",
                    "2025-01-01T00:00:00",
                )
                connection.execute(
                    "INSERT INTO decisions (article_id, key, verdict, finding, curator, note, decided) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    old,
                )
        with open_store(path) as store:
            steps = zip(store.migrated, layout.MIGRATIONS[1:], strict=True)
            assert all(line.endswith(f": {what}") for line, (what, _) in steps)
            (kept,) = store.decisions()
            assert (kept.key, kept.verdict, kept.curator, kept.note) == (finding().key, "rejected", "Ada", "no")
            assert (kept.reading, kept.proposal, kept.sha256) == ("first", None, "")
            assert store.findings() == [(finding(2), False)]

    def test_articles_of_an_older_layout_have_no_authors_until_they_are_read_again(self, path, monkeypatch):
        with monkeypatch.context() as older, open_store_of(path, older, steps=2) as store:
            save_run(store, [(article(), [finding()])], model="m")
        with open_store(path) as store:
            assert store.articles() == [article(authors=())]
            assert save_run(store, [(article(), [finding()])], model="m").read == 0
            assert store.articles() == [article()]

    def test_a_step_that_fails_changes_nothing(self, store, path, monkeypatch):
        store.close()
        before = dump(path)
        step = ("a broken step", "CREATE TABLE remarks (x TEXT) STRICT;\nCREATE TABLE articles (x TEXT) STRICT;\n")
        monkeypatch.setattr(layout, "MIGRATIONS", (*layout.MIGRATIONS, step))
        with pytest.raises(StoreError, match=r"als\.db: table articles already exists"):
            open_store(path)
        assert dump(path) == before

    def test_a_newer_file_is_refused(self, store, path):
        store.rows("PRAGMA user_version = 99")
        store.close()
        with pytest.raises(StoreError, match="newer version"):
            open_store(path)

    def test_another_programs_file_is_refused(self, path):
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE articles (id TEXT)")
        connection.close()
        with pytest.raises(StoreError, match="another program"):
            open_store(path)

    def test_no_sqlite_file(self, path):
        path.write_text("no database at all, but long enough to be looked at as one " * 20)
        with pytest.raises(StoreError, match=r"als\.db: file is not a database"):
            open_store(path)

    def test_no_file(self, path):
        with pytest.raises(StoreError, match="no such database"):
            open_store(path, create=False)
        assert not path.exists()

    def test_a_folder_that_is_not_there(self, tmp_path):
        with pytest.raises(StoreError, match="unable to open"):
            open_store(tmp_path / "nowhere" / "als.db")


class TestRuns:
    def test_round_trip(self, store):
        saved = save_run(store, [(article(), [finding()]), (article(2), [])], model="m")
        assert (saved.articles, saved.read, saved.findings, saved.known) == (2, 2, 1, 0)
        assert store.articles() == [article(), article(2)]
        assert store.mined() == [finding()]
        assert store.findings() == [(finding(), False)]
        assert store.article("PMID:2") == article(2)
        assert store.article("PMID:3") is None

    def test_evidence_still_fits_the_stored_text(self, store):
        save_run(store, [(article(), [finding()])], model="m")
        (found,), (kept,) = store.mined(), store.articles()
        for mention in (found.cytokine_mention, found.fluid_mention):
            assert kept.text[mention.span.start : mention.span.end] == mention.text
        assert kept.text[found.evidence.start : found.evidence.end] == found.evidence_text

    def test_twice_is_once(self, store, path):
        mined = [(article(n), [finding(n)]) for n in range(1, 200)]
        save_run(store, mined, model="m", detail={"input": "a.xml"})
        before = dump(path)
        again = save_run(store, mined, model="m", detail={"input": "b.xml"})
        assert (again.run, again.read, again.known) == (None, 0, 199)
        assert dump(path) == before

    def test_a_new_model_adds_a_run_and_keeps_the_old(self, store):
        first = save_run(store, [(article(), [finding()])], model="m1")
        lower = finding(direction="decreased", model="relation-2.0.0")
        second = save_run(store, [(article(), [lower])], model="m2")
        assert second.run != first.run
        assert store.mined() == [lower]
        assert store.mined(model="m1") == [finding()]
        assert store.mined(model="m2") == [lower]
        assert store.models() == ["m1", "m2"]

    def test_a_changed_text_is_read_again_and_the_old_reading_no_longer_counts(self, store):
        save_run(store, [(article(), [finding()])], model="m")
        changed = article(abstract="Serum TNF-α did not differ.")
        assert not store.is_read(changed, model="m")
        save_run(store, [(changed, [])], model="m")
        assert store.mined() == []
        assert store.article("PMID:1") == changed
        save_run(store, [(article(), [finding()])], model="m")
        assert store.mined() == [finding()]

    def test_a_changed_record_with_the_same_text(self, store):
        save_run(store, [(article(), [finding()])], model="m")
        retracted = article(retracted=True, publication_types=("Journal Article", "Retracted Publication"))
        assert store.is_read(retracted, model="m")
        assert save_run(store, [(retracted, [finding()])], model="m").read == 0
        assert store.article("PMID:1") == retracted

    def test_an_older_version_does_not_replace_a_newer(self, store):
        newer = article(version=2, abstract="Serum TNF-α was lower.")
        save_run(store, [(newer, []), (article(version=1), [finding()])], model="m")
        assert store.articles() == [newer]
        assert store.mined() == []

    def test_a_deleted_record_keeps_its_text_and_loses_its_findings(self, store):
        save_run(store, [(article(), [finding()])], model="m")
        save_run(store, [(Article("PMID:1", "", "", pmid="1", deleted=True), [])], model="m")
        assert store.articles() == [article(deleted=True)]
        assert store.mined() == []
        assert store.counts()["deleted"] == 1

    def test_interrupted_and_run_again(self, store, path, tmp_path):
        mined = [(article(n), [finding(n)]) for n in range(1, 151)]

        def breaks():
            yield from mined[:100]
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            save_run(store, breaks(), model="m")
        assert 64 <= len(store.articles()) <= 100
        assert store.rows("SELECT finished FROM runs")[0][0] is None
        resumed = save_run(store, mined, model="m")
        assert resumed.run == 1
        with open_store(tmp_path / "whole.db") as whole:
            save_run(whole, mined, model="m")
            assert whole.mined() == store.mined()
            assert whole.articles() == store.articles()
        assert store.rows("SELECT count(*) FROM runs WHERE finished IS NOT NULL")[0][0] == 1

    def test_killed_while_writing(self, path):
        code = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_store import article, finding, open_store, save_run
def mined():
    for n in range(1, 1000):
        if n == 700: os._exit(9)
        yield article(n), [finding(n)]
save_run(open_store({str(path)!r}), mined(), model="m")
"""
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
        with open_store(path) as store:
            kept = len(store.articles())
            assert kept == 699 // 64 * 64
            assert len(store.mined()) == kept
            assert store.rows("PRAGMA integrity_check")[0][0] == "ok"
            assert store.rows("PRAGMA foreign_key_check") == []

    def test_one_error_leaves_the_batch_out(self, store):
        twice = [finding(), replace(finding(), score=0.1)]
        with pytest.raises(StoreError, match="UNIQUE"):
            save_run(store, [(article(), twice)], model="m")
        assert store.articles() == []
        assert store.rows("SELECT * FROM runs") == []

    def test_two_at_a_time(self, store, path):
        with open_store(path) as other, Run(store, model="m") as one, Run(other, model="n") as two:
            for n in range(1, 300):
                one.save(article(n), [finding(n)])
                two.save(article(n), [])
        assert len(store.mined(model="m")) == 299
        assert store.mined(model="n") == []


class TestDecisions:
    @pytest.fixture(autouse=True)
    def mined(self, store):
        save_run(store, [(article(), [finding()])], model="m1")

    def decide(self, store, verdict, **options):
        store.decide(Decision(finding().key, verdict, "A. Curator", **options))

    def test_accepted(self, store):
        self.decide(store, "accepted", note="read the paper")
        assert store.findings() == [(finding(), True)]
        (kept,) = store.decisions()
        assert (kept.key, kept.curator, kept.note) == (finding().key, "A. Curator", "read the paper")

    def test_rejected_outlives_a_new_model(self, store):
        self.decide(store, "rejected")
        save_run(store, [(article(), [finding(score=0.5, model="new")])], model="m2")
        assert store.findings() == []
        assert store.mined() == [finding(score=0.5, model="new")]

    def test_the_last_one_holds(self, store):
        self.decide(store, "rejected")
        self.decide(store, "accepted")
        assert store.findings() == [(finding(), True)]
        assert [each.verdict for each in store.decisions()] == ["rejected", "accepted"]

    def test_corrected(self, store):
        right = finding(fluid="plasma")
        self.decide(store, "corrected", finding=right)
        assert store.findings() == [(right, True)]

    def test_added(self, store):
        missed = finding(cytokine="IL6")
        store.decide(Decision(missed.key, "added", "A. Curator", missed))
        assert store.findings() == [(missed, True), (finding(), False)]

    def test_a_correction_needs_a_finding(self, store):
        with pytest.raises(StoreError, match="CHECK"):
            self.decide(store, "corrected")

    def test_the_article_must_be_there(self, store):
        with pytest.raises(StoreError, match="FOREIGN KEY"):
            store.decide(Decision(finding(7).key, "accepted", "A. Curator"))


class TestWhatStands:
    @pytest.fixture(autouse=True)
    def mined(self, store):
        save_run(store, [(article(), [finding()])], model="m1")

    def test_a_correction_outlives_the_model_that_was_corrected(self, store):
        right = finding(fluid="plasma")
        store.decide(Decision(finding().key, "corrected", "Ada", right, proposal=finding()))
        save_run(store, [(article(), [replace(right, score=0.4)])], model="m2")
        assert store.findings() == [(right, True)]
        save_run(store, [(article(), [])], model="m3")
        assert store.findings() == [(right, True)]

    def test_what_was_accepted_stands_where_a_newer_model_misses_it(self, store):
        store.decide(Decision(finding().key, "accepted", "Ada", proposal=finding()))
        save_run(store, [(article(), [])], model="m2")
        assert store.findings() == [(finding(), True)]

    def test_a_decision_on_another_text_waits_for_another_look(self, store):
        store.decide(Decision(finding().key, "corrected", "Ada", finding(fluid="plasma")))
        changed = article(abstract=f"{ABSTRACT} IL-6 did not differ.")
        save_run(store, [(changed, [finding()])], model="m1")
        assert store.findings() == [(finding(), False)]
        assert store.decisions(current=True) == []
        assert len(store.decisions()) == 1

    def test_a_blind_second_reading_does_not_count_until_it_is_adjudicated(self, store):
        store.decide(Decision(finding().key, "accepted", "Ada"))
        store.decide(Decision(finding().key, "rejected", "Ben", reading="second"))
        assert store.findings() == [(finding(), True)]
        store.decide(Decision(finding().key, "rejected", "Cem", reading="adjudication"))
        assert store.findings() == []

    def test_hosts_are_told_apart(self):
        human, mouse = finding(), finding(host="mouse")
        one = Decision((*finding().key, "mouse"), "rejected", "Ada", id=1)
        assert [each.finding for each in judged([human, mouse], [one])] == [human, None]
        both = Decision(finding().key, "rejected", "Ada", id=2)
        assert [each.finding for each in judged([human, mouse], [one, both])] == [None, None]

    def test_an_added_finding_that_is_withdrawn(self, store):
        missed = finding(cytokine="IL6")
        store.decide(Decision(identity(missed), "added", "Ada", missed))
        store.decide(Decision(identity(missed), "rejected", "Ada"))
        assert store.findings() == [(finding(), False)]

    def test_undo(self, store):
        with store.transaction() as connection:
            number = put_decision(connection, Decision(finding().key, "rejected", "Ada"))
            put_act(connection, Act("PMID:1", "first", "Ada", "decided", decision_id=number, key=finding().key))
            for time in ("2025-01-01T00:00:00+00:00", "2025-01-02T00:00:00+00:00"):
                put_act(connection, Act("PMID:1", "first", "Ada", "opened", at=time))
        assert store.findings() == []
        assert [(each.kind, each.at[:10]) for each in acts(store)][1:] == [("opened", "2025-01-02")]
        assert last_act(store, curator="Ben") is None
        with store.transaction() as connection:
            undo_act(connection, last_act(store, curator="Ada"))
        assert store.findings() == [(finding(), False)]
        assert (store.decisions(), last_act(store, curator="Ada")) == ([], None)
        assert store.rows("SELECT count(*) FROM decisions")[0][0] == 1


def test_counts(store):
    save_run(
        store,
        [(article(), [finding()]), (article(2, abstract="", sections=()), []), (article(3, retracted=True), [])],
        model="m",
    )
    assert store.counts() == {
        "records": 3,
        "no_abstract": 1,
        "deleted": 0,
        "vanished": 0,
        "retracted": 1,
        "read": 3,
        "with_finding": 1,
    }
    assert store.read_ids() == {"PMID:1", "PMID:2", "PMID:3"}
