"""Tokens, sentences, abbreviations and context: one case is one marked-up text of our own."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from extractor.errors import ModelError
from extractor.mentions import annotate
from extractor.pipeline import build_pipeline
from extractor.records import Article
from extractor.sentences import sentence_starts

NLP = build_pipeline()
_TAG = re.compile(r"<(c|f)(?:=([^>]+))?>(.*?)</\1>")


def unmarked(marked: str) -> tuple[str, list[tuple[str, int, int, str]]]:
    """Plain text and (kind, start, end, concept) of each tag, by start."""
    text, found, place = "", [], 0
    for tag in _TAG.finditer(marked):
        text += marked[place : tag.start()]
        kind = {"c": "cytokine", "f": "fluid"}[tag[1]]
        concept = (tag[2] or tag[3]).replace("[", "<").replace("]", ">")
        found.append((kind, len(text), len(text) + len(tag[3]), concept))
        text += tag[3]
        place = tag.end()
    return text + marked[place:], found


def recognised(nlp: Language, text: str) -> list[tuple[str, int, int, str]]:
    doc = nlp(text)
    spans = [(kind, s.start_char, s.end_char, s.kb_id_) for kind in ("cytokine", "fluid") for s in doc.spans[kind]]
    return sorted(spans, key=lambda s: s[1])


CASES = [
    # longest names, apposition, prefixes
    "<c=IL6>interleukin-6</c> (<c=IL6>IL-6</c>) and <c=IL6>interleukin (IL)-6</c> are one.",
    "Soluble <c=TNFRSF1A>TNF receptor type I</c> and <c=IL2RA>sIL-2R</c> rose in <f=serum>sera</f>.",
    "Patients given anti-<c=TNF>TNF-α</c> antibody or <c=IL2>rhIL-2</c> improved.",
    "<c=TNF>TNF-α</c>-induced death and <c=IL1B>IL-1β</c>/<c=IL6>IL-6</c> release in <f=plasma>plasma</f>.",
    "The <c=IL6R>IL-6 receptor</c> and the <c=IL1RN>IL-1ra</c> are not their ligands, nor is <c=IL18BP>IL-18BP</c>.",
    "The IL-8 receptor and TNF receptor-associated factor 2 were seen.",
    "<c=IL2RA>IL-2R alpha-chain</c> and <c=IL2RA>interleukin-2 receptor alpha subunit</c> were stained.",
    # lists
    "<c=IL4>IL-4</c>, <c=IL5>-5</c> and <c=IL10>-10</c> fell.",
    "<c=IL4>Interleukins 4</c>, <c=IL5>5</c> and <c=IL13>13</c> in <f=saliva>saliva</f>.",
    "<c=CSF3>G-</c> and <c=CSF2>GM-CSF</c> levels.",
    # CSF
    "<f>CSF</f> <c=IL6>IL-6</c> was higher than <f>serum</f> <c=IL6>IL-6</c>.",
    (
        "<f=CSF>Cerebrospinal fluid</f> (<f>CSF</f>) <c=CSF2>GM-CSF</c> rose in multiple sclerosis; "
        "<f>CSF</f> cells did not."
    ),
    "<c=[CSF]>Colony-stimulating factor</c> (<c=[CSF]>CSF</c>) was given; <c=[CSF]>CSF</c> acts on marrow.",
    "<c=CSF1>M-CSF</c>, <c=CSF3>G-CSF</c> and multi-lineage growth.",
    (
        "<f=serum>Serum</f> <c=IL6>IL-6</c> was higher. <f=CSF>CSF</f> <c=IL1B>interleukin (IL)-1β</c>, "
        "<c=CXCL8>-8</c> and <c=CSF3>G-CSF</c> did not differ."
    ),
    "<c=CSF2>GM-CSF</c> in <f=CSF>CSF</f> and <f=serum>serum</f> fell.",
    "<f=serum>Serum</f> and <f=CSF>CSF</f> levels of <c=CSF1>M-CSF</c> rose.",
    "<c=[CSF]>CSF</c> acts with <c=CSF3>G-CSF</c> on marrow; <c=[CSF]>CSF</c> production and <c=[CSF]>CSF</c> therapy.",
    "Human <f=serum>serum</f> <c=[CSF]>CSF</c> levels and <c=CSF2>GM-CSF</c>.",
    # short names that need their context
    "<c=MIF>MIF</c>, <c=IL6>IL-6</c> and <c=TNF>TNF</c> were measured.",
    "The MIF of the drug, its minimal inhibitory fraction, was 2 mg.",
    "<c=MIF>Macrophage migration inhibitory factor</c> (<c=MIF>MIF</c>) rose, and <c=MIF>MIF</c> stayed high.",
    "Ions were seen by laser-induced fluorescence (LIF), and LIF was linear for <c=IL6>IL-6</c>.",
    "<c=LIF>Leukemia inhibitory factor</c> (<c=LIF>LIF</c>) in <f=synovial_fluid>synovial fluid</f>.",
    "Mouse <c=CXCL1>KC</c>, <c=CXCL2>MIP-2</c> and <c=CCL2>JE</c> rose.",
    "KC cells grew well.",
    "<c=SPP1>Osteopontin</c> (<c=SPP1>OPN</c>) and <c=TNFSF10>TRAIL</c> in <f=plasma>plasma</f>.",
    "In April the trial (TRAIL study aside) saw slight gains.",
    "<c=TNFSF13>APRIL</c> and <c=TNFSF13B>BAFF</c> rose.",
    "Patients met in April under bright light with a kit.",
    "<c=EPO>Epo</c> and <c=EPO>erythropoietin</c> were given.",
    "<c=IL12>IL-12</c> and its <c=IL12B>p40</c> chain.",
    "The kinases p38 and p40 were cleaved.",
    "<c=[TNFR]>TNF receptors</c> (<c=TNFRSF1A>p55</c> and <c=TNFRSF1B>p75</c>) were shed.",
    "The <c=IL2RA>IL-2 receptor</c> has a <c=IL2RA>p55</c> and a <c=IL2RB>p75</c> chain.",
    "The eGFR fell and CCl4 was given with Ang II; NF-IL6 did not move.",
    "Dose-response: 5 IL of fluid was lost in the IL group.",
    "The TNF superfamily and a TNF receptor superfamily study were reviewed.",
    "TNF receptor-associated periodic syndrome and <c=TNFRSF1A>TNFRSF1A</c>; TNF-α converting enzyme; an IL study.",
    "<c=IL6R>sIL-6R</c>, <c=TNFRSF1A>sTNFR1</c> and <c=IL1R2>IL-1RII</c>, but no ligand.",
    "Anti-<c=IL6R>IL-6 receptor</c> antibody and infliximab were given.",
    "The <c=TNFRSF1A>p55 TNF receptor</c> and the <c=NGFR>p75 neurotrophin receptor</c>.",
    "In mice <c=IL6>Il6</c>, <c=TNF>Tnf</c> and <c=CXCL1>KC</c>; in rats <c=CXCL1>CINC-1</c>.",
    "The TRAIL trial of April; soluble <c=TNFSF10>TRAIL</c> in <f=serum>serum</f>.",
    "<f=serum>Serum</f> <c=MIF>MIF</c> levels, not the MIF (minimum inhibitory fraction).",
    # what longer names hide
    "<c=TNF>TNF</c> inhibitors, TNF-alpha-induced protein 3 and the TNF receptor family; <c=[TNFR]>TNF receptor</c>.",
    "Eosinophil peroxidase (EPO) was assayed; EPO rose with <c=IL5>IL-5</c>.",
    "<c=TNFSF13B>BAFF</c>, the <c=TNFRSF13C>BAFF receptor</c> and <c=IL18>IL-18</c>, not the <c=IL18BP>IL-18BP</c>.",
    "In keratoconus (KC) nothing was drawn, and KC severity went with <c=IL6>IL-6</c>.",
    "EG-VEGF, interferon-stimulated gene factor 3 and interferon regulating factor 5 are none; <c=VEGFA>VEGF</c> is.",
    "<c=IL1B>IL-1β</c> acts on SMC; <c=IGF1>IGF-I</c> (<c=IGF1>SmC</c>) too.",
    "<c=TGFB1>TGF-beta1</c> and alpha-actin fell; <c=IL1B>IL-1β</c> and α-synuclein too.",
    "<c=[IFN-alpha]>IFN-a</c>/<c=IFNB1>b</c> and <c=IL1A>IL-1α</c> and <c=IL1B>β</c>-induced fever.",
    "<c=IL4>IL-4</c>, <c=[TGF-beta]>TGF</c> and <c=[IFN]>IFN</c> rose.",
    "Tubuloglomerular feedback (TGF) was measured, and TGF fell with <c=IL4>IL-4</c> levels.",
    "<c=ERBB2>HER-2</c>, <c=ERBB2>Her2</c> and <c=ERBB2>HER2/neu</c>; she took it during her 2 pregnancies.",
    "The clinic in Chicago, IL, read samples of ileum (IL); IL fluid held <c=IL6>IL-6</c>, and so did the IL arm.",
    "The p55 and p75 subunits of PI 3-kinase, as the p40 one, were seen beside <c=IL6>IL-6</c>.",
    "The olivary pretectal nucleus (OPN) fired; OPN cells and <c=IL6>IL-6</c> rose.",
    "The European Patent Office (EPO) has filings on <c=IL6>IL-6</c>, and EPO clerks read them.",
    "Kupffer cells (KC) made <c=IL6>IL-6</c>; KC were few.",
    "In April, trail making and a trial named TRAIL trial fell with <c=IL6>IL-6</c>; a baffle held the light.",
    "<c=AMH>Müllerian inhibiting factor</c> (<c=AMH>MIF</c>) fell with <c=IL6>IL-6</c>, and <c=AMH>MIF</c> stayed low.",
    "Infliximab, etanercept, tocilizumab and adalimumab are no names, nor is a TNF superfamily.",
    "<c=IL6R>IL-6R</c>, <c=IL6R>sIL-6R</c>, <c=IL6ST>sgp130</c>, <c=IL1RN>IL-1ra</c>, <c=IL18BP>IL-18BPa</c>.",
    # one occurrence settles the others
    "Soluble <c=TNFSF10>TRAIL</c> in <f=serum>serum</f> fell. Men had more <c=TNFSF10>TRAIL</c>; see the TRAIL trial.",
    # damage
    "<c=TNF>TNF-{alpha}</c>, <c=[IFN]>interferon-?</c> and <c=TNF>TNF-</c> release; <c=TNF>TNF</c>- induced death.",
    "<c=CCL4>macrophage inhibitory protein-1β</c>, <c=EPO>r-EPO</c>, <c=CSF3>granulocyte colony-simulating factor</c>.",
    # local abbreviations
    "<c=CCL2>Monocyte chemoattractant protein-1</c> (<c=CCL2>MCP1</c>) rose; <c=CCL2>MCP1</c> fell later.",
    (
        "<f=other:aqueous humor>Aqueous humor</f> (<f=other:aqueous humor>AH</f>) <c=VEGFA>VEGF</c>; "
        "<f=other:aqueous humor>AH</f> was clear."
    ),
    (
        "<f=synovial_fluid>Synovial fluid</f> (<f=synovial_fluid>SF</f>) was drawn; <f=synovial_fluid>SF</f> "
        "<c=IL6>IL-6</c> rose."
    ),
    "<c=IGFALS>Acid-labile subunit</c> (<c=IGFALS>ALS</c>) bound; <c=IGFALS>ALS</c> fell.",
    "Amyotrophic lateral sclerosis (ALS) patients: ALS <f>serum</f> <c=IL6>IL-6</c>.",
    "<c=IFNG>Interferon-gamma</c> (<c=IFNG>IFN</c>) rose and <c=IFNG>IFN</c> fell.",
    # a bracket that goes on behind the short name
    "<f=synovial_fluid>Synovial fluid</f> (<f=synovial_fluid>SF</f>, n = 20); <f=synovial_fluid>SF</f> <c>TNF</c>.",
    "<c=IFNG>Interferon gamma</c> (<c=IFNG>IFN</c>, 200 U/ml) and <c=IL2>IL-2</c>; <c=IFNG>IFN</c> alone.",
    (
        "A drug blocks <c=[CSF]>colony-stimulating factor</c> (<c=[CSF]>CSF</c>, no fluid) in ALS; <c=[CSF]>CSF</c> "
        "acts on microglia."
    ),
    "<c=IFNG>IFN-γ</c> (<c=[IFN-alpha]>IFN-α</c>, <c=IL2>IL-2</c>) and <c=IL6>IL-6</c> (<c>TNF</c>, 3).",
    "<c=CSF3>G-CSF</c> rises in ALS: its <f>CSF</f> level, and the <f>CSF</f> penetration of <c=CSF3>G-CSF</c>.",
    # fluids
    "<f>CSF</f> fell by half and by 50% in <f>serum</f>; a fall of 20% in <f>plasma</f>.",
    "<f=BALF>BAL fluid</f> was drawn; the neutrophils in <f=BALF>lavage</f> were few.",
    (
        "<f=blood>Peripheral blood</f> and <f=blood>circulating</f> <c=IL6>IL-6</c>; <f=urine>urinary</f> "
        "and <f=saliva>salivary</f> too."
    ),
    (
        "<f=blood>Blood</f> was drawn; peripheral blood mononuclear cells and plasma cells were counted in "
        "serum-free medium."
    ),
    "Fetal calf serum, blood pressure and the blood-brain barrier are no samples; <f=BALF>BAL fluid</f> is.",
    "<f=other:cord blood>Cord blood</f> and cord blood cells.",
    "Peripheral blood counts, lower urinary tract symptoms, a meniscal tear, bile ductules; <f=tears>tear fluid</f>.",
    "Anti-X serum was added and serum was depleted; antibodies were sought in <f=serum>serum</f>.",
    "Bronchoalveolar lavage (BAL) cells; peripheral blood B, natural killer and T cells; blood and lymphatic vessels.",
    "Arterial blood pressure, peripheral blood flow and whole blood cells are none; <f=blood>arterial blood</f> is.",
    "<f=blood>Whole blood</f> flow cytometry of cells that were serum starved, with serum amyloid A3.",
    "<f=other:breast milk>Breast milk</f> was drawn; <f=other:breast milk>milk</f> <c=IL6>IL-6</c> levels rose.",
    "Milk <c=IL6>IL-6</c> levels of cows.",
    "Serum-induced growth, serum free co-culture, the retinal circulation and <f=CSF>cerebral spinal fluid</f>.",
    (
        "<f=CSF>CSF</f> <c=CSF2>GM-CSF</c>, <f=CSF>CSF</f> <c=CSF3>G-CSF</c> and <f=serum>serum</f> <c=CSF3>G-SCF</c>; "
        "<c=CSF1>CSF-1</c> in <f=CSF>CSF</f> of patients with dementia."
    ),
    "The blood-brain barrier and <f=blood>blood</f> <c=BDNF>brain-derived neurotrophic factor</c>.",
    "After serum addition or in serum-treated dishes; <f=plasma>plasmatic</f> and <f=serum>seric</f> levels.",
    (
        "<f=CSF>Lumbar CSF</f>, <f=CSF>ventricular fluid</f>, <f=CSF>spinal fluid</f>, "
        "<f=blood>dried blood spots</f>, <f=serum>sera</f>/<f=plasma>plasma</f> and the systemic "
        "<f=blood>circulation</f>."
    ),
    # short names of other molecules, whatever else the text measures
    "MK-801 and LTB-4 with <f=serum>serum</f> <c=CXCL8>IL-8</c> levels; PGF(2alpha), Mig-6 and MSP-1 too.",
    "LTA-induced <c=TNF>TNF</c> secretion; immobility in the FST fell and <c=BDNF>BDNF</c> levels rose.",
    "<c=INHBA>Activin A</c> and <c=FST>FST</c> levels rose.",
    "HLA-DR4 carriers and DR3-positive men had high <c=IL6>IL-6</c> levels; MOB1 and MST1/2 kinases did not move.",
    "<c=TNFSF10>TNF-related apoptosis-inducing ligand</c> binds <c=TNFRSF10A>DR4</c> and <c=TNFRSF10B>DR5</c>.",
    "SCF ligases and an SCF(Skp2) complex; <c=KITLG>SCF</c>, <c=THPO>TPO</c> and <c=FLT3LG>FLT3L</c> were added.",
    "Anti-TPO antibodies, JE virus, an MPL adjuvant, 8 MET-hours a week and <f=serum>serum</f> <c=IL6>IL-6</c> levels.",
    "Lard-fed rats, a trance, a tweak, Hilda and <f=plasma>plasma</f> <c=LEP>leptin</c>; <c=TNFSF12>TWEAK</c> rose.",
    "ST2 cells and ST-2 cells made <c=IL6>IL-6</c>; <c=IL1RL1>sST2</c>; the <c=IL33>IL-33</c>/<c=IL1RL1>ST2</c> axis.",
    "C1q/TNF-related protein 3, the TNF receptor-associated protein 1 and TNF-α-stimulated gene 6.",
    "Insulin-like growth factor 2 mRNA-binding protein 3, PD-ECGF and chordin-like 1 are none.",
    "Mouse mast cell proteases mMCP-1 and mMCP-4, an infusion (INF group) and <c=IFNG>INF-γ</c>.",
    "1) <c=IL6>IL-6</c> was measured, 2) the sources of <c=IL6>IL-6</c>, and 3) its course.",
    # glued and torn by damage
    "Expression <c=VEGFA>ofVEGF</c> rose with <c=IL6>IL-6</c> <c=CSF2>andGM-CSF</c>; <c=TNF>TNF-</c>, <c=IL6>IL-6</c>.",
    # mouse and rat genes
    "<c=LIF>Lif</c>, <c=IL6>Il6</c>, <c=CCL2>Ccl2</c>, <c=GRN>Grn</c> and <c=SPP1>Spp1</c> expression.",
]


@pytest.mark.parametrize("marked", CASES)
def test_marked_text_is_recognised(marked: str) -> None:
    text, expected = unmarked(marked)
    assert recognised(NLP, text) == expected


@pytest.mark.parametrize(
    "sentences",
    [
        ["Cytokines in ALS", "IL-6 rose.", "TNF fell."],
        ["", "BACKGROUND: IL-6 is known.", "METHODS: Sera vs. plasma.", "RESULTS: It rose (P = 0.03)."],
        ["Title?", "Levels, e.g. IL-6, were high; i.e. TNF too.", "See Fig. 2 and ref. 3 by Smith et al. (1998)."],
        ["T", "Serum was 3.5 pg/ml vs. 2.1 pg/ml.", "The rest (n = 12) fell to 0.8."],
        ["T", "Patients had hepatitis C.", "We measured IL-6."],
        ["T", "Ratios of 0. 05 were seen in detokenised text.", "mRNA was low.", "α-Synuclein was not."],
        ["T", "S. aureus and E. coli raised it.", '"Quoted." Then it fell.'],
        ["T", "It was given i.v. to rats.", "Was it low?", "(See below.) Yes."],
    ],
)
def test_sentences(sentences: list[str]) -> None:
    text = sentences[0] + "\n" + " ".join(sentences[1:])
    starts = [*sentence_starts(text), len(text)]
    got = [text[a:b].strip() for a, b in pairwise(starts)]
    if sentences[-1].startswith(("(See", '"Quoted')):
        got, sentences = [" ".join(got)], [" ".join(sentences)]
    assert got == sentences


def test_tokens_end_where_names_end() -> None:
    doc = NLP("Anti-TNF-α and IL-6-induced IL-1β/IL-10, MCP-1(CCL2)")
    assert [s.text for s in doc.spans["cytokine"]] == ["TNF-α", "IL-6", "IL-1β", "IL-10", "MCP-1", "CCL2"]
    assert "IL-6" in [t.text for t in doc]
    assert "MCP-1" in [t.text for t in doc]


def test_abbreviations_come_in_text_order_and_serialise() -> None:
    text = "T\nTumour mass (TM) and growth rate (GR) and blood loss (BL); BL, GR, TM, BL."
    first = NLP(text)._.abbreviations
    assert [a["short_text"] for a in first] == ["TM", "GR", "BL", "BL", "GR", "TM", "BL"]
    assert first == NLP(text)._.abbreviations
    assert spacy.tokens.Doc(NLP.vocab).from_bytes(NLP(text).to_bytes()).text == text


@given(st.text(alphabet=st.sampled_from(list("IL-6 TNFα(),./\nserumCSF\u00a0é𝛼")), max_size=80))
@settings(max_examples=150)
def test_any_text_is_survived_and_offsets_hold(text: str) -> None:
    doc = NLP(text)
    assert doc.text == text
    for kind in ("cytokine", "fluid"):
        ends = [0]
        for span in doc.spans[kind]:
            assert text[span.start_char : span.end_char] == span.text
            assert span.start_char >= ends[-1]
            ends.append(span.end_char)


def test_plugged_in_model_adds_what_normalises(tmp_path: Path) -> None:
    other = spacy.blank("en")
    ruler = other.add_pipe("entity_ruler")
    ruler.add_patterns(
        [
            {"label": "GENE", "pattern": "IL-6"},
            {"label": "GENE", "pattern": "TP53"},
            {"label": "CYTOKINE", "pattern": "novokine"},
            {"label": "GENE", "pattern": "MK"},
            {"label": "FLUID", "pattern": "Blood"},
            {"label": "FLUID", "pattern": "gland juice"},
        ]
    )
    other.to_disk(tmp_path / "model")
    nlp = build_pipeline(ner=str(tmp_path / "model"))
    doc = nlp("IL-6, TP53, novokine. Here MK is the drug. Blood flow rose, as did gland juice.")
    spans = [(s.text, s.kb_id_, s.id_) for s in doc.spans["cytokine"]]
    name = str(tmp_path / "model")
    assert spans == [("IL-6", "IL6", "lexicon"), ("novokine", "", name), ("MK", "MDK", name)]
    assert [(s.text, s.kb_id_, s.id_) for s in doc.spans["fluid"]] == [("gland juice", "", name)]
    (read,) = annotate(nlp, [Article("A", "IL-6 in gland juice", "")], prefilter=True)
    assert [mention.text for mention in read.mentions] == ["IL-6", "gland juice"]


def test_missing_model_is_one_clear_line() -> None:
    with pytest.raises(ModelError, match="no_such_model") as caught:
        build_pipeline(ner="no_such_model")
    assert "\n" not in str(caught.value)
