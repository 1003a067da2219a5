"""The ledger: one vote per study, nothing mixed that must not be, exact numbers, and comparison with a table."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from extractor.errors import InputError
from extractor.ledger import (
    LIMITS,
    CellKey,
    Selection,
    Study,
    TableRow,
    build,
    cell_table,
    compare,
    evidence_table,
    excluded_table,
    read_table,
    sign_test,
    tally,
)
from extractor.records import DIRECTIONS, Article, Claim, Finding, Span

UP, DOWN, SAME = DIRECTIONS
SERUM = CellKey("IL6", "serum", "human", "disease")


def claim(number: int, direction: str = UP, **changes) -> Claim:
    fields = {
        "article_id": f"PMID:{number}",
        "cytokine": "IL6",
        "fluid": "serum",
        "direction": direction,
        "contrast": "disease",
        "comparator": "healthy",
        "condition": "ALS",
        "host": "human",
    }
    return Claim(**{**fields, **changes})


def votes(*directions: str) -> list[Claim]:
    """One study per word; "both" is a study with a rise and a fall, "part" one with a rise and no difference."""
    said = {"both": (UP, DOWN), "part": (UP, SAME)}
    return [
        claim(number, direction, comparator="healthy" if direction == UP else "mimic")
        for number, word in enumerate(directions, 1)
        for direction in said.get(word, (word,))
    ]


def the_cell(claims, **options):
    ledger = build(claims, **options)
    assert len(ledger.cells) == 1
    return ledger.cells[0]


class TestVotes:
    def test_repeats_count_once(self):
        cell = the_cell([claim(1), claim(1, comparator="mimic"), claim(1), claim(2)])
        assert (cell.raised, len(cell.votes)) == (2, 2)

    def test_one_paper_under_two_ids_is_one_study(self):
        studies = {"PMID:1": Study.of(Article("PMID:1", "", "", pmid="1")), "row-7": Study("PMID:1", pmid="1")}
        cell = the_cell([claim(1), claim(1, article_id="row-7")], studies=studies)
        assert [vote.study.id for vote in cell.votes] == ["PMID:1"]

    def test_both_directions_are_shown_and_not_averaged(self):
        cell = the_cell(votes("both", UP))
        assert (cell.raised, cell.lowered, cell.mixed) == (1, 0, 1)
        assert cell.votes[0].directions == (UP, DOWN)
        assert cell.opposed
        assert cell.sign_test.raised + cell.sign_test.lowered == 1

    @pytest.mark.parametrize(
        ("directions", "verdict"),
        [
            ((UP,), "single study"),
            (("both",), "single study"),
            ((UP, UP), "consistent"),
            ((DOWN, DOWN, DOWN, SAME), "consistent"),
            ((UP, UP, SAME), "leaning"),
            ((UP, SAME), "leaning"),
            ((UP, UP, "part", "part"), "leaning"),
            ((UP, UP, UP, "both"), "leaning"),
            ((UP,) * 6 + (DOWN,) * 2, "leaning"),
            ((UP,) * 5 + (DOWN,) * 2, "opposing"),
            ((UP, DOWN), "opposing"),
            ((UP, DOWN, SAME), "opposing"),
            (("both", "both"), "opposing"),
            ((UP, DOWN, SAME, SAME, SAME), "mostly unchanged"),
            ((SAME, SAME), "mostly unchanged"),
        ],
    )
    def test_verdict(self, directions, verdict):
        assert the_cell(votes(*directions)).verdict == verdict

    @given(st.lists(st.sampled_from([UP, DOWN, SAME, "both", "part"]), min_size=1, max_size=12), st.randoms())
    def test_order_changes_nothing_and_nothing_is_lost(self, directions, chance):
        claims = votes(*directions)
        ledger = build(claims)
        chance.shuffle(claims)
        assert build(claims) == ledger
        (cell,) = ledger.cells
        assert cell.raised + cell.lowered + cell.unchanged + cell.mixed == len(directions)

    @given(st.lists(st.sampled_from([UP, DOWN, SAME, "both", "part"]), min_size=1, max_size=9))
    def test_raised_and_lowered_are_treated_alike(self, directions):
        mirrored = [replace(c, direction={UP: DOWN, DOWN: UP}.get(c.direction, SAME)) for c in votes(*directions)]
        cell, mirror = the_cell(votes(*directions)), the_cell(mirrored)
        assert (cell.verdict, cell.opposed) == (mirror.verdict, mirror.opposed)
        assert (cell.raised, cell.lowered) == (mirror.lowered, mirror.raised)


class TestApart:
    @pytest.mark.parametrize(
        "changes",
        [
            {"contrast": "treatment"},
            {"contrast": "subgroup"},
            {"contrast": "time"},
            {"host": "mouse"},
            {"host": "unspecified"},
            {"fluid": "CSF"},
            {"cytokine": "TNF"},
        ],
    )
    def test_never_in_one_cell(self, changes):
        ledger = build([claim(1), claim(2, DOWN, **changes)])
        assert [cell.verdict for cell in ledger.cells] == ["single study"] * 2
        assert not any(cell.opposed for cell in ledger.cells)

    def test_species_are_one_host_and_still_told(self):
        cell = the_cell([claim(1, host="mouse"), claim(2, host="rat"), claim(3, host="other:dog")])
        assert cell.key.host == "animal"
        assert [vote.species for vote in cell.votes] == [("mouse",), ("rat",), ("other:dog",)]

    def test_als_by_default(self):
        ledger = build([claim(1), claim(2, condition="other:sepsis"), claim(3, condition="unspecified")])
        assert [study.id for study in ledger.studies] == ["PMID:1"]
        assert ledger.left_out == {"other condition": 2}
        assert len(build([claim(2, condition="other:sepsis")], selection=Selection(condition=None)).studies) == 1

    def test_comparators_can_be_separated(self):
        claims = [claim(1), claim(1, SAME, comparator="disease_control"), claim(2, SAME, comparator="mimic")]
        assert the_cell(claims).mixed == 1
        healthy = the_cell(claims, selection=Selection(comparators=frozenset({"healthy"})))
        assert (healthy.raised, healthy.unchanged) == (1, 0)
        ill = the_cell(claims, selection=Selection(comparators=frozenset({"disease_control", "mimic"})))
        assert (ill.raised, ill.unchanged) == (0, 2)

    def test_cited_results(self):
        ledger = build([claim(1), claim(2, DOWN, source="cited")])
        assert the_cell([claim(1), claim(2, DOWN, source="cited")]).verdict == "single study"
        assert [(study.id, each.direction) for study, each in ledger.cited] == [("PMID:2", DOWN)]

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"publication_types": ("Journal Article", "Review")}, "review"),
            ({"publication_types": ("Systematic Review", "Journal Article", "Review")}, "systematic review"),
            ({"publication_types": ("Meta-Analysis", "Systematic Review")}, "meta-analysis"),
            ({"publication_types": ("Published Erratum",)}, "notice, no study"),
            ({"retracted": True, "publication_types": ("Review",)}, "retracted"),
            ({"deleted": True}, "no longer in PubMed"),
        ],
    )
    def test_no_vote_and_listed(self, changes, reason):
        study = Study.of(Article("PMID:1", "A title", "", pmid="1", year=2011, **changes))
        ledger = build([claim(1), claim(1, DOWN, fluid="CSF")], studies={"PMID:1": study})
        assert ledger.cells == ()
        assert [(each.study, each.reason, each.claims) for each in ledger.excluded] == [(study, reason, 2)]

    def test_a_concern_is_told_and_keeps_its_vote(self):
        study = Study.of(Article("PMID:1", "", "", pmid="1"), notices=["concern", "concern"])
        (vote,) = the_cell([claim(1)], studies={"PMID:1": study}).votes
        assert vote.study.notices == ("concern",)
        retracted = Study.of(Article("PMID:1", "", "", pmid="1"), notices=["retraction"])
        assert build([claim(1)], studies={"PMID:1": retracted}).cells == ()


class TestSelection:
    @pytest.fixture
    def claims(self):
        slots = {name: getattr(claim(1), name) for name in Claim.__dataclass_fields__}
        return [
            Finding(**{**slots, "article_id": f"PMID:{n}"}, score=score, evidence=Span(0, 3))
            for n, score in ((1, 0.9), (2, 0.4))
        ]

    @pytest.fixture
    def studies(self):
        return {f"PMID:{n}": Study(f"PMID:{n}", pmid=str(n), year=year) for n, year in ((1, 2001), (2, None))}

    @pytest.mark.parametrize(
        ("selection", "kept", "left_out"),
        [
            (Selection(), 2, {}),
            (Selection(min_score=0.5), 1, {"score too low": 1}),
            (Selection(reviewed_only=True), 1, {"not reviewed": 1}),
            (Selection(since=2001), 1, {"other years": 1}),
            (Selection(since=2002), 0, {"other years": 2}),
            (Selection(until=2000), 0, {"other years": 2}),
            (Selection(hosts=frozenset({"animal"})), 0, {"other host": 2}),
            (Selection(contrasts=frozenset({"time"})), 0, {"other contrast": 2}),
            (Selection(comparators=frozenset({"mimic"})), 0, {"other comparator": 2}),
        ],
    )
    def test_filters(self, claims, studies, selection, kept, left_out):
        ledger = build(claims, studies=studies, reviewed={claims[0].key}, selection=selection)
        assert len(ledger.studies) == kept
        assert ledger.left_out == left_out

    def test_a_curators_word_counts_whatever_the_score(self, claims, studies):
        low = claims[1]
        ledger = build(claims, studies=studies, reviewed={low.key}, selection=Selection(min_score=0.95))
        assert [study.id for study in ledger.studies] == [low.article_id]

    def test_reviewed(self, claims, studies):
        cell = the_cell(claims, studies=studies, reviewed={claims[0].key})
        assert [vote.reviewed for vote in cell.votes] == [True, False]
        assert cell.years == (2001, 2001)


class TestSignTest:
    @given(st.integers(0, 40), st.integers(0, 40))
    def test_as_scipy_has_it(self, raised, lowered):
        if raised + lowered == 0:
            assert sign_test(raised, lowered) is None
            return
        ours, theirs = sign_test(raised, lowered), stats.binomtest(raised, raised + lowered)
        interval = theirs.proportion_ci(0.95, method="exact")
        assert ours.p == pytest.approx(theirs.pvalue, abs=1e-12)
        assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high), abs=1e-9)

    def test_a_known_case(self):
        test = sign_test(5, 0)
        assert (test.share, test.p, test.high) == (1.0, 0.0625, 1.0)
        assert test.low == pytest.approx(0.4782, abs=1e-4)


class TestTables:
    def test_cells(self):
        table = cell_table(build(votes(UP, UP, DOWN, SAME)))
        row = table.iloc[0].to_dict()
        assert (row["raised"], row["lowered"], row["unchanged"], row["studies"]) == (2, 1, 1, 4)
        assert (row["verdict"], row["opposed"], row["sign_test_p"], row["share_raised"]) == (
            "opposing",
            True,
            1.0,
            0.6667,
        )

    def test_evidence_and_excluded(self):
        studies = {"PMID:2": Study("PMID:2", pmid="2", publication_types=("Review",), year=2003)}
        ledger = build(votes(UP, UP), studies=studies)
        assert evidence_table(ledger)["study"].tolist() == ["PMID:1"]
        assert excluded_table(ledger).iloc[0].to_dict() == {
            "study": "PMID:2",
            "pmid": "2",
            "year": 2003,
            "journal": None,
            "title": "",
            "reason": "review",
            "claims": 1,
        }

    def test_empty(self):
        assert len(cell_table(build([]))) == 0
        assert "verdict" in cell_table(build([])).columns

    def test_order(self):
        fluids = ["unspecified", "other:tears film", "CSF", "serum", "plasma"]
        ledger = build([claim(1, fluid=fluid, contrast=c) for fluid in fluids for c in ("treatment", "disease")])
        assert cell_table(ledger)["contrast"].tolist() == ["disease"] * 5 + ["treatment"] * 5
        assert cell_table(ledger)["fluid"].tolist()[:5] == ["serum", "plasma", "CSF", "other:tears film", "unspecified"]


class TestCompare:
    def table(self, tmp_path, *lines):
        path = tmp_path / "table.tsv"
        path.write_text("\n".join(("host\tcytokine\tfluid\tdirection\treference", *lines)), encoding="utf-8")
        return path

    def test_by_study(self):
        rows = [
            TableRow("human", "IL6", "serum", UP, "1"),
            TableRow("human", "IL6", "serum", UP, "PMID: 2"),
            TableRow("human", "IL6", "serum", DOWN, "9"),
            TableRow("human", "IL6", "CSF", UP, "1"),
        ]
        compared = compare(build(votes(UP, DOWN, SAME)), rows)
        assert [each.outcome for each in compared] == [
            "confirmed",
            "opposed",
            "missed",
            "missed",
            "added",
            "added",
        ]
        assert [(each.row.reference, each.row.direction) for each in compared[4:]] == [("2", DOWN), ("3", SAME)]
        assert tally(compared) == {"confirmed": 1, "opposed": 1, "missed": 2, "added": 2}

    @pytest.mark.parametrize("reference", ["10.5555/AbC", "doi:10.5555/abc", "https://doi.org/10.5555/ABC", "ROW:7"])
    def test_by_doi_or_id(self, reference):
        studies = {"ROW:7": Study("ROW:7", doi="10.5555/aBc")}
        claims = [claim(7, article_id="ROW:7"), claim(8, DOWN)]
        compared = compare(build(claims, studies=studies), [TableRow("human", "IL6", "serum", UP, reference)])
        assert [(each.outcome, each.row.reference) for each in compared] == [("confirmed", reference), ("added", "8")]

    def test_by_cell(self):
        rows = [TableRow("human", "IL6", "serum", UP, "Smith 2003"), TableRow("human", "IL6", "plasma", UP)]
        compared = compare(build(votes(UP, DOWN, UP)), rows)
        assert [(each.outcome, each.row.fluid, each.row.direction, each.ours) for each in compared] == [
            ("confirmed", "serum", UP, (("decreased", 1), ("increased", 2))),
            ("missed", "plasma", UP, ()),
            ("added", "serum", DOWN, ((DOWN, 1),)),
        ]

    def test_only_the_contrast_asked_for(self):
        ledger = build([claim(1, contrast="treatment")])
        row = TableRow("human", "IL6", "serum", UP)
        assert tally(compare(ledger, [row]))["missed"] == 1
        assert tally(compare(ledger, [row], contrast="treatment"))["confirmed"] == 1

    def test_read_table(self, tmp_path):
        path = self.table(tmp_path, "# by hand", "", "mice\tMCP-1\tsera\t↑\tPMID:12", "patients\tIL6\tCSF\tno change\t")
        assert read_table(path) == [
            TableRow("animal", "CCL2", "serum", UP, "PMID:12"),
            TableRow("human", "IL6", "CSF", SAME, ""),
        ]
        assert read_table(path)[0].study == "PMID:12"

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("human\tIL-6\tserum\tsideways\t", r"table\.tsv, line 2: direction: 'sideways' is not understood"),
            ("human\tneurofilament\tserum\tup\t", "cytokine: 'neurofilament'"),
            ("human\tIL-6", "fluid: ''"),
            ("Martian\tIL-6\tserum\tup", "host: 'Martian'"),
        ],
    )
    def test_what_is_not_understood(self, tmp_path, line, message):
        with pytest.raises(InputError, match=message):
            read_table(self.table(tmp_path, line))

    def test_no_table(self, tmp_path):
        with pytest.raises(InputError, match="No such file"):
            read_table(tmp_path / "none.tsv")
        path = tmp_path / "t.tsv"
        path.write_text("cytokine\tfluid\nIL6\tserum\n", encoding="utf-8")
        with pytest.raises(InputError, match="line 1: no column host, direction"):
            read_table(path)


def test_limits_name_their_sources():
    text = " ".join(LIMITS)
    for word in ("SWiM", "effect direction plot", "abstracts", "overlap", "effect sizes"):
        assert word in text


def test_no_engine_is_loaded():
    code = "import sys, extractor.ledger; print([m for m in ('spacy', 'torch', 'onnxruntime') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
