"""One polite request to an E-utility: rate limit, time-outs, retries with exponential back-off and jitter."""

from __future__ import annotations

import email.utils
import http.client
import logging
import threading
from collections.abc import Callable
from datetime import UTC
from http import HTTPStatus
from http.client import HTTPMessage, HTTPResponse
from typing import IO, Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from Bio import Entrez

from extractor.errors import PubMedError
from extractor.pubmed.answers import AnswerError, TransientError, classify
from extractor.pubmed.settings import TOOL, Clock, Settings

Answer = TypeVar("Answer")

_LOG = logging.getLogger("extractor.pubmed")
_FIRST_DELAY = 1.0
_LONGEST_DELAY = 60.0
_LONGEST_RETRY_AFTER = 3600.0
_LONGEST_ANSWER = 1 << 30
_CHUNK = 1 << 16


class Limiter:
    """Gives every caller, in whichever thread, a moment of its own, ``interval`` seconds apart.

    A moment is given when it has come and not before: callers that were held up do not set off together afterwards,
    and a pause holds for those who wait already.
    """

    def __init__(self, interval: float, clock: Clock) -> None:
        self._interval = interval
        self._clock = clock
        self._lock = threading.Lock()
        self._next = clock.monotonic()

    def wait(self) -> float:
        """Sleep until it is this caller's turn; gives the moment of it."""
        while True:
            with self._lock:
                now = self._clock.monotonic()
                left = self._next - now
                if left <= 0:
                    self._next = now + self._interval
                    return now
            self._clock.sleep(left)

    def pause(self, seconds: float) -> None:
        """Let nobody ask for so long: the server has said so."""
        with self._lock:
            self._next = max(self._next, self._clock.monotonic() + seconds)


_LIMITERS: dict[tuple[float, str, Clock], Limiter] = {}
_LIMITERS_LOCK = threading.Lock()


def limiter_for(settings: Settings) -> Limiter:
    """The one limiter for this server, shared by all threads and clients of the process."""
    key = (settings.interval, settings.base_url, settings.clock)
    with _LIMITERS_LOCK:
        return _LIMITERS.setdefault(key, Limiter(settings.interval, settings.clock))


class _SameHost(HTTPRedirectHandler):
    """Requests carry the key: they are not redirected to another host, nor out of https."""

    def redirect_request(  # noqa: PLR0917  # the library's signature
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if new.hostname != old.hostname or (old.scheme == "https" and new.scheme != "https"):
            raise HTTPError(newurl, code, f"redirected to {new.scheme}://{new.hostname}", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Transport:
    """Makes requests until they are answered well, as often as the settings allow."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._clock = settings.clock
        self._limiter = limiter_for(settings)
        self._opener = build_opener(_SameHost)

    def request(self, utility: str, parameters: dict[str, Any]) -> Request:
        """The request for a utility (``esearch``), built by Biopython."""
        settings = self.settings
        given = {**parameters, "tool": TOOL, "email": settings.email, "api_key": settings.api_key}
        url = f"{settings.base_url.rstrip('/')}/{utility}.fcgi"
        request: Request = Entrez._build_request(url, given, post=True if utility == "epost" else None)
        return request

    def call(self, utility: str, parameters: dict[str, Any], read: Callable[[bytes], Answer]) -> Answer:
        """Ask until the answer can be read.

        Args:
            utility: name of the E-utility.
            parameters: its parameters.
            read: reads the body; raises ``TransientError`` where asking again may help.

        Raises:
            HistoryError: NCBI has forgotten the stored search.
            PubMedError: asking again would not help, or did not.
        """
        request = self.request(utility, parameters)
        attempt = 1
        while True:
            self._limiter.wait()
            try:
                return read(self._body(request))
            except TransientError as error:
                reason = self.settings.redact(str(error))
                if attempt >= self.settings.attempts:
                    raise PubMedError(f"PubMed {utility}: {reason} (asked {attempt} times)") from None
                self._wait(utility, attempt, reason, error.retry_after)
                attempt += 1
            except AnswerError as error:
                raise type(error)(f"PubMed {utility}: {self.settings.redact(str(error))}") from None

    def _wait(self, utility: str, attempt: int, reason: str, retry_after: float | None) -> None:
        """Back off: longer each time, by a random part, and never less than the server asks for."""
        delay = min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** (attempt - 1)) * (0.5 + self._clock.random() / 2)
        if retry_after is not None:
            delay = max(delay, retry_after)
            self._limiter.pause(retry_after)
        _LOG.info("%s: %s; attempt %d, next in %.1f s", utility, reason, attempt, delay)
        self._clock.sleep(delay)

    def _body(self, request: Request) -> bytes:
        """The whole body of a good answer.

        Raises:
            TransientError: no answer, a cut-off one, or one that says "later".
            AnswerError: an answer that will not change.
        """
        try:
            with self._opener.open(request, timeout=self.settings.timeout) as response:
                return self._read(response)
        except HTTPError as error:
            with error:
                raise self._refusal(error) from None
        except http.client.IncompleteRead as error:
            raise TransientError(f"the answer broke off after {len(error.partial)} bytes") from None
        except URLError as error:
            raise TransientError(f"no connection: {error.reason}") from None
        except (OSError, http.client.HTTPException) as error:
            raise TransientError(f"no connection: {error or type(error).__name__}") from None

    def _read(self, response: HTTPResponse) -> bytes:
        """The body, as it comes, so that a server that sends a byte a minute is given up too."""
        end = self._clock.monotonic() + self.settings.deadline
        promised = response.length
        body = bytearray()
        while (promised is None or len(body) < promised) and (part := response.read1(_CHUNK)):
            body += part
            if self._clock.monotonic() > end:
                raise TransientError(f"no end of the answer after {self.settings.deadline:g} s")
            if len(body) > _LONGEST_ANSWER:
                raise AnswerError(f"an answer of more than {_LONGEST_ANSWER:,} bytes")
        if promised is not None and len(body) < promised:
            raise TransientError(f"the answer broke off after {len(body):,} bytes")
        return bytes(body)

    def _refusal(self, error: HTTPError) -> AnswerError:
        """What an HTTP error means."""
        status = f"HTTP {error.code} {error.reason}"
        if error.code in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT} or error.code >= 500:
            return TransientError(status, retry_after=self._retry_after(error.headers.get("Retry-After")))
        try:
            body = error.read(_CHUNK)
        except (OSError, http.client.HTTPException):
            return TransientError(status)
        found = classify(body)
        return AnswerError(f"{status}: {found}") if isinstance(found, TransientError) else found

    def _retry_after(self, header: str | None) -> float | None:
        """Seconds the server asks to wait, given as such or as a date; at most an hour is honoured."""
        if not header:
            return None
        try:
            seconds = float(header)
        except ValueError:
            try:
                moment = email.utils.parsedate_to_datetime(header)
            except ValueError:
                return None
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = (moment - self._clock.now()).total_seconds()
        return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER)
