"""Corpora that others annotated, as documents for the external tests. Each function names the split it reads."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from extractor.errors import InputError
from extractor.records import Article, Direction, Span

_ENTITY = re.compile(r"T\d+\t(?P<label>\S+) (?P<start>\d+) (?P<end>\d+)\t(?P<text>.*)")
_SAMPLE = re.compile(r"\s+(?:samples?|specimens?)$", re.IGNORECASE)
_TITLE = re.compile(r"(\d+)\|t\|(.*)")
_ABSTRACT = re.compile(r"(\d+)\|a\|(.*)")
_GENERIC = frozenset({"cytokine", "cytokines", "chemokine", "chemokines", "interleukin", "interleukins"})
_NOT_A_FLUID_AFTER = re.compile(
    r"[\s-]?(?:pressures?|flow|vessels?|supply|loss|transfusions?|donors?|donations?|counts?|coagulation|clot\w*|borne"
    r"|groups?|types?|(?:brain|nerve|retina\w*|testis|air)[\s-]barrier|brain|(?<=-)free\b|free (?:medi|cultur)"
    r"|albumin|membranes?|cells?\b"
    r"|mononuclear|leu[ck]ocyt\w+|lymphocyt\w+|monocyt\w+|neutrophil\w*|platelets?|(?:T|B|NK)[\s-]cell\w*"
    r"|response factor|(?:or \w+ )?deprivation|starvation|containing|mass spectrometry|amyloid"
    r"|(?:stress |urge )?incontinence|tract|bladder|catheter\w*|retention)",
    re.IGNORECASE,
)
_NOT_A_FLUID_BEFORE = re.compile(r"(?:(?:white|red|calf|bovine|horse|goat|rabbit|coupled)[\s-]|anti-?)$", re.IGNORECASE)
_NEUTRAL_TCRE = frozenset({"PROTEIN", "DNA", "RNA", "CYTOKINE"})


@dataclass(frozen=True, slots=True)
class Required:
    """A name that the corpus marks and a recogniser must find; ``concept`` None where the corpus gives none."""

    span: Span
    concept: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A text with what must be found in it, and the places where a mention is neither right nor wrong."""

    article: Article
    required: tuple[Required, ...]
    neutral: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One question of Evidence Inference 2.0 with the evidence span given.

    Attributes:
        article: PMC id, the unit that is resampled.
        label: what the doctors answered.
    """

    article: str
    outcome: str
    intervention: str
    comparator: str
    evidence: str
    label: Direction


def evidence_inference(corpus: Path, *, split: str = "test") -> list[Question]:
    """Questions of an official article split of Evidence Inference 2.0 (``evidence_inference.jsonl.gz``); repeats once.

    Raises:
        InputError: the file is missing or damaged.
    """
    path = corpus / "evidence_inference.jsonl.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines]
        questions = [
            Question(
                record["pmcid"],
                record["outcome"],
                record["intervention"],
                record["comparator"],
                record["evidence"].strip(),
                record["direction"],
            )
            for record in records
            if record["split"] == split
        ]
    except (OSError, EOFError, json.JSONDecodeError, KeyError) as error:
        raise InputError(f"{path}: {error}") from error
    return list(dict.fromkeys(questions))


def anatem(corpus: Path, normalise: Callable[[str], str | None], *, split: str = "test") -> list[Document]:
    """AnatEM's official test split: ``Organism_substance`` mentions that are fluids of our list are required.

    The other ``Organism_substance`` mentions are neutral.

    Args:
        corpus: folder with ``anatem.tar.gz``.
        normalise: surface to fluid name, or None.
        split: ``train``, ``devel`` or ``test``.

    Raises:
        InputError: the archive is missing or damaged.
    """
    documents = []
    for name, text, entities in _standoff(corpus / "anatem.tar.gz", f"standoff/{split}/"):
        article, shift = article_of(f"AnatEM:{name}", text)
        required, neutral = [], []
        for label, span in entities:
            if label != "Organism_substance":
                continue
            words, place = text[slice(*span)], Span(span.start + shift, span.end + shift)
            fluid = normalise(words) or normalise(_SAMPLE.sub("", words))
            if fluid is None:
                neutral.append(place)
            else:
                required.append(Required(place))
        documents.append(Document(article, tuple(required), tuple(neutral)))
    return documents


def guideline_fluids(documents: Iterable[Document]) -> list[Document]:
    """The documents with what our guidelines call no fluid made neutral, whatever the corpus calls it.

    These are the words under "Not fluids" and the protein names of "Decisions taken" in ``annotations/README.md``:
    blood pressure, flow, vessel, loss, transfusion, donor, supply or count, the barriers, culture additives, plasma
    membranes, cells of the blood, organs of the urine, serum albumin or amyloid. The words around a name decide.
    """
    changed = []
    for document in documents:
        text = document.article.text
        aside = [one for one in document.required if _no_fluid(text, one.span)]
        kept = tuple(one for one in document.required if one not in aside)
        changed.append(replace(document, required=kept, neutral=(*document.neutral, *(one.span for one in aside))))
    return changed


def _no_fluid(text: str, span: Span) -> bool:
    before = text[max(0, span.start - 16) : span.start]
    return bool(_NOT_A_FLUID_AFTER.match(text, span.end) or _NOT_A_FLUID_BEFORE.search(before))


def tcre(corpus: Path, *, outside: Callable[[str], Iterable[Span]] | None = None) -> list[Document]:
    """TCRE's documents (collection 2, which holds collection 1): ``CYTOKINE`` mentions but generic words are required.

    Where it says ``PROTEIN``, ``DNA`` or ``RNA`` a cytokine mention is neutral: many documents mark cytokines as these.

    With ``outside`` only what its scheme could have marked counts as wrong. The rules were read off its annotations,
    those of :func:`held_out` documents not among them: marks never lie in one another, so a cytokine inside the name of
    a cell, a cell line or a transcription factor has none; what ``outside`` gives (receptors) is a ``PROTEIN``; a
    document without any ``CYTOKINE`` has its cytokines as ``PROTEIN``, marked or not, and is left out.

    Args:
        corpus: folder with ``tcre_cytokine_ner.tar.gz``.
        outside: places of a text whose names the scheme does not call ``CYTOKINE``.

    Raises:
        InputError: the archive is missing or damaged.
    """
    documents = []
    for name, text, entities in _standoff(corpus / "tcre_cytokine_ner.tar.gz", "brat/collection_02/"):
        article, shift = article_of(f"TCRE:{name}", text)
        required, neutral = [], []
        for label, span in entities:
            place = Span(span.start + shift, span.end + shift)
            if label == "CYTOKINE" and text[slice(*span)].casefold() not in _GENERIC:
                required.append(Required(place))
            elif outside is not None or label in _NEUTRAL_TCRE:
                neutral.append(place)
        if outside is not None:
            if all(label != "CYTOKINE" for label, _ in entities):
                continue
            neutral += outside(article.text)
        documents.append(Document(article, tuple(required), tuple(neutral)))
    return documents


def held_out(name: str) -> bool:
    """Whether the TCRE document of an article id is kept for testing: a fixed quarter, by hash. No model sees these."""
    return hashlib.sha256(name.encode("utf-8")).digest()[0] % 4 == 0


def pubtator(corpus: Path, member: str, symbols: Mapping[str, str]) -> list[Document]:
    """Genes of a PubTator file whose NCBI id is a cytokine are required; genes without a human id are neutral.

    Args:
        corpus: folder with ``pubtator_ner.tar.gz``.
        member: file in it, for example ``"NLMgene_Test.PubTator"``.
        symbols: NCBI gene id of every human gene -> our cytokine concept, ``""`` for any other gene.

    Raises:
        InputError: the archive is missing or damaged.
    """
    content = dict(_members(corpus / "pubtator_ner.tar.gz", lambda name: name == member))
    if member not in content:
        raise InputError(f"{corpus / 'pubtator_ner.tar.gz'}: has no {member}")
    blocks = re.split(r"\n\s*\n", content[member].strip())
    return [_pubtator_document(block, symbols) for block in blocks]


def _pubtator_document(block: str, symbols: Mapping[str, str]) -> Document:
    title, abstract, key = "", "", ""
    required, neutral = [], []
    for line in block.splitlines():
        if match := _TITLE.fullmatch(line):
            key, title = match[1], match[2]
        elif match := _ABSTRACT.fullmatch(line):
            abstract = match[2]
        elif (cells := line.split("\t")) and len(cells) >= 6 and cells[1].isdigit():
            span = Span(int(cells[1]), int(cells[2]))
            found = [symbols[gene] for gene in re.split(r"[;,]", cells[5]) if gene in symbols]
            concept = next((symbol for symbol in found if symbol), None)
            if cells[4] == "Gene" and concept is not None:
                required.append(Required(span, concept))
            elif cells[4] != "Gene" or not found:
                neutral.append(span)
    return Document(Article(f"PMID:{key}", title, abstract, pmid=key), tuple(required), tuple(neutral))


def human_genes(corpus: Path, concepts: Mapping[str, str]) -> dict[str, str]:
    """NCBI gene id of every human protein-coding gene -> our concept, ``""`` where it is none.

    Args:
        corpus: folder with ``hgnc_protein_coding.tsv.gz``.
        concepts: HGNC id -> concept. Symbols change, ids do not.

    Raises:
        InputError: the table is missing or damaged.
    """
    path = corpus / "hgnc_protein_coding.tsv.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t"))
        return {
            row["Entrez Gene ID(supplied by NCBI)"]: concepts.get(row["HGNC ID"], "")
            for row in rows
            if row["Entrez Gene ID(supplied by NCBI)"]
        }
    except (OSError, EOFError, KeyError) as error:
        raise InputError(f"{path}: {error}") from error


def article_of(key: str, text: str) -> tuple[Article, int]:
    """A text as an article, and what to add to its offsets: the first line is the title, if there are several."""
    title, newline, rest = text.partition("\n")
    if newline and rest.strip():
        return Article(key, title, rest), 0
    return Article(key, "", text), 1


def _standoff(archive: Path, folder: str) -> Iterator[tuple[str, str, list[tuple[str, Span]]]]:
    """Name, text and entities (label, span) of every document of a folder, by name."""
    inside = dict(_members(archive, lambda name: str(PurePosixPath(name).parent) + "/" == folder))
    for name in sorted(inside):
        if not name.endswith(".txt"):
            continue
        lines = inside.get(name.removesuffix(".txt") + ".ann", "").splitlines()
        found = [match for line in lines if (match := _ENTITY.fullmatch(line))]
        entities = [(match["label"], Span(int(match["start"]), int(match["end"]))) for match in found]
        yield PurePosixPath(name).stem, inside[name], entities


def _members(archive: Path, wanted: Callable[[str], bool]) -> Iterable[tuple[str, str]]:
    try:
        with tarfile.open(archive) as files:
            for member in files:
                stream = files.extractfile(member) if member.isfile() and wanted(member.name) else None
                if stream is not None:
                    yield member.name, io.TextIOWrapper(stream, encoding="utf-8", newline="").read()
    except (OSError, EOFError, tarfile.TarError, UnicodeDecodeError) as error:
        raise InputError(f"{archive}: {error}") from error
