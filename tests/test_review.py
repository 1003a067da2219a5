"""The review page without a browser: who may come in, what is written when, who overwrites whom, what becomes gold."""

from __future__ import annotations

import io
import json
import socket
import threading
import zipfile
from dataclasses import replace

import pytest
from review_cases import ARTICLES, HOSTILE, MODEL, TEXTS, finding, make_store, mined
from typer.testing import CliRunner

pytest.importorskip("starlette", reason="needs the extra review")

from starlette.testclient import TestClient

from extractor.cli import app as cli
from extractor.cli.review import gold_lines, measure
from extractor.errors import ExtractorError
from extractor.exchange import FORMATS
from extractor.gold import parse_record
from extractor.records import Article, GoldArticle, Span
from extractor.review import Desk, RefusedError, error_types, ranked, standings
from extractor.review.access import Access, name_of
from extractor.review.app import Service, create_app
from extractor.review.guard import POLICY
from extractor.review.names import names_in, suggestions
from extractor.review.payload import blocks
from extractor.review.queue import waiting
from extractor.review.server import hosts_of, is_loopback, links, listen
from extractor.review.sheet import item_id
from extractor.store import Decision, acts, identity, open_store, save_run
from extractor.vocabulary import load_vocabulary

HOST = "127.0.0.1:8765"
BASE = f"http://{HOST}"


@pytest.fixture
def db(tmp_path):
    return make_store(tmp_path / "als.db")


@pytest.fixture
def store(db):
    with open_store(db) as opened:
        yield opened


@pytest.fixture
def access():
    return Access.for_curators(["Ada", "Ben", "Cem"])


@pytest.fixture
def application(db, access):
    return create_app(Service(db=db, access=access, measure=measure, gold=gold_lines), hosts={HOST})


class Page:
    """A browser of one curator: cookies, the second secret, and the article in front."""

    def __init__(self, application, key: str) -> None:
        self.client = TestClient(application, base_url=BASE)
        self.client.get(f"/?key={key}")
        self.csrf = self.client.get("/").text.partition('name="csrf" content="')[2].partition('"')[0]
        self.sheet: dict = {}

    def post(self, path: str, body: object, **headers: str):
        return self.client.post(path, json=body, headers={"X-CSRF-Token": self.csrf, **headers})

    def open(self, article: str | None = None, reading: str = "first"):
        answer = self.post("/api/open", {"article": article, "reading": reading})
        if answer.is_success:
            self.sheet = answer.json()
        return answer

    def act(self, name: str, cytokine: str | None = None, **more: object):
        body = {"act": name, "article": self.sheet["id"], "reading": self.sheet["reading"], **more}
        body.setdefault("version", self.sheet["version"])
        if cytokine:
            body["item"] = self.item(cytokine)["id"]
        answer = self.post("/api/act", body)
        if answer.is_success:
            self.sheet = answer.json()["sheet"]
        return answer

    def item(self, cytokine: str) -> dict:
        shown = (each for each in self.sheet["items"])
        return next(
            e for e in shown if (e["finding"] or e["proposal"] or e.get("first") or e["second"])["cytokine"] == cytokine
        )

    def read(self, article: str, reading: str = "first", **verdicts: str) -> None:
        """Open, decide by cytokine, accept the rest, finish."""
        assert self.open(article, reading).status_code == 200
        for cytokine, verdict in verdicts.items():
            assert self.act(verdict, cytokine).status_code == 200
        assert self.act("accept rest").status_code == 200
        assert self.act("finish").status_code == 200


def page_of(application, access, name):
    return Page(application, next(key for key, who in access.keys.items() if who == name))


@pytest.fixture
def ada(application, access):
    return page_of(application, access, "Ada")


@pytest.fixture
def ben(application, access):
    return page_of(application, access, "Ben")


@pytest.fixture
def cem(application, access):
    return page_of(application, access, "Cem")


class TestDoor:
    @pytest.fixture
    def client(self, application):
        return TestClient(application, base_url=BASE, follow_redirects=False)

    @pytest.mark.parametrize("path", ["/", "/api/state", "/assets/main.js", "/guidelines", "/export/gold", "/nowhere"])
    def test_nothing_without_the_key(self, client, path):
        assert client.get(path).status_code == 401
        assert client.get(path, params={"key": "guess"}).status_code == 401
        assert client.get(path, headers={"Cookie": "extractor-review-key-8765=guess"}).status_code == 401

    def test_the_key_moves_from_the_address_into_a_cookie(self, client, access):
        answer = client.get("/", params={"key": next(iter(access.keys))})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert client.get("/").status_code == 200

    @pytest.mark.parametrize(
        "host", ["evil.example", "evil.example:8765", "127.0.0.1", "127.0.0.1:80", "", "127.0.0.1:8765.evil"]
    )
    def test_a_foreign_host_is_refused(self, ada, host):
        assert ada.client.get("/api/state", headers={"Host": host}).status_code == 421

    @pytest.mark.parametrize("path", ["/", "/assets/style.css", "/api/state", "/nowhere"])
    def test_headers_on_every_answer(self, ada, client, path):
        for answer in (ada.client.get(path), client.get(path), client.get(path, headers={"Host": "evil"})):
            assert answer.headers["content-security-policy"] == POLICY
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-frame-options"] == "DENY"
        assert "unsafe" not in POLICY
        assert POLICY.startswith("default-src 'none'")

    def test_writing_needs_the_second_secret(self, ada, store):
        ada.open("PMID:1")
        body = {"act": "reject", "article": "PMID:1", "version": ada.sheet["version"], "item": ada.item("IL6")["id"]}
        for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}):
            assert ada.client.post("/api/act", json=body, headers=headers).status_code == 403
        assert store.decisions() == []

    def test_another_curators_secret_does_not_do(self, ada, ben):
        ada.csrf = ben.csrf
        assert ada.open("PMID:1").status_code == 403

    def test_writing_needs_json_and_the_own_origin(self, ada):
        body = json.dumps({"article": "PMID:1"})
        for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
            headers = {"X-CSRF-Token": ada.csrf, "Content-Type": kind}
            assert ada.client.post("/api/open", content=body, headers=headers).status_code == 415
        assert ada.post("/api/open", {"article": "PMID:1"}, Origin="https://evil.example").status_code == 403
        assert ada.post("/api/open", {"article": "PMID:1"}, Origin="null").status_code == 403
        assert ada.post("/api/open", {"article": "PMID:1"}, Origin=BASE).status_code == 200

    def test_a_large_body_is_refused(self, ada):
        assert ada.post("/api/open", {"article": "x" * 70_000}).status_code == 413

    def test_reading_changes_nothing(self, ada, db):
        before = db.read_bytes()
        for path in ("/api/act", "/api/open", "/api/name"):
            assert ada.client.get(path).status_code == 405
        assert db.read_bytes() == before

    @pytest.mark.parametrize(
        "path",
        [
            "/assets/../app.py",
            "/assets/..%2fapp.py",
            "/assets/%2e%2e%2f%2e%2e%2fstore%2fdatabase.py",
            "/assets//etc/passwd",
            "/assets/%2fetc%2fpasswd",
            "/assets/index.html",
            "/assets/..%5c..%5capp.py",
            "/export/..%2f..%2fals.db",
            "/export/word",
            "/als.db",
        ],
    )
    def test_no_other_file(self, ada, path):
        answer = ada.client.get(path)
        assert answer.status_code == 404
        assert "import" not in answer.text

    def test_the_files_ask_for_nothing_outside(self, ada):
        for name in ("main.js", "style.css", "api.js", "icon.svg"):
            text = ada.client.get(f"/assets/{name}").text
            assert "//cdn" not in text
            assert "@import" not in text
            assert "innerHTML" not in text
        page = ada.client.get("/").text
        assert "http" not in page.replace("http-equiv", "")
        assert "style=" not in page
        assert "onclick" not in page

    @pytest.mark.parametrize("body", ["[]", "1", "null", "{", '{"reading": "third"}', '{"reading": 1}'])
    def test_broken_requests_are_one_line(self, ada, body):
        headers = {"X-CSRF-Token": ada.csrf, "Content-Type": "application/json"}
        answer = ada.client.post("/api/open", content=body, headers=headers)
        assert answer.status_code == 422
        assert "\n" not in answer.json()["error"]

    def test_a_database_that_is_gone_is_one_line(self, ada, db):
        db.unlink()
        answer = ada.client.get("/api/state")
        assert answer.status_code == 503
        assert "no such database" in answer.json()["error"]


class TestNames:
    def test_a_name_is_said_on_the_page(self, db):
        access = Access.for_curators()
        page = Page(
            create_app(Service(db=db, access=access, measure=measure, gold=gold_lines), hosts={HOST}),
            next(iter(access.keys)),
        )
        assert page.open("PMID:1").status_code == 403
        assert page.post("/api/name", {"name": '  Ünal  "O\'Neil" <b>%CSRF%;  '}).json() == {
            "name": 'Ünal "O\'Neil" <b>%CSRF%;'
        }
        text = page.client.get("/").text
        assert "&lt;b&gt;&#37;CSRF&#37;;" in text
        assert page.open("PMID:1").status_code == 403
        again = text.partition('name="csrf" content="')[2].partition('"')[0]
        page.csrf = again
        assert page.open("PMID:1").status_code == 200
        page.act("accept", "IL6")
        assert page.item("IL6")["by"] == 'Ünal "O\'Neil" <b>%CSRF%;'

    @pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\u202eb", "a\x00b", None, 3, ["a"]])
    def test_no_name(self, name):
        assert name_of(name) is None

    def test_a_link_with_a_name_keeps_it(self, ada):
        assert ada.post("/api/name", {"name": "Ben"}).status_code == 422


class TestDecisions:
    def test_each_is_in_the_database_when_the_answer_comes(self, ada, store):
        ada.open("PMID:1")
        ada.act("accept", "IL6")
        (first,) = store.decisions()
        assert (first.verdict, first.curator, first.reading) == ("accepted", "Ada", "first")
        assert first.proposal == mined()[0][1][0]
        assert first.key == identity(first.proposal)
        ada.act("reject", "TNF")
        ada.act("correct", "CXCL8", changes={"direction": "decreased", "contrast": "treatment"})
        assert [each.verdict for each in store.decisions()] == ["accepted", "rejected", "corrected"]
        corrected = store.decisions()[2].finding
        assert (corrected.direction, corrected.contrast, corrected.source, corrected.model) == (
            "decreased",
            "treatment",
            "curated",
            "",
        )
        assert ada.item("CXCL8")["errors"] == ["wrong direction", "wrong contrast"]
        assert {(f.cytokine, d) for f, d in store.findings() if f.article_id == "PMID:1"} == {
            ("IL6", True),
            ("CXCL8", True),
        }

    def test_a_correction_of_a_correction_goes_on_from_it(self, ada):
        ada.open("PMID:1")
        ada.act("correct", "IL6", changes={"direction": "decreased"})
        ada.act("correct", "IL6", changes={"contrast": "time"})
        found = ada.item("IL6")["finding"]
        assert (found["direction"], found["contrast"]) == ("decreased", "time")
        ada.act("accept", "IL6")
        assert ada.item("IL6")["state"] == "corrected"
        ada.act("correct", "IL6", changes={"direction": "increased", "contrast": "disease"})
        assert (ada.item("IL6")["state"], ada.item("IL6")["errors"]) == ("accepted", [])

    def test_debatable_is_no_error(self, ada):
        ada.open("PMID:1")
        ada.act("correct", "IL6", changes={"confidence": "debatable"})
        assert ada.item("IL6")["finding"]["confidence"] == "debatable"
        assert ada.item("IL6")["errors"] == []

    def test_another_fluid_finds_its_words(self, ada):
        ada.open("PMID:2")
        ada.act("correct", "IL6", changes={"fluid": "plasma"})
        text, found = TEXTS["PMID:2"], ada.item("IL6")["finding"]
        assert text[slice(*found["fluid_mention"])] == "plasma"
        ada.act("correct", "IL6", changes={"fluid": "other:tea water"})
        assert ada.item("IL6")["finding"]["fluid_mention"] is None
        ada.act("correct", "IL6", changes={"fluid": "unspecified"})
        assert ada.item("IL6")["finding"]["fluid_mention"] is None

    def test_borders(self, ada, store):
        ada.open("PMID:1")
        text = TEXTS["PMID:1"]
        start = text.index("TNF-α")
        ada.act("correct", "TNF", changes={"cytokine_mention": [start, start + 3], "evidence": [start - 8, start + 20]})
        finding = store.decisions()[0].finding
        assert finding.cytokine_mention.text == "TNF"
        assert finding.evidence_text == text[start - 8 : start + 20]
        assert ada.item("TNF")["errors"] == ["wrong boundary"]

    def test_adding(self, ada, store):
        ada.open("PMID:1")
        start = TEXTS["PMID:1"].index("CXCL8")
        given = {
            "cytokine": "CXCL8",
            "cytokine_mention": [start, start + 5],
            "fluid": "serum",
            "direction": "decreased",
        }
        assert (
            ada.act("add", changes={**given, "contrast": "treatment", "condition": "other:thirst"}).status_code == 200
        )
        (decision,) = store.decisions()
        assert (decision.verdict, decision.proposal) == ("added", None)
        assert decision.finding.evidence_text == "CXCL8 fell after tea."
        assert decision.finding.fluid_mention.text == "Serum"
        assert decision.finding.cross_sentence
        assert (
            ada.act("add", changes={**given, "contrast": "treatment", "condition": "other:thirst"}).status_code == 409
        )
        new = next(each for each in ada.sheet["items"] if each["state"] == "added")
        assert ada.act("reject", item=new["id"]).status_code == 200
        assert all(each["state"] != "added" for each in ada.sheet["items"])
        assert len(store.decisions()) == 2

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"direction": "sideways"}, "direction"),
            ({"direction": None}, "direction"),
            ({"fluid": "tea"}, "fluid"),
            ({"fluid": "other:"}, "fluid"),
            ({"fluid": "other:" + "x" * 300}, "fluid"),
            ({"condition": "sepsis"}, "condition"),
            ({"host": "other:a|b"}, "host"),
            ({"cytokine": "CRP"}, "cytokine"),
            ({"cytokine": ["IL6"]}, "cytokine"),
            ({"evidence": [5, 5]}, "place"),
            ({"evidence": [-1, 5]}, "place"),
            ({"evidence": [0, 10**9]}, "place"),
            ({"evidence": "0-5"}, "place"),
            ({"evidence": None}, "place"),
            ({"cytokine_mention": [True, 5]}, "place"),
            ({"cytokine_mention": [1.5, 5]}, "place"),
            ({"score": 1}, "score"),
            ({"article_id": "PMID:2"}, "article_id"),
            ({"model": "gold"}, "model"),
            ([], "changes"),
        ],
    )
    def test_wrong_values_are_one_line_and_change_nothing(self, ada, store, changes, said):
        ada.open("PMID:1")
        answer = ada.act("correct", "IL6", changes=changes)
        assert answer.status_code == 422
        assert said in answer.json()["error"]
        assert "\n" not in answer.json()["error"]
        assert store.decisions() == []

    def test_two_findings_may_not_say_the_same(self, ada):
        ada.open("PMID:1")
        answer = ada.act("correct", "TNF", changes={"cytokine": "IL6", "direction": "increased"})
        assert answer.status_code == 409
        assert "says exactly that" in answer.json()["error"]

    def test_comments(self, ada, store):
        ada.open("PMID:1")
        ada.act("comment", "IL6", text=f" {HOSTILE} ")
        ada.act("comment", text="of the whole")
        assert ada.item("IL6")["comments"][0]["text"] == HOSTILE
        assert [each["text"] for each in ada.sheet["comments"]] == ["of the whole"]
        assert ada.act("comment", text="  ").status_code == 422
        assert ada.act("comment", text="x" * 4001).status_code == 422
        assert store.decisions() == []

    def test_unknown_things(self, ada):
        assert ada.open("PMID:99").status_code == 404
        ada.open("PMID:1")
        assert ada.act("accept", item="nothing").status_code == 404
        assert ada.act("explode").status_code == 422

    def test_finishing_needs_every_decision(self, ada, store):
        ada.open("PMID:1")
        answer = ada.act("finish")
        assert (answer.status_code, answer.json()["error"]) == (422, "3 findings still undecided")
        ada.act("accept rest")
        assert ada.act("finish").status_code == 200
        assert standings(store)["PMID:1"].finished == {"first"}

    def test_an_odd_id(self, ada, store):
        name = next(each for each in ARTICLES if each.startswith("X/"))
        ada.read(name)
        assert store.findings()[-1][0].article_id == name


class TestUndo:
    def test_one_after_the_other_back_to_the_start(self, ada, store):
        ada.open("PMID:1")
        ada.act("reject", "IL6")
        ada.act("correct", "IL6", changes={"direction": "decreased"})
        ada.act("comment", "IL6", text="hm")
        ada.act("accept rest")
        ada.act("finish")
        undone = []
        for state in ("corrected", "corrected", "corrected", "corrected", "rejected", "open"):
            undone.append(ada.act("undo").json()["undone"])
            assert ada.item("IL6")["state"] == state
        assert undone == ["finished", "decided", "decided", "commented", "decided", "decided"]
        assert ada.act("undo").status_code == 404
        assert store.decisions() == []
        assert store.rows("SELECT count(*) FROM decisions WHERE undone IS NOT NULL")[0][0] == 4
        assert standings(store)["PMID:1"].readers == {}

    def test_it_leads_back_to_the_article(self, ada):
        ada.read("PMID:1")
        ada.open("PMID:2")
        ada.act("undo")
        assert ada.sheet["id"] == "PMID:1"
        assert not ada.sheet["finished"]

    def test_only_ones_own(self, ada, ben):
        ada.open("PMID:1")
        ada.act("reject", "IL6")
        ben.open("PMID:2")
        assert ben.act("undo").status_code == 404
        ben.open("PMID:1")
        ben.act("take over")
        answer = ada.act("undo")
        assert answer.status_code == 409
        assert "Ben has this article" in answer.json()["error"]


class TestTwoCurators:
    def test_the_first_to_decide_has_the_article(self, ada, ben, store):
        ada.open("PMID:1")
        ben.open("PMID:1")
        assert ada.act("reject", "IL6").status_code == 200
        answer = ben.act("accept", "IL6")
        assert (answer.status_code, answer.json()["error"]) == (409, "Ada has this article; nothing was changed")
        assert [(each.curator, each.verdict) for each in store.decisions()] == [("Ada", "rejected")]

    def test_a_stale_page_overwrites_nothing(self, ada, application, access, store):
        other = page_of(application, access, "Ada")
        ada.open("PMID:1")
        other.open("PMID:1")
        ada.act("reject", "IL6")
        assert other.act("accept", "IL6").status_code == 409
        assert other.act("accept", "TNF").status_code == 409
        assert [each.verdict for each in store.decisions()] == ["rejected"]
        other.open("PMID:1")
        assert other.act("accept", "TNF").status_code == 200

    def test_they_are_offered_different_articles(self, ada, ben):
        ada.open()
        ben.open()
        assert ada.sheet["id"] != ben.sheet["id"]

    def test_taking_over_keeps_what_was_decided(self, ada, ben, store):
        ada.open("PMID:1")
        ada.act("reject", "IL6")
        ben.open("PMID:1")
        assert not ben.sheet["editable"]
        assert ben.act("take over").status_code == 200
        assert ben.sheet["editable"]
        assert ben.item("IL6")["state"] == "rejected"
        assert ben.act("accept", "IL6").status_code == 200
        assert ada.act("reject", "TNF").status_code == 409
        assert [(each.curator, each.verdict) for each in store.decisions()] == [
            ("Ada", "rejected"),
            ("Ben", "accepted"),
        ]

    def test_at_the_same_moment(self, db):
        """Two threads decide on one article at once: one has it, the other is told so."""
        outcomes: list[str] = []
        ready = threading.Barrier(2)

        def work(name: str) -> None:
            with open_store(db) as store:
                desk = Desk(store, name)
                sheet = desk.open("PMID:1", "first")
                item = item_id(sheet.items[0].key)
                ready.wait()
                try:
                    desk.decide("PMID:1", "first", sheet.version, "accept", item=item, changes={})
                    outcomes.append("saved")
                except RefusedError as refused:
                    outcomes.append(refused.reason)

        threads = [threading.Thread(target=work, args=(name,)) for name in ("Ada", "Ben")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["conflict", "saved"]

    def test_a_text_that_changes_meanwhile(self, ada, store):
        ada.open("PMID:1")
        article, findings = mined()[0]
        save_run(store, [(replace(article, abstract=article.abstract + " More."), findings)], model=MODEL)
        assert ada.act("accept", "IL6").status_code == 409
        ada.open("PMID:1")
        assert ada.act("accept", "IL6").status_code == 200


class TestQueue:
    def test_new_oppositions_first_then_doubt(self, store):
        order = ranked(store)
        assert [each.article_id for each in order][:3] == ["PMID:2", "PMID:3", "PMID:1"]
        assert [each.opposition for each in order][:3] == [True, True, False]
        assert order[0].why == "new opposition (IL6 in CSF increased)"
        assert order[2].why == "uncertain (score 0.55)"
        assert order[-1].usefulness < order[2].usefulness

    def test_an_opposition_that_was_checked_is_not_new(self, store):
        first = mined()[1][1][0]
        store.decide(Decision(identity(first), "accepted", "Ada", proposal=first))
        assert [each.article_id for each in ranked(store) if each.opposition] == ["PMID:3"]

    def test_skipped_comes_last(self, ada, store):
        ada.open()
        first = ada.sheet["id"]
        ada.act("skip")
        ada.open()
        assert ada.sheet["id"] != first
        assert waiting(store, ranked(store), "first", "Ada")[-1] == first

    def test_progress(self, ada, ben):
        ada.read("PMID:1")
        state = ada.client.get("/api/state").json()
        assert (state["total"], state["finished"], state["mine"], state["waiting"]["first"]) == (5, 1, 1, 4)
        other = ben.client.get("/api/state").json()
        assert (other["mine"], other["waiting"]["second"]) == (0, 1)
        assert other["queues"]["second"] == [
            {"id": "PMID:1", "title": "Chemokines in fever", "why": "uncertain (score 0.55)", "opposition": False}
        ]

    def test_articles_without_findings_only_if_asked(self, store):
        save_run(store, [(Article("PMID:6", "Nothing", "Nothing at all."), [])], model=MODEL)
        assert "PMID:6" not in {each.article_id for each in ranked(store)}
        assert ranked(store, without_findings=True)[-1].article_id == "PMID:6"

    def test_a_new_models_findings_bring_an_article_back_to_its_reader(self, ada, ben, store):
        ada.read("PMID:3")
        article = mined()[2][0]
        new = finding("PMID:3", "IL-6=IL6", "CSF", "decreased", contrast="time")
        save_run(store, [(article, [new])], model="newer")
        order = ranked(store)
        assert "PMID:3" in waiting(store, order, "first", "Ada")
        assert "PMID:3" not in waiting(store, order, "first", "Ben")
        ada.open("PMID:3")
        assert sorted(each["state"] for each in ada.sheet["items"]) == ["accepted", "open"]
        ada.act("accept rest")
        assert "PMID:3" not in waiting(store, order, "first", "Ada")

    def test_what_came_with_import_is_finished_by_its_curator(self, store):
        for each in mined()[1][1]:
            store.decide(Decision(each.key, "accepted", "Dora", proposal=each))
        standing = standings(store)["PMID:2"]
        assert (standing.readers, standing.finished) == ({"first": "Dora"}, {"first"})


class TestSecondReading:
    def test_it_is_blind(self, ada, ben):
        ada.open("PMID:1")
        ada.act("correct", "IL6", changes={"direction": "decreased"})
        ada.act("comment", "IL6", text="a secret remark")
        ada.act("accept rest")
        assert ben.open("PMID:1", "second").status_code == 403
        ada.act("finish")
        answer = ben.open("PMID:1", "second")
        assert {each["state"] for each in ben.sheet["items"]} == {"open"}
        assert "Ada" not in answer.text
        assert "secret" not in answer.text
        ben.act("accept", "IL6")
        assert ben.open("PMID:1", "first").status_code == 403
        assert ben.open("PMID:1", "adjudication").status_code == 403

    def test_the_first_reader_is_no_second(self, ada):
        ada.read("PMID:1")
        assert ada.open("PMID:1", "second").status_code == 403
        assert ada.open(None, "second").json() is None

    def test_who_has_looked_is_no_second(self, ada, ben):
        ada.read("PMID:1")
        ben.open("PMID:1")
        assert ben.open("PMID:1", "second").status_code == 403

    def test_there_is_one_second_reader(self, ada, ben, cem):
        ada.read("PMID:1")
        ben.open("PMID:1", "second")
        ben.act("reject", "IL6")
        assert cem.open("PMID:1", "second").status_code == 403

    def test_it_does_not_count_by_itself(self, ada, ben, store):
        ada.read("PMID:3")
        before = store.findings()
        ben.read("PMID:3", "second", IL6="reject")
        assert store.findings() == before


class TestAdjudication:
    @pytest.fixture
    def differing(self, ada, ben):
        ada.read("PMID:1", IL6="reject")
        ben.open("PMID:1", "second")
        ben.act("correct", "CXCL8", changes={"direction": "decreased"})
        start = TEXTS["PMID:1"].index("IL-6")
        ben.act(
            "add",
            changes={
                "cytokine": "IL6",
                "cytokine_mention": [start, start + 4],
                "fluid": "serum",
                "direction": "unchanged",
            },
        )
        ben.act("accept rest")
        assert ben.act("finish").status_code == 200

    def test_what_differs_is_listed(self, differing, cem):
        assert cem.client.get("/api/state").json()["waiting"]["adjudication"] == 1
        cem.open(None, "adjudication")
        shown = [
            (e["state"], e["first"] and e["first"]["direction"], e["second"] and e["second"]["direction"])
            for e in cem.sheet["items"]
        ]
        assert sorted(shown, key=str) == [
            ("open", "increased", "decreased"),
            ("open", None, "increased"),
            ("open", None, "unchanged"),
        ]

    def test_choosing(self, differing, cem, ada, store):
        cem.open("PMID:1", "adjudication")
        assert cem.act("finish").status_code == 422
        cem.act("second", "CXCL8")
        accepted, added = (
            next(e["id"] for e in cem.sheet["items"] if e["second"] and e["second"]["direction"] == way)
            for way in ("increased", "unchanged")
        )
        cem.act("second", item=accepted)
        cem.act("first", item=added)
        assert cem.act("finish").status_code == 200
        stands = {(f.cytokine, f.direction) for f, decided in store.findings() if f.article_id == "PMID:1" and decided}
        assert stands == {("IL6", "increased"), ("TNF", "unchanged"), ("CXCL8", "decreased")}
        ada.open("PMID:1")
        assert ada.sheet["adjudicated"]
        assert ada.act("reject", "TNF").status_code == 409
        assert ada.act("undo").status_code == 409
        assert cem.client.get("/api/state").json()["waiting"]["adjudication"] == 0

    def test_neither_and_something_else(self, differing, cem, store):
        cem.open("PMID:1", "adjudication")
        cem.act("correct", "CXCL8", changes={"contrast": "treatment"})
        for item in [each["id"] for each in cem.sheet["items"] if each["state"] == "open"]:
            cem.act("reject", item=item)
        assert cem.act("finish").status_code == 200
        stands = {(f.cytokine, f.contrast) for f, decided in store.findings() if f.article_id == "PMID:1"}
        assert stands == {("TNF", "disease"), ("CXCL8", "treatment")}

    def test_the_same_by_another_way_is_no_difference(self, ada, ben, cem):
        """One corrects the proposal, the other rejects it and adds the same finding."""
        ada.open("PMID:3")
        ada.act("correct", "IL6", changes={"direction": "unchanged"})
        ada.act("finish")
        ben.open("PMID:3", "second")
        proposal = ben.item("IL6")["proposal"]
        ben.act("reject", "IL6")
        slots = (
            "cytokine",
            "fluid",
            "contrast",
            "comparator",
            "condition",
            "host",
            "cytokine_mention",
            "fluid_mention",
        )
        ben.act("add", changes={**{slot: proposal[slot] for slot in slots}, "direction": "unchanged"})
        assert ben.act("finish").status_code == 200
        assert cem.client.get("/api/state").json()["waiting"]["adjudication"] == 0

    def test_agreement(self, differing, ada, cem):
        (found,) = cem.client.get("/api/agreement").json()
        assert (found["curators"], found["articles"], found["units"]) == (["Ada", "Ben"], 1, 2)
        assert found["triple"][0] == pytest.approx(2 * 1 / (2 + 4), abs=1e-4)
        assert found["kappa"][0] is not None


class TestText:
    def test_offsets_count_code_points(self, ada):
        ada.open("PMID:4")
        text = TEXTS["PMID:4"]
        assert ada.sheet["text"] == text
        found = ada.item("IL6")["finding"]
        assert text[slice(*found["cytokine_mention"])] == "IL-6"
        assert text[: found["cytokine_mention"][0]].count("🧪") == 1

    @pytest.mark.parametrize("text", ["", "A. B", "AIMS: x. METHODS: y. Results: z.\nMore", "x\r\ny\n\n z"])
    def test_blocks_lose_nothing_but_white_space(self, text):
        article = Article("X", "Title", text)
        kept = "".join(article.text[start:end] for start, end, _, _ in blocks(article))
        assert kept.split() == article.text.split() or "".join(kept.split()) == "".join(article.text.split())

    def test_headings_begin_paragraphs(self):
        article = Article("X", "T", "AIMS: We asked. METHODS: Serum. Results: IL-6 rose.")
        starts = [article.text[start : start + heading] for start, _, _, heading in blocks(article)][1:]
        assert starts == ["AIMS:", "METHODS:", "Results:"]

    def test_names(self):
        article = mined()[0][0]
        shown = [(each.text, each.concept) for each in names_in(article)]
        assert shown == [("Serum", "serum"), ("IL-6", "IL6"), ("TNF-α", "TNF"), ("CXCL8", "CXCL8")]

    @pytest.mark.parametrize(
        ("kind", "typed", "first"),
        [
            ("cytokine", "IL-6", "IL6"),
            ("cytokine", "il6", "IL6"),
            ("cytokine", "interleukin 8", "CXCL8"),
            ("cytokine", "mcp-1", "CCL2"),
            ("cytokine", "CXCL1", "CXCL1"),
            ("fluid", "sera", "serum"),
            ("fluid", "cerebro", "CSF"),
            ("fluid", "aqueous", "other:aqueous humor"),
        ],
    )
    def test_suggestions(self, kind, typed, first):
        assert suggestions(kind, typed)[0]["symbol"] == first

    def test_suggestions_carry_hgnc_ids(self, ada):
        answer = ada.client.get("/api/suggest", params={"kind": "cytokine", "q": "IL-6"}).json()
        assert answer[0] == {"symbol": "IL6", "id": "HGNC:6018", "name": load_vocabulary().cytokines["IL6"].name}
        assert ada.client.get("/api/suggest", params={"kind": "gene", "q": "x"}).status_code == 422
        assert suggestions("cytokine", "no such thing at all") == []

    def test_guidelines(self, ada):
        text = ada.client.get("/guidelines").text
        assert "<h1>Annotation guidelines</h1>" in text
        assert "<table>" in text
        assert "&lt;IL-1&gt;" in text


class TestExport:
    @pytest.mark.parametrize("form", FORMATS)
    def test_every_format(self, ada, form):
        ada.read("PMID:2", IL10="reject")
        answer = ada.client.get(f"/export/{form}")
        assert answer.status_code == 200
        assert "attachment" in answer.headers["content-disposition"]
        if FORMATS[form].out == "folder":
            assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None

    def test_gold(self, ada):
        ada.read("PMID:2")
        lines = ada.client.get("/export/gold").text.splitlines()
        assert [json.loads(line)["id"] for line in lines] == ["PMID:2"]


class TestGoldImport:
    def run(self, db, tmp_path, *more):
        result = CliRunner().invoke(
            cli, ["gold", "import", "--db", str(db), "-o", str(tmp_path / "new.jsonl"), "--json", *more]
        )
        records = [json.loads(line) for line in (tmp_path / "new.jsonl").read_text(encoding="utf-8").splitlines()]
        return result, json.loads(result.stdout), records

    def test_who_when_which_model_and_what_was_wrong(self, ada, db, tmp_path):
        ada.open("PMID:1")
        ada.act("reject", "TNF")
        ada.act("correct", "CXCL8", changes={"direction": "decreased", "fluid": "unspecified"})
        ada.act("correct", "IL6", changes={"cytokine": "IL10", "contrast": "subgroup", "host": "mouse"})
        start = TEXTS["PMID:1"].index("TNF-α")
        ada.act(
            "add",
            changes={
                "cytokine": "TNF",
                "cytokine_mention": [start, start + 5],
                "fluid": "serum",
                "direction": "decreased",
            },
        )
        ada.act("comment", "CXCL8", text="tea is a treatment?")
        ada.act("finish")
        result, counts, (record,) = self.run(db, tmp_path)
        assert result.exit_code == 0
        gold = parse_record(record, file="new", concepts=frozenset(load_vocabulary().cytokines))
        assert isinstance(gold, GoldArticle)
        assert {f.triple for f in gold.findings} == {
            ("CXCL8", "unspecified", "decreased"),
            ("IL10", "serum", "increased"),
            ("TNF", "serum", "decreased"),
        }
        assert "abstract" not in record
        errors = {(each["proposal"] or {}).get("cytokine"): each["errors"] for each in record["decisions"]}
        assert errors == {
            "TNF": ["not a finding"],
            "CXCL8": ["wrong fluid", "wrong direction"],
            "IL6": ["wrong cytokine", "wrong contrast", "wrong context"],
            None: ["missed"],
        }
        for each in record["decisions"]:
            assert each["curator"] == "Ada"
            assert each["decided"].startswith("20")
            assert each["model"] == (MODEL if each["proposal"] else None)
            if each["finding"] is not None:
                assert record["findings"][each["finding"]]["cytokine"] in {"CXCL8", "IL10", "TNF"}
        assert [each["remarks"][0]["text"] for each in record["decisions"] if each["remarks"]] == [
            "tea is a treatment?"
        ]
        assert record["readers"] == {"first": "Ada"}
        assert counts["errors"][MODEL]["wrong contrast"] == 1

    def test_spans_fit_the_text(self, ada, db, tmp_path):
        ada.read("PMID:4")
        _, _, (record,) = self.run(db, tmp_path, "--with-text", "--split", "dev")
        text = f"{record['title']}\n{record['abstract']}"
        assert text == TEXTS["PMID:4"]
        assert record["split"] == "dev"
        assert all(text[each["start"] : each["end"]] == each["text"] for each in record["mentions"])

    def test_what_is_not_finished_or_not_settled_is_left_out(self, ada, ben, cem, db, tmp_path):
        ada.open("PMID:1")
        ada.act("accept", "IL6")
        ada.read("PMID:3")
        ben.read("PMID:3", "second", IL6="reject")
        ada.read("PMID:2")
        _, counts, records = self.run(db, tmp_path)
        assert [each["id"] for each in records] == ["PMID:2"]
        assert counts["left_out"] == {
            "PMID:1": "not finished",
            "PMID:3": "two readers differ and nobody has adjudicated",
        }
        cem.open("PMID:3", "adjudication")
        cem.act("second", "IL6")
        cem.act("finish")
        _, counts, records = self.run(db, tmp_path)
        settled = records[1]
        assert (settled["id"], settled["findings"]) == ("PMID:3", [])
        assert settled["readers"] == {"adjudication": "Cem", "first": "Ada", "second": "Ben"}
        assert [(each["curator"], each["reading"], each["errors"]) for each in settled["decisions"]] == [
            ("Cem", "adjudication", ["not a finding"])
        ]

    def test_what_breaks_a_rule_is_named(self, ada, db, tmp_path):
        ada.open("PMID:2")
        ada.act("correct", "IL6", changes={"fluid": "urine"})
        ada.act("accept rest")
        ada.act("finish")
        result, counts, records = self.run(db, tmp_path)
        assert (result.exit_code, records) == (3, [])
        assert "fluid_mention" in counts["refused"]["PMID:2"]

    def test_decisions_of_other_tools(self, store, db, tmp_path):
        for each in mined()[1][1]:
            store.decide(Decision(each.key, "accepted", "Dora"))
        _, counts, (record,) = self.run(db, tmp_path)
        assert {each["model"] for each in record["decisions"]} == {MODEL}
        assert counts["errors"] == {MODEL: {"right": 2}}

    def test_no_database(self, tmp_path):
        result = CliRunner().invoke(cli, ["gold", "import", "--db", str(tmp_path / "no.db"), "-o", str(tmp_path / "x")])
        assert result.exit_code == 1
        assert isinstance(result.exception, ExtractorError)


def test_error_types_of_borders_and_context():
    proposal = mined()[1][1][0]
    moved = replace(proposal, evidence=Span(0, 5))
    assert error_types(Decision(proposal.key, "corrected", "A", moved), proposal) == ("wrong boundary",)
    other = replace(proposal, comparator="mimic")
    assert error_types(Decision(proposal.key, "corrected", "A", other), proposal) == ("wrong context",)
    assert error_types(Decision(proposal.key, "accepted", "A"), proposal) == ()
    assert error_types(Decision(proposal.key, "rejected", "A"), None) == ()


class TestServer:
    @pytest.mark.parametrize(
        ("host", "loopback"),
        [
            ("127.0.0.1", True),
            ("localhost", True),
            ("::1", True),
            ("0.0.0.0", False),
            ("192.0.2.1", False),
            ("example.org", False),
        ],
    )
    def test_loopback(self, host, loopback):
        assert is_loopback(host) is loopback

    def test_hosts(self):
        assert hosts_of("127.0.0.1", 8765) == {"127.0.0.1:8765", "localhost:8765", "[::1]:8765"}
        assert {"127.0.0.1:9", "localhost:9", f"{socket.gethostname()}:9"} <= hosts_of("0.0.0.0", 9)
        assert hosts_of("192.0.2.1", 80) == {"192.0.2.1:80", "192.0.2.1"}

    def test_links(self):
        access = Access.for_curators(["Ada", "Ben"])
        made = links(access, "127.0.0.1", 8765)
        assert list(made.values()) == ["Ada", "Ben"]
        assert len({link.partition("key=")[2] for link in made}) == 2
        assert all(len(link.partition("key=")[2]) >= 40 for link in made)
        assert list(links(Access.for_curators(), "::1", 80).values()) == [None]

    def test_a_port_that_is_taken(self):
        with listen("127.0.0.1", 0) as taken:
            number = taken.getsockname()[1]
            with pytest.raises(ExtractorError, match=f"127.0.0.1:{number}: .*--port"):
                listen("127.0.0.1", number)

    @pytest.mark.parametrize("names", [["", "Ada"], ["Ada", " Ada "], ["x" * 61]])
    def test_names_are_checked(self, db, names):
        options = [word for name in names for word in ("--curator", name)]
        result = CliRunner().invoke(cli, ["review", "--db", str(db), *options])
        assert result.exit_code == 2

    def test_no_database(self, tmp_path):
        result = CliRunner().invoke(cli, ["review", "--db", str(tmp_path / "no.db")])
        assert isinstance(result.exception, ExtractorError)
        assert not (tmp_path / "no.db").exists()

    def test_acts_are_on_record(self, ada, store):
        ada.read("PMID:3")
        assert [each.kind for each in acts(store)][-3:] in (
            ["decided", "finished", "opened"],
            ["opened", "decided", "finished"],
        )
