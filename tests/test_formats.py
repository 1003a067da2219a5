"""Reading: every format, awkward records, damage that costs itself only, and real NCBI files."""

from __future__ import annotations

import gzip
import io
import json
import statistics
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from pathlib import Path
from typing import ClassVar

import pytest
from Bio import Entrez
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from extractor.errors import InputError, RecordError
from extractor.formats import read
from extractor.formats.cutting import MAX_RECORD, cut_elements, cut_lines, cut_objects
from extractor.formats.detect import detect
from extractor.formats.plain_text import content, tidy
from extractor.formats.sources import ByteStream
from extractor.records import Article, Section

DATA = Path(__file__).parent / "data"
ROOT = DATA.parent.parent
REFERENCES = (
    "<PubmedData><ReferenceList><Title>Cited</Title><Reference><Citation>A paper.</Citation></Reference>"
    "</ReferenceList>"
    '<ReferenceList><Reference><ArticleIdList><ArticleId IdType="pubmed">7</ArticleId></ArticleIdList></Reference>'
    "</ReferenceList></PubmedData>"
)
NO_RECORDS = "XML without PubMed or BioC records: root element"
SET = "<PubmedArticleSet>\n{}\n</PubmedArticleSet>\n"


def record(pmid: int, *, title: str = "A title.", abstract: str = "An abstract.", rest: str = "") -> str:
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article><ArticleTitle>{title}</ArticleTitle>'
        f"<Abstract><AbstractText>{abstract}</AbstractText></Abstract></Article></MedlineCitation>{rest}</PubmedArticle>"
    )


def take(*paths: Path | str) -> tuple[list[Article], list[RecordError]]:
    errors: list[RecordError] = []
    return list(read(paths, on_error=errors.append)), errors


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))


def write(folder: Path, content: str | bytes, name: str = "input") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture(scope="module")
def awkward() -> dict[str | None, Article]:
    articles, errors = take(DATA / "pubmed_awkward.xml")
    assert not errors
    assert len(articles) == 8
    return {article.pmid: article for article in articles}


class TestPubmedXml:
    def test_markup_becomes_plain_unicode(self, awkward):
        article = awkward["90000001"]
        assert article.id == "PMID:90000001"
        assert article.title == "TNFα and IL-1β in post mortem CSF: 10⁻⁶ is enough"
        assert article.abstract == (
            "BACKGROUND: We asked whether TGF-β1 matters.\n"
            "RESULTS: It rose (p<0.05, n = 12) to 3 × 10⁶ units; Ca²⁺ did not, CD4high cells did.\n"
            "The ratio was r=10³ and the limit < 2 pg."
        )
        assert [part.label for part in article.sections] == ["BACKGROUND", "RESULTS", ""]

    def test_bibliographic_fields(self, awkward):
        article = awkward["90000001"]
        assert article.year == 1998
        assert article.journal == "Journal of invented assays"
        assert article.doi == "10.9999/right"
        assert article.pmcid == "PMC9000001"
        assert article.mesh == ("Amyotrophic Lateral Sclerosis", "Humans")
        assert article.publication_types == ("Journal Article",)
        assert (article.language, article.version, article.retracted) == ("eng", 1, False)

    def test_vernacular_title_other_abstract_and_version(self, awkward):
        article = awkward["90000002"]
        assert article.title == "Interleukin-6 im Liquor bei Erwachsenen."
        assert article.abstract == "AIM: To measure.\nRESULT: Levels were raised."
        assert (article.language, article.version, article.year) == ("ger", 2, 2011)

    def test_retracted_article_and_its_notice(self, awkward):
        assert awkward["90000003"].retracted
        assert awkward["90000003"].year == 2014
        notice = awkward["90000004"]
        assert not notice.retracted
        assert notice.publication_types == ("Retraction of Publication",)
        assert notice.abstract == ""

    def test_book_articles(self, awkward):
        chapter = awkward["90000005"]
        assert (chapter.title, chapter.journal, chapter.year) == ("Cytokines in tears", "Handbook of fluids", 2019)
        assert (chapter.abstract, chapter.doi) == ("A chapter about tears.", "10.9999/chapter")
        assert (awkward["90000006"].title, awkward["90000006"].year) == ("A whole book", 2001)

    def test_deleted_citations(self, awkward):
        assert awkward["90000007"] == Article("PMID:90000007", "", "", pmid="90000007", deleted=True)
        assert awkward["90000008"].version == 3

    def test_broken_records_cost_themselves_only(self):
        articles, errors = take(DATA / "pubmed_broken.xml")
        assert [article.pmid for article in articles] == ["1", "4", "6", "10", "12"]
        assert articles[3].title == "TNF-α and IFN-γ < 5."
        named = [(error.record, error.reason) for error in errors]
        assert [name for name, _ in named] == [
            "PMID:2",
            "PMID:3",
            "PMID:5",
            "PMID:7",
            "record 7",
            "PMID:9",
            "record 10",
        ]
        reasons = dict(named)
        assert reasons["PMID:3"] == "no end tag before the next record"
        assert reasons["PMID:5"] == reasons["PMID:7"] == "a record without its start tag"
        assert reasons["record 7"] == "no PMID"
        assert reasons["record 10"] == "not a PMID: 'eleven'"
        assert {error.stage for error in errors} == {"parse"}
        assert {error.file for error in errors} == {str(DATA / "pubmed_broken.xml")}

    def test_references_are_passed_over_and_take_nothing_with_them(self, tmp_path):
        faulty = REFERENCES.replace("</Citation>", "</Quotation>")
        commented = "<!-- a <ReferenceList> in a comment -->" + REFERENCES
        unclosed = record(4, rest=REFERENCES).removesuffix("</PubmedData></PubmedArticle>")
        records = [
            record(1, rest=REFERENCES),
            record(2, rest=faulty),
            record(3, rest=commented),
            unclosed,
            record(5, rest=REFERENCES),
        ]
        articles, errors = take(write(tmp_path, SET.format("\n".join(records))))
        assert [article.pmid for article in articles] == ["1", "2", "3", "5"]
        assert [error.record for error in errors] == ["PMID:4"]

    def test_entity_bomb(self):
        articles, errors = take(DATA / "entity_bomb.xml")
        assert [article.title for article in articles] == ["Harmless."]
        assert [(error.record, "lol8" in error.reason) for error in errors] == [("PMID:1", True)]

    def test_nothing_outside_is_read(self, tmp_path, monkeypatch):
        def refuse(*_: object) -> None:
            raise AssertionError("network")

        monkeypatch.setattr("socket.socket.connect", refuse)
        secret = write(tmp_path, "secret", "secret.txt")
        dtd = write(tmp_path, f'<!ENTITY stolen SYSTEM "file://{secret}">', "local.dtd")
        head = (
            f'<?xml version="1.0"?><!DOCTYPE PubmedArticleSet SYSTEM "file://{dtd}" [<!ENTITY mine SYSTEM "{secret}">]>'
        )
        body = SET.format(record(1, title="&stolen;") + record(2, title="&mine;") + record(3))
        articles, errors = take(write(tmp_path, head + body))
        assert [article.pmid for article in articles] == ["3"]
        assert [error.record for error in errors] == ["PMID:1", "PMID:2"]

    def test_overlong_abstract(self, tmp_path):
        body = record(1) + record(2, abstract="x" * (50 << 20)) + record(3)
        articles, errors = take(write(tmp_path, gzip.compress(SET.format(body).encode(), 1)))
        assert [article.pmid for article in articles] == ["1", "3"]
        assert [(error.record, error.reason) for error in errors] == [("PMID:2", f"longer than {MAX_RECORD:,} bytes")]

    def test_abstract_of_ten_megabytes_is_read(self, tmp_path):
        articles, errors = take(write(tmp_path, SET.format(record(1, abstract="y" * (11 << 20)))))
        assert not errors
        assert len(articles[0].abstract) == 11 << 20

    def test_deep_nesting(self, tmp_path):
        deep = record(1, title="<b>" * 100_000 + "</b>" * 100_000) + record(2, title="<b>" * 1500 + "</b>" * 1500)
        articles, errors = take(write(tmp_path, SET.format(deep + record(3))))
        assert [article.pmid for article in articles] == ["3"]
        assert [error.record for error in errors] == ["PMID:1", "PMID:2"]

    def test_invalid_utf8_costs_one_record(self, tmp_path):
        body = SET.format(record(1) + record(2, title="@@") + record(3)).encode().replace(b"@@", b"\xe9\xff")
        articles, errors = take(write(tmp_path, body))
        assert [article.pmid for article in articles] == ["1", "3"]
        assert [error.record for error in errors] == ["PMID:2"]

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1"])
    def test_other_encodings(self, tmp_path, encoding):
        declared = "utf-8" if encoding == "utf-8-sig" else encoding
        text = f'<?xml version="1.0" encoding="{declared}"?>' + SET.format(record(1, title="Sjögren in serum"))
        articles, errors = take(write(tmp_path, text.encode(encoding)))
        assert not errors
        assert articles[0].title == "Sjögren in serum"

    def test_prefix_declared_at_the_root(self, tmp_path):
        text = SET.format(record(1, title="A <mml:math><mml:mi>x</mml:mi></mml:math>."))
        declared = text.replace("Set>", 'Set xmlns:mml="http://www.w3.org/1998/Math/MathML">', 1)
        assert take(write(tmp_path, declared))[0][0].title == "A x."
        assert len(take(write(tmp_path, text))[1]) == 1

    def test_documents_one_after_the_other(self, tmp_path):
        one = '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "x" "y">\n' + SET
        articles, errors = take(write(tmp_path, one.format(record(1)) + one.format(record(2))))
        assert [article.pmid for article in articles] == ["1", "2"]
        assert not errors

    def test_lone_record_and_empty_set(self, tmp_path):
        assert [article.pmid for article in take(write(tmp_path, record(5)))[0]] == ["5"]
        assert take(write(tmp_path, "<PubmedArticleSet></PubmedArticleSet>")) == ([], [])

    def test_memory_stays_constant(self, tmp_path):
        filler = "".join(record(number, abstract="Serum. " * 200) for number in range(1000))
        small = write(tmp_path, SET.format(filler), "small.xml")
        large = write(tmp_path, gzip.compress(SET.format(filler * 30).encode(), 1), "large.xml.gz")
        script = (
            "import resource, sys; from extractor.formats import read\n"
            "for path in sys.argv[1:]:\n"
            "    print(sum(1 for _ in read([path], on_error=exit)))\n"
            "    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        done = subprocess.run([sys.executable, "-c", script, small, large], capture_output=True, check=True, cwd=ROOT)
        few, before, many, after = map(int, done.stdout.split())
        assert (few, many) == (1000, 30_000)
        assert after - before < 8_000  # KiB, of 47 MB read


class TestDamage:
    def test_truncated_gzip(self, tmp_path):
        body = SET.format("\n".join(record(number, title=f"Title {number * 7919}.") for number in range(1, 5001)))
        packed = gzip.compress(body.encode())
        articles, errors = take(write(tmp_path, packed[: len(packed) // 2]))
        assert len(articles) > 1000
        assert [article.pmid for article in articles] == [str(number + 1) for number in range(len(articles))]
        assert errors[-1].reason == "truncated: the gzip stream ends early"
        assert errors[-1].record == f"after record {len(articles) + len(errors) - 1}"
        assert [error.reason for error in errors[:-1]] in ([], ["cut off: the file ends inside it"])

    def test_corrupt_gzip(self, tmp_path):
        packed = bytearray(gzip.compress(SET.format(record(1) * 3000).encode(), 0))
        middle = len(packed) // 2
        packed[middle : middle + 70_000] = b"\xff" * 70_000
        articles, errors = take(write(tmp_path, bytes(packed)))
        assert articles
        assert any(error.reason.startswith("damaged: ") for error in errors)

    def test_plain_file_truncated(self, tmp_path):
        body = SET.format(record(1) + record(2))
        _, inside = take(write(tmp_path, body[: body.rindex("Abstract>")]))
        assert [(error.record, error.reason) for error in inside] == [
            ("PMID:2", "cut off: the file ends inside it"),
            ("after record 2", "truncated: no </PubmedArticleSet> at its end"),
        ]
        articles, between = take(write(tmp_path, body[: body.rindex("</PubmedArticleSet")]))
        assert len(articles) == 2
        assert [error.reason for error in between] == ["truncated: no </PubmedArticleSet> at its end"]

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "the file is empty"),
            (b"  \n", "the file is empty"),
            (b"Just some words.", "format not recognised"),
            (b"\x89PNG\r\n\x1a\n\x00\x00", "format not recognised"),
            (b"<html><body>Bad gateway</body></html>", "XML without PubMed or BioC records: root element 'html'"),
            (
                b"<eSearchResult><Count>0</Count></eSearchResult>",
                "XML without PubMed or BioC records: root element 'eSearchResult'",
            ),
            (b"TY  - JOUR\nER  - \n", "a reference list without abstracts' records: fetch its ids instead"),
            (b"\x1f\x8b\x08\x00garbage", None),
        ],
    )
    def test_no_records(self, tmp_path, content, reason):
        articles, errors = take(write(tmp_path, content))
        assert not articles
        assert len(errors) == 1
        assert errors[0].stage == "read"
        assert reason is None or errors[0].reason == reason

    def test_the_next_file_is_read(self, tmp_path):
        broken, good = write(tmp_path, b"?", "a"), write(tmp_path, SET.format(record(1)), "b")
        articles, errors = take(broken, good)
        assert [article.pmid for article in articles] == ["1"]
        assert [error.file for error in errors] == [str(broken)]

    @given(st.data())
    def test_any_single_damaged_byte_costs_one_record_at_most(self, tmp_path_factory, data):
        records = [record(number, title=f"Title {number}", rest=REFERENCES) for number in range(1, 6)]
        body = bytearray(SET.format("\n".join(records)).encode())
        start = body.index(b"<PubmedArticle>")
        place = data.draw(st.integers(start, len(body) - len("\n</PubmedArticleSet>\n") - 1))
        body[place] = data.draw(st.integers(0, 255))
        articles, errors = take(write(tmp_path_factory.mktemp("fuzz"), bytes(body)))
        intact = {f"Title {number}" for number in range(1, 6)}
        assert len([article for article in articles if article.title in intact]) >= 4
        assert len(articles) + len(errors) >= 5


class TestMedline:
    def test_records(self):
        articles, errors = take(DATA / "awkward.nbib")
        assert [article.pmid for article in articles] == ["90000011", "90000012", "90000013", "90000015"]
        assert [(error.record, error.reason) for error in errors] == [
            ("PMID:90000014", "not a MEDLINE line: 'This line belongs to nothing.'"),
            ("record 5", "no PMID"),
        ]

    def test_fields(self):
        article, notice, *_ = take(DATA / "awkward.nbib")[0]
        assert article.title == "Interleukin-6 and TNF-α in the cerebrospinal fluid: what a long title."
        assert article.sections == (
            Section("BACKGROUND", "Motor neurones die."),
            Section("METHODS AND MATERIALS", "We took CSF. The IL-6: TNF ratio was noted."),
            Section("RESULTS", "IL-6 rose."),
        )
        assert article.abstract.count("\n") == 2
        assert (article.year, article.doi, article.pmcid) == (1998, "10.9999/nbib", "PMC9000011")
        assert article.mesh == ("Amyotrophic Lateral Sclerosis", "Humans")
        assert article.publication_types == ("Journal Article", "Review")
        assert article.retracted
        assert not notice.retracted
        assert notice.title == "Rückzug der Arbeit."
        assert notice.abstract == "An English abstract that the journal printed elsewhere."

    def test_damage(self, tmp_path):
        text = b"PMID- 1\r\nTI  - Windows.\r\n\r\nPMID- 2\nTI  - \xff\xfe\n\nPMID- 3\nTI  - " + b"z" * (MAX_RECORD + 1)
        articles, errors = take(write(tmp_path, text + b"\n\nPMID- 4\nTI  - Last.\n"))
        assert [(article.pmid, article.title) for article in articles] == [("1", "Windows."), ("4", "Last.")]
        assert [error.record for error in errors] == ["PMID:2", "PMID:3"]


class TestJsonLines:
    def test_text_and_ids_are_kept_exactly(self, tmp_path):
        lines = [
            {
                "id": "DOC:x:7 ",
                "pmid": None,
                "title": " 2  &amp; a tab\t",
                "abstract": "e\u0301 \u00ad\n10<sup>6</sup>",
            },
            {"pmid": 123, "title": "T", "abstract": None},
            {"id": "PMID:45", "abstract": "A", "year": 2001, "journal": "J", "retracted": True, "mesh": ["M", 1]},
        ]
        articles, errors = take(write(tmp_path, "\n\n".join(json.dumps(line) for line in lines)))
        assert not errors
        assert [(article.id, article.pmid) for article in articles] == [
            ("DOC:x:7 ", None),
            ("123", "123"),
            ("PMID:45", "45"),
        ]
        assert articles[0].text == " 2  &amp; a tab\t\ne\u0301 \u00ad\n10<sup>6</sup>"
        assert articles[1].text == "T\n"
        assert (articles[2].year, articles[2].journal, articles[2].retracted, articles[2].mesh) == (
            2001,
            "J",
            True,
            ("M",),
        )

    @pytest.mark.parametrize(
        ("line", "name", "reason"),
        [
            (b'{"id": "a", "title": "cut', "a", "Unterminated string"),
            (b'{"id": "a", "title": "\xff"}', "a", "utf-8"),
            (b'{"title": "T"}', "line 2", "neither id nor pmid"),
            (b'{"id": "", "title": "T"}', "line 2", "neither id nor pmid"),
            (b'{"id": 1.5, "title": "T"}', "1", "id is not a string"),
            (b'{"id": true, "title": "T"}', "line 2", "id is not a string"),
            (b'{"id": "a", "title": ["T"]}', "a", "title is not a string"),
            (b'{"id": "a", "title": "\\ud800"}', "a", "title holds half a surrogate pair"),
            (b'{"id": "a", "text": "T"}', "a", "neither title nor abstract"),
            (b"[1, 2]", "line 2", "not a JSON object"),
            (b'{"id": "a", "x": ' + b"[" * 100_000, "a", "nested too deeply"),
            (b'{"id": "a", "x": ' + b"1" * 5000 + b"}", "a", "integer string conversion"),
            (b'{"id": "a", "title": "' + b"x" * MAX_RECORD + b'"}', "a", "longer than"),
        ],
    )
    def test_broken_lines(self, tmp_path, line, name, reason):
        good = b'{"id": "%d", "title": "T", "abstract": "A"}'
        articles, errors = take(write(tmp_path, b"\n".join([good % 1, line, good % 3])))
        assert [article.id for article in articles] == ["1", "3"]
        assert [error.record for error in errors] == [name]
        assert reason in errors[0].reason

    def test_first_line_broken(self, tmp_path):
        articles, errors = take(write(tmp_path, '{"id": "1", "title": \n{"id": "2", "title": "T"}\n'))
        assert [article.id for article in articles] == ["2"]
        assert [error.record for error in errors] == ["1"]

    @given(st.text(), st.text())
    def test_round_trip(self, tmp_path_factory, title, abstract):
        line = json.dumps({"id": "x", "title": title, "abstract": abstract})
        articles, errors = take(write(tmp_path_factory.mktemp("lines"), line))
        assert not errors
        assert articles[0].text == f"{title}\n{abstract}"


class TestBioc:
    def test_xml(self):
        articles, errors = take(DATA / "bioc.xml")
        assert [(article.id, article.pmid) for article in articles] == [("90000021", "90000021"), ("note 7", None)]
        assert articles[0].text == "TNF-α  in tears.\nLevels were < 5 pg/mL.\nThey did not change."
        assert (articles[0].journal, articles[0].year) == ("J Invent", 2020)
        assert articles[1].title == "Two sentences. Second one."
        assert [error.record for error in errors] == ["90000022", "document 4"]

    def test_json(self):
        articles, errors = take(DATA / "bioc.json")
        assert [article.id for article in articles] == ["90000021", "90000023", "90000025"]
        assert articles[0].text == 'TNF-α  in tears {"odd"}.\nLevels did not change.'
        assert articles[1].text == "Full text.\nThe abstract."
        assert articles[2].text == "\nUntyped."
        assert [error.record for error in errors] == ["90000022", "90000024"]
        assert errors[1].reason == "no 'offset'"

    def test_other_shapes(self, tmp_path):
        passage = {"offset": 0, "infons": {"type": "title"}, "text": "T"}
        documents = [{"id": str(number), "passages": [passage]} for number in (1, 2)]
        collection = {"source": "", "documents": documents}
        for name, shape in {
            "one": json.dumps(collection),
            "list": json.dumps([collection]),
            "pubtator": json.dumps({"PubTator3": documents}),
            "lines": "\n".join(map(json.dumps, documents)),
            "indented": json.dumps(collection, indent=1),
        }.items():
            articles, errors = take(write(tmp_path, shape, name))
            assert [article.text for article in articles] == ["T\n", "T\n"], name
            assert not errors

    def test_truncated_and_overlong(self, tmp_path):
        documents = [
            {"id": str(number), "passages": [{"offset": 0, "text": "T" * size}]}
            for number, size in ((1, 5), (2, MAX_RECORD), (3, 5))
        ]
        text = json.dumps({"documents": documents})
        articles, errors = take(write(tmp_path, text[:-9]))
        assert [article.id for article in articles] == ["1"]
        assert [(error.record, error.reason[:8]) for error in errors] == [("2", "longer t"), ("3", "cut off:")]


class TestSources:
    def test_content_decides_not_the_name(self, tmp_path):
        packed = write(tmp_path, gzip.compress(SET.format(record(1)).encode()), "notes.txt")
        plain = write(tmp_path, '{"id": "2", "title": "T"}', "records.xml.gz")
        assert [article.id for article in take(packed, plain)[0]] == ["PMID:1", "2"]

    def test_several_gzip_members(self, tmp_path):
        members = [gzip.compress(f'{{"id": "{number}", "title": "T"}}\n'.encode()) for number in range(3)]
        assert [article.id for article in take(write(tmp_path, b"".join(members)))[0]] == ["0", "1", "2"]

    def test_folders_and_patterns(self, tmp_path):
        inner = tmp_path / "b"
        inner.mkdir()
        for path in (
            tmp_path / "c.jsonl",
            inner / "2.jsonl",
            inner / "1[x].jsonl",
            inner / ".hidden",
            inner / "3.xml.part",
        ):
            path.write_text(json.dumps({"id": path.name, "title": "T"}))
        manifest = inner / "manifest.json"
        manifest.write_text('{"extractor_manifest": 1, "query": "x"}')
        assert [article.id for article in take(tmp_path)[0]] == ["1[x].jsonl", "2.jsonl", "c.jsonl"]
        assert [article.id for article in take(str(tmp_path / "**" / "*.jsonl"))[0]] == [
            "1[x].jsonl",
            "2.jsonl",
            "c.jsonl",
        ]
        assert [article.id for article in take(inner / "1[x].jsonl")[0]] == ["1[x].jsonl"]
        assert take(manifest) == ([], [])

    def test_standard_input(self, monkeypatch):
        stream = io.BufferedReader(io.BytesIO(gzip.compress(SET.format(record(1)).encode())))
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stream))
        assert [article.pmid for article in take("-")[0]] == ["1"]

    def test_missing_inputs_are_told_at_once(self, tmp_path):
        for name in ("absent.xml", "*.xml"):
            with pytest.raises(InputError, match=r"absent\.xml|\*\.xml"):
                read([tmp_path / name], on_error=pytest.fail)
        with pytest.raises(InputError, match="no files there"):
            read([tmp_path], on_error=pytest.fail)

    def test_unreadable_file(self, tmp_path):
        path = write(tmp_path, b"x")
        errors: list[RecordError] = []
        articles = read([path], on_error=errors.append)
        path.unlink()
        assert list(articles) == []
        assert [error.reason for error in errors] == ["No such file or directory"]


class TestPieces:
    """Cutting gives the same pieces wherever the chunks of the stream end."""

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
    def test_chunk_size_does_not_matter(self, monkeypatch, size):
        for name, cut in {
            "pubmed_broken.xml": lambda stream: cut_elements(stream, (b"PubmedArticle",), landmark=b"<PMID"),
            "pubmed_awkward.xml": lambda stream: cut_elements(
                stream, (b"PubmedArticle", b"DeleteCitation"), landmark=b"<x"
            ),
            "awkward.nbib": cut_lines,
            "bioc.json": cut_objects,
        }.items():
            with ByteStream.open(str(DATA / name)) as stream:
                whole = list(cut(stream))
            assert whole
            with monkeypatch.context() as patch:
                patch.setattr("extractor.formats.sources.CHUNK", size)
                patch.setattr("extractor.formats.sources.HEAD", size)
                with ByteStream.open(str(DATA / name)) as stream:
                    assert list(cut(stream)) == whole

    def test_limits(self, tmp_path):
        path = write(tmp_path, SET.format(record(1) + record(2, title="x" * 400) + record(3)))
        limit = len(record(1)) + 50
        with ByteStream.open(str(path)) as stream:
            pieces = list(cut_elements(stream, (b"PubmedArticle",), landmark=b"<PMID", limit=limit))
        assert [bool(piece.defect) for piece in pieces] == [False, True, False]


class TestPlainText:
    @pytest.mark.parametrize(
        ("markup", "text"),
        [
            ("a<sup>2</sup>", "a²"),
            ("10<sup>&#8722;6</sup>", "10⁻⁶"),
            ("IFN<sub>&#947;</sub>", "IFNγ"),
            ("x <i>y</i> <b>z</b>", "x y z"),
            ("<i>in vivo</i><sup>a,b</sup>", "in vivoa,b"),
            ("<b><i>deep</i></b>er", "deeper"),
            ("e&#769;", "é"),
            ("&amp;amp;lt;", "&lt;"),
            ("AT&amp;T; R&amp;D", "AT&T; R&D"),
            ("&amp;alpha; &amp;#946;", "α β"),
            ("zero&#8203;width&#65279;", "zerowidth"),
        ],
    )
    def test_content(self, markup, text):
        assert content(etree.fromstring(f"<t>{markup}</t>")) == text

    def test_absent(self):
        assert content(None) == ""

    @given(st.text())
    def test_tidy_leaves_single_spaces_only(self, text):
        tidied = tidy(text)
        assert tidied == " ".join(tidied.split())


class TestDetection:
    @pytest.mark.parametrize(
        ("head", "name"),
        [
            ('<?xml version="1.0"?><!-- <collection> --><PubmedArticleSet>', "pubmed-xml"),
            ('<!DOCTYPE a [<!ENTITY b "<collection>">]><PubmedBookArticleSet>', "pubmed-xml"),
            ("<DeleteCitation><PMID>1</PMID>", "pubmed-xml"),
            ('<!DOCTYPE collection SYSTEM "BioC.dtd"><collection>', "bioc-xml"),
            ('{"source": "x", "documents": [', "bioc-json"),
            ('{"id": "1", "abstract": "says \\"documents\\": [ here"}', "json-lines"),
            ("\n\nPMID- 1\nTI  - x", "medline"),
            ("OWN - NLM\n", "medline"),
            ('{"extractor_manifest": 1', "manifest"),
            ("WEIRD LINE - x", "unknown"),
        ],
    )
    def test_formats(self, head, name):
        assert detect(head.encode()).name == name


@pytest.mark.shared
class TestRealFiles:
    COUNTS: ClassVar = {
        "pubmed21n0001.xml.gz": 49,
        "pubmed21n1000.xml.gz": 29,
        "pubmed21n1001.xml.gz": 37,
        "pubmed21n1002.xml.gz": 45,
        "pubmed21n1003.xml.gz": 51,
        "pubmed21n1004.xml.gz": 88,
        "pubmed21n1005.xml.gz": 20,
        "pancreatic_cancer_2015dtd.xml": 100,
        "entrez_pubmed1.xml": 2,
        "entrez_pubmed2.xml": 2,
        "entrez_pubmed4.xml": 1,
        "entrez_pubmed5.xml": 1,
        "entrez_pubmed6.xml": 1,
        "entrez_pubmed7.xml": 1,
        "pubmed-29768149.xml": 1,
        "pubmed_37041114.xml": 1,
        "pubmed_39694964.xml": 1,
        "sample.xml": 1,
        "pubmed_result1.txt": 1,
        "pubmed_result2.txt": 4,
        "pubmed_result3.txt": 1,
    }

    def test_every_record_is_counted(self, shared):
        counts = Counter(
            {path.name: len(take(path)[0]) for path in (shared / "pubmed_xml").rglob("*") if path.name in self.COUNTS}
        )
        assert counts == self.COUNTS

    def test_folder_at_once(self, shared):
        articles, errors = take(shared / "pubmed_xml")
        assert len(articles) == sum(self.COUNTS.values())
        assert len(errors) == 10
        assert all("root element 'e" in error.reason for error in errors)

    def test_fields_agree_with_a_plain_parse(self, shared):
        for path in sorted((shared / "pubmed_xml" / "baseline").glob("*.gz")):
            tree = etree.parse(path)
            articles, _ = take(path)
            for article, element in zip(articles, tree.getroot().findall("PubmedArticle"), strict=True):
                citation = element.find("MedlineCitation")
                assert article.pmid == citation.findtext("PMID")
                parts = citation.findall("Article/Abstract/AbstractText")
                raw = "".join(part.get("Label", "") + "".join(part.itertext()) for part in parts)
                assert letters(article.abstract) == letters(raw)
                assert letters(article.title) == letters("".join(citation.find("Article/ArticleTitle").itertext()))
                assert article.year is not None

    def test_corpora(self, shared):
        for name, count in {"cytokine_fluid": 862, "als": 1610}.items():
            path = shared / "corpus" / f"{name}.jsonl.gz"
            articles, errors = take(path)
            assert not errors
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                given_texts = [(fields["id"], fields["title"], fields["abstract"]) for fields in map(json.loads, lines)]
            assert len(articles) == count
            assert [(article.id, article.title, article.abstract) for article in articles] == given_texts

    def test_speed(self, shared, tmp_path):
        """Measured in one core's CPU seconds: near a bare streaming parse, far ahead of ``Bio.Entrez.read``."""
        files = []
        for path in sorted((shared / "pubmed_xml" / "baseline").glob("*.gz")):
            secure = gzip.decompress(path.read_bytes()).replace(b'"http://dtd', b'"https://dtd')
            files.append(write(tmp_path, gzip.compress(secure), path.name))

        def bare() -> None:
            for path in files:
                with gzip.open(path) as stream:
                    for _, element in etree.iterparse(stream, tag="PubmedArticle"):
                        element.clear()

        def ours() -> None:
            assert sum(1 for _ in read(files, on_error=pytest.fail)) == 319

        def entrez() -> None:
            for path in files:
                with gzip.open(path) as stream:
                    Entrez.read(stream)

        def seconds(work) -> float:
            start = time.process_time()
            work()
            return time.process_time() - start

        to_bare = statistics.median(seconds(ours) / seconds(bare) for _ in range(7))
        to_entrez = statistics.median(seconds(entrez) / seconds(ours) for _ in range(3))
        assert to_bare < 2.5  # about 1.5 on a quiet machine
        assert to_entrez > 3  # about 5
