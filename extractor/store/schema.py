"""Tables of the store, as migrations: ``user_version`` of a file is the number of those it has been through."""

from __future__ import annotations

import logging
import sqlite3

from extractor.errors import StoreError

APPLICATION_ID = 0x414C5343
"""Written into the file's header ("ALSC"), so that no other program's database is taken for ours."""

_LOG = logging.getLogger("extractor.store")

_FIRST = """
CREATE TABLE articles (
    id TEXT PRIMARY KEY,
    pmid TEXT,
    doi TEXT,
    pmcid TEXT,
    journal TEXT,
    year INTEGER,
    language TEXT,
    publication_types TEXT NOT NULL,
    mesh TEXT NOT NULL,
    version INTEGER NOT NULL,
    retracted INTEGER NOT NULL CHECK (retracted IN (0, 1)),
    status TEXT NOT NULL CHECK (status IN ('present', 'deleted', 'vanished')),
    sha256 TEXT NOT NULL,
    asked TEXT,
    FOREIGN KEY (id, sha256) REFERENCES texts (article_id, sha256) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX articles_pmid ON articles (pmid);
CREATE TABLE texts (
    article_id TEXT NOT NULL REFERENCES articles (id) DEFERRABLE INITIALLY DEFERRED,
    sha256 TEXT NOT NULL,
    title TEXT NOT NULL,
    abstract TEXT NOT NULL,
    sections TEXT NOT NULL,
    PRIMARY KEY (article_id, sha256)
) STRICT;
CREATE TABLE notices (
    article_id TEXT NOT NULL REFERENCES articles (id),
    kind TEXT NOT NULL CHECK (kind IN ('retraction', 'concern', 'correction', 'republication')),
    notice TEXT NOT NULL,
    PRIMARY KEY (article_id, kind, notice)
) STRICT;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    detail TEXT NOT NULL,
    started TEXT NOT NULL,
    finished TEXT
) STRICT;
CREATE TABLE readings (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    article_id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    model TEXT NOT NULL,
    UNIQUE (article_id, sha256, model),
    FOREIGN KEY (article_id, sha256) REFERENCES texts (article_id, sha256)
) STRICT;
CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    reading_id INTEGER NOT NULL REFERENCES readings (id) ON DELETE CASCADE,
    cytokine TEXT NOT NULL,
    fluid TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('increased', 'decreased', 'unchanged')),
    contrast TEXT NOT NULL,
    comparator TEXT NOT NULL,
    condition TEXT NOT NULL,
    host TEXT NOT NULL,
    score REAL NOT NULL,
    rest TEXT NOT NULL,
    UNIQUE (reading_id, cytokine, fluid, direction, contrast, comparator, condition, host)
) STRICT;
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL REFERENCES articles (id),
    key TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected', 'corrected', 'added')),
    finding TEXT CHECK ((finding IS NULL) = (verdict IN ('accepted', 'rejected'))),
    curator TEXT NOT NULL,
    note TEXT NOT NULL,
    decided TEXT NOT NULL
) STRICT;
CREATE INDEX decisions_article ON decisions (article_id);
CREATE TABLE updates (
    id INTEGER PRIMARY KEY,
    query TEXT NOT NULL,
    since TEXT,
    due TEXT NOT NULL,
    before TEXT NOT NULL,
    started TEXT NOT NULL,
    finished TEXT,
    counts TEXT
) STRICT;
"""

_SECOND = """
ALTER TABLE decisions ADD COLUMN reading TEXT NOT NULL DEFAULT 'first'
    CHECK (reading IN ('first', 'second', 'adjudication'));
ALTER TABLE decisions ADD COLUMN proposal TEXT;
ALTER TABLE decisions ADD COLUMN sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN undone TEXT;
CREATE TABLE acts (
    id INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL REFERENCES articles (id),
    reading TEXT NOT NULL CHECK (reading IN ('first', 'second', 'adjudication')),
    curator TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('opened', 'seen', 'taken', 'decided', 'commented', 'skipped', 'finished')),
    decision_id INTEGER REFERENCES decisions (id),
    key TEXT,
    text TEXT NOT NULL,
    at TEXT NOT NULL,
    undone TEXT,
    CHECK ((decision_id IS NULL) = (kind != 'decided'))
) STRICT;
CREATE INDEX acts_article ON acts (article_id);
CREATE INDEX acts_curator ON acts (curator);
"""

_THIRD = """
ALTER TABLE articles ADD COLUMN authors TEXT NOT NULL DEFAULT '[]';
"""

MIGRATIONS: tuple[tuple[str, str], ...] = (
    ("articles, findings, runs, decisions and updates", _FIRST),
    ("what curators do: readings, proposals, undo", _SECOND),
    ("authors of articles", _THIRD),
)
"""What each step brings, and its statements. A released step is never changed: a new one is appended."""


def migrate(connection: sqlite3.Connection, path: str) -> list[str]:
    """Bring the file to the newest version, each step whole or not at all.

    Returns:
        One line per step taken.

    Raises:
        StoreError: it is another program's database, or a newer version of this one wrote it.
    """
    steps: list[str] = []
    if _version(connection, path) == len(MIGRATIONS):
        return steps
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection, path)
        for number, (what, statements) in enumerate(MIGRATIONS[version:], version + 1):
            for statement in statements.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            steps.append(f"{path}: version {number - 1} -> {number}: {what}")
        if steps:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise
    for step in steps:
        _LOG.info(step)
    return steps


def _version(connection: sqlite3.Connection, path: str) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    owner: int = connection.execute("PRAGMA application_id").fetchone()[0]
    filled = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if filled and owner != APPLICATION_ID:
        raise StoreError(f"{path}: a database of another program")
    if version > len(MIGRATIONS):
        raise StoreError(
            f"{path}: written by a newer version of this program (layout {version}, known up to {len(MIGRATIONS)})"
        )
    return version
