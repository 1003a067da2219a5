"""Own and cited results: who is said to have found it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from extractor.attribution import CITED, attribute, is_review
from extractor.ledger import CITED as IN_THE_LEDGER
from extractor.ledger import build, of_store
from extractor.records import Article, Finding, Mention, Span
from extractor.sentences import sentence_starts
from extractor.store import open_store, save_run

NAME = "IL-6"


def found(article: Article, *, at: int = 0, also: tuple[int, ...] = ()) -> Finding:
    """A finding on the n-th sentence that names the cytokine."""
    cuts = [*sentence_starts(article.text), len(article.text)]
    spans = [Span(a, b) for a, b in pairwise(cuts) if NAME in article.text[a:b]]
    span = spans[at]
    start = article.text.index(NAME, span.start)
    return Finding(
        article.id,
        "IL6",
        "serum",
        "increased",
        "disease",
        "healthy",
        "ALS",
        "human",
        evidence=span,
        evidence_text=article.text[span.start : span.end],
        cytokine_mention=Mention(Span(start, start + len(NAME)), NAME, "cytokine", "IL6"),
        also=tuple(spans[each] for each in also),
    )


def source(abstract: str, *, title: str = "A title", types: tuple[str, ...] = ()) -> str:
    article = Article("PMID:1", title, abstract, publication_types=types)
    (finding,) = attribute(article, [found(article)])
    return finding.source


@pytest.mark.parametrize(
    "sentence",
    [
        "Previous studies have reported raised serum IL-6 in ALS.",
        "Serum IL-6 has been reported to be elevated in ALS.",
        "Muster et al. found higher IL-6 in the CSF of patients.",
        "Others have found increased IL-6 in serum.",
        "We previously reported that serum IL-6 was raised in patients.",
        "Several studies show increased plasma IL-6 in patients.",
        "In earlier studies, serum IL-6 was higher in patients than in controls.",
        "It is well known that IL-6 is raised in sepsis.",
        "According to the literature, serum IL-6 is elevated.",
        "Our previous study showed elevated IL-6 in CSF.",
        "Studies in mice have shown that IL-6 increased, whereas TNF fell.",
        "Although previous studies found raised IL-6 in serum, we found no difference.",
        "IL-6 was previously shown to be elevated in serum.",
        "Raised serum IL-6 was found in earlier studies, but we could not confirm it.",
        "Previous studies found that TNF rose and that IL-6 fell in serum.",
        "Recent reports describe elevated CSF IL-6 in ALS.",
        "BACKGROUND: IL-6 rises in the serum of patients. RESULTS: TNF was raised.",
        "Krill oil lowered serum IL-6 in obese adults [12-14].",
        "Fasting raised serum IL-6 in runners (7, 9).",
        "One crossover trial showed that serum IL-6 fell with krill oil.",
        "They confirmed that serum IL-6 rose with altitude.",
        "A raised serum IL-6 has been claimed in divers.",
        "According to Brandvold [31], serum IL-6 rose in rowers.",
    ],
)
def test_cited(sentence):
    assert source(sentence) == CITED == IN_THE_LEDGER


@pytest.mark.parametrize(
    "sentence",
    [
        "Serum IL-6 was higher in patients than in controls.",
        "As previously reported, serum IL-6 was raised in patients.",
        "In contrast to previous studies, serum IL-6 was unchanged.",
        "Consistent with earlier reports, IL-6 was elevated in CSF.",
        "IL-6, measured as previously described, was higher in serum.",
        "Serum IL-6 was higher than previously reported.",
        "Serum IL-6 was raised, which confirms previous studies.",
        "A rise of IL-6 in serum has not been reported before.",
        "No previous study has reported raised IL-6 in saliva.",
        "Serum IL-6, measured by the method of Muster et al., was elevated.",
        "Previously untreated patients had higher IL-6.",
        "In previously reported patients IL-6 was raised in serum.",
        "We found that serum IL-6 was raised, in agreement with Muster et al.",
        "Although previous studies found raised TNF, IL-6 was unchanged.",
        "While previous studies measured TNF, here we report elevated IL-6.",
        "Serum IL-6 has been found to be elevated (p < 0.01) in patients.",
        "RESULTS: Serum IL-6 has been found to be elevated in patients.",
        "In conclusion, it has been shown that serum IL-6 is elevated.",
        "These studies have shown that IL-6 is raised in plasma.",
        "Our results and those of others show that IL-6 is raised in serum.",
        "BACKGROUND: We found that IL-6 rises in serum. RESULTS: TNF was raised.",
        "The other patients had higher IL-6.",
        "Serum IL-6 fell by 40% [31-52].",
        "There is no evidence of a change; IL-6 fell in serum.",
        "They showed higher IL-6 in serum than their spouses.",
        "In a six-week study of 19 divers altitude was found to raise serum IL-6.",
    ],
)
def test_own(sentence):
    assert source(sentence) == "mined"


@pytest.mark.parametrize(
    ("title", "abstract", "types", "is_one"),
    [
        ("IL-6 in ALS", "Serum IL-6 was raised.", ("Journal Article", "Review"), True),
        ("IL-6 in ALS", "Serum IL-6 was raised.", ("Meta-Analysis",), True),
        ("Cytokines in ALS: a review", "Serum IL-6 is raised.", (), True),
        ("IL-6 in ALS: systematic review and meta-analysis", "IL-6 is raised.", (), True),
        ("IL-6 in ALS", "In this review we show that IL-6 is raised.", (), True),
        ("IL-6 in ALS", "PubMed and Embase were searched. IL-6 was raised.", (), True),
        ("IL-6 in ALS", "The role of IL-6 is reviewed.", (), True),
        ("IL-6 in ALS", "Serum IL-6 was raised.", ("Journal Article",), False),
        ("Chart review of ALS", "Serum IL-6 was raised.", (), False),
        ("Raised IL-6: a case report and review of the literature", "IL-6 was raised.", (), False),
        ("IL-6 in ALS", "We reviewed the charts of 20 patients. IL-6 was raised.", (), False),
        ("IL-6 in ALS", "This retrospective review of medical records shows raised IL-6.", (), False),
        ("IL-6 in ALS", "A gene was chosen by meta-analysis. Serum IL-6 was raised.", (), False),
    ],
)
def test_reviews(title, abstract, types, is_one):
    assert is_review(Article("PMID:1", title, abstract, publication_types=types)) == is_one
    assert source(abstract, title=title, types=types) == (CITED if is_one else "mined")


def test_one_own_sentence_is_enough():
    abstract = "Previous studies found raised IL-6 in serum. Serum IL-6 was raised. Muster et al. saw IL-6 in serum."
    article = Article("PMID:1", "T", abstract)
    cited, own = (attribute(article, [found(article, also=also)])[0] for also in ((2,), (1,)))
    assert (cited.source, own.source) == (CITED, "mined")


def test_the_store_marks_what_it_is_given(tmp_path):
    articles = [
        Article("PMID:1", "T", "Serum IL-6 was raised.", pmid="1"),
        Article("PMID:2", "T", "Others have found increased IL-6 in serum.", pmid="2"),
        Article("PMID:3", "T", "Serum IL-6 was raised.", pmid="3", publication_types=("Review",)),
    ]
    with open_store(tmp_path / "als.db") as store:
        save_run(store, [(each, [found(each)]) for each in articles], model="m")
        assert [each.source for each in store.mined()] == ["mined", CITED, CITED]
        ledger = of_store(store)
    assert [study.id for study in ledger.studies] == ["PMID:1"]
    assert [study.id for study, _ in ledger.cited] == ["PMID:2"]
    assert [(each.study.id, each.reason) for each in ledger.excluded] == [("PMID:3", "review")]
    assert build([found(articles[0])]).cited == ()
