"""The annotation guidelines as a page."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from markdown_it import MarkdownIt

_NAME = "guidelines.md"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Annotation guidelines</title>
<link rel="icon" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/style.css">
</head>
<body class="guidelines"><main class="prose">
{body}
</main></body>
</html>
"""


def guidelines_file() -> Path:
    """Where the guidelines lie: in the package when installed, in ``annotations`` in a checkout."""
    packaged = Path(str(files("extractor.review"))) / _NAME
    return packaged if packaged.is_file() else packaged.parent.parent.parent / "annotations" / "README.md"


def guidelines_page() -> str:
    """The guidelines as HTML, markup in them shown as text."""
    path = guidelines_file()
    text = path.read_text(encoding="utf-8") if path.is_file() else "The guidelines are not part of this installation."
    return _PAGE.format(body=MarkdownIt("commonmark", {"html": False}).enable("table").render(text))
