"""The report's files: complete, safe, the same bytes every time."""

from __future__ import annotations

import base64
import csv
import hashlib
import html.parser
import io
import json
import re
import xml.etree.ElementTree as ET

import pytest
from ledger_cases import HOSTILE, PROVENANCE, QUERY, finding, ledger
from openpyxl import load_workbook

from extractor.errors import InputError
from extractor.ledger import LIMITS, RULE, Study, build
from extractor.records import Mention, Span
from extractor.report import Provenance, provenance_of, write_report
from extractor.report.biomarkerkb import COLUMNS, biomarkerkb
from extractor.report.citations import bibtex, ris
from extractor.report.html import embed
from extractor.report.payload import payload, segments
from extractor.store import open_store

FILES = {
    "report.html",
    "ledger.csv",
    "evidence.csv",
    "cited.csv",
    "excluded.csv",
    "ledger.xlsx",
    "ledger.md",
    "studies.ris",
    "studies.bib",
    "biomarkerkb.tsv",
    *(
        f"figures/effect_directions_{contrast}.{form}"
        for contrast in ("disease", "treatment")
        for form in ("svg", "png")
    ),
    "figures/timelines_disease.svg",
    "figures/timelines_disease.png",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("report") / "new" / "folder"
    written = write_report(ledger(), out, provenance=PROVENANCE)
    assert {str(path.relative_to(out)) for path in written} == FILES
    return out


class Page(html.parser.HTMLParser):
    """Elements with their attributes and what stands in them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._open = tag
        self.inside.setdefault(tag, []).append("")

    def handle_data(self, data):
        if self._open in {"script", "style"}:
            self.inside[self._open][-1] += data

    def handle_endtag(self, tag):
        self._open = ""


class TestPage:
    @pytest.fixture
    def text(self, folder):
        return (folder / "report.html").read_text(encoding="utf-8")

    @pytest.fixture
    def page(self, text):
        return Page(text)

    def test_two_scripts_one_of_them_data(self, page):
        scripts = [attributes for tag, attributes in page.elements if tag == "script"]
        assert scripts == [{"type": "application/json", "id": "data"}, {}]

    def test_the_policy_names_what_may_run(self, page):
        (policy,) = (
            attributes["content"]
            for tag, attributes in page.elements
            if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
        )
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        for rule, content in (("script-src", page.inside["script"][1]), ("style-src", page.inside["style"][0])):
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert rules[rule] == f"'sha256-{digest}'"
        assert (rules["base-uri"], rules["form-action"]) == ("'none'", "'none'")

    def test_nothing_is_loaded(self, page, text):
        for tag, attributes in page.elements:
            assert "src" not in attributes, tag
            assert not attributes.get("href", "").startswith(("http", "//")), tag
            assert not any(name.startswith("on") for name in attributes), tag
            assert "style" not in attributes, tag
        assert "@import" not in text
        assert "url(" not in page.inside["style"][0]

    def test_data_survive(self, page):
        data = json.loads(page.inside["script"][0])
        assert data["query"] == QUERY
        assert data == json.loads(json.dumps(payload(ledger(), PROVENANCE)))
        assert any(HOSTILE in "".join(part for part, _ in claim.get("words", [])) for claim in data["claims"])

    def test_hostile_text_is_nowhere_as_markup(self, text):
        assert "<script>window" not in text
        assert "<img" not in text
        assert "window.hacked" in text

    def test_no_way_to_make_markup_of_text(self, page):
        script = page.inside["script"][1]
        for name in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "DOMParser",
            "Function(",
        ):
            assert name not in script

    def test_readable_without_scripts(self, text):
        plain = re.search(r"<noscript><pre>(.*?)</pre></noscript>", text, re.DOTALL)[1]
        assert "| IL6 | serum | human | disease |" in plain
        assert "SWiM" in plain


@pytest.mark.parametrize("text", ["</script>", "<!--", "<script", "\u2028", "]]>", "&lt;/script&gt;", "\\u003c", "😀"])
def test_embedded_json(text):
    embedded = embed({"text": text})
    assert not re.search("[<>&\u2028\u2029]", embedded)
    assert json.loads(embedded) == {"text": text}


class TestPayload:
    def test_words_are_cut_by_code_points(self):
        found = finding(1, "IL6", "serum", "increased")
        assert segments(found) == [
            ["𝛼-Level (", ""],
            ["IL6", "cytokine"],
            [") in ", ""],
            ["serum", "fluid"],
            [" was increased.", ""],
        ]

    def test_a_mention_in_another_sentence(self):
        found = finding(1, "IL6", "serum", "increased")
        moved = finding(1, "IL6", "serum", "increased", evidence=Span(100, 100 + len(found.evidence_text)))
        assert segments(moved) == [[found.evidence_text, ""]]
        (claim,) = payload(build([moved]), Provenance(source="x"))["claims"]
        assert claim["elsewhere"] == "serum"

    def test_what_the_page_gets(self):
        data = payload(ledger(), PROVENANCE)
        assert data["fluids"] == ["serum", "plasma", "CSF", "other:sweat", "unspecified"]
        assert {claim["study"] for claim in data["claims"]} == set(range(13))
        assert [each["reason"] for each in data["excluded"]] == ["review"]
        (cited,) = data["cited"]
        assert (cited["paper"]["id"], cited["group"], cited["direction"]) == ("PMID:15", "human", "decreased")
        assert ["IL6", "cytokine"] in cited["words"]
        assert data["cytokines"]["CXCL8"][0] != "CXCL 8"
        assert (data["methods"][2], data["limits"]) == (RULE, LIMITS)

    def test_names(self):
        mention = Mention(Span(0, 5), "MCP-1", "cytokine", "CCL2")
        names = payload(build([finding(1, "CCL2", "CSF", "increased", cytokine_mention=mention)]), PROVENANCE)[
            "cytokines"
        ]
        assert names["CCL2"][0] == "MCP-1"
        assert len({name.lower() for name in names["CCL2"]}) == len(names["CCL2"])

    @pytest.mark.parametrize(
        ("authors", "by"),
        [
            ((), None),
            (("Muster, J",), "Muster"),
            (("Muster, J", "Probe, B"), "Muster & Probe"),
            (("Muster, J", "Probe, B", "A Group"), "Muster et al."),
            (("Muster, J", "et al."), "Muster et al."),
            (("et al.",), None),
        ],
    )
    def test_who_wrote_it(self, authors, by):
        studies = {"PMID:1": Study("PMID:1", pmid="1", authors=authors)}
        data = payload(build([finding(1, "IL6", "CSF", "increased")], studies=studies), PROVENANCE)
        assert data["studies"][0].get("by") == by

    def test_flow(self):
        steps = {step["name"]: step for step in payload(ledger(), PROVENANCE)["flow"]}
        assert [step["number"] for step in steps.values()] == [30, 28, 15, 15, 13, 16]
        assert steps["Records found"]["out"] == (("deleted from PubMed", 1),)
        assert steps["Studies included"]["out"] == (("review", 1), ("only results of other studies", 1))
        assert steps["Studies with a finding on ALS"]["out"] == (("findings left out: other condition", 1),)


class TestTables:
    def test_csv(self, folder):
        rows = list(csv.DictReader(io.StringIO((folder / "ledger.csv").read_text(encoding="utf-8"))))
        row = next(row for row in rows if (row["cytokine"], row["fluid"], row["host"]) == ("IL6", "serum", "human"))
        assert {name: row[name] for name in ("raised", "lowered", "unchanged", "mixed", "verdict", "opposed")} == {
            "raised": "2",
            "lowered": "1",
            "unchanged": "1",
            "mixed": "1",
            "verdict": "opposing",
            "opposed": "True",
        }
        assert b"\r" not in (folder / "ledger.csv").read_bytes()

    def test_a_title_cannot_become_a_formula(self, folder):
        rows = list(csv.DictReader(io.StringIO((folder / "evidence.csv").read_text(encoding="utf-8"))))
        assert {row["title"] for row in rows if row["study"] == "PMID:2"} == {f"'=1+1 {HOSTILE}"}
        book = load_workbook(folder / "ledger.xlsx")
        values = [cell.value for row in book["evidence"].iter_rows() for cell in row]
        assert f"'=1+1 {HOSTILE}" in values
        assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)

    def test_workbook(self, folder):
        book = load_workbook(folder / "ledger.xlsx")
        assert book.sheetnames == ["ledger", "evidence", "cited", "excluded", "methods and limits"]
        rows = list(csv.reader(io.StringIO((folder / "ledger.csv").read_text(encoding="utf-8"))))
        assert book["ledger"].max_row == len(rows)
        years = [row[15].value for row in book["ledger"].iter_rows(min_row=2)]
        assert all(year is None or isinstance(year, int) for year in years)
        assert RULE in [row[0].value for row in book["methods and limits"].iter_rows()]

    def test_markdown(self, folder):
        text = (folder / "ledger.md").read_text(encoding="utf-8")
        assert "| IL6 | serum | human | disease | 5 | 2 | 1 | 1 | 1 | opposing | True |" in text
        assert "\\<TGF-beta\\>" in text
        left_out, cited = text.split("## Studies left out")[1].split("## Results cited from other studies")
        assert "review" in left_out
        assert "PMID:15" in cited.split("## Methods")[0]
        assert all(word in text for word in ("SWiM", "effect direction plot", "Clopper"))

    def test_control_characters_do_not_break_the_workbook(self, tmp_path):
        bad = finding(1, "IL6", "serum", "increased", tail="a\x00b\x0b￾")
        write_report(build([bad]), tmp_path, provenance=Provenance(source="x"))
        assert load_workbook(tmp_path / "ledger.xlsx")["evidence"].max_row == 2


class TestCitations:
    def test_ris(self):
        text = ris(ledger().studies)
        records = text.strip().split("\n\n")
        assert len(records) == 13
        assert records[0].splitlines() == [
            "TY  - JOUR",
            "ID  - PMID:1",
            "TI  - Study number 1",
            "JO  - J Ex",
            "PY  - 2000",
            "DO  - 10.5555/1",
            "AN  - 1",
            "DB  - PubMed",
            "UR  - https://pubmed.ncbi.nlm.nih.gov/1/",
            "ER  - ",
        ]

    def test_bibtex(self):
        text = bibtex(study for study in ledger().studies if study.id == "PMID:12")
        assert text == (
            "@article{PMID12,\n  title = {{No year \\& \\{braces\\}\\_50\\%}},\n  journal = {J Ex},\n"
            "  pmid = {12},\n  url = {https://pubmed.ncbi.nlm.nih.gov/12/}\n}\n"
        )


class TestBiomarkerKB:
    @pytest.fixture
    def rows(self):
        return list(csv.DictReader(io.StringIO(biomarkerkb(ledger())), delimiter="\t", quoting=csv.QUOTE_NONE))

    def test_a_raised_level(self, rows):
        row = next(row for row in rows if row["evidence_source"] == "PubMed:5")
        assert list(row) == list(COLUMNS)
        expected = {
            "biomarker": "increased IL6 level",
            "assessed_biomarker_entity_id": "UPKB:P05231",
            "assessed_entity_type": "protein",
            "condition": "amyotrophic lateral sclerosis",
            "condition_id": "DOID:332",
            "specimen": "CSF",
            "specimen_id": "UBERON:0001359",
            "x_direction": "increased",
        }
        assert {name: row[name] for name in expected} == expected

    def test_an_unchanged_level_is_no_biomarker_of_change(self, rows):
        unchanged = [row for row in rows if row["x_direction"] == "unchanged"]
        assert len(unchanged) == 4
        assert {row["biomarker"] for row in unchanged} == {"IL6 level", "CCL2 level"}

    def test_one_entry_per_biomarker_and_condition(self, rows):
        ids = {}
        for row in rows:
            assert ids.setdefault(row["biomarker"], row["biomarker_id"]) == row["biomarker_id"]
        assert len(set(ids.values())) == len(ids)

    def test_people_and_disease_only(self, rows):
        assert "PubMed:10" not in {row["evidence_source"] for row in rows}
        assert not any(row["x_comparator"] == "untreated" for row in rows)

    def test_another_condition_gets_no_als_id(self):
        text = biomarkerkb(ledger(condition="other:sepsis"))
        (row,) = csv.DictReader(io.StringIO(text), delimiter="\t")
        assert (row["condition"], row["condition_id"]) == ("sepsis", "")


class TestFigures:
    @pytest.mark.parametrize("name", sorted(name for name in FILES if name.endswith(".svg")))
    def test_svg(self, folder, name):
        text = (folder / name).read_text(encoding="utf-8")
        assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
        assert "<script" not in text

    def test_the_map_names_what_it_shows(self, folder):
        text = (folder / "figures/effect_directions_disease.svg").read_text(encoding="utf-8")
        for word in ("Human", "Animal", "CSF", "IL6", "raised", "lowered", "unchanged", "rise and fall reported"):
            assert word in text

    def test_png(self, folder):
        for name in FILES:
            if name.endswith(".png"):
                assert (folder / name).read_bytes().startswith(b"\x89PNG")


class TestFolder:
    def test_the_same_bytes(self, folder, tmp_path):
        for path in write_report(ledger(), tmp_path, provenance=PROVENANCE):
            assert path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes(), path.name

    def test_nothing_to_show(self, tmp_path):
        write_report(build([]), tmp_path, provenance=Provenance(source="x"))
        assert "None." in (tmp_path / "ledger.md").read_text(encoding="utf-8")
        assert not (tmp_path / "figures").exists()

    def test_a_file_in_the_way(self, tmp_path):
        (tmp_path / "out").write_text("")
        with pytest.raises(InputError, match="out"):
            write_report(ledger(), tmp_path / "out", provenance=PROVENANCE)


def test_provenance_of_a_store(tmp_path):
    with open_store(tmp_path / "als.db") as store:
        empty = provenance_of(store)
        assert (empty.query, empty.date, empty.models) == (None, None, ())
        store.rows("INSERT INTO updates VALUES (1, 'q', NULL, '[]', '{}', '2025-06-01T00:00:00+00:00', 'x', NULL)")
        asked = provenance_of(store, version="1")
        assert (asked.query, asked.date, asked.version) == ("q", "2025-06-01", "1")
