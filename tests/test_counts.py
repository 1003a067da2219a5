"""gold/counts.py: the table of counts is written between the markers of a document."""

from __future__ import annotations

import pytest

from extractor.errors import GoldError
from extractor.gold.counts import render_counts

DOCUMENT = "# Title\n\n<!-- counts -->\nold\n<!-- /counts -->\n\nend\n"
TABLE = "| | all |\n|---|---|\n| a | 1 |\n"


def test_the_table_replaces_what_stood_between_the_markers() -> None:
    rendered = render_counts(DOCUMENT, TABLE)
    assert rendered == f"# Title\n\n<!-- counts -->\n\n{TABLE}\n<!-- /counts -->\n\nend\n"


def test_rendering_again_changes_nothing() -> None:
    once = render_counts(DOCUMENT, TABLE)
    assert render_counts(once, TABLE) == once
    assert render_counts(render_counts(once, "| other |"), TABLE) == once


@pytest.mark.parametrize(
    "document",
    [
        "no markers\n",
        "<!-- counts -->\n",
        "<!-- /counts -->\n<!-- counts -->\n",
        DOCUMENT + DOCUMENT,
        "the pair `<!-- counts -->` and `<!-- /counts -->` in running text\n",
    ],
)
def test_a_document_without_a_single_pair_is_refused(document: str) -> None:
    with pytest.raises(GoldError, match="no single pair"):
        render_counts(document, TABLE)
