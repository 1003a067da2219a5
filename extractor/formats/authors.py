"""Authors as the formats write them -> ``Family, Given``, or the name of a group (see ``Article.authors``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from lxml import etree

from extractor.formats.plain_text import content, tidy
from extractor.records import OTHERS

_SUFFIX = r"Jr|Sr|2nd|3rd|4th|5th|II|III|IV"
_FULL = re.compile(rf"(?P<family>[^,]+), (?P<given>[^,]+?)(?:,? (?P<suffix>{_SUFFIX})\.?)?")
_SHORT = re.compile(rf"(?P<family>.*\S) (?P<given>[^\W\d_a-zß-öø-ÿ]{{1,3}})(?: (?P<suffix>{_SUFFIX})\.?)?")
"""Family name and capitals: ``van der Berg JA Jr``."""
_OTHERS = re.compile(r"\W*(?:et al|and others|others)\W*", re.IGNORECASE)
_PERSON_IN_BIOC = re.compile(
    r"surname:(?P<family>[^;]*)(?:;given-names:(?P<given>[^;]*))?(?:;suffix:(?P<suffix>[^;]*))?"
)


def person(family: str, given: str = "", suffix: str = "") -> str:
    """A person; commas inside the parts, which only damaged records have, become blanks."""
    parts = [p if p.isalpha() else " ".join(p.replace(",", " ").split()) for p in (family, given, suffix) if p]
    return ", ".join([part for part in parts if part])


def group(name: str) -> str:
    """A group: a comma in its name becomes a semicolon, since a comma tells a person."""
    return re.sub(r"\s*,\s*", "; ", name.strip(" ,"))


def written(name: str) -> str:
    """A name as a list of authors has it: ``Smith, Jane``, ``Smith JA``, the name of a group, or ``et al.``."""
    name = tidy(name)
    if _OTHERS.fullmatch(name):
        return OTHERS
    found = _FULL.fullmatch(name) or _SHORT.fullmatch(name)
    return person(**found.groupdict("")) if found else group(name)


def listed(names: Iterable[str]) -> tuple[str, ...]:
    """Names of a list, those that are empty left out, ``OTHERS`` once and last."""
    found = [name for name in map(written, names) if name]
    return (*(name for name in found if name != OTHERS), *((OTHERS,) if OTHERS in found else ()))


def of_xml(lists: Sequence[etree._Element]) -> tuple[str, ...]:
    """The first of these author lists that is not one of editors."""
    chosen = next((each for each in lists if each.get("Type", "authors") != "editors"), None)
    if chosen is None:
        return ()
    names = [_of_author(each) for each in chosen.iterchildren("Author") if each.get("ValidYN") != "N"]
    others = (OTHERS,) if names and chosen.get("CompleteYN") == "N" else ()
    return (*(name for name in names if name and name != OTHERS), *(others or (OTHERS,) * (OTHERS in names)))


def _of_author(author: etree._Element) -> str:
    parts = {child.tag: child for child in author}
    if family := content(parts.get("LastName")):
        given = content(parts.get("ForeName")) or content(parts.get("Initials"))
        return person(family, given, content(parts.get("Suffix")))
    name = content(parts.get("CollectiveName"))
    return OTHERS if _OTHERS.fullmatch(name) else group(name)


def of_medline(full: Sequence[str], short: Sequence[str], groups: Sequence[str]) -> tuple[str, ...]:
    """The authors of a MEDLINE record: full names where every author has one, then groups, which it lists apart."""
    short_names = [name for name in short if not _OTHERS.fullmatch(name)]
    chosen = full if len(full) >= len(short_names) else short_names
    others = [OTHERS] if len(short_names) < len(short) else []
    return (*listed(chosen), *(group(name) for name in groups), *others)


def of_bioc(infons: Mapping[str, object]) -> tuple[str, ...]:
    """The authors of a BioC passage: ``name_0`` ... of PMC, or the one string or list of PubTator."""
    numbered = [str(infons[f"name_{n}"]) for n in range(len(infons)) if f"name_{n}" in infons]
    if numbered:
        return tuple(name for each in numbered if (name := _in_bioc(each)))
    names = infons.get("authors") or ""
    if isinstance(names, list):
        return listed(map(str, names))
    return listed(str(names).split(";" if ";" in str(names) else ","))


def _in_bioc(text: str) -> str:
    found = _PERSON_IN_BIOC.fullmatch(text)
    return person(**found.groupdict("")) if found else group(text)
