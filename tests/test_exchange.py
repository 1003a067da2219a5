"""Curator formats: what goes out comes back, offsets hold for any text, corrections stay, nothing arrives finished."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import bioc
import pytest
import typer
from bioc import biocjson, biocxml, brat, pubtator
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from extractor.cli.exchange_commands import register
from extractor.errors import InputError, RecordError, StoreError
from extractor.exchange import FORMATS, Document, Selection, documents_of, export, import_, select
from extractor.exchange.bioc_xml import as_xml
from extractor.exchange.files import one_line
from extractor.exchange.label_studio import labeling_config
from extractor.exchange.offsets import Utf16
from extractor.exchange.tokens import sentences, token_range, tokens
from extractor.gold import load_gold, parse_record
from extractor.records import CONTRASTS, DIRECTIONS, Article, Finding, Mention, Span
from extractor.store import open_store, save_run
from extractor.vocabulary import load_vocabulary

ROOT = Path(__file__).resolve().parent.parent
NAMES = list(FORMATS)
WHOLE = [name for name, form in FORMATS.items() if form.holds == "all"]
TITLE = "Lymph, fe\u0301vers 🧪 and α-factors"
ABSTRACT = (
    "Plasma of 9 riders was\r\ntaken.  Interleukin-4, -6 and 𝛼TNF rose\tin it; CXCL8 fell after tea.\n"
    "IL-10 did not change. In sera, nothing else was seen."
)
TEXT = f"{TITLE}\n{ABSTRACT}"


def mention(words: str, kind: str, concept: str | None, **changes) -> Mention:
    start = TEXT.index(words)
    return Mention(Span(start, start + len(words)), words, kind, concept, **changes)


def finding(analyte: Mention | None, sample: Mention | None, **changes) -> Finding:
    start = TEXT.index("Interleukin")
    evidence = Span(start, TEXT.index("IL-10") - 1)
    fields = {
        "article_id": "PMID:7",
        "cytokine": analyte.concept if analyte else "IL10",
        "fluid": sample.concept if sample else "unspecified",
        "direction": "increased",
        "contrast": "disease",
        "comparator": "healthy",
        "condition": "other:saddle fever; mild",
        "host": "other:rider",
        "evidence": evidence,
        "evidence_text": TEXT[slice(*evidence)],
        "cytokine_mention": analyte,
        "fluid_mention": sample,
        "cross_sentence": True,
        "score": 0.8125,
        "model": "relation-9.9.9",
    }
    return Finding(**{**fields, **changes})


PLASMA, SERA = mention("Plasma", "fluid", "plasma"), mention("sera", "fluid", "serum")
IL4, IL6 = mention("Interleukin-4", "cytokine", "IL4"), mention("-6", "cytokine", "IL6")
TNF, CXCL8 = mention("𝛼TNF", "cytokine", "TNF"), mention("CXCL8", "cytokine", "CXCL8")
GENE = mention("IL-10", "cytokine", "IL10", level=False)
UNKNOWN = mention("factors", "cytokine", None)


@pytest.fixture
def document() -> Document:
    """Coordinated names, several findings of one pair, findings without fluid or cytokine mention, odd characters."""
    article = Article("PMID:7", TITLE, ABSTRACT, pmid="7")
    findings = [
        finding(IL4, PLASMA, n=9, p="<0.001", also=(Span(0, 5), Span(6, 12))),
        finding(IL6, PLASMA, comparator="unspecified", confidence="debatable"),
        finding(IL6, PLASMA, direction="decreased", contrast="treatment", comparator="untreated"),
        finding(IL6, PLASMA, direction="decreased", contrast="treatment", comparator="before", host="mouse"),
        finding(TNF, PLASMA, fluid="blood", cross_sentence=False),
        finding(CXCL8, None, direction="decreased", contrast="time"),
        finding(GENE, None, fluid="other:tea water", direction="unchanged", contrast="subgroup"),
        finding(None, None, cytokine="IL13", fluid="serum", direction="unchanged", contrast="other"),
        finding(None, SERA, cytokine="<TGF-beta>", direction="unchanged", contrast="disease"),
    ]
    return Document.of(article, findings, [GENE, UNKNOWN, SERA])


def plain(found: Finding) -> Finding:
    """Without what no format holds: what found the mentions."""
    mentions = (m and replace(m, source="") for m in (found.cytokine_mention, found.fluid_mention))
    return replace(found, **dict(zip(("cytokine_mention", "fluid_mention"), mentions, strict=True)))


def marks(document: Document) -> list[Mention]:
    return [replace(each, source="") for each in document.mentions]


def sent(documents: list[Document], form: str, folder: Path) -> list[Document]:
    export(documents, form, folder / "out")
    return list(import_(folder / "out", form))


def file_of(folder: Path, form: str) -> Path:
    names = {"label-studio": "tasks.json", "doccano": "documents.jsonl", "prodigy": "documents.jsonl"}
    return folder / "out" / names[form]


def rows_of(path: Path) -> list[dict]:
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in text.split("\n") if line]


def put(path: Path, rows: list[dict]) -> None:
    lines = json.dumps(rows) if path.suffix == ".json" else "\n".join(json.dumps(row) for row in rows)
    path.write_text(lines, encoding="utf-8")


# -- there and back -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rewritten() -> list[Document]:
    gold = [each for each in load_gold(ROOT / "annotations") if each.article is not None]
    assert len(gold) >= 160
    return [Document.of(each.article, each.findings, each.mentions) for each in gold]


@pytest.mark.parametrize("form", NAMES)
def test_every_rewritten_abstract_comes_back(rewritten, form, tmp_path):
    back = {each.article.id: each for each in sent(rewritten, form, tmp_path)}
    assert [*back] == [each.article.id for each in rewritten] or set(back) == {each.article.id for each in rewritten}
    for document in rewritten:
        there = back[document.article.id]
        assert there.article.text == document.article.text
        assert marks(there) == marks(document)
        assert {f.triple for f in there.findings} == {f.triple for f in document.findings}
        if form in WHOLE:
            assert Counter(map(plain, there.findings)) == Counter(map(plain, document.findings))


@pytest.mark.parametrize("form", WHOLE)
def test_all_of_a_finding_comes_back(document, form, tmp_path):
    (back,) = sent([document], form, tmp_path)
    assert back.article == document.article
    assert marks(back) == marks(document)
    assert Counter(map(plain, back.findings)) == Counter(map(plain, document.findings))


def test_pubtator_keeps_triples_and_mentions_and_nothing_else(document, tmp_path):
    (back,) = sent([document], "pubtator", tmp_path)
    assert back.article.text == f"{one_line(TITLE)}\n{one_line(ABSTRACT)}"
    assert [(m.span, m.kind, m.concept) for m in back.mentions] == [
        (m.span, m.kind, m.concept) for m in document.mentions
    ]
    assert [f.triple for f in back.findings] == list(dict.fromkeys(f.triple for f in document.findings))
    assert {(f.contrast, f.cytokine_mention, f.evidence) for f in back.findings} == {("other", None, Span(0, 0))}


@pytest.mark.parametrize("form", NAMES)
def test_ids_of_all_kinds_come_back(document, form, tmp_path):
    names = ["PMID:7", "10.5555/a b", "ALS:a/1", "als:A-1", "-", "ünï"]
    documents = [renamed(document, name) for name in names]
    assert sorted(each.article.id for each in sent(documents, form, tmp_path)) == sorted(names)


def renamed(document: Document, name: str) -> Document:
    article = replace(document.article, id=name, pmid="7" if name == "PMID:7" else None)
    return Document.of(article, [replace(f, article_id=name) for f in document.findings], document.mentions)


@pytest.mark.parametrize("form", NAMES)
def test_the_same_findings_are_the_same_bytes(document, form, tmp_path):
    written = []
    for name in ("one", "two"):
        export([document], form, tmp_path / name)
        files = (
            [tmp_path / name, *sorted((tmp_path / name).rglob("*"))]
            if (tmp_path / name).is_dir()
            else [tmp_path / name]
        )
        written.append([each.read_bytes() for each in files if each.is_file()])
    assert written[0] == written[1]


# -- offsets ------------------------------------------------------------------------------------------------------

SEQUENCES = ("e\u0301", "\r\n", "  ", "𝛼", "🧪", "\u2028", "\x85", "\u200b", "\ufeff", "]]>", "\x00", "\x0b")
CHARACTERS = st.one_of(
    st.sampled_from([*"abZ09-. \t\r\n  αβγµé&<|\\", *SEQUENCES]),
    st.characters(exclude_categories=["Cs"]),
)


@st.composite
def annotated(draw) -> Document:
    """Any text with mentions anywhere that share no character, and findings between them."""
    title = "".join(draw(st.lists(CHARACTERS.filter(lambda c: "\n" not in c), max_size=12)))
    abstract = "".join(draw(st.lists(CHARACTERS, min_size=6, max_size=60)))
    article = Article("X:1", title, abstract)
    text = article.text
    cuts = sorted(draw(st.sets(st.integers(len(title) + 1, len(text)), min_size=2, max_size=9)))
    spans = [Span(*pair) for pair in zip(cuts[::2], cuts[1::2], strict=False)]
    kinds = draw(
        st.lists(
            st.sampled_from([("cytokine", "IL6"), ("cytokine", "TNF"), ("fluid", "CSF")]),
            min_size=len(spans),
            max_size=len(spans),
        )
    )
    mentions = [Mention(span, text[slice(*span)], *kind) for span, kind in zip(spans, kinds, strict=True)]
    cytokines = [m for m in mentions if m.kind == "cytokine"]
    fluids = [*(m for m in mentions if m.kind == "fluid"), None]
    findings = [draw(claims(cytokine, fluids, text)) for cytokine in cytokines for _ in range(draw(st.integers(0, 2)))]
    return Document.of(article, findings, mentions)


@st.composite
def claims(draw, cytokine: Mention, fluids: list[Mention | None], text: str) -> Finding:
    fluid = draw(st.sampled_from(fluids))
    return Finding(
        "X:1",
        cytokine.concept,
        fluid.concept if fluid else draw(st.sampled_from(["unspecified", "serum"])),
        draw(st.sampled_from(DIRECTIONS)),
        draw(st.sampled_from(CONTRASTS)),
        evidence=cytokine.span,
        evidence_text=text[slice(*cytokine.span)],
        cytokine_mention=cytokine,
        fluid_mention=fluid,
        score=draw(st.floats(0, 1)),
    )


@pytest.mark.parametrize("form", NAMES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(document=annotated())
def test_offsets_hold_for_any_text(tmp_path_factory, form, document):
    assume(form != "brat" or not any(m.text.strip("\n") != m.text for m in document.mentions))
    (back,) = sent([document], form, tmp_path_factory.mktemp("any"))
    kept = as_xml(document) if form in {"bioc-xml", "inception"} else document
    if form == "pubtator":
        assert back.article.title == one_line(document.article.title)
        assert back.article.abstract == one_line(document.article.abstract)
    else:
        assert back.article.text == kept.article.text
    text = back.article.text
    assert [m.span for m in back.mentions] == [m.span for m in document.mentions]
    assert [m.text for m in back.mentions] == [text[slice(*m.span)] for m in document.mentions]
    assert {f.triple for f in back.findings} == {f.triple for f in document.findings}
    if form in WHOLE:
        assert Counter(map(plain, back.findings)) == Counter(map(plain, kept.findings))


@given(text=st.lists(CHARACTERS, max_size=40).map("".join), data=st.data())
def test_utf16_counts_as_javascript_and_java_do(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    units = Utf16(text).units(Span(start, end))
    encoded = text.encode("utf-16-le")
    assert encoded[2 * units[0] : 2 * units[1]].decode("utf-16-le") == text[start:end]
    assert Utf16(text).span(*units) == (start, end)


def test_half_a_character_is_refused():
    with pytest.raises(ValueError, match="splits a character"):
        Utf16("a🧪b").span(0, 2)


@given(text=st.lists(CHARACTERS, max_size=40).map("".join), data=st.data())
def test_tokens_are_the_whole_text_and_cut_at_mentions(text, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = [Span(*pair) for pair in zip(cuts[::2], cuts[1::2], strict=False)]
    found = tokens(text, spans)
    assert "".join(text[t.start : t.end] + " " * t.space for t in found) == text
    for span in spans:
        first, last = token_range(found, span)
        assert found[first].start <= span.start or text[span.start] == " "
        assert found[last].end >= span.end or text[span.end - 1] == " "
    parts = sentences(text, spans)
    assert all(a.end <= b.start for a, b in pairwise(parts))
    assert not any(
        part.start < span.end and span.start < part.end and not part.contains(trimmed(text, span))
        for part in parts
        for span in spans
        if text[slice(*span)].strip()
    )


def trimmed(text: str, span: Span) -> Span:
    words = text[slice(*span)]
    return Span(span.start + len(words) - len(words.lstrip()), span.end - len(words) + len(words.rstrip()))


@pytest.mark.parametrize(
    ("form", "units"),
    [
        ("doccano", "UTF-16"),
        ("label-studio", "code points"),
        ("prodigy", "code points"),
        ("pubannotation", "code points"),
    ],
)
def test_what_offsets_count_is_what_the_table_says(document, form, units, tmp_path):
    assert FORMATS[form].offsets == units
    export([document], form, tmp_path / "out")
    start, end = TNF.span
    shift = 2 * (units == "UTF-16")
    wanted = {(start + shift // 2, end + shift)}
    if form == "doccano":
        (row,) = rows_of(file_of(tmp_path, form))
        found = {(e["start_offset"], e["end_offset"]) for e in row["entities"] if e["label"] == "cytokine:TNF"}
    elif form == "label-studio":
        (row,) = rows_of(file_of(tmp_path, form))
        results = row["predictions"][0]["result"]
        found = {
            (e["value"]["start"], e["value"]["end"]) for e in results if e.get("value", {}).get("text") == TNF.text
        }
    elif form == "prodigy":
        (row,) = rows_of(file_of(tmp_path, form))
        found = {(e["start"], e["end"]) for e in row["spans"] if e["label"] == "cytokine:TNF"}
    else:
        row = json.loads((tmp_path / "out" / "PMID_7.json").read_text(encoding="utf-8"))
        found = {(e["span"]["begin"], e["span"]["end"]) for e in row["denotations"] if e["span"]["begin"] == start}
    assert found == wanted


def test_inception_counts_utf16_in_the_file(document, tmp_path):
    export([document], "inception", tmp_path / "out")
    root = ElementTree.parse(tmp_path / "out" / "PMID_7.xmi").getroot()
    mentions = [each for each in root if each.tag.endswith("}Mention") and each.get("concept") == "TNF"]
    assert [(each.get("begin"), each.get("end")) for each in mentions] == [
        (str(TNF.span.start + 1), str(TNF.span.end + 2))
    ]
    assert sum(each.tag.endswith("}Sentence") for each in root) >= 4


# -- every import verifies the text ---------------------------------------------------------------------------------


def shifted(form: str, folder: Path) -> None:
    """Move one mention, or change the text, as a tool with other offsets would."""
    out = folder / "out"
    if form == "brat":
        path = out / "PMID_7.ann"
        start, end = IL4.span
        change(path, f"Cytokine {start} {end}", f"Cytokine {start + 1} {end + 1}")
    elif form == "bioc-xml":
        change(out, f'offset="{IL4.span.start}"', f'offset="{IL4.span.start + 1}"')
    elif form == "bioc-json":
        change(out, f'"offset": {IL4.span.start},', f'"offset": {IL4.span.start + 1},')
    elif form == "pubtator":
        change(out, f"\t{IL4.span.start}\t{IL4.span.end}\t", f"\t{IL4.span.start + 1}\t{IL4.span.end + 1}\t")
    elif form == "pubannotation":
        change(out / "PMID_7.json", "9 riders", "ten riders")
    elif form == "inception":
        change(out / "PMID_7.xmi", f'begin="{IL4.span.start + 1}"', 'begin="99999"')
    elif form == "label-studio":
        rows = rows_of(out / "tasks.json")
        value = next(r for r in rows[0]["predictions"][0]["result"] if r.get("value", {}).get("text") == IL4.text)[
            "value"
        ]
        value["start"], value["end"] = value["start"] + 1, value["end"] + 1
        put(out / "tasks.json", rows)
    else:
        change(file_of(folder, form), "9 riders", "ten riders")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new).encode())


@pytest.mark.parametrize("form", NAMES)
def test_a_shifted_mention_is_refused_by_name_and_the_others_are_read(document, form, tmp_path):
    other = renamed(document, "X:2")
    export([document, other] if form not in {"bioc-xml", "bioc-json"} else [document], form, tmp_path / "out")
    shifted(form, tmp_path)
    with pytest.raises(RecordError):
        list(import_(tmp_path / "out", form))
    errors: list[RecordError] = []
    read = list(import_(tmp_path / "out", form, on_error=errors.append))
    assert "7" in errors[0].record
    if form in {"brat", "pubannotation", "inception"}:
        assert [each.article.id for each in read] == ["X:2"]


def test_export_refuses_mentions_that_are_not_in_the_text(document, tmp_path):
    moved = replace(IL4, span=Span(0, len(IL4.text)))
    bad = Document(document.article, (moved,), ())
    with pytest.raises(InputError, match=r"\[PMID:7\] mention"):
        export([bad], "brat", tmp_path / "out")


# -- nothing arrives finished ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", NAMES)
def test_nothing_arrives_finished(document, form, tmp_path):
    done = replace(document, reviewed=True)
    assert [each.reviewed for each in sent([done], form, tmp_path)] == [False]


def test_label_studio_tasks_are_predictions(document, tmp_path):
    export([document], "label-studio", tmp_path / "out")
    (task,) = rows_of(file_of(tmp_path, "label-studio"))
    assert set(task) == {"data", "predictions"}
    assert task["predictions"][0]["model_version"] == "relation-9.9.9"


def test_label_studio_results_fit_the_configuration(document, tmp_path):
    export([document], "label-studio", tmp_path / "out")
    config = ElementTree.fromstring((tmp_path / "out" / "labeling_config.xml").read_text(encoding="utf-8"))
    controls = {each.get("name"): each.tag.lower() for each in config.iter() if each.get("toName") == "text"}
    relations = {each.get("value") for each in config.iter("Relation")}
    (task,) = rows_of(file_of(tmp_path, "label-studio"))
    for result in task["predictions"][0]["result"]:
        if result["type"] == "relation":
            assert set(result["labels"]) <= relations
        else:
            assert controls[result["from_name"]] == result["type"]
    pairs = [(r["from_id"], r["to_id"]) for r in task["predictions"][0]["result"] if r["type"] == "relation"]
    assert len(pairs) == len(set(pairs)), "Label Studio keeps one relation per pair of regions"
    assert labeling_config() == (tmp_path / "out" / "labeling_config.xml").read_text(encoding="utf-8")


def test_prodigy_tasks_have_no_answer_and_tokens_fit(document, tmp_path):
    export([document], "prodigy", tmp_path / "out")
    (task,) = rows_of(file_of(tmp_path, "prodigy"))
    assert "answer" not in task
    for span in task["spans"]:
        first, last = task["tokens"][span["token_start"]], task["tokens"][span["token_end"]]
        assert (first["start"], last["end"]) == (span["start"], span["end"])
    assert "CXCL8: decreased/time, unspecified" in task["meta"]["without fluid mention"]


@pytest.mark.parametrize(("answer", "reviewed"), [("accept", [True]), ("reject", []), ("ignore", [])])
def test_prodigy_answers(document, answer, reviewed, tmp_path):
    export([document], "prodigy", tmp_path / "out")
    path = file_of(tmp_path, "prodigy")
    put(path, [{**row, "answer": answer} for row in rows_of(path)])
    assert [each.reviewed for each in import_(path, "prodigy")] == reviewed


# -- what a curator does comes back ---------------------------------------------------------------------------------


def test_label_studio_annotation_beats_prediction_and_cancelled_ones_do_not(document, tmp_path):
    export([document], "label-studio", tmp_path / "out")
    path = file_of(tmp_path, "label-studio")
    (task,) = rows_of(path)
    result = task["predictions"][0]["result"]
    kept = [each for each in result if each["type"] != "relation"]
    task["annotations"] = [{"result": kept, "was_cancelled": False}, {"result": [], "was_cancelled": True}]
    put(path, [task])
    (back,) = import_(path, "label-studio")
    assert back.reviewed
    assert marks(back) == marks(document)
    assert {f.fluid_mention for f in back.findings} == {None}


def test_doccano_corrections(document, tmp_path):
    export([document], "doccano", tmp_path / "out")
    path = file_of(tmp_path, "doccano")
    (row,) = rows_of(path)
    ids = {entity["label"]: entity["id"] for entity in row["entities"]}
    to_il4 = next(r for r in row["relations"] if r["from_id"] == ids["cytokine:IL4"])
    to_il4["type"] = "decreased/disease"
    row["relations"] = [r for r in row["relations"] if r["from_id"] != ids["cytokine:TNF"]]
    next(e for e in row["entities"] if e["id"] == ids["cytokine:IL10"])["label"] = "cytokine:IL19"
    start = one_line(TEXT).encode("utf-16-le").index("sera".encode("utf-16-le")) // 2
    row["entities"].append({"id": 90, "label": "fluid", "start_offset": start, "end_offset": start + 4})
    row["relations"].append({"id": 91, "from_id": 90, "to_id": ids["cytokine:CXCL8"], "type": "increased/time"})
    put(path, [row])
    (back,) = import_(path, "doccano")
    found = {f.triple: f for f in back.findings}
    changed = found["IL4", "plasma", "decreased"]
    assert (changed.comparator, changed.condition, changed.n) == ("healthy", "other:saddle fever; mild", 9)
    assert (changed.score, changed.model) == (1.0, "")
    assert ("TNF", "blood", "increased") not in found
    assert ("IL19", "other:tea water", "unchanged") in found
    new = found["CXCL8", "serum", "increased"]
    assert new.fluid_mention.concept == "serum"
    assert new.evidence_text.startswith("Interleukin-4")
    assert new.comparator == "unspecified"


def test_a_moved_border_keeps_the_details(document, tmp_path):
    export([document], "prodigy", tmp_path / "out")
    path = file_of(tmp_path, "prodigy")
    (task,) = rows_of(path)
    start = IL4.span.start
    for span in [*task["spans"], *(r["head_span"] for r in task["relations"])]:
        if span["start"] == start:
            span["end"] -= 2
    put(path, [task])
    (back,) = import_(path, "prodigy")
    moved = next(f for f in back.findings if f.cytokine == "IL4")
    assert moved.cytokine_mention.text == "Interleukin"
    assert (moved.n, moved.comparator, moved.triple) == (9, "healthy", document.findings[0].triple)


def test_brat_corrections(document, tmp_path):
    export([document], "brat", tmp_path / "out")
    path = tmp_path / "out" / "PMID_7.ann"
    start, end = CXCL8.span
    ann = path.read_text(encoding="utf-8")
    event = next(line.split("\t")[0] for line in ann.splitlines() if line.startswith("E") and "Decreased" in line)
    ann += f"T90\tFluid {SERA.span.start} {SERA.span.end}\tsera\n#90\tAnnotatorNotes T90\tserum\n"
    ann += f"T91\tIncreased {start} {end}\tCXCL8\nE91\tIncreased:T91 Sample:T90\n#91\tAnnotatorNotes E91\tlooks sound\n"
    ann = ann.replace("Contrast " + event + " treatment", "Contrast " + event + " time")
    path.write_text(ann, encoding="utf-8")
    (back,) = import_(tmp_path / "out", "brat")
    new = next(f for f in back.findings if f.triple == ("CXCL8", "serum", "increased"))
    assert (new.contrast, new.comparator, new.score) == ("other", "unspecified", 1.0)
    assert any(f.contrast == "time" and f.cytokine == "IL6" for f in back.findings)


def test_brat_reads_what_brat_writes_without_our_index(tmp_path):
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "doc-1.txt").write_text("Fever\nIL-6 in\nserum rose.", encoding="utf-8")
    lines = ["T1\tCytokine 6 10\tIL-6", "T2\tFluid 14 19\tserum", "T3\tIncreased 6 10;11 13;14 19\tIL-6 in serum"]
    lines += [
        "E1\tIncreased:T3 Analyte:T1 Sample:T2",
        "A1\tDebatable E1",
        "*\tEquiv T1 T2",
        "R1\tOther Arg1:T1 Arg2:T2",
    ]
    (folder / "doc-1.ann").write_text("\n".join(lines), encoding="utf-8")
    (back,) = import_(folder, "brat")
    assert back.article.id == "doc-1"
    (found,) = back.findings
    assert (found.triple, found.confidence) == (("IL6", "serum", "increased"), "debatable")


def test_a_mention_over_a_line_end_is_written_in_fragments(tmp_path):
    article = Article("X:1", "Fever", "interleukin\r\n6 rose.")
    marked = Mention(Span(6, 20), "interleukin\r\n6", "cytokine", "IL6")
    export([Document.of(article, [], [marked])], "brat", tmp_path / "out")
    assert "T1\tCytokine 6 18;19 20\tinterleukin  6\n" in (tmp_path / "out" / "X_1.ann").read_text(encoding="utf-8")
    (back,) = import_(tmp_path / "out", "brat")
    assert marks(back) == [replace(marked, source="")]


def test_inception_reads_the_zip_it_exports(document, tmp_path):
    export([document], "inception", tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "curator.zip", "w") as archive:
        for name in ("TypeSystem.xml", "PMID_7.xmi"):
            archive.write(tmp_path / "out" / name, name)
    (back,) = import_(tmp_path / "curator.zip", "inception")
    assert Counter(map(plain, back.findings)) == Counter(map(plain, document.findings))


def test_bioc_of_another_origin_is_read_at_its_own_offsets(tmp_path):
    passages = [
        {"offset": 100, "infons": {"type": "title"}, "text": "Fever"},
        {
            "offset": 300,
            "infons": {"type": "abstract"},
            "text": "IL-6 in CSF rose.",
            "annotations": [
                {
                    "id": "1",
                    "infons": {"type": "Cytokine"},
                    "text": "IL-6",
                    "locations": [{"offset": 300, "length": 4}],
                },
                {"id": "2", "infons": {"type": "Fluid"}, "text": "CSF", "locations": [{"offset": 308, "length": 3}]},
                {"id": "3", "infons": {"type": "Species"}, "text": "?", "locations": []},
            ],
        },
    ]
    relation = {
        "id": "R",
        "infons": {"type": "increased"},
        "nodes": [{"refid": "1", "role": ""}, {"refid": "2", "role": ""}],
    }
    (tmp_path / "x.json").write_text(
        json.dumps({"documents": [{"id": "9", "passages": passages, "relations": [relation]}]}), encoding="utf-8"
    )
    (back,) = import_(tmp_path / "x.json", "bioc-json")
    assert [(m.text, m.span) for m in back.mentions] == [("IL-6", (6, 10)), ("CSF", (14, 17))]
    assert [f.triple for f in back.findings] == [("IL6", "CSF", "increased")]


# -- other people's parsers ----------------------------------------------------------------------------------------


def test_the_bioc_library_reads_ours(document, tmp_path):
    export([document], "bioc-xml", tmp_path / "a.xml")
    export([document], "bioc-json", tmp_path / "a.json")
    with (tmp_path / "a.xml").open("rb") as xml, (tmp_path / "a.json").open(encoding="utf-8") as text:
        collections = [biocxml.load(xml), biocjson.load(text)]
    for collection in collections:
        bioc.validate(collection)
        (read,) = collection.documents
        for passage in read.passages:
            for each in passage.annotations:
                (place,) = each.locations
                start = place.offset - passage.offset
                assert passage.text[start : start + place.length] == each.text
        assert [len(relation.nodes) for relation in read.relations] == [2, 2, 2, 2, 2, 1, 1, 0, 1]


def test_parsers_of_brat_and_pubtator_read_ours(document, tmp_path):
    export([document], "brat", tmp_path / "brat")
    text = (tmp_path / "brat" / "PMID_7.txt").read_bytes().decode()
    ann = (tmp_path / "brat" / "PMID_7.ann").read_bytes().decode()
    read = brat.loads(text, ann)
    for entity in read.entities:
        assert " ".join(text[each.begin : each.end] for each in sorted(entity.locations)) == entity.text
    assert len(read.events) == len(document.findings)
    export([document], "pubtator", tmp_path / "pubtator")
    with (tmp_path / "pubtator").open(encoding="utf-8", newline="") as stream:
        (found,) = pubtator.load(stream)
    whole = f"{found.title}\n{found.abstract}"
    assert [whole[each.start : each.end] for each in found.annotations] == [each.text for each in found.annotations]


# -- selection -----------------------------------------------------------------------------------------------------


def collection(document: Document, number: int) -> list[Document]:
    documents = [renamed(document, f"X:{index}") for index in range(number)]
    return [replace(each, reviewed=index % 3 == 0) for index, each in enumerate(documents)]


def test_selection(document):
    documents = collection(document, 12)
    assert [d.article.id for d in select(documents, Selection(max_articles=3))] == ["X:0", "X:1", "X:2"]
    assert [d.article.id for d in select(documents, Selection(unreviewed=True, max_articles=2))] == ["X:1", "X:2"]
    drawn = select(documents, Selection(sample=5, seed=4))
    assert drawn == select(documents, Selection(sample=5, seed=4))
    assert drawn == sorted(drawn, key=documents.index)
    assert drawn != select(documents, Selection(sample=5, seed=5))
    assert len(select(documents, Selection(sample=50))) == 12


def test_min_score_drops_findings_and_then_articles(document):
    low = Document.of(document.article, [replace(document.findings[0], score=0.2)], document.mentions)
    (kept,) = select([low], Selection(min_score=0.3))
    assert (kept.findings, kept.mentions) == ((), low.mentions)
    assert select([low], Selection(min_score=0.3, without_findings=False)) == []
    with pytest.raises(InputError, match="min_score"):
        Selection(min_score=2)


# -- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", NAMES)
def test_a_curators_work_is_not_overwritten(document, form, tmp_path):
    export([document], form, tmp_path / "out")
    with pytest.raises(InputError, match="exists already"):
        export([document], form, tmp_path / "out")


def test_unknown_formats_and_missing_files(document, tmp_path):
    with pytest.raises(InputError, match="none of brat"):
        export([document], "word", tmp_path / "out")
    for form in NAMES:
        with pytest.raises(InputError, match="does not exist"):
            import_(tmp_path / "nothing", form)


@pytest.mark.parametrize("form", [name for name in NAMES if name != "brat"])
@pytest.mark.parametrize("content", ["", "no such thing", '{"a": 1}', "[1, null]", "\udcff"])
def test_files_of_another_kind_are_one_clear_error(form, content, tmp_path):
    path = tmp_path / ("x.xmi" if form == "inception" else "x")
    path.write_bytes(content.encode(errors="surrogateescape"))
    if form in {"pubtator", "prodigy", "doccano"} and not content:
        assert list(import_(path, form)) == []
        return
    with pytest.raises(InputError) as caught:
        list(import_(path, form))
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", ["bioc-xml", "inception"])
def test_declared_entities_are_not_expanded(document, form, tmp_path):
    export([document], form, tmp_path / "out")
    path = tmp_path / "out" if form == "bioc-xml" else tmp_path / "out" / "PMID_7.xmi"
    change(path, "?>", '?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>')
    with pytest.raises(InputError, match="document type"):
        list(import_(tmp_path / "out", form))


def test_findings_without_a_place_are_counted_and_left_out(document, tmp_path):
    placeless = Finding("PMID:7", "IL6", "CSF", "increased", "disease")
    done = export([Document.of(document.article, [*document.findings, placeless])], "brat", tmp_path / "out")
    assert (done.articles, done.findings, done.placeless) == (1, len(document.findings), 1)


def test_exchange_loads_no_language_pipeline_and_no_engine():
    script = (
        "import sys, extractor.exchange as e\nfrom importlib import import_module\n"
        "[import_module(f'extractor.exchange.{form.module}') for form in e.FORMATS.values()]\n"
        "import extractor.exchange.decisions\n"
        "print([m for m in ('spacy', 'torch', 'onnxruntime', 'transformers') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "[]"


# -- decisions and the command line --------------------------------------------------------------------------------


@pytest.fixture
def database(document, tmp_path) -> Path:
    """A database with two articles with the same findings and one without any."""
    empty = Article("PMID:9", "Nothing", "There was nothing.", pmid="9")
    documents = [document, renamed(document, "X:2")]
    results = [(each.article, list(each.findings)) for each in documents]
    path = tmp_path / "als.db"
    with open_store(path) as store:
        save_run(store, [*results, (empty, [])], model="relation-9.9.9")
    return path


def run(*arguments: object) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, [str(each) for each in arguments])


def findings_in(database: Path) -> dict[str, list[tuple[Finding, bool]]]:
    with open_store(database) as store:
        found = store.findings()
    return {name: [pair for pair in found if pair[0].article_id == name] for name in ("PMID:7", "X:2")}


@pytest.mark.parametrize("form", NAMES)
def test_export_and_import_from_the_command_line(database, document, form, tmp_path):
    done = run("export", "--db", database, "--to", form, "-o", tmp_path / "out", "--json")
    assert (done.exit_code, json.loads(done.stdout)["articles"]) == (0, 2)
    if FORMATS[form].finished:
        finish(form, tmp_path)
    done = run("import", tmp_path / "out", "--from", form, "--db", database, "--curator", "Ada", "--json")
    assert done.exit_code == 0, done.output
    counts = json.loads(done.stdout)
    assert counts["accepted"] == 2 * len(document.findings)
    assert not {"rejected", "corrected", "added"} & set(counts)
    again = run("import", tmp_path / "out", "--from", form, "--db", database, "--curator", "Ada", "--json")
    assert "accepted" not in json.loads(again.stdout)
    left = run("export", "--db", database, "--to", form, "-o", tmp_path / "rest", "--unreviewed", "--json")
    assert json.loads(left.stdout)["articles"] == 0


def finish(form: str, folder: Path) -> None:
    path = file_of(folder, form)
    rows = rows_of(path)
    for row in rows:
        if form == "prodigy":
            row["answer"] = "accept"
        else:
            row["annotations"] = [{"result": row["predictions"][0]["result"], "was_cancelled": False}]
    put(path, rows)


def test_what_is_not_finished_stays_open(database, tmp_path):
    run("export", "--db", database, "--to", "label-studio", "-o", tmp_path / "out")
    done = run("import", tmp_path / "out", "--from", "label-studio", "--db", database, "--curator", "Ada", "--json")
    assert json.loads(done.stdout) == {"articles": 0, "findings": 0, "open": 2, "failed": []}


def test_corrections_become_decisions_and_can_be_corrected_again(database, tmp_path):
    run("export", "--db", database, "--to", "pubannotation", "-o", tmp_path / "out")
    path = tmp_path / "out" / "PMID_7.json"
    row = json.loads(path.read_text(encoding="utf-8"))
    of = {each["id"]: each for each in row["denotations"]}
    by_place = [
        name for name, each in of.items() if each["obj"] == "increased" and each["span"]["begin"] == IL4.span.start
    ]
    of[by_place[0]]["obj"] = "decreased"
    gone = next(
        name for name, each in of.items() if each["obj"] == "increased" and each["span"]["begin"] == TNF.span.start
    )
    row["denotations"] = [each for each in row["denotations"] if each["id"] != gone]
    row["denotations"].append({"id": "F90", "span": of[gone]["span"], "obj": "unchanged"})
    row["denotations"].append(
        {"id": "F91", "span": {"begin": CXCL8.span.start, "end": CXCL8.span.end}, "obj": "increased"}
    )
    row["attributes"].append({"id": "A90", "subj": "F91", "pred": "contrast", "obj": "disease"})
    path.write_text(json.dumps(row), encoding="utf-8")
    done = run("import", tmp_path / "out", "--from", "pubannotation", "--db", database, "--curator", "Ada", "--json")
    counts = json.loads(done.stdout)
    assert (counts["corrected"], counts["added"]) == (2, 1)
    found = {pair[0].triple: pair[0] for pair in findings_in(database)["PMID:7"]}
    assert ("IL4", "plasma", "increased") not in found
    corrected = found["IL4", "plasma", "decreased"]
    assert (corrected.source, corrected.score, corrected.n) == ("curated", 1.0, 9)
    assert found["TNF", "unspecified", "unchanged"].model == ""
    export([each for each in stored(database) if each.article.id == "PMID:7"], "pubannotation", tmp_path / "second")
    path = tmp_path / "second" / "PMID_7.json"
    row = json.loads(path.read_text(encoding="utf-8"))
    for each in row["denotations"]:
        if each["obj"] in DIRECTIONS and each["span"]["begin"] in {IL4.span.start, CXCL8.span.start}:
            each["obj"] = "unchanged" if each["span"]["end"] in {IL4.span.end, CXCL8.span.end} else each["obj"]
    path.write_text(json.dumps(row), encoding="utf-8")
    run("import", tmp_path / "second", "--from", "pubannotation", "--db", database, "--curator", "Bo")
    triples = {pair[0].triple for pair in findings_in(database)["PMID:7"]}
    assert ("IL4", "plasma", "unchanged") in triples
    assert not {("IL4", "plasma", "decreased"), ("CXCL8", "unspecified", "increased")} & triples


def stored(database: Path) -> list[Document]:
    with open_store(database) as store:
        return list(documents_of(store))


def test_min_score_of_the_export_is_not_a_rejection(database, document, tmp_path):
    options = ("--db", database, "--min-score", 0.9)
    assert run("export", "--to", "brat", "-o", tmp_path / "out", "--all-articles", *options).exit_code == 0
    done = run("import", tmp_path / "out", "--from", "brat", "--curator", "Ada", "--json", *options)
    assert json.loads(done.stdout) == {"articles": 3, "findings": 0, "open": 0, "failed": []}
    assert len(findings_in(database)["PMID:7"]) == len(document.findings)


def test_another_text_in_the_database_is_refused(database, document, tmp_path):
    other = Document.of(replace(document.article, abstract=ABSTRACT + " More."), document.findings, document.mentions)
    export([other, renamed(document, "X:3")], "brat", tmp_path / "out")
    done = run("import", tmp_path / "out", "--from", "brat", "--db", database, "--curator", "Ada", "--json")
    assert done.exit_code == 3
    assert ["another text" in each or "not in the database" in each for each in json.loads(done.stdout)["failed"]] == [
        True,
        True,
    ]


def test_records_in_the_gold_format(document, tmp_path):
    marked = [f for f in document.findings if f.cytokine_mention is not None and f.fluid in {"plasma", "unspecified"}]
    named = [replace(each, concept=None) if each == SERA else each for each in document.mentions if each != UNKNOWN]
    export([Document.of(document.article, marked, named), renamed(document, "X:2")], "brat", tmp_path / "out")
    done = run("import", tmp_path / "out", "--from", "brat", "-o", tmp_path / "gold.jsonl", "--split", "dev")
    assert (done.exit_code, "[X:2]" in done.output) == (3, True), "gold asks for concepts"
    (record,) = rows_of(tmp_path / "gold.jsonl")
    assert (record["id"], record["split"]) == ("PMID:7", "dev")
    gold = parse_record(record, file="gold.jsonl", concepts=load_vocabulary().cytokines)
    assert f"{record['title']}\n{record['abstract']}" == TEXT
    assert [f.triple for f in gold.findings] == [f.triple for f in marked]
    assert next(m for m in gold.mentions if m.text == "sera").concept == "serum"


def test_wrong_usage(database, tmp_path):
    assert run("import", tmp_path, "--from", "brat").exit_code == 2
    assert run("import", tmp_path, "--from", "brat", "--db", database).exit_code == 2
    assert run("export", "--db", database, "--to", "word", "-o", tmp_path / "x").exit_code == 2
    assert isinstance(
        run("export", "--db", tmp_path / "no.db", "--to", "brat", "-o", tmp_path / "x").exception, StoreError
    )
