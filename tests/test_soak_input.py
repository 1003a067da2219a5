"""Hostile input, the short form: nothing but the program's own errors, in bounded time and memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from soak import fuzzing, hostile
from soak.seeds import seeds
from soak.sizes import SHORT
from soak.targets import TARGETS
from soak.zygote import Zygote

from extractor.errors import InputError, RecordError


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as warm:
        yield warm


@pytest.mark.parametrize("name", TARGETS)
def test_good_input_is_read(name: str):
    assert sum(TARGETS[name](seed) for seed in seeds(name)) > 0


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_input_brings_only_errors_of_our_own(name: str):
    outcome = fuzzing.Outcome()
    fuzzing.run_hypothesis(name, examples=SHORT.examples, outcome=outcome, fixed=True)
    assert outcome.wrong == []
    assert outcome.inputs[name] >= SHORT.examples


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "text"])
def test_memory_does_not_grow(name: str):
    outcome = fuzzing.Outcome()
    fuzzing.watch_memory(name, rounds=SHORT.rounds, outcome=outcome)
    assert outcome.wrong == []


def test_a_crash_would_be_seen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(TARGETS, "ids", lambda data: 1 // len(data))
    outcome = fuzzing.Outcome()
    fuzzing.run_hypothesis("ids", examples=200, outcome=outcome, fixed=True)
    [wrong] = outcome.wrong
    assert "ZeroDivisionError" in wrong


def test_bombs_and_other_inputs_made_to_harm(zygote: Zygote, tmp_path: Path):
    outcome = hostile.run(tmp_path, zygote, bomb=SHORT.bomb, token=SHORT.token, text=SHORT.text)
    assert outcome.wrong == []
    assert outcome.tried > 80


def test_an_error_is_one_line_whatever_is_in_it():
    assert str(RecordError("a\nb", "x\r\ny", "parse", "z\n\n")) == "[x y] a b: parse: z"
    assert str(InputError("Char 0x0 out of allowed range\n, line 3")) == "Char 0x0 out of allowed range , line 3"
