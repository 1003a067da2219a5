"""Inputs made to harm: bombs, bottomless nesting, null bytes, half characters, words of megabytes."""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extractor.mining import MOST_NAMES
from soak import seeds
from soak.zygote import Zygote

_LOL = b'<!DOCTYPE %s [<!ENTITY a "lol">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)
_BOMB = _LOL + b"]>"
_DEPTH = 200_000
_MANY = 1_000
_NAMES = 100
_FILLINGS = ("x", "1", "-", "(", "α", "\u0301", "A. ", "IL-6,", "was higher ")
_DENSE = ("IL-6 ", "IL-6,", "IL-6-", "serum ", "IL-6 in serum rose ", "IL-1, -2, ")
"""As many names as a text may have, and a few more or less: time grows with the square of them."""
_MEBI = 1 << 20


@dataclass(frozen=True)
class Case:
    """An input made to harm.

    Attributes:
        name: what it is.
        target: name of the target that reads it.
        write: writes it into a file.
        ending: of the file.
        records: how many of its records are sound and must be read; None where that is not the point.
        seconds: it may take, on a busy machine.
        mebibytes: the process may grow by.
    """

    name: str
    target: str
    write: Callable[[Path], None]
    records: int | None = None
    ending: str = ""
    seconds: float = 30
    mebibytes: int = 128


@dataclass
class Outcome:
    """What came of it.

    Attributes:
        tried: inputs.
        slowest: seconds of the slowest, and its name.
        largest: MiB that the largest grew by, and its name.
        wrong: one line each.
    """

    tried: int = 0
    slowest: tuple[float, str] = (0.0, "")
    largest: tuple[float, str] = (0.0, "")
    wrong: list[str] = field(default_factory=list)


def run(folder: Path, zygote: Zygote, *, bomb: int, token: int, text: int) -> Outcome:
    """Read every one of them.

    Args:
        folder: an empty one.
        zygote: the warm process.
        bomb: bytes that compressed bombs unpack to.
        token: bytes of one word.
        text: characters of a text that is read.
    """
    outcome = Outcome()
    idle = zygote.run("read", target="ids", path=str(_written(folder, b"1\n"))).peak
    for number, case in enumerate(cases(bomb=bomb, token=token, text=text)):
        path = folder / f"{number}{case.ending}"
        case.write(path)
        done = zygote.run("read", target=case.target, path=str(path), limit=case.seconds + 10)
        path.unlink()
        outcome.tried += 1
        grown = (done.peak - idle) / _MEBI
        outcome.slowest = max(outcome.slowest, (round(done.seconds, 1), case.name))
        outcome.largest = max(outcome.largest, (round(grown, 1), case.name))
        if done.code:
            outcome.wrong.append(f"{case.name}: ended with {done.code}: {done.output[-400:]}")
        elif case.records is not None and int(done.output.split()[-1]) != case.records:
            outcome.wrong.append(f"{case.name}: {done.output.split()[-1]} records of {case.records}")
        if done.seconds > case.seconds:
            outcome.wrong.append(f"{case.name}: took {done.seconds:.1f} s")
        if grown > case.mebibytes:
            outcome.wrong.append(f"{case.name}: grew by {grown:.0f} MiB")
    return outcome


def _written(folder: Path, data: bytes) -> Path:
    path = folder / "idle"
    path.write_bytes(data)
    return path


def _data(data: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data) and None


def _record(pmid: int, body: bytes) -> bytes:
    return (
        b'<PubmedArticle><MedlineCitation><PMID Version="1">%d</PMID><Article><ArticleTitle>T</ArticleTitle><Abstract>'
        b"<AbstractText>%s</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>\n" % (pmid, body)
    )


def _xml(*records: bytes, head: bytes = b"") -> bytes:
    return b'<?xml version="1.0"?>' + head + b"<PubmedArticleSet>\n" + b"".join(records) + b"</PubmedArticleSet>"


def _line(**fields: object) -> bytes:
    return json.dumps({"id": "a", "title": "T", "abstract": "IL-6", **fields}).encode() + b"\n"


def cases(*, bomb: int, token: int, text: int) -> Iterator[Case]:
    """Every one of them; bombs unpack to ``bomb`` bytes, long words have ``token``, long texts ``text`` characters."""
    yield from _entities()
    yield from _bombs(bomb)
    yield from _nested()
    yield from _characters()
    yield from _long(token, text)


def _entities() -> Iterator[Case]:
    good = _record(1, b"Serum IL-6 rose.")
    yield Case(
        "entity bomb, PubMed XML",
        "articles",
        _data(_xml(_record(2, b"&j;"), good, head=_BOMB % b"PubmedArticleSet")),
        records=1,
    )
    collection = _seed("import bioc-xml")
    for target in ("articles", "import bioc-xml"):
        hurt = _BOMB % b"collection" + collection[collection.index(b"<collection") :].replace(b"Serum", b"&j;", 1)
        yield Case(f"entity bomb, BioC XML, {target}", target, _data(hurt))
    cas = _seed("import inception")
    yield Case(
        "entity bomb, UIMA CAS", "import inception", _data(_BOMB % b"XMI" + cas[cas.index(b"<xmi") :]), ending=".xmi"
    )
    outside = b'<!DOCTYPE PubmedArticleSet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    yield Case("external entity", "articles", _data(_xml(_record(1, b"&x;"), good, head=outside)), records=1)
    yield Case(
        "entity bomb, answer of a server", "answers", _data(_xml(_record(2, b"&j;"), head=_BOMB % b"PubmedArticleSet"))
    )


def _seed(target: str) -> bytes:
    return seeds.seeds(target)[0]


def _bombs(size: int) -> Iterator[Case]:
    bound: dict[str, Any] = {"seconds": 60 + size / (5 * _MEBI), "mebibytes": 256}
    lines = _MEBI // 3
    yield Case(
        "broken lines by the hundred thousand", "articles", lambda path: _gzip_bomb(path, b"{}\n", lines), **bound
    )
    for what, filling in (("nulls", b"\0"), ("blanks", b" "), ("brackets", b"["), ("XML", b"<a>")):
        yield Case(f"gzip bomb of {what}", "articles", lambda path, f=filling: _gzip_bomb(path, f, size), **bound)
    inside = _xml(_record(1, b"Serum IL-6 rose.")) + b" " * 1000
    yield Case("gzip in gzip", "articles", _data(gzip.compress(gzip.compress(inside))))
    yield Case(
        "zip bomb for INCEpTION", "import inception", lambda path: _zip_bomb(path, size), ending=".zip", seconds=60
    )


def _gzip_bomb(path: Path, filling: bytes, size: int) -> None:
    """One record, then the filling without an end."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = filling * (_MEBI // len(filling))
    with path.open("wb") as stream:
        stream.write(packer.compress(b'{"id": "a", "title": "T", "abstract": ""}\n'))
        for _ in range(size // len(block)):
            stream.write(packer.compress(block))
        stream.write(packer.flush())


def _zip_bomb(path: Path, size: int) -> None:
    from extractor.exchange import inception  # noqa: PLC0415  # heavy

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(inception.TYPES, inception.type_system().to_xml())
        with archive.open("a.xmi", "w", force_zip64=True) as member:
            for _ in range(max(size, 300 << 20) // _MEBI):
                member.write(b" " * _MEBI)


def _nested() -> Iterator[Case]:
    deep = b"[" * _DEPTH + b"]" * _DEPTH
    yield Case("deep nesting, JSON Lines", "articles", _data(_line() + deep + b"\n" + _line()), records=2)
    bioc = b'{"documents": [{"id": "x", "passages": %s}, %s]}'
    good = b'{"id": "y", "passages": [{"offset": 0, "text": "IL-6", "infons": {}}]}'
    yield Case("deep nesting, BioC JSON", "articles", _data(bioc % (deep, good)), records=1)
    braces = b'{"a":' * _DEPTH + b"1" + b"}" * _DEPTH
    yield Case("deep objects, BioC JSON", "articles", _data(bioc % (braces, good)))
    for form in ("bioc-json", "label-studio", "pubannotation", "prodigy", "doccano"):
        yield Case(f"deep nesting, import {form}", f"import {form}", _data(deep + b"\n"))
        yield Case(f"deep objects, import {form}", f"import {form}", _data(braces + b"\n"))
    marked = b"<b>" * _DEPTH + b"IL-6" + b"</b>" * _DEPTH
    yield Case("deep nesting, PubMed XML", "articles", _data(_xml(_record(2, marked), _record(1, b"x"))), records=1)
    yield Case("nesting that XML allows", "articles", _data(_xml(_record(2, b"<b>" * 200 + b"</b>" * 200))), records=1)
    hurt = _seed("import bioc-xml").replace(b"<passage>", b"<passage>" + b"<infon>" * _DEPTH, 1)
    for target in ("articles", "import bioc-xml"):
        yield Case(f"deep nesting, BioC XML, {target}", target, _data(hurt))
    cas = _seed("import inception").replace(b"<cas:NULL", b"<a>" * _DEPTH + b"<cas:NULL", 1)
    yield Case("deep nesting, UIMA CAS", "import inception", _data(cas), ending=".xmi")
    for opened, closed in (("(", ")"), ("[", "]"), ("IL-6 (", ") "), ("IL-1, -2, ", ""), ("and ", "")):
        times = _NAMES if "IL" in opened else _MANY
        body = opened * times + closed * times
        yield Case(f"{times:,} times {opened!r}", "text", _data(f"Serum\nIL-6 {body} rose.".encode()), seconds=60)
        sentence = _data(f"Serum\nIL-6 and TNF in serum {body} rose.".encode())
        yield Case(f"{times:,} times {opened!r} between two cytokines and a fluid", "text", sentence, seconds=60)


def _characters() -> Iterator[Case]:
    nulls = _line(abstract="IL-6\0 (interleukin\0 6) rose in serum\0.")
    yield Case("null bytes, JSON", "articles", _data(nulls), records=1)
    yield Case("null bytes, raw", "articles", _data(_line() + b"\0" * 1000 + b"\n" + _line()), records=2)
    yield Case("null bytes, PubMed XML", "articles", _data(_xml(_record(2, b"IL\0-6"), _record(1, b"x"))), records=1)
    yield Case("null bytes, text", "text", _data(b"Serum\n\0 IL-6\0 (interleukin \0) rose\0 in serum.\0"))
    half = b'{"id": "b", "title": "T", "abstract": "IL-6 \\ud800"}\n'
    yield Case("half a surrogate pair", "articles", _data(_line() + half + _line()), records=2)
    yield Case(
        "half a surrogate pair as bytes",
        "articles",
        _data(_line() + half.replace(b"\\ud800", b"\xed\xa0\x80")),
        records=1,
    )
    yield Case(
        "half a surrogate pair in an id", "articles", _data(b'{"id": "\\udfff", "title": "T"}\n' + _line()), records=1
    )
    for form in ("label-studio", "doccano", "prodigy", "pubannotation", "bioc-json"):
        for seed in seeds.seeds(f"import {form}"):
            yield Case(
                f"half a surrogate pair, import {form}", f"import {form}", _data(seed.replace(b"Serum", b"\\ud800", 2))
            )
            yield Case(
                f"half a surrogate pair in the id, import {form}",
                f"import {form}",
                _data(seed.replace(b"PMID:7", b"\\ud800")),
            )


def _long(size: int, text: int) -> Iterator[Case]:
    word = b"x" * size
    some: dict[str, Any] = {"seconds": 120.0, "mebibytes": 40 * size // _MEBI + 256}
    yield Case(
        "a long word, PubMed XML", "articles", _data(_xml(_record(2, word), _record(1, b"x"))), records=2, **some
    )
    yield Case("a long word, JSON Lines", "articles", _data(_line(abstract=word.decode())), records=1, **some)
    yield Case("a long id", "articles", _data(_line(id=word.decode()) + _line()), **some)
    yield Case(
        "a long word, MEDLINE",
        "articles",
        _data(b"PMID- 1\nTI  - T\nAB  - " + word + b"\n\nPMID- 2\nTI  - U\n"),
        **some,
    )
    yield Case("a long tag", "articles", _data(_xml(b"<" + word + b">", _record(1, b"x"))), **some)
    yield Case(
        "a long attribute", "articles", _data(_xml(_record(1, b"x").replace(b'"1"', b'"' + word + b'"'))), **some
    )
    yield Case("a long number", "articles", _data(_line(pmid=1).replace(b": 1,", b": " + b"1" * size + b",")), **some)
    for filling in _FILLINGS:
        for length in (text, size):
            shown = _data(b"Serum\nIL-6 in serum rose " + (filling * (length // len(filling))).encode())
            yield Case(f"text of {filling!r} only, {length:,} characters", "text", shown, **some)
    for filling in _DENSE:
        shown = _data(f"Serum\nIL-6 in serum rose {filling * (MOST_NAMES // 4)}".encode())
        yield Case(f"text of {filling!r} only", "text", shown, **some)
    for form in ("brat", "bioc-xml", "bioc-json", "pubtator", "pubannotation", "label-studio", "doccano", "prodigy"):
        long = _seed(f"import {form}").replace(b"IL-6", word)
        yield Case(
            f"a long word, import {form}",
            f"import {form}",
            _data(long),
            ending=".ann" if form == "brat" else "",
            **some,
        )
    cas = _seed("import inception").replace(b"IL-6", word)
    yield Case("a long word, import inception", "import inception", _data(cas), ending=".xmi", **some)


def read(target: str, path: str) -> None:
    """In a child: read a file by a target, straight from where it is; prints the number of records."""
    from soak.targets import TARGETS, imported, records_of  # noqa: PLC0415  # heavy

    place = Path(path)
    if target == "articles":
        print(records_of(place))
    elif place.suffix == ".zip":
        print(imported(place, target.removeprefix("import ")))
    else:
        print(TARGETS[target](place.read_bytes()))
