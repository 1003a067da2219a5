"""Well-formed inputs of every kind, in our own words: what mutations start from."""

from __future__ import annotations

import gzip
import json
import tempfile
from functools import cache
from pathlib import Path

from eutils_server import POST, RECORDS, SEARCH, SUMMARY

from extractor.exchange import FORMATS, Document, export
from extractor.records import Article, Finding, Mention, Span

_DATA = Path(__file__).resolve().parent.parent / "data"
TEXT = "CSF TNF-α in ALS 😀\nSerum IL-6 (n = 12) was higher in ALS than in controls (p < 0.05), but not CCL2.\nEnd."


@cache
def seeds(target: str) -> tuple[bytes, ...]:
    """Inputs a target reads without an error."""
    if target.startswith("import "):
        return _exports(target.removeprefix("import "))
    return {"articles": _articles, "text": _texts, "ids": _ids, "answers": _answers}[target]()


def _articles() -> tuple[bytes, ...]:
    names = ("awkward.nbib", "bioc.json", "bioc.xml", "pubmed_awkward.xml", "pubmed_broken.xml", "entity_bomb.xml")
    files = tuple((_DATA / name).read_bytes() for name in names)
    lines = "".join(
        json.dumps({"id": f"a{number}", "title": "Serum IL-6", "abstract": TEXT}) + "\n" for number in range(3)
    ).encode()
    return (
        *files,
        lines,
        gzip.compress(lines, mtime=0),
        gzip.compress(files[3], mtime=0),
        lines.decode().encode("utf-16"),
    )


def _texts() -> tuple[bytes, ...]:
    said = (
        TEXT,
        "Levels of IL-1β, -6 and -8, and of interleukin (IL)-10, were unchanged in plasma and urine, respectively.",
        (
            "Methods\nCytokines were measured in CSF and serum. TNF (tumour necrosis factor) fell after treatment; the "
            "former rose, whereas neither IL-17A nor IFN-γ differed between ALS patients (n=30) and controls (n=25)."
        ),
    )
    return tuple(each.encode() for each in said)


def _ids() -> tuple[bytes, ...]:
    nbib = b"PMID- 12\nTI  - A title\n      goes on\nAID - 10.5555/x [doi]\n\nPMID- 13\nTI  - B\n"
    return (
        b"1\npmid: 22\nPMC123\n10.5555/abc # why\nhttps://doi.org/10.5555/x\n",
        nbib,
        b"TY  - JOUR\nDO  - 10.5555/y\nER  - \n",
    )


def _answers() -> tuple[bytes, ...]:
    record = "<PubmedArticle><MedlineCitation><PMID>{}</PMID></MedlineCitation></PubmedArticle>"
    hits = (
        "<eSearchResult><Count>2</Count><RetMax>2</RetMax><RetStart>0</RetStart><QueryKey>1</QueryKey><WebEnv>M</WebEnv>"
        "<IdList><Id>1</Id><Id>2</Id></IdList><TranslationSet/><QueryTranslation>x</QueryTranslation></eSearchResult>"
    )
    summary = (
        '<eSummaryResult><DocSum><Id>1</Id><Item Name="Title" Type="String">T</Item><Item Name="ArticleIds" '
        'Type="List"><Item Name="pmid" Type="String">1</Item></Item></DocSum></eSummaryResult>'
    )
    post = "<ePostResult><QueryKey>1</QueryKey><WebEnv>M</WebEnv></ePostResult>"
    manifest = {
        "extractor_manifest": 1,
        "complete": False,
        "request": {"query": "q", "ids": [], "since": None, "until": None, "max_records": None},
        **dict.fromkeys(("tool", "base_url", "translation", "started"), "x"),
        "count": 1,
        "batch_size": 5,
        "slices": [{"since": None, "until": "2025-01-01", "count": 1, "webenv": "M", "query_key": "1", "pmids": "1"}],
        **{name: [] for name in ("warnings", "unresolved", "missing")},
    }
    whole = RECORDS.format("".join(record.format(number) for number in (1, 2, 2, 3)))
    return tuple(each.encode() for each in (SEARCH + hits, SUMMARY + summary, POST + post, whole, json.dumps(manifest)))


def document() -> Document:
    """An article with two findings, one of them without a fluid."""
    title, _, abstract = TEXT.partition("\n")
    article = Article("PMID:7", title, abstract, pmid="7")
    at = {name: Span(TEXT.index(name), TEXT.index(name) + len(name)) for name in ("TNF-α", "CSF", "IL-6", "Serum")}
    cytokine = Mention(at["IL-6"], "IL-6", "cytokine", "IL6")
    serum = Mention(at["Serum"], "Serum", "fluid", "serum")
    others = (Mention(at["TNF-α"], "TNF-α", "cytokine", "TNF"), Mention(at["CSF"], "CSF", "fluid", "CSF"))
    evidence = Span(len(title) + 1, len(title) + 20)
    said = {"evidence": evidence, "evidence_text": TEXT[slice(*evidence)], "model": "rules-1", "score": 0.5}
    first = Finding(
        "PMID:7", "IL6", "serum", "increased", "disease", cytokine_mention=cytokine, fluid_mention=serum, **said
    )
    second = Finding("PMID:7", "TNF", "unspecified", "unchanged", "time", cytokine_mention=others[0], **said)
    return Document.of(article, [first, second], others)


def _exports(form: str) -> tuple[bytes, ...]:
    """The files of an export that an importer reads, without what only surrounds them."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        export([document()], form, out)
        files = [out] if FORMATS[form].out == "file" else sorted(out.iterdir())
        kinds = {".ann", ".json", ".jsonl", ".xmi", ""}
        chosen = [path for path in files if path.suffix in kinds and "types" not in path.name]
        return tuple(path.read_bytes() for path in chosen if path.name != "articles.jsonl")
