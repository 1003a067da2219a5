"""What a request asks for, read with checks."""

from __future__ import annotations

import json
from typing import cast

from starlette.requests import Request

from extractor.records import Json
from extractor.review.desk import Desk
from extractor.review.refusal import RefusedError
from extractor.store import READINGS, Reading


def carry_out(desk: Desk, article: str, reading: Reading, body: Json) -> str:
    """Do what a request asks for; returns the item it is about.

    Raises:
        RefusedError: there is no such act, or the desk refuses it.
    """
    version, item = str(body.get("version", "")), str(body.get("item", ""))
    match body.get("act"):
        case "accept" | "reject" | "correct" | "add" | "first" | "second" as action:
            changes = body.get("changes", {})
            if not isinstance(changes, dict):
                raise RefusedError("invalid", "changes are no object")
            return desk.decide(article, reading, version, action, item=item, changes=changes)
        case "accept rest":
            desk.accept_rest(article, reading, version)
        case "comment":
            desk.comment(article, reading, version, str(body.get("text", "")), item=item)
        case "skip":
            desk.skip(article, reading)
        case "finish":
            desk.finish(article, reading, version)
        case "take over":
            desk.take_over(article)
        case _:
            raise RefusedError("invalid", "no such act")
    return item


async def body_of(request: Request) -> Json:
    """The JSON object of a request.

    Raises:
        RefusedError: it has none.
    """
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise RefusedError("invalid", "the request is no JSON") from None
    if not isinstance(body, dict):
        raise RefusedError("invalid", "the request is no JSON object")
    return body


def curator_of(request: Request) -> str:
    """Who asks.

    Raises:
        RefusedError: the name has not been said yet.
    """
    curator: str = request.state.curator
    if not curator:
        raise RefusedError("forbidden", "say your name first")
    return curator


def reading_of(body: Json) -> Reading:
    """The reading that a request is about.

    Raises:
        RefusedError: it is none.
    """
    reading = body.get("reading", "first")
    if reading not in READINGS:
        raise RefusedError("invalid", f"a reading is one of {', '.join(READINGS)}")
    return cast("Reading", reading)
