"""The local page where a curator accepts, corrects and adds findings, and a second one reads blindly after.

``desk`` is what a curator can do, ``progress`` who reads what, ``queue`` in which order, ``double`` how two readings
differ; ``app`` serves them with the files in ``page``. Every decision is in the store when the call that makes it
returns. Only ``app`` and ``server`` need the extra ``review``.
"""

from __future__ import annotations

from extractor.review.desk import Desk
from extractor.review.double import Difference, DoubleRead, differences, double_read
from extractor.review.errortypes import ERROR_TYPES, ErrorType, error_types
from extractor.review.names import names_in
from extractor.review.progress import Standing, standings
from extractor.review.queue import Ranked, ranked
from extractor.review.refusal import RefusedError
from extractor.review.sheet import Sheet

__all__ = [
    "ERROR_TYPES",
    "Desk",
    "Difference",
    "DoubleRead",
    "ErrorType",
    "Ranked",
    "RefusedError",
    "Sheet",
    "Standing",
    "differences",
    "double_read",
    "error_types",
    "names_in",
    "ranked",
    "standings",
]
