"""What a folder holds, so that two can be compared: every byte, databases by every row of every table."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import sqlite3
from pathlib import Path

_OF_SQLITE = (".db-wal", ".db-shm", ".db-journal")


def snapshot(folder: Path, *, apart: str | None = None, litter: str | None = None) -> dict[str, str]:
    """Content by relative path, hidden files included.

    A database is given as its dump, after its integrity check; a run's report without the seconds it took; everything
    else by the hash of its bytes.

    Args:
        folder: looked into with all below it.
        apart: pattern of what is left out at the beginning of a dump's lines.
        litter: pattern of names of files that are not looked at.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(_OF_SQLITE))
    kept = [path for path in files if not (litter and re.fullmatch(litter, path.name))]
    return {str(path.relative_to(folder)): _content(path, apart) for path in kept}


def as_bytes(folder: Path) -> dict[str, str]:
    """The hash of every file by relative path, for a folder in which no database can be opened."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _content(path: Path, apart: str | None) -> str:
    if path.suffix == ".db":
        lines = (re.sub(f"^(?:{apart})", "", line) if apart else line for line in dump(path).split("\n"))
        return "\n".join(filter(None, lines))
    if path.name.endswith(".run.json"):
        report = json.loads(path.read_text(encoding="utf-8"))
        del report["seconds"]
        return json.dumps(report, sort_keys=True, indent=1)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def dump(path: Path) -> str:
    """Every row of a database that is sound.

    Raises:
        AssertionError: it is damaged.
    """
    connection = sqlite3.connect(path)
    try:
        faults = sound(connection)
        if faults:
            raise AssertionError(f"{path}: {faults[:3]}")
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


def sound(connection: sqlite3.Connection) -> list[str]:
    """What is wrong with a database, nothing when it is whole."""
    faults = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    return faults + [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]


def differences(expected: dict[str, str], found: dict[str, str]) -> list[str]:
    """Paths that are missing, too much, or different; nothing when both are the same."""
    names = sorted({*expected, *found})
    said = {name: (expected.get(name), found.get(name)) for name in names}
    return [
        f"{name}: {'missing' if new is None else 'left over' if old is None else _difference(old, new)}"
        for name, (old, new) in said.items()
        if old != new
    ]


def _difference(old: str, new: str) -> str:
    """The first lines that are not the same."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    said = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    return "different: " + " | ".join(line[:200] for line in said[:6])
