"""Documents become records: sentences, mentions, levels; the batch size does not matter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.mentions import annotate, count_unnormalised
from extractor.pipeline import build_pipeline
from extractor.records import AnnotatedArticle, Article, Mention, Span
from extractor.vocabulary import load_vocabulary

NLP = build_pipeline()


def read(abstract: str, title: str = "") -> AnnotatedArticle:
    return next(annotate(NLP, [Article("PMID:1", title, abstract)]))


def levels(abstract: str) -> dict[str, bool]:
    return {m.text: m.level for m in read(abstract).mentions if m.kind == "cytokine"}


def test_sentences_and_mentions_are_plain_records() -> None:
    found = read("METHODS: Sera were drawn. IL-8 rose, p < 0.05.", title="Interleukin-8 in ALS")
    text = found.article.text
    assert [text[s.start : s.end] for s in found.sentences] == [
        "Interleukin-8 in ALS",
        "METHODS: Sera were drawn.",
        "IL-8 rose, p < 0.05.",
    ]
    assert [(m.text, m.kind, m.concept, m.level, m.source) for m in found.mentions] == [
        ("Interleukin-8", "cytokine", "CXCL8", True, "lexicon"),
        ("Sera", "fluid", "serum", True, "lexicon"),
        ("IL-8", "cytokine", "CXCL8", True, "lexicon"),
    ]
    assert [found.sentence_of(m.span) for m in found.mentions] == [0, 1, 2]


def test_sources_tell_how_a_mention_was_found() -> None:
    found = read("IL-4, -5 and acid-labile subunit (ALS) rose.")
    assert [(m.text, m.source) for m in found.mentions] == [
        ("IL-4", "lexicon"),
        ("-5", "coordination"),
        ("acid-labile subunit", "lexicon"),
        ("ALS", "abbreviation"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Serum IL-6 rose.",
        "Levels of IL-6 in CSF were high.",
        "IL-6 and TNF-α concentrations fell.",
        "IL-6 was unchanged by treatment.",
        "IL-6 receptor levels rose.",
        "Secretion of IL-6 in the plasma fell.",
        "After therapy, IL-6 fell.",
        "Sepsis raised IL-6 and IFN-γ. Treatment began late.",
        "We typed the gene. IL-6 rose.",
        "Serum IL-6, antibodies and CRP were measured.",
        "Anti-dsDNA antibodies, IL-6 and TNF rose.",
        "IL-6 (-12 pg/ml) and IL-8 (+150%) changed.",
    ],
)
def test_levels_are_levels(text: str) -> None:
    assert set(levels(text).values()) == {True}


@pytest.mark.parametrize(
    "text",
    [
        "The IL-6 gene was typed.",
        "IL-6 mRNA rose.",
        "IL-6 -174G/C was typed.",
        "IL-6 (-174 G>C) was typed.",
        "IL-6 promoter activity fell.",
        "IL-6 gene polymorphisms were common.",
        "Anti-IL-6 was given.",
        "An antibody against IL-6 was given.",
        "IL-6 inhibitors helped.",
        "IL-6 receptor antibody was given.",
        "Polymorphisms of IL-6 were common.",
        "Administration of IL-6 helped.",
        "IL-6-/- mice died.",
        "IL-6-deficient mice died.",
        "Recombinant IL-6 was used.",
        "IL-4 and IL-10 polymorphisms were common.",
        "Genes for IL-6 were typed.",
        "IL6 rs1800795 and TNF -308 G>A were typed.",
        "Anti-IL-6 receptor antibody was given.",
        "TNF inhibitors and TNF-α blockers were given.",
        "A TNF-α neutralizing antibody was given.",
        "The TNF-α -308G/A polymorphism was typed.",
        "IL-10 (-1082 A/G) and IL-6 rs1800795 were typed.",
        "Levels of IL-6 mRNA rose.",
        "Interleukin-6 (IL-6) gene polymorphisms were common.",
        "Tumour necrosis factor (TNF) inhibitors were given.",
        "IL-6 KO mice and IL-10 knock-out mice died.",
        "BDNF Val66Met, TNFA -308 and IL1B-511 were typed.",
        "IL10(rs1800896) and IL-6 single nucleotide polymorphisms were typed.",
        "The gene expression of IL-6 and mRNA levels of TNF rose.",
        "Recombinant human IL-2 was used.",
        "Silencing was by IL-6 siRNA and TNF shRNA.",
    ],
)
def test_genes_transcripts_and_drugs_are_no_levels(text: str) -> None:
    assert set(levels(text).values()) == {False}


def test_a_gene_in_the_list_does_not_reach_past_it() -> None:
    assert levels("Serum IL-10 rose, while the IL-6 gene was typed.") == {"IL-10": True, "IL-6": False}


def test_empty_and_untitled_articles() -> None:
    articles = [Article("A", "", ""), Article("B", "Only a title on IL-6", ""), Article("C", "", "Only TNF.")]
    found = list(annotate(NLP, articles))
    assert [a.article.id for a in found] == ["A", "B", "C"]
    assert [len(a.sentences) for a in found] == [0, 1, 1]
    assert [[m.text for m in a.mentions] for a in found] == [[], ["IL-6"], ["TNF"]]


def test_prefilter_only_drops_articles_without_a_cytokine_or_a_fluid() -> None:
    articles = [
        Article("A", "Serum sodium", "Sodium rose."),
        Article("B", "Serum IL-6", "It rose."),
        Article("C", "IL-6 in muscle", "It rose."),
        Article("D", "IL-6 in serum-free medium", "It rose with blood pressure."),
    ]
    full = list(annotate(NLP, articles))
    quick = list(annotate(NLP, articles, prefilter=True))
    assert [(each.mentions, each.sentences, each.lacks) for each in (quick[0], *quick[2:])] == [
        ((), (), "cytokine"),
        ((), (), "fluid"),
        ((), (), "fluid"),
    ]
    assert [[m.text for m in each.mentions] for each in full] == [["Serum"], ["Serum", "IL-6"], ["IL-6"], ["IL-6"]]
    assert quick[1] == full[1]


def test_what_is_only_spotted_is_dropped_as_what_is_not() -> None:
    text = "Serum and the IL-1 receptor superfamily."
    vocabulary = load_vocabulary()
    assert vocabulary.lacks(text) is None
    assert not vocabulary.names_cytokine(text)
    (quick,) = annotate(NLP, [Article("A", text, "")], prefilter=True)
    assert (quick.sentences, quick.mentions) == ((), ())


def test_names_without_a_concept_are_counted() -> None:
    unknown = [Mention(Span(i, i + 4), "IL-X", "cytokine", None) for i in (0, 8)]
    known = Mention(Span(4, 8), "IL-6", "cytokine", "IL6")
    annotated = AnnotatedArticle(Article("A", "", ""), (), (unknown[0], known, unknown[1]))
    assert count_unnormalised([annotated, annotated]) == {("cytokine", "IL-X"): 4}


WORDS = [
    "IL-6",
    "TNF-α",
    "serum",
    "CSF",
    "rose.",
    "fell",
    "interleukin (IL)-10",
    "macrophage inhibitory factor (MIF)",
    "MIF",
    "of",
    "mRNA",
]


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=9), max_size=5), st.integers(1, 7))
@settings(max_examples=40)
def test_batch_size_and_company_do_not_matter(texts: list[list[str]], batch_size: int) -> None:
    articles = [Article(str(i), "", " ".join(words)) for i, words in enumerate(texts)]
    together = list(annotate(NLP, articles, batch_size=batch_size))
    alone = [next(annotate(NLP, [article])) for article in articles]
    assert together == alone
    for found in together:
        for mention in found.mentions:
            assert found.article.text[mention.span.start : mention.span.end] == mention.text
            assert found.sentence_of(mention.span) >= 0
