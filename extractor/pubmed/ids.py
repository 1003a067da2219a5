"""Lists of ids: PMIDs, DOIs and PMCIDs one a line, or an nbib or RIS export; DOIs and PMCIDs resolved to PMIDs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from extractor.errors import InputError
from extractor.pubmed.eutils import Eutils

_PUBMED = r"https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/"
_PMID = re.compile(rf"(?:pmid[:\s]\s*|{_PUBMED})?(\d{{1,8}})/?", re.IGNORECASE)
_PMCID = re.compile(r"(?:pmcid[:\s]\s*|https?://\S*/)?(PMC\d{1,9})(?:\.\d+)?/?", re.IGNORECASE)
_DOI = re.compile(r"(?:doi[:\s]\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_PMID_INSIDE = re.compile(r"\bPMID[:\s]\s*(\d{1,8})\b|pubmed(?:\.ncbi\.nlm\.nih\.gov)?/(\d{1,8})\b", re.IGNORECASE)
_PMCID_INSIDE = re.compile(r"\b(PMC\d{4,9})\b", re.IGNORECASE)
_DOI_INSIDE = re.compile(r"(10\.\d{4,9}/[^\s\"<>]+)", re.IGNORECASE)
_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)")
_OF_OTHERS = {"AB", "N2", "TI", "T1", "CR", "CIN", "CON", "EIN", "EFR", "RIN", "ROF", "RPI", "RPF", "UIN", "UOF"}
"""Fields that may name other papers."""
_DOIS_PER_SEARCH = 40
_IDS_PER_SUMMARY = 200


@dataclass(frozen=True)
class Resolved:
    """What has become of a list of ids.

    Attributes:
        pmids: PMIDs in the order of the list, each once.
        unresolved: the ids PubMed does not know, as they were given.
    """

    pmids: tuple[str, ...]
    unresolved: tuple[str, ...] = field(default=())


def read_ids(path: Path) -> list[str]:
    """Ids of a file in order, each once: ``123``, ``10.1/x`` (lower case) or ``PMC123``.

    A plain list has one a line, prefixes and addresses allowed, ``#`` starts a comment. Of an nbib or RIS record the
    PMID is taken, else the PMCID, else the DOI.

    Raises:
        InputError: the file cannot be read, or a line or record has no id; the text names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text") from None
    lines = text.splitlines()
    exported = any(_TAG.match(line) and line[4:6] == "- " for line in lines[:50])
    ids = list(dict.fromkeys(_of_export(path, lines) if exported else _of_list(path, lines)))
    if not ids:
        raise InputError(f"{path}: no ids in it")
    return ids


def _of_list(path: Path, lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        text = line.split("#")[0].strip().strip(",;")
        if text:
            yield _one(text, f"{path}, line {number}")


def _one(text: str, place: str) -> str:
    if found := _PMID.fullmatch(text):
        return str(int(found.group(1)))
    if found := _PMCID.fullmatch(text):
        return found.group(1).upper()
    if found := _DOI.fullmatch(text):
        return found.group(1).lower()
    raise InputError(f"{place}: neither PMID nor PMCID nor DOI: {text[:60]!r}")


def _of_export(path: Path, lines: Sequence[str]) -> Iterator[str]:
    for number, record in _records(lines):
        found = _best(record)
        if found is None:
            title = next((value for tag, value in record if tag in {"TI", "T1"}), "untitled")
            raise InputError(f"{path}, line {number}: a record without PMID, PMCID and DOI: {title[:60]!r}")
        yield found


def _records(lines: Sequence[str]) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Records with the line they start at: ended by a blank line, ``ER`` or the next ``PMID`` or ``TY``."""
    record: list[tuple[str, str]] = []
    start = 1
    for number, line in enumerate([*lines, ""], 1):
        found = _TAG.match(line)
        tag = found.group(1) if found else ""
        if record and (not line.strip() or tag in {"ER", "TY"} or (tag == "PMID" and _has(record, "PMID"))):
            yield start, record
            record = []
        if found and tag != "ER":
            start = start if record else number
            record.append((tag, found.group(2).strip()))
        elif record and line.strip() and not found:
            record[-1] = (record[-1][0], f"{record[-1][1]} {line.strip()}")


def _has(record: Iterable[tuple[str, str]], tag: str) -> bool:
    return any(each == tag for each, _ in record)


def _best(record: list[tuple[str, str]]) -> str | None:
    """A record's PMID, else PMCID, else DOI; an accession number (``AN``) of digits alone is a PMID."""
    own = [(tag, value) for tag, value in record if tag not in _OF_OTHERS]
    for tag, value in own:
        if tag in {"PMID", "AN"} and (found := _PMID.fullmatch(value)):
            return str(int(found.group(1)))
    for pattern in (_PMID_INSIDE, _PMCID_INSIDE, _DOI_INSIDE):
        for _, value in own:
            if found := pattern.search(value):
                text: str = next(filter(None, found.groups()))
                return text.upper() if pattern is _PMCID_INSIDE else text.rstrip(".,;").lower()
    return None


def resolve(eutils: Eutils, ids: Sequence[str]) -> Resolved:
    """PMIDs of a list of ids.

    A DOI is searched for and then looked for in the summaries of what was found, since a search also finds records
    that merely name it; a PMCID is looked up in PubMed Central.

    Raises:
        PubMedError: NCBI does not answer.
    """
    known = {each: each for each in ids if each.isdigit()}
    for look_up, prefix in ((_of_dois, "10."), (_of_pmcids, "PMC")):
        for _ in range(2):  # an id is unknown when it was not found twice: answers may be incomplete
            known |= look_up(eutils, [each for each in ids if each.startswith(prefix) and each not in known])
    pmids = dict.fromkeys(known[each] for each in ids if each in known)
    return Resolved(tuple(pmids), tuple(each for each in ids if each not in known))


def _of_dois(eutils: Eutils, dois: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in _parts(dois, _DOIS_PER_SEARCH):
        query = " OR ".join(f'"{doi}"[doi]' for doi in part)
        pmids = eutils.search(query, since=None, until=None).pmids
        for some in _parts(pmids, _IDS_PER_SUMMARY):
            for summary in eutils.summaries(some, database="pubmed"):
                doi = summary.get("doi", "").lower()
                if doi in part:
                    found.setdefault(doi, summary["uid"])
    return found


def _of_pmcids(eutils: Eutils, pmcids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in _parts(pmcids, _IDS_PER_SUMMARY):
        for summary in eutils.summaries([pmcid.removeprefix("PMC") for pmcid in part], database="pmc"):
            pmid = summary.get("pmid", "")
            if pmid.isdigit() and int(pmid):
                found[f"PMC{summary['uid']}"] = pmid
    return found


def _parts(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
