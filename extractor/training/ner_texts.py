"""Labelled text for the NER: gold, corpora that others annotated, and weak labels, all as :class:`Labelled`.

Most corpora label one kind only. The other kind is filled in from the lexicon, and where a corpus marks something that
neither we nor it can name for sure, the tokens get no label at all (spaCy's missing value): nothing is taught there.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language

from extractor.benchmark.corpora import Document, anatem, guideline_fluids, held_out, human_genes, pubtator, tcre
from extractor.errors import InputError
from extractor.gold import load_gold, load_training
from extractor.mentions import annotate
from extractor.records import AnnotatedArticle, Article, GoldArticle, Kind, Mention, Span
from extractor.vocabulary import load_vocabulary

PUBTATOR_TRAIN = ("NLMgene_Train.PubTator", "BioRED_TrainDev.PubTator", "GNormPlus_Train.PubTator")
PUBTATOR_TEST = ("NLMgene_Test.PubTator", "BioRED_Test.PubTator", "GNormPlus_Test.PubTator")
_GENERIC = re.compile(
    r".*(?:cytokines?|chemokines?|interleukins?|adipokines?|oncogenes?|proteins?|growth factors?)", re.IGNORECASE
)
_FULL = frozenset(name.partition("_")[0] for name in PUBTATOR_TRAIN)
"""Corpora that name every gene, chemical and disease: what is no cytokine gene there may be taught as none."""
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+|\n")
_NO_WORD = re.compile(r"[\W_]+")
OTHER_ANALYTE = "a:"
"""Begins the concept of an analyte that is no cytokine."""
_LONG = 60
"""Letters from which on a sentence that two texts share shows that they are the same text."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text with its names.

    Attributes:
        source: corpus it is from, for example ``gold``, ``passages`` or ``bulk``.
        spans: start, end and kind of each name, none overlapping.
        concepts: of the names, ``None`` where unknown; parallel to ``spans``.
        unknown: places where nothing may be learnt.
    """

    source: str
    text: str
    spans: tuple[tuple[int, int, Kind], ...]
    concepts: tuple[str | None, ...]
    unknown: tuple[Span, ...] = ()


def tcre_documents(corpus: Path, *, test: bool) -> list[Document]:
    """TCRE's fixed test part, or the rest.

    Raises:
        InputError: the archive is missing or damaged.
    """
    return [document for document in tcre(corpus) if held_out(document.article.id) == test]


def fluid_documents(corpus: Path) -> list[Document]:
    """AnatEM's training part with the fluids that our guidelines call so: the documents that name one.

    The others would teach little about fluids, and of names that only look like cytokines that they are none.

    Raises:
        InputError: the archive is missing or damaged.
    """
    documents = guideline_fluids(anatem(corpus, load_vocabulary().normalise_fluid, split="train"))
    return [document for document in documents if document.required]


def gene_documents(corpus: Path, member: str) -> list[Document]:
    """A PubTator file with the genes that are cytokines of our vocabulary.

    Raises:
        InputError: the archive is missing or damaged.
    """
    vocabulary = load_vocabulary()
    ids = ((vocabulary.cytokine_id(symbol), symbol) for symbol in vocabulary.cytokines)
    return pubtator(corpus, member, human_genes(corpus, {key: symbol for key, symbol in ids if key is not None}))


def labelled_gold(gold: Iterable[GoldArticle], source: str = "gold") -> list[Labelled]:
    """Annotated articles as they are; those without text are passed over."""
    return [_labelled(source, each.article.text, each.mentions, ()) for each in gold if each.article is not None]


def labelled_analytes(gold: Sequence[GoldArticle], nlp: Language) -> list[Labelled]:
    """Abstracts of ``analytes.jsonl``: cytokines and fluids as annotated, other analytes as no names.

    Only what has a finding, or stands beside it, is marked there for sure; what our lexicon finds besides is unknown.

    Args:
        gold: with texts.
        nlp: the pipeline of the lexicon.
    """
    labelled = []
    for each, annotated in zip(
        gold, annotate(nlp, (one.article for one in gold if one.article is not None)), strict=True
    ):
        marked = [mention for mention in each.mentions if not str(mention.concept).startswith(OTHER_ANALYTE)]
        beside = [m.span for m in annotated.mentions if not any(m.span.overlaps(one.span) for one in each.mentions)]
        labelled.append(_labelled("analytes", annotated.article.text, marked, beside))
    return labelled


def labelled_documents(source: str, documents: Sequence[Document], nlp: Language, kind: Kind) -> list[Labelled]:
    """Documents of a corpus that labels one kind; our lexicon fills in the other and sets the limits of names.

    Args:
        source: name of the corpus.
        documents: its documents.
        nlp: the pipeline of the lexicon.
        kind: what the corpus labels.
    """
    annotated = annotate(nlp, (document.article for document in documents))
    return [_completed(source, *pair, kind) for pair in zip(documents, annotated, strict=True)]


def labelled_bulk(articles: Iterable[Article], nlp: Language) -> list[Labelled]:
    """Weak labels: what the lexicon finds."""
    return [_labelled("bulk", each.article.text, each.mentions, ()) for each in annotate(nlp, articles)]


def sample_bulk(corpus: Path, size: int, *, seed: int) -> list[Article]:
    """A seeded sample of ``bulk.jsonl.gz``: four fifths name a cytokine, the rest are drawn from all others.

    Raises:
        InputError: the file is missing or damaged.
    """
    names: list[Article] = []
    others: list[Article] = []
    names_cytokine = load_vocabulary().names_cytokine
    for article in _bulk(corpus):
        (names if names_cytokine(article.text) else others).append(article)
    rng = random.Random(seed)
    kept = rng.sample(names, min(len(names), size * 4 // 5))
    return kept + rng.sample(others, min(len(others), size - len(kept)))


def _bulk(corpus: Path) -> Iterator[Article]:
    path = corpus / "bulk.jsonl.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                yield Article(record["id"], record["title"], record["abstract"], pmid=record.get("pmid"))
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise InputError(f"{path}: {error}") from error


class Withheld:
    """Texts that must not be learnt from: by PMID, and by any long sentence they share."""

    def __init__(self, articles: Iterable[Article], pmids: Collection[str] = ()) -> None:
        kept = list(articles)
        self._pmids = {*pmids, *(article.pmid for article in kept if article.pmid is not None)}
        self._sentences = {sentence for article in kept for sentence in _long_sentences(article.text)}

    def allows(self, article: Article) -> bool:
        """Whether an article may be trained on."""
        if article.pmid is not None and article.pmid in self._pmids:
            return False
        number = article.id.rpartition("PMID")[2].lstrip("-:")
        return number not in self._pmids and self._sentences.isdisjoint(_long_sentences(article.text))


def withheld(annotations: Path, corpus: Path) -> Withheld:
    """Gold dev and test (test by PMID alone: its texts are not read) and the test parts of the corpora.

    Raises:
        GoldError: an annotation breaks a rule.
        InputError: a corpus is missing or damaged.
    """
    normalise = load_vocabulary().normalise_fluid
    documents = [
        *anatem(corpus, normalise, split="test"),
        *anatem(corpus, normalise, split="devel"),
        *tcre_documents(corpus, test=True),
        *(document for member in PUBTATOR_TEST for document in gene_documents(corpus, member)),
    ]
    dev = [each.article for each in load_gold(annotations, corpus=corpus, splits=["dev"]) if each.article is not None]
    test = [each.pmid for each in load_gold(annotations, splits=["test"]) if each.pmid is not None]
    return Withheld([*dev, *(document.article for document in documents)], test)


def assemble(annotations: Path, corpus: Path, nlp: Language, *, bulk: int, seed: int) -> list[Labelled]:
    """Everything the NER is trained on.

    Args:
        annotations: the folder of gold.
        corpus: folder of the corpora.
        nlp: the pipeline of the lexicon.
        bulk: number of abstracts with weak labels.
        seed: of their choice.

    Raises:
        GoldError: an annotation breaks a rule.
        InputError: a corpus is missing or damaged.
    """
    kept = withheld(annotations, corpus)
    gold, passages, analytes = (
        [each for each in read if each.article is not None and kept.allows(each.article)]
        for read in (
            load_gold(annotations, corpus=corpus, splits=["train"]),
            load_training(annotations, "passages", corpus=corpus),
            load_training(annotations, "analytes", corpus=corpus),
        )
    )
    sources: list[tuple[str, list[Document], Kind]] = [
        ("TCRE", tcre_documents(corpus, test=False), "cytokine"),
        ("AnatEM", fluid_documents(corpus), "fluid"),
        *((name.partition("_")[0], gene_documents(corpus, name), "cytokine") for name in PUBTATOR_TRAIN),
    ]
    labelled = labelled_gold(gold) + labelled_gold(passages, "passages") + labelled_analytes(analytes, nlp)
    used = Withheld(each.article for each in (*gold, *passages, *analytes) if each.article is not None)
    for source, documents, kind in sources:
        fresh = [one for one in documents if kept.allows(one.article) and used.allows(one.article)]
        labelled += labelled_documents(source, fresh, nlp, kind)
    articles = (one for one in sample_bulk(corpus, bulk, seed=seed) if kept.allows(one) and used.allows(one))
    return labelled + labelled_bulk(articles, nlp)


def _completed(source: str, document: Document, annotated: AnnotatedArticle, kind: Kind) -> Labelled:
    text, known = document.article.text, list(annotated.mentions)
    neutral = () if source in _FULL else document.neutral
    unknown = [place for place in neutral if not any(place.overlaps(m.span) for m in known)]
    for one in document.required:
        if any(one.span.overlaps(mention.span) for mention in known):
            continue
        if _GENERIC.fullmatch(text[slice(*one.span)]):
            unknown.append(one.span)
        else:
            known.append(Mention(one.span, text[slice(*one.span)], kind, one.concept))
    return _labelled(source, text, known, unknown)


def _labelled(source: str, text: str, mentions: Iterable[Mention], unknown: Iterable[Span]) -> Labelled:
    ordered: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.span.start, -m.span.end)):
        if not ordered or mention.span.start >= ordered[-1].span.end:
            ordered.append(mention)
    spans = tuple((m.span.start, m.span.end, m.kind) for m in ordered)
    return Labelled(source, text, spans, tuple(m.concept for m in ordered), tuple(unknown))


def _long_sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(text):
        squeezed = _NO_WORD.sub("", sentence).casefold()
        if len(squeezed) >= _LONG:
            yield squeezed
