"""The page's server: routes, JSON in and out. The store is opened anew for each request, so nothing waits in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from extractor.errors import ExtractorError
from extractor.records import GoldArticle, Json
from extractor.review.access import Access, name_of
from extractor.review.asking import body_of, carry_out, curator_of, reading_of
from extractor.review.desk import Desk
from extractor.review.double import double_read
from extractor.review.exports import EXPORTS, exported
from extractor.review.guard import Guard, name_cookie
from extractor.review.guidelines import guidelines_page
from extractor.review.names import suggestions
from extractor.review.payload import labels, queue_payload, sheet_payload
from extractor.review.progress import standings
from extractor.review.queue import Memory, Ranked, ranked, waiting
from extractor.review.refusal import RefusedError
from extractor.review.sheet import item_id
from extractor.store import READINGS, Reading, Store, open_store

Measure = Callable[[Sequence[GoldArticle], Sequence[GoldArticle], tuple[str, str]], Json]
"""Agreement of two curators on the articles both have read, as JSON."""
GoldLines = Callable[[Store], bytes]
"""The finished articles of a store as JSON Lines of the gold format."""
_STATUS = {"invalid": 422, "forbidden": 403, "missing": 404, "conflict": 409}
_LISTED = 200
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".html": "text/html"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the server needs besides the page.

    Attributes:
        db: the database.
        access: who may come in.
        measure: agreement; given from outside, since scoring stands after this package.
        gold: gold records; likewise.
        condition: of the ledger whose oppositions count.
        without_findings: also offer articles in which nothing was found.
    """

    db: Path
    access: Access
    measure: Measure
    gold: GoldLines
    condition: str | None = "ALS"
    without_findings: bool = False


class _Order:
    """The articles by usefulness; worked out anew when something was mined or deleted, not with every decision."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._state: tuple[Any, ...] | None = None
        self._ranked: list[Ranked] = []

    def of(self, store: Store) -> list[Ranked]:
        statement = """
            SELECT (SELECT count(*) FROM readings), (SELECT max(id) FROM readings), count(*), sum(status = 'present')
            FROM articles
        """
        state = tuple(store.rows(statement)[0])
        if state != self._state:
            service = self._service
            self._ranked = ranked(store, condition=service.condition, without_findings=service.without_findings)
            self._state = state
        return self._ranked


class _Routes:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._order = _Order(service)
        self._memory = Memory()
        self._assets = dict(_assets())

    def routes(self) -> list[Route]:
        return [
            Route("/", self.page),
            Route("/assets/{name}", self.asset),
            Route("/guidelines", self.guidelines),
            Route("/export/{name}", self.export),
            Route("/api/state", self.state),
            Route("/api/labels", self.labels),
            Route("/api/suggest", self.suggest),
            Route("/api/agreement", self.agreement),
            Route("/api/name", self.name, methods=["POST"]),
            Route("/api/open", self.open, methods=["POST"]),
            Route("/api/act", self.act, methods=["POST"]),
        ]

    @contextmanager
    def _store(self) -> Iterator[Store]:
        with open_store(self._service.db, create=False) as store:
            store.rows("PRAGMA synchronous = FULL")
            yield store

    async def page(self, request: Request) -> Response:
        """The page; the name and the second secret stand in its head."""
        state = request.state
        filled = self._assets["index.html"].decode()
        values = {
            "CSRF": self._service.access.csrf(state.key, state.curator),
            "CURATOR": _attribute(state.curator),
            "EXPORTS": " ".join(EXPORTS),
        }
        for name, value in values.items():
            filled = filled.replace(f"%{name}%", value)
        return Response(filled, media_type="text/html")

    async def asset(self, request: Request) -> Response:
        """A file of the page; there is no other file to be had."""
        name = request.path_params["name"]
        if name not in self._assets or name.endswith(".html"):
            return PlainTextResponse("no such file\n", 404)
        return Response(self._assets[name], media_type=_TYPES[Path(name).suffix])

    async def guidelines(self, request: Request) -> Response:  # noqa: ARG002  # called with it
        """What a finding is."""
        return Response(guidelines_page(), media_type="text/html")

    async def labels(self, request: Request) -> Response:  # noqa: ARG002  # called with it
        """Values of the slots."""
        return JSONResponse(labels())

    async def name(self, request: Request) -> Response:
        """A curator says who it is; a key that belongs to somebody keeps its name."""
        curator = name_of((await body_of(request)).get("name"))
        if request.state.named or curator is None:
            raise RefusedError("invalid", "a name has 1 to 60 characters, and cannot be changed where the link has one")
        answer = JSONResponse({"name": curator})
        name_cookie(answer, request.headers["host"], curator)
        return answer

    async def state(self, request: Request) -> Response:
        """Counts, and what waits for this curator."""
        curator = curator_of(request)
        with self._store() as store:
            order, found = self._order.of(store), standings(store)
            known = {each.article_id: each for each in order}
            lists = {reading: self._waiting(store, reading, curator) for reading in READINGS}
            shown = {name for names in lists.values() for name in names[:_LISTED]}
            titles = _titles(store, shown)
            mine = sum(each.readers.get("first") == curator for each in found.values() if "first" in each.finished)
            return JSONResponse(
                {
                    "total": len({*known, *found}),
                    "finished": sum("first" in each.finished for each in found.values()),
                    "mine": mine,
                    "twice": sum(each.read_twice for each in found.values()),
                    "waiting": {reading: len(names) for reading, names in lists.items()},
                    "queues": {
                        reading: queue_payload(names[:_LISTED], known, titles) for reading, names in lists.items()
                    },
                }
            )

    def _waiting(self, store: Store, reading: Reading, curator: str) -> list[str]:
        return waiting(store, self._order.of(store), reading, curator, memory=self._memory)

    async def suggest(self, request: Request) -> Response:
        """Concepts for what is being typed."""
        kind = request.query_params.get("kind")
        if kind not in {"cytokine", "fluid"}:
            raise RefusedError("invalid", "kind is cytokine or fluid")
        return JSONResponse(suggestions(cast("Any", kind), request.query_params.get("q", "")[:200]))

    async def agreement(self, request: Request) -> Response:  # noqa: ARG002  # called with it
        """How much every two curators agree on what both have read."""
        with self._store() as store:
            both = double_read(store)
        found = []
        for names in sorted({each.curators for each in both}):
            own = [each for each in both if each.curators == names]
            measured = self._service.measure([each.first for each in own], [each.second for each in own], names)
            found.append({"curators": names, "articles": len(own), **measured})
        return JSONResponse(found)

    async def open(self, request: Request) -> Response:
        """An article, or the next one of a queue; null where there is none."""
        curator, body = curator_of(request), await body_of(request)
        reading = reading_of(body)
        with self._store() as store:
            name = body.get("article") or self._next(store, reading, curator, after=body.get("after"))
            return JSONResponse(None if name is None else self._opened(store, curator, str(name), reading))

    def _next(self, store: Store, reading: Reading, curator: str, *, after: object) -> str | None:
        names = self._waiting(store, reading, curator)
        others = [name for name in names if name != after]
        return next(iter([*others, *names]), None)

    def _opened(self, store: Store, curator: str, name: str, reading: Reading) -> Json:
        sheet = Desk(store, curator).open(name, reading)
        why = next((each.why for each in self._order.of(store) if each.article_id == name), "")
        notices = [kind for kind, _ in store.notices().get(name, ())]
        return sheet_payload(sheet, curator=curator, why=why if reading == "first" else "", notices=notices)

    async def act(self, request: Request) -> Response:
        """Something a curator does; the answer is the article as it stands then."""
        curator, body = curator_of(request), await body_of(request)
        with self._store() as store:
            desk = Desk(store, curator)
            if body.get("act") == "undo":
                undone = desk.undo()
                shown = self._opened(store, curator, undone.article_id, undone.reading)
                item = "" if undone.key is None else item_id(undone.key)
                return JSONResponse({"undone": undone.kind, "item": item, "sheet": shown})
            reading, name = reading_of(body), str(body.get("article", ""))
            item = carry_out(desk, name, reading, body)
            return JSONResponse({"item": item, "sheet": self._opened(store, curator, name, reading)})

    async def export(self, request: Request) -> Response:
        """Everything as it stands, in a curator's format or as gold records."""
        name = request.path_params["name"]
        with self._store() as store:
            content, filename = exported(store, name, gold=self._service.gold)
        disposition = {"Content-Disposition": f'attachment; filename="{filename}"'}
        return Response(content, media_type="application/octet-stream", headers=disposition)


def create_app(service: Service, *, hosts: Collection[str]) -> Starlette:
    """The application.

    Args:
        service: database, keys and what is done elsewhere.
        hosts: values of the header ``Host`` that mean this server.
    """
    guard = Middleware(Guard, access=service.access, hosts=hosts)
    handlers: Mapping[Any, Any] = {ExtractorError: _refused}
    return Starlette(routes=_Routes(service).routes(), middleware=[guard], exception_handlers=handlers)


async def _refused(request: Request, error: ExtractorError) -> Response:  # noqa: ARG001  # called with it
    status = _STATUS[error.reason] if isinstance(error, RefusedError) else 503
    return JSONResponse({"error": str(error)}, status)


def _titles(store: Store, names: Collection[str]) -> dict[str, str]:
    given = {"names": json.dumps(sorted(names))}
    statement = """
        SELECT articles.id, texts.title FROM articles
        JOIN texts ON texts.article_id = articles.id AND texts.sha256 = articles.sha256
        WHERE articles.id IN (SELECT value FROM json_each(:names))
    """
    return {row[0]: row[1] for row in store.rows(statement, given)}


def _assets() -> Iterator[tuple[str, bytes]]:
    for file in (files("extractor.review") / "page").iterdir():
        if Path(file.name).suffix in _TYPES:
            yield file.name, file.read_bytes()


def _attribute(text: str) -> str:
    escapes = {"&": "&amp;", '"': "&quot;", "'": "&#39;", "<": "&lt;", ">": "&gt;", "%": "&#37;"}
    return "".join(escapes.get(character, character) for character in text)
