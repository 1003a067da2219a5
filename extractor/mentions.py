"""spaCy ``Doc`` → ``AnnotatedArticle``: sentences and mentions as plain records; nothing spaCy-shaped goes further."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice, takewhile

from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from extractor.lexicon import NAMES_CYTOKINE
from extractor.records import AnnotatedArticle, Article, Kind, Mention, Span
from extractor.vocabulary import load_vocabulary, read_table

_OF_BEFORE = re.compile(
    r"\brecombinant\s+(?:human|murine|mouse|rat)\s+$"
    r"|(?:(?:gene|mRNA)\s(?:levels?|expressions?)|inhibitors?|blockers?|blockade|blocking|inhibition|neutrali[sz]ation"
    r"|polymorphisms?|genes?|mRNA|promoters?|(?:monoclonal )?antibod(?:y|ies)|knockdown|injections?|administration"
    r"|infusions?|transcripts?)\s+(?:of|to|against|in|for|encoding|for the|in the|of the)\s+(?:human\s+)?$",
    re.I,
)
_SNP_AFTER = re.compile(
    r"\s?\(?\s?[-‐–−+]?\s?\d{2,5}\s?\(?[ACGT]\s?[/>→]\s?[ACGT]\b|\s?\(?rs\d{3,}"
    r"|\s?\(?(?:p\.)?[A-Z][a-z]{2}\d+[A-Z][a-z]{2}\b"
    r"|\s?\(?[-‐–−+]\s?\d{3,4}\)?(?![\d.%]|\s?(?:±|\(|[npfµμm]?g/|[npfµμm]?mol|[IiUu]?U/|to\b|vs\b))"
)
_KNOCKOUT_AFTER = re.compile(r"\s?\(?[-−–]/[-−–]\)?|\s?\(?[-−–]{2}\b")
_CLAUSE_ENDS = frozenset(".;:,")
_LIST_TAIL = re.compile(r"[\s,;/]*(?:and|or)?\s*")


def annotate(
    nlp: Language, articles: Iterable[Article], *, batch_size: int = 64, prefilter: bool = False
) -> Iterator[AnnotatedArticle]:
    """Recognise sentences, cytokines and fluids.

    Args:
        nlp: a pipeline from ``build_pipeline``.
        articles: in any number; the order is kept.
        batch_size: articles that spaCy sees at a time; it does not change the result.
        prefilter: skip, without sentences or mentions, articles that name no cytokine or no fluid (they can hold no
            finding). A plugged-in NER model may know other fluids, so that only the cytokine is looked for then.
    """
    kinds: Sequence[Kind] = ("cytokine",) if "extractor_ner" in nlp.pipe_names else ("fluid", "cytokine")
    stream = iter(articles)
    while batch := list(islice(stream, batch_size)):
        texts = [article.text for article in batch]
        lacking = [_lacks(text, kinds) if prefilter else None for text in texts]
        docs = nlp.pipe([text for text, lacks in zip(texts, lacking, strict=True) if not lacks], batch_size=batch_size)
        for article, text, lacks in zip(batch, texts, lacking, strict=True):
            if lacks is not None:
                yield AnnotatedArticle(article, (), (), lacks)
                continue
            doc = next(docs)
            if prefilter and not doc.user_data[NAMES_CYTOKINE]:
                yield AnnotatedArticle(article, (), (), "cytokine")
            else:
                yield AnnotatedArticle(article, _sentences(doc, text), _mentions(doc, text))


def _lacks(text: str, kinds: Sequence[Kind]) -> Kind | None:
    """What the text does not name, as far as that is seen without a pipeline; None where it may name each kind."""
    vocabulary = load_vocabulary()
    lacking = vocabulary.lacks(text, kinds)
    if lacking is None and "fluid" in kinds and not vocabulary.find_fluids(text):
        return "fluid"
    return lacking


def count_unnormalised(annotated: Iterable[AnnotatedArticle]) -> Counter[tuple[Kind, str]]:
    """How often each name was seen that no concept is known for, by kind and spelling: what the vocabulary may lack."""
    return Counter(
        (mention.kind, mention.text) for each in annotated for mention in each.mentions if mention.concept is None
    )


def _sentences(doc: Doc, text: str) -> tuple[Span, ...]:
    if not len(doc):
        return ()
    spans = []
    for sentence in doc.sents:
        raw = text[sentence.start_char : sentence.end_char]
        start = sentence.start_char + len(raw) - len(raw.lstrip())
        end = sentence.start_char + len(raw.rstrip())
        if end > start:
            spans.append(Span(start, end))
    return tuple(spans)


def _mentions(doc: Doc, text: str) -> tuple[Mention, ...]:
    found = [*_of_kind(doc, text, "cytokine"), *_of_kind(doc, text, "fluid")]
    return tuple(sorted(found, key=lambda m: m.span))


def _of_kind(doc: Doc, text: str, kind: Kind) -> Iterator[Mention]:
    spans = list(doc.spans.get(kind, []))
    levels = [True] * len(spans)
    if kind == "cytokine":
        for i in reversed(range(len(spans))):
            levels[i] = _is_level(doc, text, spans[i]) and not _shares(doc, text, spans, levels, i)
    for span, level in zip(spans, levels, strict=True):
        where = Span(span.start_char, span.end_char)
        yield Mention(where, text[where.start : where.end], kind, span.kb_id_ or None, level, span.id_)


def _shares(doc: Doc, text: str, spans: list[DocSpan], levels: list[bool], i: int) -> bool:
    """Whether a name that is no level follows: ``IL-4 and IL-10 gene polymorphisms``, ``interleukin-4 (IL-4) gene``."""
    if i + 1 == len(spans) or levels[i + 1]:
        return False
    gap = text[spans[i].end_char : spans[i + 1].start_char]
    if gap.strip() == "(":
        return spans[i].kb_id == spans[i + 1].kb_id and text[spans[i + 1].end_char : spans[i + 1].end_char + 1] == ")"
    return len(gap) < 8 and bool(_LIST_TAIL.fullmatch(gap)) and not _preceded(doc, spans[i + 1])


def _preceded(doc: Doc, span: DocSpan) -> bool:
    return span.start > 0 and doc[span.start - 1].lower_ in _cues()["before"]


@cache
def _cues() -> dict[str, frozenset[str]]:
    """Words that make a name no level, by where they stand: ``before``, ``after``, or ``between`` it and one after."""
    rows = read_table("not_levels.tsv")
    return {side: frozenset(r["word"] for r in rows if r["side"] == side) for side in ("before", "after", "between")}


def _words_after(doc: Doc, span: DocSpan) -> list[str]:
    """The next words of the clause, two at most."""
    clause = takewhile(lambda t: t.text not in _CLAUSE_ENDS and not t.is_sent_start, doc[span.end : span.end + 4])
    return [t.lower_ for t in clause if not t.is_punct and not t.is_space][:2]


def _words_before(doc: Doc, span: DocSpan) -> list[str]:
    """The last word of the clause before a name."""
    words = []
    for token in reversed(doc[max(0, span.start - 3) : span.start + 1]):
        if token.i < span.start:
            if token.text in _CLAUSE_ENDS:
                break
            words.append(token)
        if token.is_sent_start:
            break
    return [t.lower_ for t in words if not t.is_punct and not t.is_space][:1]


def _is_level(doc: Doc, text: str, span: DocSpan) -> bool:
    """False where the name is a gene, a transcript, a variant, an antibody, a drug or its target."""
    cues = _cues()
    after = _words_after(doc, span)
    if after[:1] and after[0] not in cues["after"] and after[0] in cues["between"]:
        after = after[1:]
    if cues["after"].intersection(after[:1]):
        return False
    if cues["before"].intersection(_words_before(doc, span)):
        return False
    if _SNP_AFTER.match(text, span.end_char) or _KNOCKOUT_AFTER.match(text, span.end_char):
        return False
    return not _OF_BEFORE.search(text[max(0, span.start_char - 60) : span.start_char])
