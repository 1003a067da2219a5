"""Authors, as every format has them, as the store keeps them, as reference managers want them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.formats import read
from extractor.formats.authors import group, listed, person, written
from extractor.ledger import Study
from extractor.records import OTHERS, Article
from extractor.report.citations import bibtex, ris
from extractor.store import open_store, save_run

AUTHOR = "<Author><LastName>{}</LastName><ForeName>{}</ForeName></Author>"
JSON_AUTHOR = {"id": "1", "title": "T"}


def only(path, content: str) -> Article:
    path.write_text(content, encoding="utf-8")
    errors: list[object] = []
    (article,) = read([path], on_error=errors.append)
    assert not errors
    return article


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Muster, Jane A", "Muster, Jane A"),
        ("Muster, John A Jr", "Muster, John A, Jr"),
        ("Muster, John, III.", "Muster, John, III"),
        ("Muster JA", "Muster, JA"),
        ("van der Muster Ä Sr", "van der Muster, Ä, Sr"),
        ("Mononym", "Mononym"),
        ("The Muster Consortium", "The Muster Consortium"),
        ("MUSTER Investigators", "MUSTER Investigators"),
        (" et  al ", OTHERS),
        ("and others", OTHERS),
    ],
)
def test_names(name, kept):
    assert written(name) == kept


def test_a_comma_tells_a_person():
    assert group("Muster Group, Berne, and friends") == "Muster Group; Berne; and friends"
    assert person("Muster, PhD", "Jane, A") == "Muster PhD, Jane A"
    assert person("", "Jane") == "Jane"
    assert listed(["et al.", "Muster J", "", "et al"]) == ("Muster, J", OTHERS)


class TestPubmedXml:
    def article(self, tmp_path, lists: str) -> Article:
        return only(
            tmp_path / "a.xml",
            '<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">7</PMID><Article>'
            f"<ArticleTitle>T</ArticleTitle>{lists}</Article></MedlineCitation></PubmedArticle></PubmedArticleSet>",
        )

    def test_people_and_groups_in_their_order(self, tmp_path):
        lists = (
            '<AuthorList CompleteYN="Y">'
            '<Author ValidYN="Y"><LastName>Muster</LastName><ForeName>Änne</ForeName><Initials>Ä</Initials>'
            "<AffiliationInfo><Affiliation>Berne</Affiliation></AffiliationInfo></Author>"
            "<Author><CollectiveName>Muster Group, <i>Berne</i></CollectiveName></Author>"
            "<Author><LastName>Beispiel</LastName><Initials>B C</Initials><Suffix>Jr</Suffix></Author>"
            '<Author ValidYN="N"><LastName>Misspelt</LastName></Author>'
            "<Author/>"
            "</AuthorList>"
        )
        assert self.article(tmp_path, lists).authors == ("Muster, Änne", "Muster Group; Berne", "Beispiel, B C, Jr")

    def test_an_incomplete_list(self, tmp_path):
        lists = f'<AuthorList CompleteYN="N">{AUTHOR.format("Muster", "J")}</AuthorList>'
        assert self.article(tmp_path, lists).authors == ("Muster, J", OTHERS)

    def test_editors_are_no_authors(self, tmp_path):
        editors = f'<AuthorList Type="editors">{AUTHOR.format("Editor", "E")}</AuthorList>'
        authors = f'<AuthorList Type="authors">{AUTHOR.format("Muster", "J")}</AuthorList>'
        assert self.article(tmp_path, editors + authors).authors == ("Muster, J",)
        assert self.article(tmp_path, editors).authors == ()

    def test_none(self, tmp_path):
        assert self.article(tmp_path, "").authors == ()

    def test_a_chapter_has_its_own(self, tmp_path):
        book = f'<Book><AuthorList Type="editors">{AUTHOR.format("Editor", "E")}</AuthorList></Book>'
        chapter = f'<AuthorList Type="authors">{AUTHOR.format("Muster", "J")}</AuthorList>'
        text = "<PubmedBookArticle><BookDocument><PMID>8</PMID>{}</BookDocument></PubmedBookArticle>"
        assert only(tmp_path / "b.xml", text.format(book + chapter)).authors == ("Muster, J",)
        whole = '<Book><AuthorList Type="authors">' + AUTHOR.format("Ganz", "G") + "</AuthorList></Book>"
        assert only(tmp_path / "c.xml", text.format(whole)).authors == ("Ganz, G",)


class TestMedline:
    @pytest.mark.parametrize(
        ("lines", "authors"),
        [
            (
                "FAU - Muster, Änne\nAU  - Muster Ä\nFAU - Beispiel, B\nAU  - Beispiel B\n",
                ("Muster, Änne", "Beispiel, B"),
            ),
            ("FAU - Muster, Änne\nAU  - Muster Ä\nAU  - Beispiel B\n", ("Muster, Ä", "Beispiel, B")),
            ("AU  - Muster Ä\nAU  - et al.\n", ("Muster, Ä", OTHERS)),
            (
                "FAU - Muster, Änne\nAU  - Muster Ä\nCN  - Muster Group, Berne\n",
                ("Muster, Änne", "Muster Group; Berne"),
            ),
            ("", ()),
        ],
    )
    def test_full_names_where_all_have_one(self, tmp_path, lines, authors):
        assert only(tmp_path / "a.nbib", f"PMID- 7\nTI  - T.\n{lines}").authors == authors


class TestJson:
    def test_json_lines(self, tmp_path):
        line = json.dumps({**JSON_AUTHOR, "authors": ["Muster, Jane", "Beispiel B", 3, "Muster Group"]})
        assert only(tmp_path / "a.jsonl", line).authors == ("Muster, Jane", "Beispiel, B", "Muster Group")

    def test_half_a_surrogate_pair_costs_the_record(self, tmp_path):
        (tmp_path / "a.jsonl").write_text(json.dumps({**JSON_AUTHOR, "authors": ["\ud800"]}), encoding="utf-8")
        errors = []
        assert list(read([tmp_path / "a.jsonl"], on_error=errors.append)) == []
        assert "authors holds half a surrogate pair" in str(errors[0])

    @pytest.mark.parametrize(
        ("infons", "authors"),
        [
            ({"authors": "Muster J, Beispiel B, "}, ("Muster, J", "Beispiel, B")),
            ({"authors": "Muster, Jane; Beispiel, B"}, ("Muster, Jane", "Beispiel, B")),
            ({"name_0": "surname:Muster;given-names:Jane", "name_1": "Muster Group"}, ("Muster, Jane", "Muster Group")),
            ({}, ()),
        ],
    )
    def test_bioc(self, tmp_path, infons, authors):
        passage = {"offset": 0, "infons": {"type": "title", **infons}, "text": "T"}
        document = {"id": "7", "infons": {}, "passages": [passage]}
        assert only(tmp_path / "a.json", json.dumps({"documents": [document]})).authors == authors


STUDY = Study(
    "PMID:7", pmid="7", title="T", authors=("van Muster, Änne", "Beispiel, B, Jr", "The R&D and {X} Group", OTHERS)
)


class TestCitations:
    def test_ris(self):
        lines = ris([STUDY]).splitlines()
        assert lines[2:6] == [f"AU  - {author}" for author in STUDY.authors]

    def test_bibtex(self):
        (line,) = (line for line in bibtex([STUDY]).splitlines() if "author" in line)
        assert line == (
            "  author = {van Muster, Änne and Beispiel, Jr, B and {The R\\&D and \\{X\\} Group} and others},"
        )

    @given(st.lists(st.text(st.characters(exclude_categories=["C"]), min_size=1), max_size=4))
    def test_no_name_breaks_a_record(self, names):
        study = Study("PMID:7", pmid="7", authors=listed(names))
        assert len(ris([study]).splitlines()) == 7 + len(study.authors)
        text = bibtex([study])
        bare = text.replace("\\\\", "").replace("\\{", "").replace("\\}", "")
        assert bare.count("{") == bare.count("}")
        assert text.count(" and ") <= sum(name.count(" and ") for name in study.authors) + max(
            0, len(study.authors) - 1
        )


def test_the_store_keeps_them(tmp_path):
    with open_store(tmp_path / "als.db") as store:
        save_run(store, [(Article("PMID:7", "T", "A", pmid="7", authors=STUDY.authors), [])], model="m")
        (kept,) = store.articles()
    assert Study.of(kept).authors == STUDY.authors
