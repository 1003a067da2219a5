"""Places that cannot be written: a full disk, a read-only folder, a locked database, two writers at once."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from soak.crashes import Scenario, scenarios, write_articles
from soak.snapshots import as_bytes, differences, snapshot, sound
from soak.zygote import Done, Zygote

FULL = (32, 64, 128, 256)
"""KiB of room on the disks that are too small."""
_MOUNT = 30
"""Seconds for mounting."""
_BUSY_MS = 300
_MINE = ["mine", "in.jsonl", "-o", "out.jsonl", "--classifier", "rules", "--quiet", "--db", "als.db"]


@dataclass
class Outcome:
    """What came of it.

    Attributes:
        tried: how often each kind of trouble was made.
        skipped: what could not be tried here, and why.
        wrong: what was not as it should be, one line each.
    """

    tried: dict[str, int] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def count(self, kind: str) -> None:
        """One more."""
        self.tried[kind] = self.tried.get(kind, 0) + 1


def run(folder: Path, zygote: Zygote, other: Zygote, *, disks: Sequence[int] = FULL) -> Outcome:
    """Make every kind of trouble.

    Args:
        folder: an empty one.
        zygote: a warm process.
        other: another one.
        disks: sizes in KiB of the disks that get full.
    """
    outcome = Outcome()
    with scenarios() as there:
        for scenario in there:
            _full_disks(scenario, folder / "full" / scenario.name, disks, zygote, outcome)
            _read_only(scenario, folder / "read-only" / scenario.name, zygote, outcome)
        _two_of_the_same(there, folder / "same", zygote, other, outcome)
    _locked(folder / "locked", zygote, outcome)
    _two_writers(folder / "two", zygote, other, outcome)
    return outcome


@contextmanager
def small_disk(place: Path) -> Iterator[bool]:
    """A file system of its own at ``place``, with room to begin with; False where mounting is not allowed."""
    place.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", "size=64m", "soak", str(place)]
    try:
        mounted = subprocess.run(words, capture_output=True, check=False, timeout=_MOUNT).returncode == 0
    except (FileNotFoundError, subprocess.TimeoutExpired):
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(place)], capture_output=True, check=False, timeout=_MOUNT)


def _remount(place: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", str(place)], check=True, timeout=_MOUNT)


def _full_disks(scenario: Scenario, folder: Path, disks: Sequence[int], zygote: Zygote, outcome: Outcome) -> None:
    """A disk too small for the result: one line, nothing broken; with room, the same result as anywhere."""
    place = folder / "place"
    folder.mkdir(parents=True)
    scenario.prepare(_fresh(folder / "plain"))
    zygote.run(scenario.task(folder / "plain")[0], **scenario.task(folder / "plain")[1])
    for kib in disks:
        with small_disk(place) as mounted:
            if not mounted:
                _limited_files(scenario, _fresh(place), kib, zygote, outcome)
                continue
            scenario.prepare(place)
            disk = os.statvfs(place)
            _remount(place, f"size={((disk.f_blocks - disk.f_bfree) * disk.f_frsize >> 10) + kib}k")
            work, arguments = scenario.task(place)
            done = zygote.run(work, **arguments)
            if done.code == scenario.code:
                continue  # it was large enough
            outcome.count("full disk")
            _one_line(f"{scenario.name} on a full disk of {kib} KiB", done, outcome, traceback=_is_python(work))
            _remount(place, "size=64m")  # reading a database, too, needs room for its shared memory
            _whole(place, outcome)
            _goes_on(scenario, place, folder / "plain", zygote, outcome)
        shutil.rmtree(place, ignore_errors=True)


def _limited_files(scenario: Scenario, place: Path, kib: int, zygote: Zygote, outcome: Outcome) -> None:
    """Where no disk can be mounted: files that may not grow, which only commands of the command line try."""
    said = "full disk: mounting is not allowed here; a limit on file sizes was tried instead"
    if said not in outcome.skipped:
        outcome.skipped.append(said)
    scenario.prepare(place)
    work, arguments = scenario.task(place)
    if work != "command":
        return
    done = zygote.run(work, **arguments, largest_file=kib << 8)
    if done.code != scenario.code:
        outcome.count("file size limit")
        _one_line(f"{scenario.name} with files of {kib >> 2} KiB", done, outcome, traceback=False)
        _whole(place, outcome)


def _read_only(scenario: Scenario, folder: Path, zygote: Zygote, outcome: Outcome) -> None:
    """A folder that cannot be written to."""
    with _locked_folder(folder, scenario) as locked:
        if not locked:
            outcome.skipped.append("read-only folder: the superuser may write everywhere, and mounting is not allowed")
            return
        work, arguments = scenario.task(folder)
        before = as_bytes(folder)
        outcome.count("read-only folder")
        done = zygote.run(work, **arguments)
        _one_line(f"{scenario.name} in a read-only folder", done, outcome, traceback=_is_python(work))
        outcome.wrong += [f"read-only folder: {each}" for each in differences(before, as_bytes(folder))]


@contextmanager
def _locked_folder(folder: Path, scenario: Scenario) -> Iterator[bool]:
    with small_disk(folder) as mounted:
        scenario.prepare(folder)
        if mounted:
            _remount(folder, "ro")
            yield True
        else:
            folder.chmod(0o555)
            yield not os.access(folder, os.W_OK)
            folder.chmod(0o755)


def _locked(folder: Path, zygote: Zygote, outcome: Outcome) -> None:
    """A database that another program holds."""
    write_articles(_fresh(folder))
    task = {"words": _MINE, "folder": str(folder), "busy_ms": _BUSY_MS}
    zygote.run("command", **task)
    before = snapshot(folder)
    with sqlite3.connect(folder / "als.db", isolation_level=None) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        outcome.count("locked database")
        done = zygote.run("command", **task)
        _one_line("mine with a locked database", done, outcome, traceback=False)
        if "locked" not in done.output:
            outcome.wrong.append(f"does not say that the database is locked: {done.output[:200]}")
        words = ["report", "--db", "als.db", "-o", f"{folder}-report", "-q"]
        if (done := zygote.run("command", **{**task, "words": words})).code != 0:
            outcome.wrong.append(f"a reader must not need to wait for a writer: {done.output[-200:]}")
        holder.execute("ROLLBACK")
    holder.close()
    outcome.wrong += [f"locked database: {each}" for each in differences(before, snapshot(folder))]


def _two_writers(folder: Path, zygote: Zygote, other: Zygote, outcome: Outcome) -> None:
    """Two runs that write one database at the same time: both are in it, whole."""
    write_articles(_fresh(folder))
    lines = (folder / "in.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    for number, runner in enumerate((zygote, other)):
        (folder / f"{number}.jsonl").write_text("".join(lines[number::2]), encoding="utf-8")
        words = ["mine", f"{number}.jsonl", "--db", "als.db", "-o", f"{number}.out", "--classifier", "rules", "-q"]
        runner.start("command", words=words, folder=str(folder))
    for runner in (zygote, other):
        if (done := runner.wait()).code not in {0, 3}:
            outcome.wrong.append(f"two writers: ended with {done.code}: {done.output[-200:]}")
    outcome.count("two writers")
    _whole(folder, outcome)
    connection = sqlite3.connect(folder / "als.db")
    [kept] = connection.execute("SELECT count(*) FROM articles").fetchone()
    connection.close()
    wanted = sum('"title"' in line for line in lines)
    if kept != wanted:
        outcome.wrong.append(f"two writers: {kept} articles of {wanted} in the database")


def _two_of_the_same(there: list[Scenario], folder: Path, zygote: Zygote, other: Zygote, outcome: Outcome) -> None:
    """The same work twice at once: one does it, the other says so in one line, comes after, or does the same."""
    for scenario in there:
        if scenario.name.startswith(("mine", "review")):  # see below; a page is made for several curators
            continue
        place = _fresh(folder / scenario.name)
        scenario.prepare(place)
        work, arguments = scenario.task(place)
        for runner in (zygote, other):
            runner.start(work, **arguments)
        done = [zygote.wait(), other.wait()]
        outcome.count("two writers")
        if scenario.code not in {each.code for each in done}:
            outcome.wrong.append(f"{scenario.name} twice at once: {[each.output[-200:] for each in done]}")
        for each in done:
            if each.code != scenario.code and "at work there" not in each.output and "locked" not in each.output:
                outcome.wrong.append(f"{scenario.name} twice at once: {each.output[-300:]}")
        plain = _fresh(folder / f"{scenario.name} alone")
        scenario.prepare(plain)
        zygote.run(scenario.task(plain)[0], **scenario.task(plain)[1])
        _same(scenario, place, plain, "twice at once", outcome)


def _goes_on(scenario: Scenario, place: Path, plain: Path, zygote: Zygote, outcome: Outcome) -> None:
    work, arguments = scenario.task(place)
    done = zygote.run(work, **arguments)
    if done.code != scenario.code:
        outcome.wrong.append(f"{scenario.name}, with room again: ended with {done.code}: {done.output[-300:]}")
    _same(scenario, place, plain, "after a full disk", outcome)


def _same(scenario: Scenario, place: Path, plain: Path, when: str, outcome: Outcome) -> None:
    one, other = (scenario.left_in(each) for each in (plain, place))
    outcome.wrong += [f"{scenario.name} {when}: {each}" for each in differences(one, other)]


def _fresh(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _is_python(work: str) -> bool:
    """Whether the work is a call in Python, whose error is an exception and not yet the command line's one line."""
    return work not in {"command", "review"}


def _one_line(what: str, done: Done, outcome: Outcome, *, traceback: bool) -> None:
    """It failed, and said why in one line: the program's own error."""
    lines = done.output.strip().splitlines()
    said = lines[-1:] if traceback else lines
    own = said and ("extractor.errors." in said[0] if traceback else said[0].startswith("extractor: "))
    if done.code != 1 and not (traceback and done.code == 99):
        outcome.wrong.append(f"{what}: ended with {done.code}: {done.output[-200:]}")
    elif len(said) != 1 or not own:
        outcome.wrong.append(f"{what}: is not one clear line: {done.output[-400:]}")


def _whole(folder: Path, outcome: Outcome) -> None:
    """Every database in the folder is sound."""
    for path in folder.rglob("*.db"):
        connection = sqlite3.connect(path)
        outcome.wrong += [f"{path.name}: {fault}" for fault in sound(connection)]
        connection.close()
