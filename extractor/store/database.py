"""The store's file: opening, reading, curators' decisions. Writing of runs is in ``runs``."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeAlias

from extractor.errors import StoreError
from extractor.records import Article, Finding
from extractor.store.decisions import COUNTING, READINGS, Decision, Reading, decision_of, judged, put_decision
from extractor.store.rows import article_fields, article_of, finding_of, sha256_of, text_fields
from extractor.store.schema import migrate

Notice: TypeAlias = Literal["retraction", "concern", "correction", "republication"]
_BUSY_MS = 30_000
_NEWEST = """
    SELECT max(readings.id) FROM readings
    JOIN articles ON articles.id = article_id AND articles.sha256 = readings.sha256
    WHERE articles.status = 'present' AND (:model IS NULL OR readings.model = :model) GROUP BY article_id
"""
"""The reading that counts, per article: of its present text, by the model that read it last (or the one asked for)."""
_NEWEST_OF = _NEWEST.replace("GROUP BY", "AND articles.id = :article GROUP BY")


class Store:
    """An open store; a context manager. Use ``open_store``.

    Attributes:
        migrated: what opening changed in the file's layout, one line a step.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, migrated: Iterable[str]) -> None:
        self.path = path
        self.migrated = tuple(migrated)
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Changes that are made all or not at all.

        Raises:
            StoreError: the file cannot be written, or a row breaks a rule of the layout.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from error

    def rows(self, statement: str, parameters: Mapping[str, object] | None = None) -> list[sqlite3.Row]:
        """Rows of a query.

        Raises:
            StoreError: the file cannot be read.
        """
        try:
            return self._connection.execute(statement, parameters or {}).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from error

    def articles(self) -> list[Article]:
        """Every article with its present text, by id; those deleted or vanished from PubMed have ``deleted`` set."""
        return [article_of(row) for row in self.rows(f"{_ARTICLES} ORDER BY articles.id")]

    def article(self, article_id: str) -> Article | None:
        """One article, None where the store does not have it."""
        rows = self.rows(f"{_ARTICLES} WHERE articles.id = :id", {"id": article_id})
        return article_of(rows[0]) if rows else None

    def is_read(self, article: Article, *, model: str) -> bool:
        """Whether this model has read this text of the article."""
        given = {"id": article.id, "sha256": sha256_of(article), "model": model}
        statement = "SELECT 1 FROM readings WHERE article_id = :id AND sha256 = :sha256 AND model = :model"
        return bool(self.rows(statement, given))

    def read_ids(self) -> set[str]:
        """Ids of the articles some model has read."""
        return {row[0] for row in self.rows("SELECT DISTINCT article_id FROM readings")}

    def models(self) -> list[str]:
        """Models that have read something, in order of their first run."""
        return [row[0] for row in self.rows("SELECT model FROM runs GROUP BY model ORDER BY min(id)")]

    def mined(self, *, model: str | None = None, article_id: str | None = None) -> list[Finding]:
        """Findings as they were mined, by article, place and identity.

        Args:
            model: the model's findings; of each article those of the model that read it last where None.
            article_id: of this article only.
        """
        statement = f"""
            SELECT readings.article_id, findings.* FROM findings JOIN readings ON readings.id = reading_id
            WHERE reading_id IN ({_NEWEST if article_id is None else _NEWEST_OF})
        """
        found = self.rows(statement, {"model": model, "article": article_id})
        return sorted((finding_of(row["article_id"], row) for row in found), key=_place)

    def findings(self, *, model: str | None = None) -> list[tuple[Finding, bool]]:
        """Findings with the curators' decisions applied, and whether a curator has decided on each.

        The last decision on a finding holds: a rejected one is left out, a corrected one replaced. What a curator has
        accepted, corrected or added stands whether or not a model still finds it. Blind second readings do not count,
        nor do decisions on a text that has changed since.
        """
        stand = judged(self.mined(model=model), self.decisions(readings=COUNTING, current=True))
        found = [(each.finding, each.decision is not None) for each in stand if each.finding is not None]
        return sorted(found, key=lambda pair: _place(pair[0]))

    def decide(self, decision: Decision) -> None:
        """Write down a curator's decision; earlier ones on the same finding stay on record.

        Raises:
            StoreError: the article is not in the store, or the finding that a verdict needs is missing.
        """
        with self.transaction() as connection:
            put_decision(connection, decision)

    def decisions(
        self, *, article_id: str | None = None, readings: Collection[Reading] = READINGS, current: bool = False
    ) -> list[Decision]:
        """Decisions in the order they were taken, without those taken back.

        Args:
            article_id: on this article only.
            readings: taken in these.
            current: only those on present articles whose text is still the one decided on.
        """
        statement = """
            SELECT decisions.* FROM decisions JOIN articles ON articles.id = article_id
            WHERE undone IS NULL AND (:article IS NULL OR article_id = :article)
                AND (NOT :current OR articles.status = 'present' AND decisions.sha256 IN ('', articles.sha256))
            ORDER BY decisions.id
        """
        found = map(decision_of, self.rows(statement, {"article": article_id, "current": current}))
        return [each for each in found if each.reading in readings]

    def notices(self) -> dict[str, tuple[tuple[Notice, str], ...]]:
        """Per article what was published about it: kind of notice and the notice's PMID or reference."""
        found: dict[str, list[tuple[Notice, str]]] = defaultdict(list)
        for row in self.rows("SELECT * FROM notices ORDER BY article_id, kind, notice"):
            found[row["article_id"]].append((row["kind"], row["notice"]))
        return {article_id: tuple(notices) for article_id, notices in found.items()}

    def counts(self) -> dict[str, int]:
        """Records, those without abstract, deleted, vanished, retracted, read, and with findings."""
        row = self.rows(
            f"""
            SELECT count(*) AS records, coalesce(sum(texts.abstract = '' AND status = 'present'), 0) AS no_abstract,
                coalesce(sum(status = 'deleted'), 0) AS deleted, coalesce(sum(status = 'vanished'), 0) AS vanished,
                coalesce(sum(retracted), 0) AS retracted,
                (SELECT count(DISTINCT article_id) FROM readings) AS read,
                (SELECT count(DISTINCT readings.article_id) FROM findings JOIN readings ON readings.id = reading_id
                    WHERE reading_id IN ({_NEWEST})) AS with_finding
            FROM articles JOIN texts ON texts.article_id = articles.id AND texts.sha256 = articles.sha256
            """,
            {"model": None},
        )[0]
        return dict(row)


_ARTICLES = (
    "SELECT articles.*, texts.title, texts.abstract, texts.sections FROM articles "
    "JOIN texts ON texts.article_id = articles.id AND texts.sha256 = articles.sha256"
)


def open_store(path: str | Path, *, create: bool = True) -> Store:
    """Open a store, make it where there is none, bring it to the newest layout.

    Args:
        path: the SQLite file.
        create: False refuses a file that does not exist.

    Raises:
        StoreError: it does not exist, is no SQLite file, another program's, of a newer version, or cannot be opened.
    """
    path = Path(path)
    if not create and not path.is_file():
        raise StoreError(f"{path}: no such database; `extractor mine --db {path}` makes it")
    try:
        connection = sqlite3.connect(path, timeout=_BUSY_MS / 1000, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            steps = migrate(connection, str(path))
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error
    return Store(connection, path, steps)


def put_article(connection: sqlite3.Connection, article: Article) -> None:
    """Write an article; an older version than the one there is left out, a deletion keeps the text."""
    row = connection.execute("SELECT version, sha256 FROM articles WHERE id = ?", (article.id,)).fetchone()
    if article.deleted:
        connection.execute("UPDATE articles SET status = 'deleted' WHERE id = ?", (article.id,))
        return
    if row is not None and article.version < row["version"]:
        return
    fields, text = article_fields(article), text_fields(article)
    updates = ", ".join(f"{name} = excluded.{name}" for name in fields if name != "id")
    connection.execute(
        f"INSERT INTO articles ({', '.join(fields)}) VALUES ({_marks(fields)}) "
        f"ON CONFLICT (id) DO UPDATE SET {updates}",
        fields,
    )
    connection.execute(f"INSERT OR IGNORE INTO texts ({', '.join(text)}) VALUES ({_marks(text)})", text)


def _marks(fields: Mapping[str, object]) -> str:
    return ", ".join(f":{name}" for name in fields)


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.article_id, finding.evidence, finding.key, finding.host
