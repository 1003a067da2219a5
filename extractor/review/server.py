"""Serving the page: the port, the links, and an end without a traceback."""

from __future__ import annotations

import ipaddress
import signal
import socket
from collections.abc import Callable, Mapping

import uvicorn
from starlette.types import ASGIApp

from extractor.errors import ExtractorError
from extractor.review.access import Access


class PortError(ExtractorError):
    """The page cannot be served at that address."""


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        host: a name or address of this machine.
        port: 0 for any that is free.

    Raises:
        PortError: it is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise PortError(f"{host}:{port}: {reason}; choose another with --port") from None
    return listening


def hosts_of(host: str, port: int) -> set[str]:
    """Values of the header ``Host`` that mean this server."""
    names = {"127.0.0.1", "localhost", "[::1]"} if is_loopback(host) else {f"[{host}]" if ":" in host else host}
    if _is_any(host):
        names = {"127.0.0.1", "localhost", "[::1]", socket.gethostname(), socket.getfqdn(), *_addresses()}
    return {f"{name}:{port}" for name in names} | (names if port == 80 else set())


def links(access: Access, host: str, port: int) -> Mapping[str, str | None]:
    """The links to give out, each with the curator it is for (None: whoever says a name)."""
    shown = socket.gethostname() if _is_any(host) else host
    place = f"[{shown}]" if ":" in shown else shown
    return {f"http://{place}:{port}/?key={key}": name for key, name in access.keys.items()}


def serve(app: ASGIApp, listening: socket.socket, *, on_start: Callable[[], None]) -> None:
    """Serve until interrupted. Call it from the main thread.

    An interrupt is a mark that the server looks at, from before ``on_start`` on: as an exception it could be raised,
    and lost, in a callback that Python runs between two instructions.

    Args:
        app: the application.
        listening: from ``listen``.
        on_start: called before the first request is taken; connections wait meanwhile.
    """
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", server_header=False, ws="none")
    server = uvicorn.Server(config)
    before = signal.signal(signal.SIGINT, server.handle_exit)
    try:
        on_start()
        server.run(sockets=[listening])
    finally:
        signal.signal(signal.SIGINT, before)


def _is_any(host: str) -> bool:
    """Whether it stands for every address of this machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _addresses() -> set[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return set()
    return {f"[{each[4][0]}]" if each[0] == socket.AF_INET6 else str(each[4][0]) for each in found}
