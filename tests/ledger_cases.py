"""A made-up literature with everything a report has to show, hostile texts included."""

from __future__ import annotations

from extractor.ledger import Ledger, Selection, Study, build
from extractor.records import Claim, Finding, Mention, Span
from extractor.report import Provenance

HOSTILE = '</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">'
QUERY = f'als[tiab] AND "il 6" {HOSTILE}'
PROVENANCE = Provenance(
    source="PubMed records",
    query=QUERY,
    date="2025-06-01",
    models=("rules",),
    records={"records": 30, "no_abstract": 2, "deleted": 1, "vanished": 0, "read": 28, "with_finding": 15},
    version="0.0.0",
)


def finding(number: int, cytokine: str, fluid: str, direction: str, **changes) -> Finding:
    """A finding whose sentence has an astral character before its mentions, so that offsets can go wrong."""
    lead = "𝛼-Level ("
    text = f"{lead}{cytokine}) in {fluid} was {direction}. {changes.pop('tail', '')}".strip()
    start = 50
    place = text.index(fluid)
    fields = {
        "article_id": f"PMID:{number}",
        "cytokine": cytokine,
        "fluid": fluid,
        "direction": direction,
        "contrast": "disease",
        "comparator": "healthy",
        "condition": "ALS",
        "host": "human",
        "evidence": Span(start, start + len(text)),
        "evidence_text": text,
        "cytokine_mention": Mention(
            Span(start + len(lead), start + len(lead) + len(cytokine)), cytokine, "cytokine", cytokine
        ),
        "fluid_mention": Mention(Span(start + place, start + place + len(fluid)), fluid, "fluid", fluid),
        "n": 40,
        "p": "<0.01",
        "score": 0.9,
        "model": "rules",
    }
    return Finding(**{**fields, **changes})


def literature() -> tuple[list[Claim], dict[str, Study], set[tuple[str, ...]]]:
    """Claims, studies, and keys of the reviewed findings."""
    claims: list[Claim] = [
        finding(1, "IL6", "serum", "increased"),
        finding(1, "IL6", "serum", "unchanged", comparator="mimic"),
        finding(2, "IL6", "serum", "increased", tail=HOSTILE),
        finding(3, "IL6", "serum", "decreased", score=0.4),
        finding(4, "IL6", "serum", "unchanged", comparator="disease_control"),
        finding(5, "IL6", "CSF", "increased"),
        finding(6, "IL6", "CSF", "increased"),
        finding(6, "CCL2", "CSF", "increased"),
        finding(7, "CCL2", "CSF", "unchanged"),
        finding(8, "CCL2", "CSF", "unchanged"),
        finding(9, "CXCL8", "other:sweat", "decreased", comparator="unspecified"),
        finding(10, "TNF", "plasma", "increased", host="mouse"),
        finding(11, "TNF", "plasma", "decreased", host="rat"),
        finding(11, "IL6", "serum", "decreased", host="rat", contrast="treatment", comparator="untreated"),
        finding(12, "<TGF-beta>", "unspecified", "increased", host="unspecified", fluid_mention=None),
        finding(13, "IL6", "serum", "increased", condition="other:sepsis"),
        finding(14, "IL6", "serum", "decreased"),
        finding(15, "IL6", "serum", "decreased", source="cited"),
        Claim("LIT:1", "IL6", "serum", "increased", "disease", condition="ALS", host="human", source="literature"),
    ]
    studies = {
        f"PMID:{n}": Study(
            f"PMID:{n}", pmid=str(n), doi=f"10.5555/{n}", title=f"Study number {n}", journal="J Ex", year=1999 + n
        )
        for n in range(1, 16)
    }
    studies["PMID:2"] = Study("PMID:2", pmid="2", title=f"=1+1 {HOSTILE}", year=2001, notices=("concern",))
    studies["PMID:14"] = Study("PMID:14", pmid="14", title="A review", year=2013, publication_types=("Review",))
    studies["PMID:12"] = Study("PMID:12", pmid="12", title="No year & {braces}_50%", journal="J\tEx")
    return claims, studies, {claims[0].key, claims[4].key}


def ledger(**options) -> Ledger:
    """The ledger of that literature."""
    claims, studies, reviewed = literature()
    return build(claims, studies=studies, reviewed=reviewed, selection=Selection(**options))
