"""Writing what was mined: a run of one model, article by article, interrupted and taken up again without loss."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from extractor.attribution import attribute
from extractor.records import Article, Finding
from extractor.store.database import Store, put_article
from extractor.store.rows import finding_fields, now, sha256_of, to_json

_BATCH = 64


@dataclass(frozen=True, slots=True)
class Saved:
    """What a run has written.

    Attributes:
        run: its number, None where all was known and no run was added.
        articles: articles given.
        read: those new to the model, or with a text new to it.
        findings: findings written.
        known: articles of which nothing had to be written.
    """

    run: int | None
    articles: int
    read: int
    findings: int

    @property
    def known(self) -> int:
        """Articles that the model had read before."""
        return self.articles - self.read


class Run:
    """A run being written; a context manager, committed every few articles.

    A run of the same model that was never finished is gone on with. What the model has read before is not written
    again, so that the same input given twice leaves the file as it was.
    """

    def __init__(self, store: Store, *, model: str, detail: Mapping[str, object] | None = None) -> None:
        self._store = store
        self._model = model
        self._detail = to_json(dict(detail or {}))
        self._waiting: list[tuple[Article, tuple[Finding, ...] | None]] = []
        self._run: int | None = None
        self._articles = self._read = self._findings = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush()
        if kind is None and self._run is not None:
            with self._store.transaction() as connection:
                connection.execute("UPDATE runs SET finished = ? WHERE id = ?", (now(), self._run))

    @property
    def saved(self) -> Saved:
        """What has been written so far."""
        return Saved(self._run, self._articles, self._read, self._findings)

    def save(self, article: Article, findings: Sequence[Finding] | None) -> None:
        """Write an article with what the model found in it.

        Args:
            article: also written where its text is known, since its record may have changed.
            findings: None where the model did not read it (again).

        Raises:
            StoreError: the file cannot be written.
        """
        self._waiting.append((article, None if findings is None else tuple(findings)))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        with self._store.transaction() as connection:
            for article, findings in waiting:
                put_article(connection, article)
                self._articles += 1
                if findings is not None and not article.deleted:
                    self._put_findings(connection, article, findings)

    def _put_findings(self, connection: sqlite3.Connection, article: Article, findings: Sequence[Finding]) -> None:
        slots = (article.id, sha256_of(article), self._model)
        known = "SELECT 1 FROM readings WHERE article_id = ? AND sha256 = ? AND model = ?"
        stored = "SELECT 1 FROM texts WHERE article_id = ? AND sha256 = ?"
        if connection.execute(known, slots).fetchone() or not connection.execute(stored, slots[:2]).fetchone():
            return
        self._read += 1
        statement = "INSERT INTO readings (run_id, article_id, sha256, model) VALUES (?, ?, ?, ?)"
        reading = connection.execute(statement, (self._number(connection), *slots)).lastrowid
        for finding in attribute(article, findings):
            fields = {"reading_id": reading, **finding_fields(finding)}
            marks = ", ".join(f":{name}" for name in fields)
            connection.execute(f"INSERT INTO findings ({', '.join(fields)}) VALUES ({marks})", fields)
            self._findings += 1

    def _number(self, connection: sqlite3.Connection) -> int:
        """The run's number: of the unfinished one of this model, or a new one."""
        if self._run is None:
            statement = "SELECT max(id) FROM runs WHERE model = ? AND detail = ? AND finished IS NULL"
            self._run = connection.execute(statement, (self._model, self._detail)).fetchone()[0]
        if self._run is None:
            statement = "INSERT INTO runs (model, detail, started) VALUES (?, ?, ?)"
            self._run = connection.execute(statement, (self._model, self._detail, now())).lastrowid
        if self._run is None:
            raise AssertionError("an inserted row has a number")
        return self._run


def save_run(
    store: Store,
    mined: Iterable[tuple[Article, Sequence[Finding]]],
    *,
    model: str,
    detail: Mapping[str, object] | None = None,
) -> Saved:
    """Write everything a model has mined.

    Args:
        store: the open store.
        mined: articles with their findings, as ``Miner.mine`` gives them.
        model: name and version of what read them; another one adds a run and keeps the old.
        detail: what else should be known of the run (inputs, hashes of model files).

    Raises:
        StoreError: the file cannot be written; what was written before stays, and the same call goes on from there.
    """
    with Run(store, model=model, detail=detail) as run:
        for article, findings in mined:
            run.save(article, findings)
    return run.saved
