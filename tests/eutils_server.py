"""A small E-utilities server on the loopback: real HTTP, NCBI's limits and wording, and faults on request."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

MOST = 9_999
_HEAD = '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE {0} PUBLIC "-//NLM//DTD {1}//EN" "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/{2}">\n'
SEARCH = _HEAD.format("eSearchResult", "esearch 20060628", "20060628/esearch.dtd")
POST = _HEAD.format("ePostResult", "epost 20090526", "20090526/epost.dtd")
SUMMARY = _HEAD.format("eSummaryResult", "esummary v1 20041029", "20041029/esummary-v1.dtd")
RECORDS = (
    '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n{}\n</PubmedArticleSet>'
)


@dataclass(frozen=True)
class Entry:
    """A record the server has."""

    pmid: str
    entered: date
    doi: str = ""
    pmcid: str = ""

    def xml(self) -> str:
        return (
            f'<PubmedArticle><MedlineCitation><PMID Version="1">{self.pmid}</PMID><Article><ArticleTitle>'
            f"Record {self.pmid}.</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
        )


def entries(count: int, *, first: date = date(2020, 1, 1), per_day: int = 40) -> list[Entry]:
    """So many records, numbered from 1, entered a few a day."""
    return [
        Entry(str(n), first + timedelta(days=(n - 1) // per_day), f"10.5555/r{n}", f"PMC{700_000 + n}")
        for n in range(1, count + 1)
    ]


@dataclass
class Answer:
    """What is sent: the status, headers and body; ``cut`` bytes only, where it is not None."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass(frozen=True)
class Asked:
    """A request that came in."""

    utility: str
    method: str
    parameters: dict[str, str]


Fault = Callable[[Asked], Answer | None]


class EutilsServer:
    """Serves ``entries``; a context manager.

    Attributes:
        asked: every request, in order of arrival.
        faults: asked in turn before a request is answered; the first answer is sent in its stead.
        hidden: PMIDs that are counted and not given.
        served: records given, by PMID.
    """

    def __init__(self, records: list[Entry]) -> None:
        self.records = sorted(records, key=lambda entry: (entry.entered, int(entry.pmid)), reverse=True)
        self.by_pmid = {entry.pmid: entry for entry in records}
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self.hidden: set[str] = set()
        self.served: Counter[str] = Counter()
        self.short_by = 0
        self._histories: dict[str, list[Entry]] = {}
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer(urlsplit(self.path).query)

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

            def _answer(self, query: str) -> None:
                utility = urlsplit(self.path).path.rpartition("/")[2].removesuffix(".fcgi")
                parameters = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
                answer = server.answer(Asked(utility, self.command, parameters))
                self.close_connection = True
                if answer is None:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                if answer is RESET:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    return
                with contextlib.suppress(ConnectionError):
                    self._send(answer)

            def _send(self, answer: Answer) -> None:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.send_header("Connection", "close")
                self.end_headers()
                for part in server.parts(answer):
                    self.wfile.write(part)
                    self.wfile.flush()

            def finish(self) -> None:
                with contextlib.suppress(OSError):
                    super().finish()

            def log_message(self, *_: object) -> None:
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/entrez/eutils"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def forget(self) -> None:
        """Let every kept result expire."""
        with self._lock:
            for kept in self._histories.values():
                kept.clear()

    def count(self, utility: str) -> int:
        """Requests made of a utility."""
        return sum(asked.utility == utility for asked in self.asked)

    def answer(self, asked: Asked) -> Answer | None:
        with self._lock:
            self.asked.append(asked)
            for fault in self.faults:
                answer = fault(asked)
                if answer is not None:
                    return None if answer is DROPPED else answer
            return getattr(self, f"_{asked.utility}")(asked.parameters)

    def parts(self, answer: Answer) -> Iterator[bytes]:
        """What is sent of a body, in the pieces it is sent in."""
        yield answer.body if answer.cut is None else answer.body[: answer.cut]

    def _keep(self, records: list[Entry]) -> str:
        name = f"MCID_{len(self._histories):06d}"
        self._histories[name] = records
        return name

    def _esearch(self, given: dict[str, str]) -> Answer:
        if not given.get("term"):
            text = "Empty term and query_key - nothing todo"
            return Answer(f"{SEARCH}<eSearchResult><ERROR>{text}</ERROR></eSearchResult>".encode())
        found = list(self._matching(given))
        start, most = int(given.get("retstart", 0)), int(given.get("retmax", 20))
        if start >= MOST:
            text = "Search Backend failed: Exception:\n'retstart' cannot be larger than 9998."
            return Answer(f"{SEARCH}<eSearchResult><ERROR>{text}</ERROR></eSearchResult>".encode())
        page = found[start : min(start + most, MOST)]
        ids = "\n".join(f"<Id>{entry.pmid}</Id>" for entry in page)
        kept = f"<QueryKey>1</QueryKey><WebEnv>{self._keep(found)}</WebEnv>" if given.get("usehistory") == "y" else ""
        warning = "" if found else "<WarningList><OutputMessage>No items found.</OutputMessage></WarningList>"
        counted = len(found) + (self.short_by if "mindate" not in given else 0)
        return Answer(
            f"{SEARCH}<eSearchResult><Count>{counted}</Count><RetMax>{len(page)}</RetMax><RetStart>{start}</RetStart>{kept}"
            f"<IdList>{ids}</IdList><TranslationSet/>"
            f"<QueryTranslation>{escape(given['term'])}[All Fields]</QueryTranslation>"
            f"{warning}</eSearchResult>".encode()
        )

    def _matching(self, given: dict[str, str]) -> Iterator[Entry]:
        """All records, but for a search for DOIs; within the dates, if there are any."""
        dois = {part.strip('" ').removesuffix('"[doi]') for part in given["term"].split(" OR ") if "[doi]" in part}
        first, last = given.get("mindate", "0"), given.get("maxdate", "9")
        for entry in self.records:
            if (not dois or entry.doi in dois) and first <= f"{entry.entered:%Y/%m/%d}" <= last:
                yield entry

    def _epost(self, given: dict[str, str]) -> Answer:
        records = [self.by_pmid[pmid] for pmid in given["id"].split(",") if pmid in self.by_pmid]
        name = self._keep(records)
        return Answer(f"{POST}<ePostResult><QueryKey>1</QueryKey><WebEnv>{name}</WebEnv></ePostResult>".encode())

    def _efetch(self, given: dict[str, str]) -> Answer:
        if "WebEnv" in given:
            records = self._histories.get(given["WebEnv"])
            start = int(given["retstart"])
            if not records or start >= MOST:
                text = f"Unable to obtain query #{given['query_key']}"
                return Answer(
                    f'<?xml version="1.0"?><eFetchResult><ERROR>{text}</ERROR></eFetchResult>'.encode(), status=400
                )
            records = records[start : min(start + int(given["retmax"]), MOST)]
        else:
            records = [self.by_pmid[pmid] for pmid in given["id"].split(",") if pmid in self.by_pmid]
        records = [entry for entry in records if entry.pmid not in self.hidden]
        self.served.update(entry.pmid for entry in records)
        return Answer(RECORDS.format("\n".join(entry.xml() for entry in records)).encode())

    def _esummary(self, given: dict[str, str]) -> Answer:
        parts = []
        for uid in given["id"].split(","):
            entry = self._summarised(given["db"], uid)
            parts.append(
                f"<ERROR>UID={uid}: cannot get document summary</ERROR>"
                if entry is None
                else f'<DocSum><Id>{uid}</Id><Item Name="Title" Type="String">T</Item>'
                f'<Item Name="ArticleIds" Type="List"><Item Name="pmid" Type="String">{entry.pmid}</Item>'
                f'<Item Name="doi" Type="String">{entry.doi.upper()}</Item></Item></DocSum>'
            )
        return Answer(f"{SUMMARY}<eSummaryResult>{''.join(parts)}</eSummaryResult>".encode())

    def _summarised(self, database: str, uid: str) -> Entry | None:
        if database == "pubmed":
            return self.by_pmid.get(uid)
        return next((entry for entry in self.records if entry.pmcid == f"PMC{uid}"), None)


DROPPED = Answer(b"the connection is closed without an answer")
RESET = Answer(b"the connection is reset")

FAULTS: dict[str, Answer] = {
    "too many requests": Answer(
        b'{"error":"API rate limit exceeded","count":"4","limit":"3"}', 429, {"Retry-After": "2"}
    ),
    "bad gateway": Answer(b"<html><title>502 Bad Gateway</title></html>", 502),
    "unavailable": Answer(b"", 503),
    "error in a 200": Answer(
        b"<eFetchResult><ERROR>Search Backend failed: Database is not supported: pubmed</ERROR></eFetchResult>"
    ),
    "rate limit in a 200": Answer(
        b'{"error":"API rate limit exceeded","api-key":"10.0.0.1","count":"11","limit":"10"}'
    ),
    "html in a 200": Answer(b"<!DOCTYPE html><html><head><title>NCBI - WWW Error Diagnostic</title></head></html>"),
    "empty 200": Answer(b""),
    "cut off": Answer(RECORDS.format(entries(1)[0].xml()).encode(), cut=200),
    "cut off, length hidden": Answer(RECORDS.format(entries(1)[0].xml()).encode()[:200]),
    "dropped": DROPPED,
}


def one_in(part: float, *, seed: int = 1) -> Fault:
    """A fault in so many of the requests, of any kind, by chance."""
    chance = random.Random(seed)

    def fault(_: Asked) -> Answer | None:
        return chance.choice(list(FAULTS.values())) if chance.random() < part else None

    return fault


def once(answer: Answer, *, utility: str, times: int = 1) -> Fault:
    """A fault in the first requests of a utility."""
    left = [times]

    def fault(asked: Asked) -> Answer | None:
        if asked.utility != utility or not left[0]:
            return None
        left[0] -= 1
        return answer

    return fault
