"""Names lead to the right concept however they are written; look-alikes lead nowhere; the tables hold against HGNC."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import VocabularyError
from extractor.records import FLUIDS
from extractor.vocabulary import CytokineConcept, Vocabulary, load_vocabulary, read_table

VOCABULARY = load_vocabulary()
_NUMBERS = (2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 15, 16, 18, 19, 20, 21, 22, 24, 26, 31, 32, 33, 34, 37)
NUMBERED = {f"IL{n}": n for n in _NUMBERS}
SPELLINGS = {
    "IL6": "ofIL-6|tmIL-6|interleuikin-6"
    "|IL-6|IL6|IL 6|Il6|il-6|IL‐6|IL–6|IL−6|IL\u00a06|IL - 6|interleukin 6|Interleukin-6|interleukin (IL)-6"
    "|interleukin (IL) 6|IL (interleukin)-6|interleukine-6|rhIL-6|hIL-6|interleukins 6",
    "IL1B": "IL-1beta|IL-1β|IL-1b|IL-1B|IL1B|Il1b|IL-1 beta|IL 1β|interleukin-1 beta|interleukin (IL)-1β"
    "|IL-1ß|pro-IL-1β|IL-1ꞵ|IL-1𝛽",
    "TNF": "TNF|TNF-alpha|TNFα|TNF-α|TNF-a|TNF alpha|TNF - alpha|Tnfa|tumour necrosis factor"
    "|tumor necrosis factor (TNF)-α"
    "|Tumor Necrosis Factor-Alpha|cachectin|TNF-alfa|TNF-ɑ|TNF-∝|TNF-𝛼|TNF𝜶|TNFɑ|memTNF",
    "TNFRSF1A": "sTNF-RI|sTNFR1|sTNFRI|TNF-R60|p55|soluble TNF receptor 1|TNF receptor type I|type I TNF receptor"
    "|tumor necrosis factor receptor 1|TNF-R55|sTNF-R p55|TNFRSF1A",
    "TNFRSF1B": "sTNFR2|p75|TNFRII|TNF-R80|TNF receptor type II|TNFR p75",
    "<TNFR>": "TNF receptors|TNFR|tumor necrosis factor receptor",
    "IL12B": "IL-12p40|IL-12/23p40|IL-12/IL-23p40|IL-12 p40",
    "IL12": "IL-12 (p40/p70)|IL-12|IL-12p70|IL-12(p70)|IL-12 (p70)|interleukin 12",
    "IL25": "IL-25|IL-17E",
    "IL1F10": "IL-38",
    "CXCL8": "IL-8|CXCL8|interleukin-8",
    "CXCL1": "KC|KC/GRO|KC-GRO|GRO-α|Gro alpha|CXCL-1|C-X-C motif chemokine ligand 1|chemokine (C-X-C motif) ligand 1",
    "CXCL2": "MIP-2",
    "CXCL10": "IP-10|IFN-γ-inducible protein-10|interferon gamma-induced protein 10",
    "CCL2": "MCP-1|MCP1|monocyte chemoattractant protein-1|monocyte chemotactic protein 1|JE",
    "CCL3": "MIP-1α|MIP-1 alpha|MIP1a|macrophage inflammatory protein (MIP)-1α",
    "CCL5": "RANTES|CCL5|regulated on activation, normal T cell expressed and secreted",
    "CXCL5": "LIX|ENA-78",
    "IL1RN": "IL-1ra|IL-1RA|IL-1 receptor antagonist|interleukin-1 (IL-1) receptor antagonist|anakinra",
    "IL2RA": "IL-2Rs|sIL-2R|sIL-2Rα|IL-2 receptor|interleukin-2 receptor alpha|CD25|sCD25",
    "IL6R": "IL-6R|sIL-6R|IL-6 receptor|interleukin-6 receptor",
    "IL6ST": "gp130|sgp130",
    "IL18BP": "IL-18BP|IL-18 binding protein",
    "IL1RL1": "ST2|sST2",
    "CD40LG": "sCD40L|CD40 ligand",
    "TNFSF10": "TRAIL|TNF-related apoptosis-inducing ligand",
    "TNFSF11": "RANKL|sRANKL|receptor activator of nuclear factor-κB ligand",
    "TNFRSF11B": "OPG|osteoprotegerin",
    "LTA": "lymphotoxin|lymphotoxin-α|TNF-β|TNF-beta",
    "CSF1": "M-CSF|macrophage colony-stimulating factor",
    "CSF2": "GM-CSF|rhGM-CSF|GMCSF|granulocyte/macrophage colony-stimulating factor",
    "CSF3": "G-CSF|granulocyte colony-stimulating factor",
    "LTBR": "LTβR|LTbetaR|LT-βR",
    "TGFBR2": "TβRII|TbetaRII",
    "PDGFRB": "PDGFRβ|PDGF-Rβ",
    "CCL23": "CKβ8|CKbeta8",
    "VEGFA": "VEGF|VEGF-A|vascular endothelial growth factor|VEGF165|vascular endothelial growth factor (VEGF)-A",
    "KDR": "sVEGFR-2|VEGFR2|VEGF receptor-2",
    "FLT1": "sFlt-1|VEGF receptor 1",
    "IGF1": "IGF-1|IGF-I|IGF1|insulin-like growth factor I|insulin-like growth factor-1|somatomedin C",
    "IGFBP3": "IGFBP-3|IGF binding protein-3|insulin-like growth factor (IGF)-binding protein-3",
    "NGFR": "p75NTR",
    "PDGFB": "PDGF-BB",
    "<PDGF>": "PDGF|PDGF-AB",
    "INHBA": "activin A",
    "INHA": "inhibin|inhibin B",
    "IFNG": "IFN-γ|IFNγ|IFN-g|Ifng|gamma-interferon|interferon (IFN)-γ|interferon (IFN)γ|type II interferon|IFN- gamma"
    "|IFN-ɣ|IFN-γs|interferone gamma",
    "IFNA2": "IFN-α2b|interferon alfa-2a|alpha interferon (2b)|interferon alpha-2b",
    "<IFN-alpha>": "interferon-alpha|IFN-α|alpha interferon",
    "IFNB1": "IFN-β|interferon beta-1a",
    "<IFN>": "interferon|IFN|interferons",
    "<type-I-IFN>": "type I interferon|type I IFNs",
    "TGFB1": "tumor growth factor-beta1|TGF-β1|TGF beta 1|transforming growth factor-beta1|TGF-beta(1)|TGFB1",
    "<TGF-beta>": "TGF-β|TGF-beta|transforming growth factor beta",
    "<IL-1>": "IL-1|interleukin-1",
    "<CSF>": "colony-stimulating factor|CSFs",
    "<FGF>": "FGF|fibroblast growth factors",
    "FGF2": "bFGF|basic fibroblast growth factor|FGF-2|FGF basic",
    "AMH": "anti-Müllerian hormone|AMH",
    "PPBP": "beta-thromboglobulin|NAP-2",
    "SPP1": "osteopontin|OPN",
    "NAMPT": "visfatin|NAMPT",
}
NOT_CYTOKINES = (
    "IL-8 receptor|interferon regulatory factor|TNF receptor-associated factor|CCl4|Ang II|eGFR|IL"
    "|interleukin|chemokine"
    "|light|met|kit|april|fas|trail|cytokine|growth factor|PDGF receptor|NF-IL6|IL-99|6"
)
FLUID_NAMES = {
    "serum": "serum|Sera|blood serum",
    "plasma": "plasma",
    "blood": "blood|whole blood|whole-blood|peripheral blood|circulating|bloodstream",
    "CSF": "CSF|cerebrospinal fluid|spinal fluids",
    "urine": "urine|urinary",
    "saliva": "saliva|salivary",
    "tears": "tear fluid|tears",
    "other:breast milk": "breastmilk|mother's milk|mother’s milk|colostrum",
    "other:nasal fluid": "nasal washes|nasal epithelial lining fluid",
    "other:bone marrow fluid": "BM plasma|bone marrow plasma",
    "BALF": "bronchial washings|BALF|BAL fluid|bronchoalveolar lavage (BAL) fluids|bronchoalveolar lavage",
    "synovial_fluid": "synovial fluid|joint fluid",
    "other:cord blood": "cord blood|umbilical cord serum",
    "other:aqueous humor": "aqueous humour|aqueous humor",
    "other:seminal plasma": "seminal plasma",
    "other:gingival crevicular fluid": "gingival crevicular fluid|GCF",
    "other:exhaled breath condensate": "exhaled breath condensate",
}


def pairs(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(spelling, concept) for concept, spellings in table.items() for spelling in spellings.split("|")]


@pytest.mark.parametrize(("spelling", "concept"), [p for p in pairs(SPELLINGS) if not p[0].startswith("soluble")])
def test_spelling_leads_to_concept(spelling: str, concept: str) -> None:
    if not spelling.startswith("pro-"):
        assert VOCABULARY.normalise_cytokine(spelling) == concept
    found = [(m.start, m.end, m.entry.concept) for m, _ in VOCABULARY.find_cytokines(f"The {spelling} level rose.")]
    assert found == [(4, 4 + len(spelling), concept)]


@pytest.mark.parametrize("name", NOT_CYTOKINES.split("|"))
def test_look_alike_is_no_cytokine(name: str) -> None:
    assert VOCABULARY.normalise_cytokine(name) is None
    assert not [m for m, _ in VOCABULARY.find_cytokines(f"some {name} here") if m.entry.concept]
    assert not VOCABULARY.names_cytokine(f"some {name} here")


@pytest.mark.parametrize(("spelling", "fluid"), pairs(FLUID_NAMES))
def test_fluid_name_leads_to_fluid(spelling: str, fluid: str) -> None:
    assert VOCABULARY.normalise_fluid(spelling) == fluid


@pytest.mark.parametrize(
    "text",
    [
        "serum-free medium",
        "fetal calf serum",
        "plasma membrane",
        "plasma cells",
        "blood pressure",
        "blood flow",
        "blood vessels",
        "blood loss",
        "the blood-brain barrier",
        "the blood–brain barrier",
        "blood transfusion",
        "blood donors",
        "white blood cells",
        "peripheral blood mononuclear cells",
        "peripheral blood CD4+ T cells",
        "cord blood cells",
        "blood monocytes",
        "serum response factor",
        "in the presence of serum.",
        "bovine serum albumin",
        "a lymph node",
        "circulating blood monocytes",
        "blood-forming organs",
        "medium with 10% heat-inactivated serum.",
        "medium with 10% (v/v) inactivated serum.",
        "rats with ascites died",
        "BAL cells",
        "urinary tract",
    ],
)
def test_look_alike_is_no_fluid(text: str) -> None:
    assert VOCABULARY.find_fluids(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IL-4, -5 and -10", "IL-4=IL4 -5=IL5 -10=IL10"),
        ("interleukins 4, 5 and 13", "interleukins 4=IL4 5=IL5 13=IL13"),
        ("TGF-beta 1 and 2", "TGF-beta 1=TGFB1 2=TGFB2"),
        ("IL-1α/β and IL-17A/F", "IL-1α=IL1A β=IL1B IL-17A=IL17A F=IL17F"),
        ("CXCL9/10/11", "CXCL9=CXCL9 10=CXCL10 11=CXCL11"),
        ("CXCL9, 10 and 11 were", "CXCL9=CXCL9 10=CXCL10 11=CXCL11"),
        ("IGF-I and -II", "IGF-I=IGF1 -II=IGF2"),
        ("TNF receptors 1 and 2 rose", "TNF receptors 1=TNFRSF1A 2=TNFRSF1B"),
        ("VEGF-A, -C and -D", "VEGF-A=VEGFA -C=VEGFC -D=VEGFD"),
        ("G- and GM-CSF", "G-=CSF3 GM-CSF=CSF2"),
        ("type I and type II interferons", "type I=<type-I-IFN> type II interferons=IFNG"),
        ("IL-6 and 10 patients", "IL-6=IL6"),
        ("IL-6 (10 pg/ml)", "IL-6=IL6"),
        ("IL-2, 4 weeks later", "IL-2=IL2"),
        ("FGF 2 ng/ml", "FGF=<FGF>"),
        ("CCL2-5", "CCL2=CCL2 -5=CCL5"),
        ("IL-1beta, -2, and -1ra rose", "IL-1beta=IL1B -2=IL2 -1ra=IL1RN"),
        ("TNF-RI and RII", "TNF-RI=TNFRSF1A RII=TNFRSF1B"),
        ("IL-1α/ꞵ", "IL-1α=IL1A ꞵ=IL1B"),
        ("of IL-6, and 3) its course", "IL-6=IL6"),
        ("VEGF (VEGF), a potent mitogen", "VEGF=VEGFA VEGF=VEGFA"),
        ("IL-1, a potent mediator, and IL-17 a new one", "IL-1=<IL-1> IL-17=IL17A"),
        ("TNF a levels and IL-1 a rose", "TNF a=TNF IL-1 a=IL1A"),
        ("IGF-1 (IGF-1), binding protein 3 (IGFBP3)", "IGF-1=IGF1 IGF-1=IGF1 IGFBP3=IGFBP3"),
        ("interleukin (IL), 6 and s-IL-2R", "interleukin (IL), 6=IL6 s-IL-2R=IL2RA"),
        ("IL-4 -33C/T and IL-6-174G", "IL-4=IL4 IL-6=IL6"),
    ],
)
def test_elided_members_are_names_of_their_own(text: str, expected: str) -> None:
    found = [f"{text[m.start : m.end]}={m.entry.concept}" for m, _ in VOCABULARY.find_cytokines(text)]
    assert " ".join(found) == expected


@given(
    st.sampled_from(sorted(NUMBERED)),
    st.sampled_from(["IL", "il", "Il", "interleukin", "Interleukin", "interleukin (IL)", "rhIL"]),
    st.sampled_from(["-", " ", "", "‐", "–", "−", " - ", "\u00a0", "- "]),
)
def test_any_separator_will_do(symbol: str, stem: str, gap: str) -> None:
    name = f"{stem}{gap}{NUMBERED[symbol]}"
    assert VOCABULARY.normalise_cytokine(name) == symbol
    assert VOCABULARY.names_cytokine(f"serum {name}, raised")


@given(st.text(alphabet=st.sampled_from(" -()/,.αβɑ𝛼IL16TNFacesrumGγɣof"), max_size=60))
def test_prefilter_loses_nothing(text: str) -> None:
    named = any(m.entry.concept and not m.entry.support for m, _ in VOCABULARY.find_cytokines(text))
    assert VOCABULARY.names_cytokine(text) == named
    assert VOCABULARY.lacks(text, ["cytokine"]) is None or not named


@given(st.text(alphabet=st.sampled_from(" -()/,.bBloodserumpaCSFiltycvwUh"), max_size=60))
def test_prefilter_loses_no_fluid(text: str) -> None:
    assert VOCABULARY.lacks(text, ["fluid"]) is None or not VOCABULARY.find_fluids(text)


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("Sodium rose.", "fluid"),
        ("IL-6 rose in muscle.", "fluid"),
        ("Sodium rose in serum.", "cytokine"),
        ("IL-6 rose in serum.", None),
    ],
)
def test_what_a_text_lacks(text: str, lacking: str | None) -> None:
    assert VOCABULARY.lacks(text) == lacking
    assert (VOCABULARY.lacks(text, ["cytokine"]) is None) == ("IL-6" in text)


def test_prefilter_knows_every_listed_name() -> None:
    names = [(c.symbol, name) for c in VOCABULARY.cytokines.values() for name in c.synonyms]
    assert len(names) > 2000
    unseen = [n for s, n in names if not VOCABULARY.names_cytokine(f"x {n} y")]
    supported = {row["name"].casefold() for row in read_table("ambiguous.tsv") if row["with"]}
    assert {"p40", "fst", "dr5"} < supported
    assert unseen == [name for _, name in names if name.casefold() in supported]
    assert [(s, n) for s, n in names if VOCABULARY.normalise_cytokine(n) != s] == []
    fluids = [name for fluid in VOCABULARY.fluids.values() for name in fluid.synonyms]
    unseen = [name for name in fluids if VOCABULARY.lacks(f"x {name} y", ["fluid"])]
    assert [name for name in unseen if name not in supported] == []


@given(st.text(max_size=200))
def test_matches_stay_inside_any_text(text: str) -> None:
    ends = [0]
    for match in [m for m, _ in VOCABULARY.find_cytokines(text)]:
        assert ends[-1] <= match.start < match.end <= len(text)
        ends.append(match.end)


def test_every_concept_has_its_row() -> None:
    assert len(VOCABULARY.cytokines) == 393
    assert sum(1 for c in VOCABULARY.cytokines.values() if c.hgnc_id) == 369
    assert sum(1 for c in VOCABULARY.cytokines.values() if c.family == "family") == 22
    assert {c.symbol for c in VOCABULARY.cytokines.values() if c.family == "complex"} == {"IL12", "IL35"}
    assert all(c.symbol[0] == "<" for c in VOCABULARY.cytokines.values() if c.family == "family")
    assert set(FLUIDS) - {"unspecified"} <= set(VOCABULARY.fluids)
    assert all(name in FLUIDS or name.startswith("other:") for name in VOCABULARY.fluids)


def test_ids() -> None:
    assert VOCABULARY.cytokine_id("IL6") == "HGNC:6018"
    assert VOCABULARY.cytokine_id("IL12") is None
    assert VOCABULARY.cytokine_id("<IFN>") is None
    assert VOCABULARY.cytokine_id("ALB") is None
    assert VOCABULARY.fluid_id("serum") == "UBERON:0001977"
    assert VOCABULARY.fluid_id("other:wound fluid") is None


def test_ambiguous_names_are_listed_somewhere() -> None:
    known = {*VOCABULARY.cytokines, *VOCABULARY.fluids}
    for row in read_table("ambiguous.tsv"):
        named = VOCABULARY.normalise_cytokine(row["name"]) or VOCABULARY.normalise_fluid(row["name"])
        assert named is not None, row["name"]
        assert {*filter(None, row["with"].split("|")), *filter(None, [row["instead"]])} <= known


def test_one_name_for_two_concepts_is_an_error() -> None:
    rows = [CytokineConcept(s, "", s, "", "family", ("same name",)) for s in ("<A>", "<B>")]
    with pytest.raises(VocabularyError, match=r"same name.*<A>.*<B>"):
        Vocabulary(rows, [], {})


@pytest.mark.shared
def test_table_agrees_with_hgnc(shared: Path) -> None:
    with gzip.open(shared / "corpus" / "hgnc_protein_coding.tsv.gz", "rt", encoding="utf-8") as lines:
        hgnc = {row["Approved Symbol"]: row for row in csv.DictReader(lines, delimiter="\t")}
    for concept in VOCABULARY.cytokines.values():
        if concept.family in ("family", "complex"):
            assert concept.hgnc_id == concept.uniprot == ""
            continue
        row = hgnc[concept.symbol]
        assert row["HGNC ID"] == concept.hgnc_id
        assert row["UniProt ID(supplied by UniProt)"] == concept.uniprot
        assert row["Approved Name"] == concept.name
