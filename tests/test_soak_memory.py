"""Memory over many records, the short form."""

from __future__ import annotations

from pathlib import Path

import pytest
from soak import memory
from soak.sizes import SHORT


@pytest.mark.shared
def test_workers_that_live_on_do_not_grow(shared: Path, tmp_path: Path) -> None:
    moulds = sorted((shared / "pubmed_xml" / "baseline").glob("*.xml.gz"))
    done = memory.run(tmp_path, shared / "corpus" / "bulk.jsonl.gz", moulds, records=SHORT.mined, jobs=2)
    assert done.wrong == []
    assert done.records == SHORT.mined
    assert done.findings > 0
    assert len(done.workers) == 2
    assert all(100 < warm <= largest for warm, largest in done.workers)
