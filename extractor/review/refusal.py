"""What the page may not do, said in one line to the curator."""

from __future__ import annotations

from typing import Literal, TypeAlias

from extractor.errors import ExtractorError

Reason: TypeAlias = Literal["invalid", "forbidden", "missing", "conflict"]


class RefusedError(ExtractorError):
    """A request that is not carried out.

    Attributes:
        reason: ``invalid`` values, ``forbidden`` to this curator, ``missing`` article or finding, ``conflict`` with
            what has happened since the page was loaded.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        self.reason = reason
        super().__init__(message)
