"""Killed, disk full, read-only, locked, two at once: the short form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from soak import crashes, trouble
from soak.sizes import SHORT
from soak.snapshots import differences
from soak.zygote import Zygote

DISKS = (32,)


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as warm:
        yield warm


def test_killed_at_random_it_ends_as_if_undisturbed(zygote: Zygote, tmp_path: Path):
    outcome = crashes.run(tmp_path, zygote, kills=SHORT.kills)
    assert outcome.different == []
    assert sum(outcome.kills.values()) >= SHORT.kills
    assert min(outcome.kills.values()) > 1


def test_a_difference_would_be_seen():
    before = {"a": "1", "b": "2", ".c.part": "3"}
    assert differences(before, dict(before)) == []
    assert differences({"a": "1", "b": "2"}, {"a": "x", "c": "3"}) == [
        "a: different: -1 | +x",
        "b: missing",
        "c: left over",
    ]


def test_places_that_cannot_be_written(zygote: Zygote, tmp_path: Path):
    with Zygote() as other:
        outcome = trouble.run(tmp_path, zygote, other, disks=DISKS)
    assert outcome.wrong == []
    assert outcome.tried["two writers"] >= 3
    assert outcome.tried["locked database"] == 1
    if outcome.skipped:
        pytest.skip(f"all but: {'; '.join(outcome.skipped)}")
    assert outcome.tried["full disk"] >= 3
    assert outcome.tried["read-only folder"] >= 4
