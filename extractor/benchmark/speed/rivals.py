"""What the program is measured against: other readers of PubMed XML, a bare search for names, another architecture."""

from __future__ import annotations

import gzip
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Any, cast

import ahocorasick
import spacy
from Bio import Entrez
from lxml import etree
from spacy.language import Language
from spacy.training import Example

from extractor import formats
from extractor.errors import RecordError
from extractor.records import Json

_WIDTH = 96
_TAGS, _RELATIONS = 50, 45
"""About as many labels as the Penn tags and the dependencies of such models."""


def read_ours(paths: Sequence[Path]) -> int:
    """Every record as an ``Article``; gives their number.

    Raises:
        RecordError: a record is broken.
    """
    return sum(1 for _ in formats.read(paths, on_error=_refuse))


def read_lxml(paths: Sequence[Path]) -> int:
    """A tree of each file, unpacked by the standard library, with nothing taken from it; gives the records."""
    total = 0
    for path in paths:
        with gzip.open(path) as stream:
            total += len(etree.parse(cast("IO[bytes]", stream)).getroot())
    return total


def read_entrez(paths: Sequence[Path]) -> int:
    """Biopython's own reader; gives the number of records."""
    total = 0
    for path in paths:
        with gzip.open(path) as stream:
            total += len(Entrez.read(stream)["PubmedArticle"])
    return total


def _refuse(error: RecordError) -> None:
    raise error


def bare_search(names: Iterable[str]) -> Callable[[str], None]:
    """A function that finds all places of some names in a text, whatever stands around them, with pyahocorasick."""
    automaton = ahocorasick.Automaton()
    for name in names:
        automaton.add_word(name.lower(), True)
    automaton.make_automaton()

    def search(text: str) -> None:
        deque(automaton.iter(text.lower()), maxlen=0)

    return search


def small_architecture() -> Language:
    """The architecture of scispaCy's ``sm`` models, with random weights: tok2vec, tagger, parser, NER, 96 wide.

    Sizes are those of scispaCy's ``base_parser_tagger.cfg`` and ``base_ner.cfg``. What it finds means nothing; it takes
    as long as a trained one (without ``attribute_ruler`` and ``lemmatizer``, which are left out).
    """
    nlp = spacy.blank("en")
    tok2vec = _tok2vec(["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"], [5000, 1000, 2500, 2500, 50, 50])
    own = _tok2vec(["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY"], [5000, 2500, 2500, 2500, 100])
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": _WIDTH, "upstream": "*"}
    nlp.add_pipe("tok2vec", config={"model": tok2vec})
    tagger: Any = nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": listener}})
    parser: Any = nlp.add_pipe("parser", config={"model": _transitions("parser", listener)})
    recogniser: Any = nlp.add_pipe("ner", config={"model": _transitions("ner", own)})
    for number in range(_TAGS):
        tagger.add_label(f"T{number}")
    for number in range(_RELATIONS):
        parser.add_label(f"r{number}")
    recogniser.add_label("ENTITY")
    nlp.initialize(lambda: [_example(nlp)])
    return nlp


def _tok2vec(attributes: Sequence[str], rows: Sequence[int]) -> Json:
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": _WIDTH,
            "attrs": list(attributes),
            "rows": list(rows),
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": _WIDTH,
            "depth": 4,
            "window_size": 1,
            "maxout_pieces": 3,
        },
    }


def _transitions(kind: str, tok2vec: Json) -> Json:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": kind,
        "extra_state_tokens": False,
        "hidden_width": 128,
        "maxout_pieces": 3,
        "use_upper": True,
        "tok2vec": tok2vec,
    }


def _example(nlp: Language) -> Example:
    words = {"words": ["Levels", "rose"], "heads": [1, 1], "deps": ["r0", "ROOT"], "tags": ["T0", "T1"]}
    return Example.from_dict(nlp.make_doc("Levels rose"), {**words, "entities": ["U-ENTITY", "O"]})
