"""The real client against a local server: complete, polite, patient, resumable, and discreet about the key."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from eutils_server import FAULTS, Answer, Asked, Entry, EutilsServer, entries, once, one_in

from extractor.errors import InputError, PubMedError
from extractor.formats import read
from extractor.pubmed import Clock, Manifest, Settings, dry_run, fetch, fetch_ids, ping, read_ids
from extractor.pubmed.transport import Limiter, limiter_for

KEY = "s3cret+key/ö"


class FakeTime:
    """Time that passes only in sleep, and at once."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.naps: list[float] = []
        self._lock = threading.Lock()
        self.clock = Clock(monotonic=lambda: self.seconds, sleep=self._sleep, now=self._now, random=lambda: 0.5)

    def _sleep(self, seconds: float) -> None:
        with self._lock:
            self.naps.append(seconds)
            self.seconds += seconds

    def _now(self) -> datetime:
        return datetime(2025, 6, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)


@pytest.fixture
def fake() -> FakeTime:
    return FakeTime()


@pytest.fixture
def server():
    with EutilsServer(entries(1000)) as running:
        yield running


def settings_for(server: EutilsServer, fake: FakeTime, **options) -> Settings:
    return Settings(email="someone@example.org", base_url=server.url, clock=fake.clock, timeout=5, **options)


@pytest.fixture
def settings(server, fake) -> Settings:
    return settings_for(server, fake)


def pmids_in(folder: Path) -> list[str]:
    return [article.pmid for article in read([folder], on_error=pytest.fail)]


class TestFetch:
    def test_query(self, server, settings, tmp_path):
        told: list[tuple[int, int]] = []
        manifest = fetch("als AND csf", tmp_path / "out", settings=settings, on_progress=lambda *now: told.append(now))
        assert sorted(pmids_in(tmp_path / "out"), key=int) == [str(n) for n in range(1, 1001)]
        assert manifest.complete
        assert (manifest.count, manifest.fetched, manifest.missing) == (1000, 1000, ())
        assert manifest.translation == "als AND csf[All Fields]"
        assert Counter(asked.utility for asked in server.asked) == {"esearch": 1, "efetch": 5}
        assert {asked.parameters["email"] for asked in server.asked} == {"someone@example.org"}
        assert {asked.parameters["tool"] for asked in server.asked} == {"als-cytokine-extractor"}
        assert told[-1] == (1000, 1000)

    def test_manifest_on_disk(self, settings, tmp_path):
        manifest = fetch(
            "q", tmp_path, settings=settings, since=date(2020, 1, 5), until=date(2020, 1, 6), max_records=70
        )
        fields = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
        assert fields["extractor_manifest"] == 1
        assert fields["complete"] is True
        assert fields["request"] == {
            "query": "q",
            "ids": [],
            "since": "2020-01-05",
            "until": "2020-01-06",
            "max_records": 70,
        }
        assert (fields["count"], fields["fetched"]) == (80, 70)
        assert fields["slices"][0]["pmids"].split() == [str(n) for n in range(240, 170, -1)]
        assert fields["tool"].startswith("als-cytokine-extractor ")
        assert fields["started"] == "2025-06-01T00:00:00+00:00"
        assert fields["files"] == {
            "pubmed-00001.xml.gz": hashlib.sha256((tmp_path / "pubmed-00001.xml.gz").read_bytes()).hexdigest()
        }
        assert Manifest.load(tmp_path) == manifest

    def test_the_query_is_sent_as_it_is(self, server, settings, tmp_path):
        query = '"IL-6"[tiab] AND (motor neuron*)\t& ñ #1  %20' + " OR x" * 400
        fetch(query, tmp_path, settings=settings)
        assert {asked.parameters["term"] for asked in server.asked if asked.utility == "esearch"} == {query}
        assert server.asked[0].method == "POST"

    def test_no_hits(self, settings, tmp_path):
        manifest = fetch("q", tmp_path, settings=settings, since=date(2024, 1, 1))
        assert manifest.complete
        assert manifest.count == 0
        assert manifest.warnings == ("OutputMessage: No items found.",)
        assert pmids_in(tmp_path) == []

    def test_open_ended_dates(self, server, settings, tmp_path):
        assert fetch("q", tmp_path / "a", settings=settings, since=date(2020, 1, 25)).count == 40
        assert fetch("q", tmp_path / "b", settings=settings, until=date(2020, 1, 1)).count == 40
        assert {asked.parameters.get("datetype") for asked in server.asked if asked.utility == "esearch"} == {"edat"}
        with pytest.raises(PubMedError, match="is after the last"):
            fetch("q", tmp_path / "c", settings=settings, since=date(2021, 1, 1), until=date(2020, 1, 1))

    def test_missing_records_are_named(self, server, settings, tmp_path):
        server.hidden = {"17", "900"}
        manifest = fetch("q", tmp_path, settings=settings)
        assert manifest.missing == ("900", "17")
        assert manifest.fetched == 998
        assert len(pmids_in(tmp_path)) == 998

    def test_refusals_are_not_repeated(self, server, settings, tmp_path):
        with pytest.raises(PubMedError, match="PubMed esearch: Empty term"):
            fetch("", tmp_path, settings=settings)
        assert len(server.asked) == 1
        assert not (tmp_path / "manifest.json").exists()


class TestSlices:
    def test_more_than_pubmed_serves_at_once(self, fake, tmp_path):
        with EutilsServer(entries(25_000, per_day=17)) as server:
            manifest = fetch("q", tmp_path, settings=settings_for(server, fake, batch_size=2000))
        assert manifest.count == 25_000
        assert sorted(map(int, manifest.pmids)) == list(range(1, 25_001))
        assert manifest.fetched == 25_000
        assert all(len(each.pmids) <= 9_999 for each in manifest.slices)
        for newer, older in pairwise(manifest.slices):
            assert older.until == newer.since - timedelta(days=1) or older.until < newer.since
        assert sum(1 for _ in read([tmp_path], on_error=pytest.fail)) == 25_000

    def test_the_first_of_many(self, fake, tmp_path):
        with EutilsServer(entries(12_000)) as server:
            few = fetch("q", tmp_path / "few", settings=settings_for(server, fake), max_records=300)
            assert server.count("esearch") == 1
            many = fetch(
                "q", tmp_path / "many", settings=settings_for(server, fake, batch_size=5000), max_records=11_000
            )
        assert list(few.pmids) == [str(n) for n in range(12_000, 11_700, -1)]
        assert set(many.pmids) == {str(n) for n in range(1001, 12_001)}

    def test_a_day_too_full(self, fake, tmp_path):
        with EutilsServer(entries(10_001, per_day=20_000)) as server, pytest.raises(PubMedError) as told:
            fetch("q", tmp_path, settings=settings_for(server, fake))
        assert "10,001 records entered PubMed on 2020-01-01 alone" in str(told.value)

    def test_slices_that_do_not_add_up(self, fake, tmp_path):
        with EutilsServer(entries(12_000)) as server:
            server.short_by = 3
            with pytest.raises(PubMedError, match="counts 12,003 records, the slices by date hold 12,000: 3 missing"):
                fetch("q", tmp_path, settings=settings_for(server, fake))
            assert server.count("efetch") == 0

    def test_dry_run(self, fake):
        with EutilsServer(entries(12_000)) as server:
            plan = dry_run("q", settings=settings_for(server, fake, api_key=KEY), since=date(2020, 1, 1))
            assert server.count("efetch") == 0
            searches = server.count("esearch")
        assert (plan.count, plan.wanted, plan.translation) == (12_000, 12_000, "q[All Fields]")
        assert sum("esearch.fcgi" in line for line in plan.requests) == searches
        assert sum("efetch.fcgi" in line for line in plan.requests) == len(plan.requests) - searches >= 60
        assert all("api_key=***" in line for line in plan.requests)


class TestFaults:
    @pytest.mark.parametrize("name", FAULTS)
    @pytest.mark.parametrize("utility", ["esearch", "efetch"])
    def test_each_fault_is_overcome(self, server, settings, fake, tmp_path, name, utility):
        server.faults = [once(FAULTS[name], utility=utility, times=3)]
        manifest = fetch("q", tmp_path, settings=settings)
        assert manifest.fetched == 1000
        assert set(server.served.values()) == {1}
        assert sum(fake.naps) > 3

    def test_patience_ends(self, server, settings, fake, tmp_path):
        server.faults = [once(FAULTS["unavailable"], utility="esearch", times=99)]
        with pytest.raises(PubMedError, match=r"^PubMed esearch: HTTP 503 Service Unavailable \(asked 8 times\)$"):
            fetch("q", tmp_path, settings=settings)
        assert len(server.asked) == 8
        waits = [nap for nap in fake.naps if nap > 0.5]
        assert waits == [0.75, 1.5, 3.0, 6.0, 12.0, 24.0, 45.0]

    def test_jitter(self, server, fake, tmp_path):
        chance = iter([0.0, 0.999])
        clock = Clock(fake.clock.monotonic, fake.clock.sleep, fake.clock.now, lambda: next(chance))
        server.faults = [once(FAULTS["unavailable"], utility="esearch", times=2)]
        fetch("q", tmp_path, settings=Settings(email="a@b", base_url=server.url, clock=clock))
        assert [round(nap, 3) for nap in fake.naps if nap > 0.4][:2] == [0.5, 1.999]

    @pytest.mark.parametrize(
        ("header", "least"),
        [("37", 37), ("Sun, 01 Jun 2025 00:01:00 GMT", 59), ("99999999", 3600), ("soon", 0.75), ("-5", 0.75)],
    )
    def test_retry_after(self, server, settings, fake, tmp_path, header, least):
        server.faults = [once(Answer(b"", 429, {"Retry-After": header}), utility="esearch")]
        fetch("q", tmp_path, settings=settings)
        assert least <= max(fake.naps) < least + 2

    def test_refused_connection(self, fake, tmp_path):
        with EutilsServer([]) as server:
            settings = settings_for(server, fake, attempts=3)
        with pytest.raises(PubMedError, match=r"PubMed esearch: no connection: .*\(asked 3 times\)"):
            fetch("q", tmp_path, settings=settings)

    def test_silence_ends_in_a_time_out(self, fake, tmp_path):
        with EutilsServer(entries(3)) as server:
            gate = threading.Event()
            server.faults = [lambda _: gate.wait(5) and None]
            settings = Settings(email="a@b", base_url=server.url, clock=fake.clock, timeout=0.05, attempts=2)
            with pytest.raises(PubMedError, match="timed out"):
                fetch("q", tmp_path, settings=settings)
            gate.set()

    def test_an_answer_without_end(self, server, fake, tmp_path):
        def later() -> float:
            fake.seconds += 100
            return fake.seconds

        clock = Clock(later, fake.clock.sleep, fake.clock.now, fake.clock.random)
        settings = Settings(email="a@b", base_url=server.url, clock=clock, attempts=2, deadline=60)
        with pytest.raises(PubMedError, match="no end of the answer after 60 s"):
            fetch("q", tmp_path, settings=settings)

    def test_expired_history_is_renewed(self, server, settings, tmp_path):
        def expire(asked: Asked) -> Answer | None:
            if server.count("efetch") == 3 and asked.utility == "efetch":
                for kept in server._histories.values():
                    kept.clear()
            return None

        server.faults = [expire]
        manifest = fetch("q", tmp_path, settings=settings)
        assert manifest.fetched == 1000
        assert server.count("epost") == 1
        assert manifest.slices[0].history.webenv == "MCID_000001"

    def test_history_expired_inside_a_200(self, server, settings, tmp_path):
        said = b"Cannot retrieve history data. query_key: 1, WebEnv: x, retstart: 0"
        body = b"<eFetchResult><ERROR>" + said + b"</ERROR></eFetchResult>"
        server.faults = [once(Answer(body), utility="efetch")]
        assert fetch("q", tmp_path, settings=settings).fetched == 1000
        assert server.count("epost") == 1

    def test_a_kept_result_that_has_changed(self, server, settings, tmp_path):
        def shuffle(asked: Asked) -> Answer | None:
            if asked.utility == "efetch":
                for kept in server._histories.values():
                    kept.insert(0, kept.pop())
            return None

        server.faults = [shuffle]
        assert fetch("q", tmp_path, settings=settings).fetched == 1000
        assert sorted(pmids_in(tmp_path), key=int) == [str(n) for n in range(1, 1001)]

    def test_nothing_is_downloaded_beside(self, server, settings, tmp_path):
        foreign = b'<?xml version="1.0"?><!DOCTYPE eSearchResult SYSTEM "http://127.0.0.1:9/none.dtd"><eSearchResult><Count>0</Count><IdList/></eSearchResult>'
        server.faults = [once(Answer(foreign), utility="esearch", times=2)]
        assert fetch("q", tmp_path, settings=settings).count == 0


class TestResume:
    def test_goes_on_where_it_was(self, server, settings, tmp_path):
        def stop(asked: Asked) -> Answer | None:
            return Answer(b"", 503) if int(asked.parameters.get("retstart", 0)) >= 600 else None

        server.faults = [stop]
        with pytest.raises(PubMedError, match=r"records are missing .* goes on from here"):
            fetch("q", tmp_path, settings=settings)
        held = pmids_in(tmp_path)
        assert not Manifest.load(tmp_path).complete
        assert not list(tmp_path.glob("*.part"))
        server.faults = []
        server.asked.clear()
        assert fetch("q", tmp_path, settings=settings).fetched == 1000
        assert server.count("esearch") == 0
        assert server.count("efetch") == 5 - len(held) // 200
        assert set(server.served.values()) == {1}

    def test_a_complete_fetch_asks_nothing(self, server, settings, tmp_path):
        first = fetch("q", tmp_path, settings=settings)
        asked = len(server.asked)
        assert fetch("q", tmp_path, settings=settings) == first
        assert len(server.asked) == asked

    def test_damaged_and_foreign_batches_are_fetched_again(self, server, settings, tmp_path):
        fetch("q", tmp_path, settings=settings)
        manifest = json.loads((tmp_path / "manifest.json").read_text())
        (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "finished": None, "complete": False}))
        second, third, fourth = (tmp_path / f"pubmed-0000{n}.xml.gz" for n in (2, 3, 4))
        second.write_bytes(second.read_bytes()[:-30])
        third.write_bytes(fourth.read_bytes())
        fourth.unlink()
        server.asked.clear()
        assert fetch("q", tmp_path, settings=settings).fetched == 1000
        assert server.count("efetch") == 3
        assert sorted(pmids_in(tmp_path), key=int) == [str(n) for n in range(1, 1001)]

    def test_another_request_is_refused(self, settings, tmp_path):
        fetch("q", tmp_path, settings=settings)
        for other in ({"query": "other"}, {"query": "q", "max_records": 5}, {"query": "q", "since": date(2020, 1, 2)}):
            with pytest.raises(PubMedError, match="holds another fetch"):
                fetch(out=tmp_path, settings=settings, **other)

    def test_unreadable_manifest(self, settings, tmp_path):
        (tmp_path / "manifest.json").write_text('{"other": 1}')
        with pytest.raises(PubMedError, match="not a manifest"):
            fetch("q", tmp_path, settings=settings)

    def test_killed_and_resumed(self, tmp_path):
        with EutilsServer(entries(2000)) as server:
            server.faults = [lambda _: time.sleep(0.02)]
            settings = Settings(
                email="a@b", base_url=server.url, clock=Clock(monotonic=_hurried), batch_size=50, workers=1
            )
            child = multiprocessing.get_context("fork").Process(
                target=fetch, args=("q", tmp_path), kwargs={"settings": settings}
            )
            child.start()
            while len(list(tmp_path.glob("pubmed-*.xml.gz"))) < 5:
                time.sleep(0.005)
            os.kill(child.pid, signal.SIGKILL)
            child.join()
            held = {path.name: path.read_bytes() for path in tmp_path.glob("pubmed-*.xml.gz")}
            assert 5 <= len(held) < 40
            server.faults = []
            server.asked.clear()
            manifest = fetch("q", tmp_path, settings=settings)
            assert server.count("esearch") == 0
            assert server.count("efetch") == 40 - len(held)
        assert manifest.fetched == 2000
        assert all((tmp_path / name).read_bytes() == data for name, data in held.items())
        assert sorted(pmids_in(tmp_path), key=int) == [str(n) for n in range(1, 2001)]

    def test_twelve_thousand_records_with_faults(self, fake, tmp_path):
        with EutilsServer(entries(12_000)) as server:
            server.faults = [one_in(0.1)]
            manifest = fetch("q", tmp_path, settings=settings_for(server, fake))
            faults = len(server.asked) - len(manifest.files)
            assert faults > 5
        assert (manifest.count, manifest.fetched, manifest.missing) == (12_000, 12_000, ())
        assert sorted(map(int, manifest.pmids)) == list(range(1, 12_001))
        assert sorted(map(int, pmids_in(tmp_path))) == list(range(1, 12_001))
        assert len(server.served) == 12_000
        assert {
            name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in manifest.files
        } == manifest.files


def _hurried() -> float:
    return time.monotonic() * 1000


class TestRate:
    @pytest.mark.parametrize(("key", "most"), [(None, 3), (KEY, 10)])
    def test_limit_holds_across_threads(self, fake, key, most):
        settings = Settings(email="a@b", api_key=key, base_url="http://127.0.0.1/limit", clock=fake.clock)
        with ThreadPoolExecutor(8) as pool:
            turns = sorted(pool.map(lambda _: limiter_for(settings).wait(), range(60)))
        for start in turns:
            assert sum(start <= turn < start + 1 for turn in turns) <= most
        assert turns[-1] <= 60 / most * 1.03

    def test_one_limiter_per_server(self, fake):
        def limiter(url: str) -> Limiter:
            return limiter_for(Settings(email="a@b", base_url=url, clock=fake.clock))

        assert limiter("http://127.0.0.1/a") is limiter("http://127.0.0.1/a")
        assert limiter("http://127.0.0.1/a") is not limiter("http://127.0.0.1/b")

    def test_everybody_waits_when_told_to(self, fake):
        limiter = Limiter(0.1, fake.clock)
        limiter.wait()
        limiter.pause(30)
        assert limiter.wait() == 30

    def test_requests_of_a_fetch(self, server, fake, tmp_path):
        fetch("q", tmp_path, settings=settings_for(server, fake, batch_size=10, workers=8))
        assert len(server.asked) == 101
        assert fake.seconds >= 100 / 3


class TestKey:
    def test_it_is_sent_and_never_shown(self, server, fake, tmp_path, caplog):
        caplog.set_level(logging.DEBUG)
        settings = settings_for(server, fake, api_key=KEY)
        echo = Answer(f"<eFetchResult><ERROR>Backend failed for {KEY}</ERROR></eFetchResult>".encode())
        server.faults = [once(echo, utility="efetch", times=2)]
        fetch("q", tmp_path, settings=settings)
        assert {asked.parameters["api_key"] for asked in server.asked} == {KEY}
        assert "Backend failed for ***" in caplog.text
        written = caplog.text + repr(settings) + (tmp_path / "manifest.json").read_text(encoding="utf-8")
        assert KEY not in written
        assert "s3cret" not in written

    def test_it_is_not_in_errors(self, server, fake, tmp_path):
        settings = settings_for(server, fake, api_key=KEY, attempts=2)
        invalid = Answer(json.dumps({"error": "API key invalid", "api-key": KEY}, ensure_ascii=False).encode(), 400)
        server.faults = [once(invalid, utility="esearch")]
        with pytest.raises(PubMedError, match="API key invalid") as told:
            fetch("q", tmp_path, settings=settings)
        assert len(server.asked) == 1
        server.faults = [once(Answer(f"Trouble with {KEY}".encode(), 400), utility="esearch")]
        with pytest.raises(PubMedError, match=r"Trouble with \*\*\*") as again:
            fetch("q", tmp_path, settings=settings)
        assert "s3cret" not in str(told.value) + str(again.value)

    def test_it_is_not_taken_to_another_host(self, server, fake, tmp_path):
        away = Answer(b"", 302, {"Location": f"http://localhost:9/{'x'}"})
        server.faults = [once(away, utility="esearch", times=9)]
        with pytest.raises(PubMedError, match="redirected to http://localhost"):
            fetch("q", tmp_path, settings=settings_for(server, fake, api_key=KEY, attempts=2))


class TestSettings:
    def test_order_of_sources(self):
        environ = {"NCBI_EMAIL": "e@env", "NCBI_API_KEY": "envkey", "NCBI_BASE_URL": "https://env.example"}
        config = {"email": "e@file", "api_key": "filekey", "base_url": "https://file.example"}
        found = Settings.find(email="e@option", api_key="k", base_url="https://o", config=config, environ=environ)
        assert (found.email, found.api_key, found.base_url) == ("e@option", "k", "https://o")
        found = Settings.find(config=config, environ=environ)
        assert (found.email, found.api_key, found.base_url) == ("e@env", "envkey", "https://env.example")
        found = Settings.find(config=config, environ={})
        assert (found.email, found.api_key, found.base_url) == ("e@file", "filekey", "https://file.example")
        assert Settings.find(email="a@b", environ={}).base_url == "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"

    def test_one_clear_line_without_an_email(self):
        with pytest.raises(PubMedError, match=r"^NCBI asks for an e-mail address: give --email, set NCBI_EMAIL"):
            Settings.find(environ={})

    def test_only_the_web(self):
        with pytest.raises(PubMedError, match="not a web address"):
            Settings(email="a@b", base_url="file:///etc")

    def test_ping(self, server, settings):
        assert ping(settings) >= 0
        assert len(server.asked) == 1
        server.faults = [once(FAULTS["unavailable"], utility="esearch")]
        with pytest.raises(PubMedError, match=r"HTTP 503 .*\(asked 1 times\)"):
            ping(settings)


RIS = """TY  - JOUR
TI  - Cites PMID: 999 in its title
UR  - https://pubmed.ncbi.nlm.nih.gov/11/
ER  -

TY  - JOUR
T1  - From Rayyan
AN  - 12
ER  -
TY  - JOUR
TI  - From Zotero
DO  - 10.5555/R13
ER  -
TY  - JOUR
N1  - PMID: 14
N1  - PMCID: PMC1
ER  -
TY  - JOUR
C2  - PMC700015
ER  -
"""
NBIB = """
PMID- 21
OWN - NLM
TI  - One
CON - J. 2001. PMID: 999

PMID- 22
TI  - Two
PMID- 23
LID - 10.5555/x [doi]

OWN - NLM
TI  - Without a number
LID - 10.5555/r24 [doi]
"""


class TestIds:
    def write(self, folder: Path, text: str) -> Path:
        path = folder / "ids"
        path.write_text(text, encoding="utf-8")
        return path

    def test_lists(self, tmp_path):
        text = (
            "\ufeff# a comment\n1\nPMID: 2,\n pmid:3 # here too\nhttps://pubmed.ncbi.nlm.nih.gov/4/\n\n"
            "10.5555/R5\ndoi:10.5555/r6\nhttps://doi.org/10.5555/r(7)<1::aid>2.0\nPMC700008\n"
            "https://pmc.ncbi.nlm.nih.gov/articles/PMC700009/\n1\n"
        )
        assert read_ids(self.write(tmp_path, text)) == [
            *("1", "2", "3", "4", "10.5555/r5", "10.5555/r6", "10.5555/r(7)<1::aid>2.0", "PMC700008", "PMC700009"),
        ]

    def test_exports(self, tmp_path):
        assert read_ids(self.write(tmp_path, RIS)) == ["11", "12", "10.5555/r13", "14", "PMC700015"]
        assert read_ids(self.write(tmp_path, NBIB)) == ["21", "22", "23", "10.5555/r24"]

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("1\nIL-6 and more\n", r"ids, line 2: neither PMID nor PMCID nor DOI: 'IL-6 and more'"),
            ("TY  - JOUR\nTI  - Nothing\nER  - \n", r"ids, line 1: a record without PMID, PMCID and DOI: 'Nothing'"),
            ("\n# nothing\n", "no ids in it"),
        ],
    )
    def test_what_cannot_be_read(self, tmp_path, text, reason):
        with pytest.raises(InputError, match=reason):
            read_ids(self.write(tmp_path, text))

    def test_absent_and_binary(self, tmp_path):
        with pytest.raises(InputError, match="No such file"):
            read_ids(tmp_path / "none")
        (tmp_path / "ids").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(InputError, match="not UTF-8"):
            read_ids(tmp_path / "ids")

    def test_fetch(self, server, settings, tmp_path):
        ids = ["5", "10.5555/r6", "PMC700007", "10.5555/none", "PMC1", "999999", "6", "8"]
        manifest = fetch_ids(ids, tmp_path, settings=settings)
        assert manifest.pmids == ("5", "6", "7", "999999", "8")
        assert manifest.unresolved == ("10.5555/none", "PMC1")
        assert manifest.missing == ("999999",)
        assert manifest.fetched == 4
        assert pmids_in(tmp_path) == ["5", "6", "7", "8"]
        assert manifest.request.ids == tuple(ids)
        assert fetch_ids(ids, tmp_path, settings=settings) == manifest

    def test_many(self, fake, tmp_path):
        with EutilsServer(entries(11_000)) as server:
            ids = [f"10.5555/r{n}" for n in range(1, 101)] + [str(n) for n in range(101, 11_001)]
            manifest = fetch_ids(ids, tmp_path, settings=settings_for(server, fake, batch_size=1000))
            assert server.count("epost") == 2
            assert server.count("esearch") == 3
        assert manifest.fetched == 11_000

    def test_a_doi_that_is_merely_mentioned(self, fake, tmp_path):
        with EutilsServer([Entry("1", date(2020, 1, 1), doi="10.5555/other")]) as server:
            server._matching = lambda _: iter(server.records)
            manifest = fetch_ids(["10.5555/wanted"], tmp_path, settings=settings_for(server, fake))
        assert manifest.unresolved == ("10.5555/wanted",)
        assert manifest.pmids == ()


class TestBatches:
    def test_whole_or_not_at_all(self, server, settings, tmp_path, monkeypatch):
        def full(path: Path, data: bytes) -> int:
            if path.name.startswith("pubmed-00003"):
                path.open("wb").close()
                raise OSError(28, "No space left on device")
            return original(path, data)

        original = Path.write_bytes
        monkeypatch.setattr(Path, "write_bytes", full)
        with pytest.raises(PubMedError, match="No space left on device"):
            fetch("q", tmp_path, settings=settings)
        assert not (tmp_path / "pubmed-00003.xml.gz").exists()
        monkeypatch.undo()
        assert fetch("q", tmp_path, settings=settings).fetched == 1000

    def test_the_same_bytes_each_time(self, settings, tmp_path):
        one, two = (fetch("q", tmp_path / name, settings=settings) for name in ("a", "b"))
        assert one.files == two.files
        assert gzip.decompress((tmp_path / "a" / "pubmed-00001.xml.gz").read_bytes()).startswith(b"<?xml")
