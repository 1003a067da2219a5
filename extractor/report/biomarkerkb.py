"""The ledger's human disease findings as BiomarkerKB TSV (layout of its data model v0.3.4).

Sixteen columns as BiomarkerKB has them, then ours, which start with ``x_``. Its model knows increased and decreased
levels; an unchanged level is written as ``IL6 level`` with ``x_direction`` ``unchanged``, so that a reader of the
sixteen columns alone cannot take it for a change. Families and complexes have no UniProtKB accession of their own:
their id stays empty. ``DOID:332`` stands only where the condition is ALS.
"""

from __future__ import annotations

from extractor.ledger import Cell, Ledger, Vote
from extractor.records import Claim, Finding
from extractor.tables import harmless
from extractor.vocabulary import Vocabulary, load_vocabulary

COLUMNS = (
    "biomarker_id",
    "biomarker",
    "assessed_biomarker_entity",
    "assessed_biomarker_entity_id",
    "assessed_entity_type",
    "condition",
    "condition_id",
    "exposure_agent",
    "exposure_agent_id",
    "best_biomarker_role",
    "specimen",
    "specimen_id",
    "loinc_code",
    "evidence_source",
    "evidence",
    "tag",
    "x_direction",
    "x_comparator",
    "x_score",
    "x_verdict",
)
_ALS = ("amyotrophic lateral sclerosis", "DOID:332")
_CONTROL = str.maketrans("\t\r\n", "   ")


def biomarkerkb(ledger: Ledger) -> str:
    """The table, one row per finding; studies without a PMID give their own id as the source."""
    vocabulary = load_vocabulary()
    rows = [
        _row(cell, vote, claim, vocabulary)
        for cell in ledger.cells
        if cell.key.contrast == "disease" and cell.key.host == "human"
        for vote in cell.votes
        for claim in vote.claims
    ]
    ids = {biomarker: f"A{number:04d}" for number, biomarker in enumerate(dict.fromkeys(map(_identity, rows)), 1)}
    lines = (COLUMNS, *((ids[_identity(row)], *row) for row in rows))
    return "".join("\t".join(harmless(cell.translate(_CONTROL)) for cell in line) + "\n" for line in lines)


def _identity(row: tuple[str, ...]) -> tuple[str, ...]:
    """Rows of one biomarker in one condition are one entry; specimens and evidence are listed under it."""
    return row[0], row[2], row[4], row[5]


def _row(cell: Cell, vote: Vote, claim: Claim, vocabulary: Vocabulary) -> tuple[str, ...]:
    concept = vocabulary.cytokines.get(claim.cytokine)
    change = "" if claim.direction == "unchanged" else f"{claim.direction} "
    condition, condition_id = _ALS if claim.condition == "ALS" else (claim.condition.removeprefix("other:"), "")
    known = claim.fluid != "unspecified"
    specimen = claim.fluid.removeprefix("other:").replace("_", " ") if known else ""
    evidence, score = (claim.evidence_text, f"{claim.score:.4f}") if isinstance(claim, Finding) else ("", "")
    tags = ["biomarker", *(["specimen"] if known else [])]
    return (
        f"{change}{claim.cytokine} level",
        concept.name if concept and concept.name else claim.cytokine,
        f"UPKB:{concept.uniprot}" if concept and concept.uniprot else "",
        "protein",
        condition,
        condition_id,
        "",
        "",
        "diagnostic",
        specimen,
        (vocabulary.fluid_id(claim.fluid) or "") if known else "",
        "",
        f"PubMed:{vote.study.pmid}" if vote.study.pmid else vote.study.id,
        evidence,
        ";".join(tags),
        claim.direction,
        claim.comparator,
        score,
        cell.verdict,
    )
