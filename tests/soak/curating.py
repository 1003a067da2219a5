"""A curator at the review page who remembers what the page has confirmed: none of it may be gone after a kill."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from review_cases import ARTICLES
from starlette.testclient import TestClient

from extractor.cli.review import gold_lines, measure
from extractor.review.access import Access
from extractor.review.app import Service, create_app

CURATOR = "Ada"
_TEXTS = tuple(sorted(name for name, (_, abstract) in ARTICLES.items() if len(abstract) < 10_000))
_HOST = "127.0.0.1:8765"
_VERDICTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("accept", {}),
    ("reject", {}),
    ("correct", {"direction": "unchanged"}),
)
Step = tuple[str, bool, dict[str, Any]]
"""A name, whether it is done, and the request that does it."""


def curate(db: str, confirmed: str) -> None:
    """Decide on every finding of every article of common length, from wherever an earlier call was interrupted.

    Args:
        db: the database.
        confirmed: file that gets the name of each step once the page has confirmed it.

    Raises:
        SystemExit: a step is not in the database, although the page had confirmed it.
    """
    access = Access.for_curators([CURATOR])
    page = _Page(create_app(Service(db=Path(db), access=access, measure=measure, gold=gold_lines), hosts={_HOST}))
    page.enter(next(iter(access.keys)))
    kept = Path(confirmed)
    known = set(kept.read_text(encoding="utf-8").splitlines()) if kept.exists() else set()
    for article in _TEXTS:
        for name, done, request in _steps(page, article):
            if name in known:
                if not done:
                    sys.exit(f"lost: {name}")
                continue
            if not done:
                page.post("act", {**request, "version": page.open(article)["version"]})
            _write_down(kept, name)


def _steps(page: _Page, article: str) -> Iterator[Step]:
    """What there is to do with an article, in the same order every time."""
    sheet = page.open(article)
    common = {"article": article, "reading": "first"}
    for number, item in enumerate(sheet["items"]):
        act, changes = _VERDICTS[number % len(_VERDICTS)]
        request = {**common, "act": act, "item": item["id"], "changes": changes}
        yield f"{article!r} {item['id']} {act}", item["state"] != "open", request
    yield f"{article!r} comment", bool(sheet["comments"]), {**common, "act": "comment", "text": "Read twice."}
    yield f"{article!r} finish", sheet["finished"], {**common, "act": "finish"}


def _write_down(path: Path, line: str) -> None:
    """One call, so that a kill leaves all of the line or nothing."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.write(handle, line.encode() + b"\n")
    os.close(handle)


class _Page:
    """What a browser does."""

    def __init__(self, app: Any) -> None:
        self._client = TestClient(app, base_url=f"http://{_HOST}")
        self._secret = ""

    def enter(self, key: str) -> None:
        """Follow the link."""
        text = self._client.get("/", params={"key": key}).text
        self._secret = text.partition('name="csrf" content="')[2].partition('"')[0]

    def open(self, article: str) -> dict[str, Any]:
        """An article as it stands."""
        return self.post("open", {"article": article, "reading": "first"})

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Something that writes; an answer that confirms nothing is printed and ends the work, as an error would."""
        answer = self._client.post(f"/api/{path}", json=body, headers={"X-CSRF-Token": self._secret})
        if not answer.is_success:
            print(f"extractor: {answer.json()['error']}", file=sys.stderr)
            sys.exit(1)
        confirmed: dict[str, Any] = answer.json()
        return confirmed
