"""Code points against UTF-16 code units: the same text, counted by Python and by JavaScript or Java."""

from __future__ import annotations

from itertools import accumulate

from extractor.records import Span


class Utf16:
    """Offsets of one text in UTF-16 code units, where a character beyond U+FFFF counts as two."""

    def __init__(self, text: str) -> None:
        self._units: list[int] | None = None
        self._points: dict[int, int] = {}
        if not text.isascii() and any(character > "\uffff" for character in text):
            self._units = [0, *accumulate(1 + (character > "\uffff") for character in text)]
            self._points = {unit: point for point, unit in enumerate(self._units)}

    def units(self, span: Span) -> tuple[int, int]:
        """A range of code points as a range of code units."""
        if self._units is None:
            return span.start, span.end
        return self._units[span.start], self._units[span.end]

    def span(self, start: int, end: int) -> Span:
        """A range of code units as a range of code points.

        Raises:
            ValueError: it begins or ends outside the text or within a character.
        """
        if self._units is None:
            return Span(start, end)
        if start not in self._points or end not in self._points:
            raise ValueError(f"UTF-16 range {start}-{end} is outside the text or splits a character")
        return Span(self._points[start], self._points[end])
