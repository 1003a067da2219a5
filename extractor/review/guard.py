"""What stands before every request: host, key, origin, size; and the headers on every answer."""

from __future__ import annotations

from collections.abc import Collection
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from extractor.review.access import Access, name_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
LARGEST = 64 * 1024
"""Bytes of a request's body."""
_CLOSED = "Open the link that `extractor review` printed; each start of the server makes a new one.\n"


class Guard:
    """ASGI middleware; lets through what carries a key, and writes ``key`` and ``curator`` into the request's state.

    Args:
        app: what is guarded.
        access: the keys.
        hosts: values of the header ``Host`` that mean this server; any other may be a rebound name.
    """

    def __init__(self, app: ASGIApp, *, access: Access, hosts: Collection[str]) -> None:
        self._app, self._access = app, access
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        """The answer to a request that is not let through, None for one that is."""
        headers = Headers(scope=scope)
        if len(headers.getlist("host")) != 1 or headers["host"].lower() not in self._hosts:
            return PlainTextResponse("unknown host\n", 421)
        request = Request(scope)
        if request.url.path == "/" and (given := request.query_params.get("key")):
            return self._enter(given, headers["host"])
        cookies = read_cookies(headers.get("cookie", ""))
        key = self._access.known(cookies.get(cookie_name("key", headers["host"]), ""))
        if key is None:
            return PlainTextResponse(_CLOSED, 401)
        own = self._access.keys[key]
        curator = own or name_of(unquote(cookies.get(cookie_name("name", headers["host"]), ""))) or ""
        scope.setdefault("state", {}).update(key=key, curator=curator, named=own is not None)
        return None if request.method in {"GET", "HEAD"} else self._written(headers, key, curator)

    def _enter(self, given: str, host: str) -> Response:
        """The key goes from the address into a cookie, so that it does not stay in the history."""
        key = self._access.known(given)
        if key is None:
            return PlainTextResponse(_CLOSED, 401)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(cookie_name("key", host), key, httponly=True, samesite="strict", path="/")
        return answer

    def _written(self, headers: Headers, key: str, curator: str) -> Response | None:
        if headers.get("origin", f"http://{headers['host']}") not in _origins(headers["host"]):
            return PlainTextResponse("another site's request\n", 403)
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return PlainTextResponse("not JSON\n", 415)
        length = headers.get("content-length", "")
        if not length.isdecimal() or int(length) > LARGEST:
            return PlainTextResponse("too large, or of unknown size\n", 413)
        if not self._access.fits(key, curator, headers.get("x-csrf-token", "")):
            return PlainTextResponse(
                "this page was opened under another name, or before the server started anew\n", 403
            )
        return None


def cookie_name(what: str, host: str) -> str:
    """Cookies know no ports: two servers on one machine must not take each other's."""
    return f"extractor-review-{what}-{host.rpartition(':')[2] if ':' in host else '80'}"


def name_cookie(answer: Response, host: str, curator: str) -> None:
    """Have the browser keep the name a curator has given."""
    answer.set_cookie(cookie_name("name", host), quote(curator), httponly=True, samesite="strict", path="/")


def read_cookies(header: str) -> dict[str, str]:
    """The cookies of a request; none of a broken header."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def _origins(host: str) -> set[str]:
    return {f"http://{host}", f"https://{host}"}
