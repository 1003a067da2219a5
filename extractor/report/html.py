"""The page: one file with its own style, script and data, which loads nothing and runs nothing else.

The content security policy names the script and the style by their hashes, so that no text of an abstract, a title or
a query could run even if it got into the markup; and it gets there as JSON only, with every ``<`` escaped.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib.resources import files

from extractor.records import Json

_SCRIPTS = ("model.js", "shapes.js", "map.js", "timeline.js", "details.js", "main.js")
_PLACE = re.compile(r"%([A-Z]+)%")
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def page(data: Json, *, noscript: str) -> str:
    """The whole page.

    Args:
        data: what ``payload`` gives.
        noscript: plain text shown where scripts are off.
    """
    style = _asset("page.css")
    script = "'use strict';\n(() => {\n" + "\n".join(_asset(name) for name in _SCRIPTS) + "})();\n"
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = {
        "POLICY": policy,
        "TITLE": html.escape(f"Cytokines in {data['condition']}: where the literature agrees and where it does not"),
        "STYLE": style,
        "DATA": embed(data),
        "NOSCRIPT": html.escape(noscript),
        "SCRIPT": script,
    }
    return _PLACE.sub(lambda found: parts[found.group(1)], _asset("page.html"))


def embed(data: Json) -> str:
    """JSON that can stand inside a script element: nothing in it can end the element or open another."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _asset(name: str) -> str:
    return (files("extractor.report") / "page" / name).read_text(encoding="utf-8")
