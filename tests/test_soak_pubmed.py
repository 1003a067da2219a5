"""PubMed in trouble, the short form: a tenth of the requests go wrong; every record arrives once or is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from soak import pubmed
from soak.faulty_pubmed import EXPIRED, FAULTS
from soak.sizes import SHORT


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> pubmed.Outcome:
    return pubmed.run(tmp_path_factory.mktemp("pubmed"), requests=SHORT.requests)


def test_every_kind_of_fault_was_injected(outcome: pubmed.Outcome):
    assert outcome.requests >= SHORT.requests
    assert set(outcome.injected) == {*FAULTS, EXPIRED}
    assert 0.08 < sum(outcome.injected.values()) / outcome.requests < 0.13


def test_every_record_arrives_once_or_is_named(outcome: pubmed.Outcome):
    assert (outcome.lost, outcome.twice, outcome.foreign, outcome.wrong) == ([], [], [], [])
    assert outcome.arrived + outcome.named == outcome.expected
    assert outcome.named >= outcome.fetches  # those that PubMed never gives


def test_the_rate_limit_holds_at_the_server(outcome: pubmed.Outcome):
    if outcome.forced:
        pytest.skip(f"this machine held a thread up {outcome.forced} times: the pace cannot be timed")
    assert outcome.fastest[0] in {0, 1, 2, 3}
    assert outcome.fastest[1] in range(11)
    assert max(outcome.fastest) >= 3
    assert outcome.too_early == 0


def test_the_check_itself_notices_what_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pubmed, "fetch", _forgetful(pubmed.fetch))
    assert pubmed.run(tmp_path, requests=50).lost


def _forgetful(fetch):
    def forgets(query, out, **options):
        manifest = fetch(query, out, **options)
        max(out.glob("*.xml.gz")).unlink()
        return manifest

    return forgets
