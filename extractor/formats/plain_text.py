"""Marked-up text as PubMed has it -> plain Unicode."""

from __future__ import annotations

import html
import re
import unicodedata

from lxml import etree

_MATHML = "{http://www.w3.org/1998/Math/MathML}"
_SUPERSCRIPTS = str.maketrans("0123456789+-−–=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱ")
_RAISED = re.compile(r"[0-9+\-−–=()ni]*")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def tidy(text: str) -> str:
    """Single spaces, composed characters (NFC), no invisible ones, no references left by double escaping."""
    if "&" in text:
        text = _REFERENCE.sub(lambda found: html.unescape(found.group()), text)
    if not text.isprintable():  # controls, line ends, every space but the plain one, invisible characters
        text = " ".join(_INVISIBLE.sub("", text).split())
    elif "  " in text:
        text = " ".join(text.split())
    text = text.strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def year_in(text: str) -> int | None:
    """The first year named in a date as printed ("1998 Dec-1999 Jan")."""
    found = _YEAR.search(text)
    return int(found.group()) if found else None


def content(element: etree._Element | None) -> str:
    """Text of an element without its markup; ``""`` for no element.

    Superscript figures and signs become Unicode superscripts (10<sup>-6</sup> is 10⁻⁶, not 10-6); everything else,
    subscripts included, stands in line (TGF-β<sub>1</sub> is TGF-β1).
    """
    if element is None:
        return ""
    text = _inline(element) if len(element) else element.text or ""
    return text if text.isalpha() and text.isascii() else tidy(text)


def _inline(element: etree._Element) -> str:
    parts = [element.text or ""]
    for place, child in enumerate(element):
        name = child.tag
        text = _inline(child) if len(child) else child.text or ""
        if name == "sup" or (place == 1 and element.tag == f"{_MATHML}msup"):
            text = _raise(text)
        elif name == f"{_MATHML}math":
            text = "".join(text.split())
        parts += (text, child.tail or "")
    return "".join(parts)


def _raise(text: str) -> str:
    figures = "".join(text.split())
    return figures.translate(_SUPERSCRIPTS) if _RAISED.fullmatch(figures) else text
