"""annotations/README.md: its examples load and its counts are true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from extractor.gold import attach, load_gold, load_literature, parse_record, stats, stats_table
from extractor.records import Article
from extractor.vocabulary import load_vocabulary

ANNOTATIONS = Path(__file__).resolve().parent.parent / "annotations"
PAGE = (ANNOTATIONS / "README.md").read_text(encoding="utf-8")
NEEDS_TEXTS = ("| articles: with text |", "| share that PubMed can hydrate |")


def examples() -> list[dict[str, Any]]:
    return [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)]


def test_the_example_record_fits_the_text_beside_it() -> None:
    gold = parse_record(examples()[0], file="README.md", concepts=load_vocabulary().cytokines.keys())
    quoted = re.search(r'\(title "([^"]+)", abstract\s+"([^"]+)"\)', PAGE)
    assert quoted is not None
    joined = attach(gold, Article(gold.id, quoted[1], quoted[2]), file="README.md")
    (finding,) = joined.findings
    assert finding.evidence_text == "MCP-1 was higher in the patients."


def test_the_example_of_literature_loads(tmp_path: Path) -> None:
    (tmp_path / "als").mkdir()
    (tmp_path / "als" / "literature.jsonl").write_text(json.dumps(examples()[1]), encoding="utf-8")
    (article,) = load_literature(tmp_path)
    assert (article.kind, len(article.claims)) == ("other_disease", 1)


def test_every_data_file_is_described() -> None:
    table = PAGE.partition("## What is here")[2].partition("\n\nOne JSON object")[0]
    for path in ANNOTATIONS.glob("**/*.*"):
        folder, name = path.parent.name, path.name
        if name != "README.md":
            assert name in table or f"`{folder}/<set>" in table, path


def test_the_counts_are_true() -> None:
    """Rows that need the texts are left out: the texts are not part of the project."""
    printed = PAGE.partition("\n<!-- counts -->\n")[2].partition("\n<!-- /counts -->")[0].strip("\n").splitlines()
    counted = stats_table(stats(load_gold(ANNOTATIONS))).splitlines()
    assert [row for row in printed if not row.startswith(NEEDS_TEXTS)] == [
        row for row in counted if not row.startswith(NEEDS_TEXTS)
    ]
