"""Damage done to good input: the same for hypothesis and for the coverage-guided fuzzer's first corpus."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

TOKENS: tuple[bytes, ...] = (
    *b"\x00 \xff \xc3( < > & \" ' { } [ ] , : | \t \n \r\n \\ ] -".split(b" "),
    b"\xed\xa0\x80",  # half a surrogate pair, as bytes that are no UTF-8
    b"\\ud800",  # and as a JSON escape
    b"\\u0000",
    b"&#0;",
    b"&#xd800;",
    b"&lol;",
    b"&copy;",
    b"<!DOCTYPE a [<!ENTITY lol 'lol'>]>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<?x",
    b"-1",
    b"1e999",
    b"99999999999999999999",
    b"NaN",
    b"null",
    b"true",
    b"{}",
    b"[]",
    b'""',
    b'"x"',
    "ﬁ²ⅷ١".encode(),
    "e\u0301\u202e\u200d\U0001f600".encode(),
    b"PMID- 1\n",
    b"</PubmedArticle>",
    b"<PubmedArticle>",
    b"<document>",
    b"</document>",
    b"IL-6 ",
    b"interleukin (IL)-",
    b"(",
    b"IL-1, -2, -",
    b"respectively ",
    b"serum ",
    b"n = 99999999999 ",
    b"p < 0.",
    b"\x1b[2J",
)
"""Pieces that mean something to one reader or another."""


def damaged(good: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Good input with a few things cut out, doubled, moved, changed or put in."""
    return st.builds(_apply, st.sampled_from(good), st.sampled_from(good), st.lists(_STEP, min_size=1, max_size=6))


_PLACE = st.floats(0, 1, allow_nan=False)
_STEP = st.tuples(
    st.sampled_from(("cut", "double", "put", "flip", "end", "splice", "bytes")),
    _PLACE,
    _PLACE,
    st.sampled_from(TOKENS),
    st.binary(max_size=8),
)


def _apply(data: bytes, other: bytes, steps: Sequence[tuple[str, float, float, bytes, bytes]]) -> bytes:
    for kind, first, second, token, noise in steps:
        start = int(first * len(data))
        end = min(len(data), start + 1 + int(second * second * (len(data) - start)))
        if kind == "cut":
            data = data[:start] + data[end:]
        elif kind == "double":
            data = data[:end] + data[start:end] + data[end:]
        elif kind == "put":
            data = data[:start] + token + data[start:]
        elif kind == "flip" and data:
            at = min(start, len(data) - 1)
            data = data[:at] + bytes([data[at] ^ (1 << int(second * 7))]) + data[at + 1 :]
        elif kind == "end":
            data = data[:start]
        elif kind == "splice":
            data = data[:start] + other[int(second * len(other)) :]
        elif kind == "bytes":
            data = data[:start] + noise + data[start:]
    return data[: 1 << 16]
