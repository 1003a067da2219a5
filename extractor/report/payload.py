"""What the page is given: studies, claims with their words cut at the mentions, counts, texts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from extractor.ledger import AGREEMENT, LIMITS, MINORITY, CellKey, Ledger, Study, Vote, fluid_order, host_of
from extractor.records import OTHERS, Claim, Finding, Json
from extractor.report.provenance import CONTRAST_NAMES, HOST_NAMES, Provenance, flow, methods
from extractor.vocabulary import load_vocabulary


def payload(ledger: Ledger, provenance: Provenance) -> Json:
    """Everything the page shows, as plain JSON values in a fixed order."""
    studies = ledger.studies
    places = {study.id: place for place, study in enumerate(studies)}
    claims = [
        _claim(cell.key, vote, claim, places) | ({"reviewed": True} if decided else {})
        for cell in ledger.cells
        for vote in cell.votes
        for claim, decided in zip(vote.claims, vote.decided, strict=True)
    ]
    cytokines = sorted({cell.key.cytokine for cell in ledger.cells})
    written = _written(claim for cell in ledger.cells for vote in cell.votes for claim in vote.claims)
    return {
        "condition": ledger.selection.condition or "any condition",
        "query": provenance.query,
        "date": provenance.date,
        "version": provenance.version,
        "source": provenance.source,
        "note": provenance.note,
        "least_score": ledger.selection.min_score,
        "minority": MINORITY,
        "agreement": AGREEMENT,
        "hosts": HOST_NAMES,
        "contrasts": CONTRAST_NAMES,
        "fluids": sorted({cell.key.fluid for cell in ledger.cells}, key=fluid_order),
        "cytokines": {symbol: _names(symbol, written[symbol]) for symbol in cytokines},
        "studies": [_study(study) for study in studies],
        "claims": claims,
        "excluded": [{**_study(each.study), "reason": each.reason, "claims": each.claims} for each in ledger.excluded],
        "cited": [_cited(study, claim) for study, claim in ledger.cited],
        "flow": [{"name": step.name, "number": step.number, "out": step.out} for step in flow(ledger, provenance)],
        "methods": methods(ledger, provenance),
        "limits": LIMITS,
    }


def segments(finding: Finding) -> list[list[str]]:
    """The evidence cut into ``[text, kind]``, kind ``cytokine``, ``fluid`` or empty.

    Cut here, since a browser counts code units and our offsets count code points.
    """
    text, start = finding.evidence_text, finding.evidence.start
    mentions = [each for each in (finding.cytokine_mention, finding.fluid_mention) if each is not None]
    marks = sorted(
        (each.span.start - start, each.span.end - start, each.kind)
        for each in mentions
        if finding.evidence.contains(each.span)
    )
    parts: list[list[str]] = []
    place = 0
    for first, last, kind in marks:
        if first < place:
            continue
        parts += [[text[place:first], ""], [text[first:last], kind]]
        place = last
    return [part for part in [*parts, [text[place:], ""]] if part[0]]


def _claim(key: CellKey, vote: Vote, claim: Claim, places: dict[str, int]) -> Json:
    return _filled({"study": places[vote.study.id], "group": key.host, **_said(claim)})


def _cited(study: Study, claim: Claim) -> Json:
    return {"paper": _study(study), "group": host_of(claim), **_filled(_said(claim))}


def _said(claim: Claim) -> Json:
    shown: Json = _slots(claim)
    if isinstance(claim, Finding):
        shown |= {"n": claim.n, "p": claim.p, "score": round(claim.score, 4), "words": segments(claim)}
        if claim.fluid_mention is not None and not claim.evidence.contains(claim.fluid_mention.span):
            shown["elsewhere"] = claim.fluid_mention.text
    return shown


def _slots(claim: Claim) -> dict[str, Any]:
    names = ("cytokine", "fluid", "direction", "contrast", "comparator", "host")
    return {name: getattr(claim, name) for name in names}


def _study(study: Study) -> Json:
    shown: Json = {
        "id": study.id,
        "pmid": study.pmid,
        "doi": study.doi,
        "title": study.title,
        "by": _by(study.authors),
        "journal": study.journal,
        "year": study.year,
        "notices": study.notices,
    }
    return _filled(shown)


def _by(authors: Sequence[str]) -> str:
    """``Muster``, ``Muster & Probe`` or ``Muster et al.``."""
    families = [author.partition(", ")[0] for author in authors if author != OTHERS]
    more = len(families) > 2 or (families and OTHERS in authors)
    return f"{families[0]} {OTHERS}" if more else " & ".join(families)


def _filled(fields: Json) -> Json:
    """Without empty fields; zero is a value."""
    return {name: value for name, value in fields.items() if value is not False and value not in (None, "", [], ())}


def _written(claims: Iterable[Claim]) -> dict[str, Counter[str]]:
    """How the abstracts write each cytokine, counted."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for claim in claims:
        if isinstance(claim, Finding) and claim.cytokine_mention is not None:
            found[claim.cytokine][claim.cytokine_mention.text] += 1
    return found


def _names(symbol: str, written: Counter[str]) -> list[str]:
    """Names a reader may look for: first as the abstracts write it most, then those of the vocabulary."""
    concept = load_vocabulary().cytokines.get(symbol)
    common = sorted(written, key=lambda name: (-written[name], name))[:1]
    known = (concept.name, *concept.synonyms) if concept else ()
    return list(_unlike(symbol, (*common, *known)))


def _unlike(symbol: str, names: Iterable[str]) -> Iterable[str]:
    """The names that are not the symbol over again, each spelling once."""
    seen = {_squeezed(symbol)}
    for name in names:
        if _squeezed(name) and _squeezed(name) not in seen:
            seen.add(_squeezed(name))
            yield name


def _squeezed(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
