"""The spaCy pipeline: tokens, sentences, scispaCy abbreviations, the lexicon, and any NER model one cares to plug in.

After it has run, ``doc.spans["cytokine"]`` and ``doc.spans["fluid"]`` hold the mentions: ``span.kb_id_`` is the concept
(empty when the name did not normalise) and ``span.id_`` says what found it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from pathlib import Path

import spacy
from scispacy.abbreviation import AbbreviationDetector
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

from extractor import lexicon as _lexicon  # noqa: F401  (registers its factory)
from extractor.errors import ModelError
from extractor.releases import check_release, find_release
from extractor.sentences import sentence_starts

NER_FORMAT = 1
"""Version of the released NER models' labels and layout that this code reads (``extractor_format``, ``meta.json``)."""
_LONGEST = 20_000
"""Tokens; longer texts go without the detector."""
_MOST_BRACKETS = 500
"""The detector's time and memory grow with the square of the brackets and more; abstracts have up to some hundred."""
_LONG_WORD = re.compile(r"\S{1001}")
"""A word that stays one token: cutting affixes off takes time that grows with the square of its length."""
_PREFIXES = (r"[\(\[\{<>=≤≥~±%\"'“‘]", r"(?:anti|Anti|non|Non)(?=[-‐‑–])", r"[-‐‑‒–—−+,;:./](?=\S)")
_SUFFIXES = (r"[\)\]\}>%\"'”’,;:?!]", r"(?<=\S)\.", r"(?<=[\w\)])[-‐‑–—/+]")
_INFIXES = (
    r"[/,;:()\[\]=<>≤≥±+×]|\.\.+",
    r"(?<=[\w)])[-‐‑–](?=(?!alph|beta|gamm|delta|kappa|lambda|omega)[a-z]{4,})",
    r"(?<=anti)[-‐‑–]",
    r"[—]",
)


@Language.component("extractor_sentences")  # type: ignore[untyped-decorator]
def split_sentences(doc: Doc) -> Doc:
    """Mark the first token of each sentence."""
    offsets = doc.to_array("IDX").tolist()
    if len(doc) > 1:
        doc[1].is_sent_start = False  # a text of one sentence would count as not split
    for start in sentence_starts(doc.text):
        index = bisect_left(offsets, start)
        if index < len(offsets):
            doc[index].is_sent_start = True
    return doc


@Language.factory("extractor_abbreviations", assigns=["doc._.abbreviations"])
class Abbreviations:
    """scispaCy's detector, run only where there is a bracket, its answers in text order."""

    def __init__(self, nlp: Language, name: str) -> None:
        self.name = name
        self._detect = AbbreviationDetector(nlp, make_serializable=True)
        # A pattern that no text holds: an empty matcher warns on every document.
        self._detect.global_matcher.add("extractor: nothing", [[{"ORTH": "no token has blanks in it"}]])

    def __call__(self, doc: Doc) -> Doc:
        """Fill ``doc._.abbreviations`` with dictionaries (``short_start``, ``short_end``, ``long_text`` ...)."""
        if 0 < doc.text.count("(") <= _MOST_BRACKETS and len(doc) <= _LONGEST:
            doc = self._detect(doc)
            doc._.abbreviations.sort(key=lambda a: (a["short_start"], a["short_end"], a["long_start"]))
        return doc


@Language.factory("extractor_ner", default_config={"model": ""}, assigns=["doc.spans"])
class PluggedModel:
    """Runs another pipeline on the same text and keeps its entities in ``doc.spans["ner"]``."""

    def __init__(self, nlp: Language, name: str, model: str) -> None:  # noqa: ARG002  (spaCy passes nlp)
        self.name = name
        self._model, self._source = load_ner(model)

    def __call__(self, doc: Doc) -> Doc:
        """Copy the entities over by offset."""
        spans = [
            doc.char_span(e.start_char, e.end_char, label=e.label_, span_id=self._source, alignment_mode="expand")
            for e in self._model(doc.text).ents
        ]
        doc.spans["ner"] = [s for s in spans if s is not None]
        return doc


def load_ner(model: str) -> tuple[Language, str]:
    """Load a NER model; also gives what its mentions name as their source (``ner`` for a released model).

    Args:
        model: a released model (``ner-1.0.0``, or ``ner`` for the newest), a folder, or an installed spaCy pipeline.

    Raises:
        ModelError: one line that says why it cannot be used.
    """
    released = find_release(model)
    if released is not None:
        check_release(released)
    folder = released or Path(model)
    if folder.is_dir():
        _check_versions(folder)
    try:
        return spacy.load(folder if folder.is_dir() else model), "ner" if released is not None else model
    except (OSError, ValueError) as error:
        raise ModelError(f"the NER model {model!r} cannot be loaded: {str(error).splitlines()[0]}") from error


def _check_versions(folder: Path) -> None:
    """Refuse a model of ours that another version of this package or of spaCy wrote; others are spaCy's affair."""
    path = folder / "meta.json"
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read: {error}") from error
    wrote = meta.get("extractor_format", NER_FORMAT)
    if wrote != NER_FORMAT:
        raise ModelError(f"{path}: extractor_format is {wrote!r}, this version reads {NER_FORMAT!r}")
    wanted = str(meta.get("spacy_version", ""))
    if "extractor_format" in meta and not spacy.util.is_compatible_version(spacy.__version__, wanted):
        raise ModelError(f"{path}: needs spaCy {wanted}, installed is {spacy.__version__}")


def tokenizer_of(nlp: Language) -> Tokenizer:
    """Words keep their inner hyphens (``IL-6`` is one token); slashes, ``anti-`` and ``-induced`` are cut."""
    return Tokenizer(
        nlp.vocab,
        prefix_search=compile_prefix_regex(_PREFIXES).search,
        suffix_search=compile_suffix_regex(_SUFFIXES).search,
        infix_finditer=compile_infix_regex(_INFIXES).finditer,
        token_match=_LONG_WORD.match,
    )


def build_pipeline(*, ner: str | None = None) -> Language:
    """The recognition pipeline.

    Args:
        ner: a released NER model (``ner-1.0.0``, or ``ner`` for the newest), or name or path of any spaCy or scispaCy
            pipeline, whose entities are used as well.

    Raises:
        ModelError: the model cannot be loaded.
        VocabularyError: a table of the vocabulary is inconsistent.
    """
    nlp = spacy.blank("en")
    nlp.tokenizer = tokenizer_of(nlp)
    nlp.max_length = 60_000_000
    nlp.add_pipe("extractor_sentences")
    nlp.add_pipe("extractor_abbreviations")
    if ner is not None:
        nlp.add_pipe("extractor_ner", config={"model": ner})
    nlp.add_pipe("extractor_lexicon")
    return nlp
