"""A store for the tests of the review page: abstracts of our own, hostile ones too, with findings as of a model."""

from __future__ import annotations

from pathlib import Path

from extractor.records import Article, Finding, Mention, Span
from extractor.store import open_store, save_run

MODEL = "relation-9.9.9"
HOSTILE = "<img src=x onerror=window.hacked=1><script>window.hacked=1</script>\"'&amp;{{7*7}}"
LONG = "A very long line of words " * 2500
RESULTS = "RESULTS: IL-6 was higher in riders than in walkers, whereas TNF-α did not differ. CXCL8 fell after tea."
ARTICLES = {
    "PMID:1": (
        "Chemokines in fever",
        f"BACKGROUND: Little is known. METHODS: Serum of 20 riders was taken. {RESULTS} CONCLUSIONS: Riding matters.",
    ),
    "PMID:2": ("Interleukins in ALS", "IL-6 was raised in CSF of patients with ALS. IL-10 in plasma was lower."),
    "PMID:3": ("Opposite interleukins in ALS", "IL-6 was lowered in CSF of patients with ALS."),
    "PMID:4": (
        f"𝛼-Levels {HOSTILE}",
        f"Sera: 🧪 IL-6 rose in e\u0301lite riders {HOSTILE}. {LONG}IL-10 in sera fell.",
    ),
    "X/../5?a=1&b='\"<i>": ("An odd id", "Serum TNF rose in rats."),
}
TEXTS = {name: f"{title}\n{abstract}" for name, (title, abstract) in ARTICLES.items()}


def finding(name: str, cytokine: str, fluid: str | None, direction: str = "increased", **changes) -> Finding:
    """``cytokine`` and ``fluid`` are ``words=concept``."""
    text = TEXTS[name]
    analyte, sample = (_mention(text, each, kind) for each, kind in ((cytokine, "cytokine"), (fluid, "fluid")))
    start = max(text.rfind(". ", 0, analyte.span.start) + 2, text.index("\n") + 1)
    end = text.find(".", analyte.span.end) + 1
    fields = {
        "article_id": name,
        "cytokine": analyte.concept,
        "fluid": sample.concept if sample else "unspecified",
        "direction": direction,
        "contrast": "disease",
        "comparator": "healthy",
        "condition": "ALS",
        "host": "human",
        "evidence": Span(start, end),
        "evidence_text": text[start:end],
        "cytokine_mention": analyte,
        "fluid_mention": sample,
        "cross_sentence": sample is None or not start <= sample.span.start < end,
        "score": 0.9,
        "model": MODEL,
    }
    return Finding(**{**fields, **changes})


def _mention(text: str, named: str | None, kind: str) -> Mention | None:
    if named is None:
        return None
    words, _, concept = named.partition("=")
    start = text.index(words, text.index("\n"))
    return Mention(Span(start, start + len(words)), words, kind, concept or words)


def mined() -> list[tuple[Article, list[Finding]]]:
    """Articles with what the model found in them; PMID:1 is uncertain, PMID:2 and PMID:3 oppose each other."""
    found = {
        "PMID:1": [
            finding("PMID:1", "IL-6=IL6", "Serum=serum", score=0.55, condition="other:riding"),
            finding("PMID:1", "TNF-α=TNF", "Serum=serum", "unchanged", condition="other:riding"),
            finding("PMID:1", "CXCL8", "Serum=serum", contrast="time", comparator="before", condition="other:riding"),
        ],
        "PMID:2": [
            finding("PMID:2", "IL-6=IL6", "CSF"),
            finding("PMID:2", "IL-10=IL10", "plasma", "decreased"),
        ],
        "PMID:3": [finding("PMID:3", "IL-6=IL6", "CSF", "decreased", score=0.95)],
        "PMID:4": [
            finding("PMID:4", "IL-6=IL6", "Sera=serum", score=0.8, condition="other:riding"),
            finding("PMID:4", "IL-10=IL10", "sera=serum", "decreased", score=0.7, condition="other:riding"),
        ],
        "X/../5?a=1&b='\"<i>": [
            finding("X/../5?a=1&b='\"<i>", "TNF", "Serum=serum", host="rat", condition="unspecified", score=0.99)
        ],
    }
    return [
        (
            Article(name, title, abstract, pmid=name.removeprefix("PMID:") if name.startswith("PMID:") else None),
            found[name],
        )
        for name, (title, abstract) in ARTICLES.items()
    ]


def make_store(path: Path) -> Path:
    """A database with all of them, read by one model."""
    with open_store(path) as store:
        save_run(store, mined(), model=MODEL)
    return path
