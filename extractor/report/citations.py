"""Studies as RIS and BibTeX, for reference managers; authors are written where the records name them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extractor.ledger import Study
from extractor.records import OTHERS

_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_SPECIAL = re.compile("|".join(re.escape(character) for character in _TEX))


def ris(studies: Iterable[Study]) -> str:
    """RIS, one record per study."""
    return "".join("".join(f"{tag}  - {_line(value)}\n" for tag, value in _ris(study)) + "\n" for study in studies)


def bibtex(studies: Iterable[Study]) -> str:
    """BibTeX in UTF-8, one entry per study."""
    return "\n".join(_bibtex(study) for study in studies)


def address(study: Study) -> str | None:
    """Where to read about it."""
    if study.pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{study.pmid}/"
    return f"https://doi.org/{study.doi}" if study.doi else None


def _ris(study: Study) -> Iterator[tuple[str, str]]:
    given = (
        ("TY", "JOUR"),
        ("ID", study.id),
        *(("AU", author) for author in study.authors),
        ("TI", study.title),
        ("JO", study.journal),
        ("PY", study.year),
        ("DO", study.doi),
        ("AN", study.pmid),
        ("DB", "PubMed" if study.pmid else None),
        ("UR", address(study)),
        ("N1", "; ".join(study.notices)),
        ("ER", ""),
    )
    return ((tag, str(value)) for tag, value in given if value or tag == "ER")


def _bibtex(study: Study) -> str:
    given = {
        "author": " and ".join(map(_bibtex_author, study.authors)),
        "title": study.title and f"{{{_tex(study.title)}}}",
        "journal": study.journal and _tex(study.journal),
        "year": study.year and str(study.year),
        "doi": study.doi,
        "pmid": study.pmid,
        "url": address(study),
        "note": study.notices and _tex("; ".join(study.notices)),
    }
    lines = "".join(f",\n  {name} = {{{value}}}" for name, value in given.items() if value)
    return f"@article{{{re.sub(r'[^A-Za-z0-9]+', '', study.id) or 'study'}{lines}\n}}\n"


def _bibtex_author(author: str) -> str:
    """``Family, Given``; BibTeX wants a suffix in the middle and a group's name in braces."""
    if author == OTHERS:
        return "others"
    family, _, given = author.partition(", ")
    if not given:
        return f"{{{_tex(author)}}}"
    given, _, suffix = given.partition(", ")
    parts = [_tex(part) for part in (family, suffix, given) if part]
    return ", ".join(f"{{{part}}}" if " and " in part else part for part in parts)


def _tex(text: str) -> str:
    return _SPECIAL.sub(lambda found: _TEX[found.group()], _line(text))


def _line(text: str) -> str:
    return " ".join(text.split())
