"""The annotation files: loading, the checks across files, and the report of ``gold verify``."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from extractor.errors import GoldError
from extractor.gold.duplicates import NearDuplicate, near_duplicates
from extractor.gold.parsing import SPLITS, Fields, parse_claims, parse_record
from extractor.gold.texts import attach, read_corpus, sha256_of
from extractor.records import Article, Claim, GoldArticle, Json
from extractor.vocabulary import load_vocabulary

TRAINING = ("analytes", "passages", "written")
"""Files with training material, never scored."""
_NO_TEXT = "has no text here: fetch it from PubMed by PMID (`extractor gold hydrate`) or give --corpus FOLDER"


@dataclass(frozen=True, slots=True)
class LiteratureArticle:
    """Facts of one published ALS paper, without text.

    Attributes:
        kind: what the paper is (for example ``original``, ``meta-analysis``, ``background``), as recorded.
    """

    id: str
    pmid: str | None
    year: int | None
    kind: str
    claims: tuple[Claim, ...]
    title: str = ""
    doi: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What ``gold verify`` saw; a broken rule is raised before this is built.

    Attributes:
        articles: number of annotated articles.
        checked: number whose spans were compared with their text.
        without_text: ids that have no text here.
        unannotated: ids of ``splits.tsv`` without a record.
        duplicates: near-duplicates across splits, among the articles with text.
        repeated: ids with two findings of one identity.
    """

    articles: int
    checked: int
    without_text: tuple[str, ...]
    unannotated: tuple[str, ...]
    duplicates: tuple[NearDuplicate, ...]
    repeated: tuple[str, ...]

    @property
    def advice(self) -> str:
        """How to get the missing texts, one line; empty when none is missing."""
        if not self.without_text:
            return ""
        return f"{len(self.without_text)} of {self.articles} articles: each {_NO_TEXT}"


@dataclass(frozen=True, slots=True)
class _Loaded:
    gold: GoldArticle
    file: str
    source_pmid: str | None


def load_gold(root: Path, *, corpus: Path | None = None, splits: Collection[str] | None = None) -> list[GoldArticle]:
    """Every annotated article of ``general/`` and ``als/rewritten.jsonl``, checked, in the order of the files.

    Args:
        root: the folder ``annotations``.
        corpus: folder of ``*.jsonl.gz`` with texts; articles found in none of them keep ``article`` None.
        splits: only these (``train``, ``dev``, ``test``); the checks across splits are made over all all the same.

    Raises:
        GoldError: a record breaks a rule; names record and field.
    """
    loaded = _load_all(root)
    _refuse_shared_articles(loaded)
    _compare_with_splits(root, loaded)
    kept = [each for each in loaded if splits is None or each.gold.split in splits]
    return _with_texts(kept, corpus)


def load_training(root: Path, name: str, *, corpus: Path | None = None) -> list[GoldArticle]:
    """The records of a file of :data:`TRAINING`.

    Analytes that are no cytokines have the concept ``a:<name>``; the classifier does not see the analyte's name.

    Args:
        root: the folder ``annotations``.
        name: one of :data:`TRAINING`; nothing is read where the file is absent.
        corpus: as for :func:`load_gold`.

    Raises:
        GoldError: a record breaks a rule; names record and field.
    """
    path = root / f"{name}.jsonl"
    if not path.is_file():
        return []
    loaded = [
        _Loaded(parse_record(values, file=path.name, concepts=_concepts(name, values)), path.name, None)
        for values in _records(path)
    ]
    _refuse_repeated(loaded)
    return _with_texts(loaded, corpus)


def _concepts(name: str, values: Json) -> frozenset[str]:
    """What a mention may stand for: a concept of the vocabulary, in a set of :data:`TRAINING` any analyte as well."""
    known = frozenset(load_vocabulary().cytokines)
    if name not in TRAINING:
        return known
    named = {str(m.get("concept")) for m in values.get("mentions", ()) if isinstance(m, dict)}
    return known | {concept for concept in named if concept.startswith("a:")}


def load_double(root: Path, *, corpus: Path | None = None) -> dict[str, dict[str, list[GoldArticle]]]:
    """The raw independent annotations of ``double/``: set name -> annotator -> articles.

    A file is named ``<set>.<annotator>.jsonl``, for example ``general-dev.A.jsonl``.

    Raises:
        GoldError: a record breaks a rule, or a file is named otherwise.
    """
    sets: dict[str, dict[str, list[GoldArticle]]] = defaultdict(dict)
    for path in sorted((root / "double").glob("*.jsonl")):
        name, _, annotator = path.stem.rpartition(".")
        if not name or not annotator:
            raise GoldError(f"{path}: is not named <set>.<annotator>.jsonl")
        split = next((split for split in SPLITS if name.endswith(split)), "train")
        stratum = "als" if name.startswith("als") else "other"
        loaded = [
            _Loaded(
                parse_record(values, file=path.name, concepts=_concepts(name, values), split=split, stratum=stratum),
                path.name,
                None,
            )
            for values in _records(path)
        ]
        _refuse_repeated(loaded)
        sets[name][annotator] = _with_texts(loaded, corpus)
    return dict(sets)


def load_literature(path: Path) -> list[LiteratureArticle]:
    """The facts of a file like ``als/literature.jsonl``, given itself or as the folder ``annotations``.

    Empty where the file is absent.

    Raises:
        GoldError: a record breaks a rule; names record and field.
    """
    path = path / "als" / "literature.jsonl" if path.is_dir() else path
    if not path.is_file():
        return []
    concepts = frozenset(load_vocabulary().cytokines)
    return [_literature(values, path.name, concepts) for values in _records(path)]


def verify(root: Path, *, corpus: Path | None = None) -> Verification:
    """Check everything in ``annotations/`` and report what is not an error but should be known.

    Raises:
        GoldError: a record breaks a rule; names record and field.
    """
    gold = load_gold(root, corpus=corpus)
    load_double(root, corpus=corpus)
    load_literature(root)
    for name in TRAINING:
        load_training(root, name, corpus=corpus)
    present = {each.id for each in gold}
    return Verification(
        articles=len(gold),
        checked=sum(each.article is not None for each in gold),
        without_text=tuple(each.id for each in gold if each.article is None),
        unannotated=tuple(name for name in _splits_table(root) if name not in present),
        duplicates=tuple(near_duplicates(gold)),
        repeated=tuple(each.id for each in gold if _repeats(each)),
    )


def _repeats(gold: GoldArticle) -> bool:
    keys = [(finding.key, finding.host) for finding in gold.findings]
    return len(keys) != len(set(keys))


def _literature(values: Json, file: str, concepts: Collection[str]) -> LiteratureArticle:
    fields = Fields(values, str(values.get("id", "record without id")), file)
    pmid, year = values.get("pmid"), values.get("year")
    if year is not None and type(year) is not int:
        raise fields.refuse("year", f"{year!r} is no year")
    if pmid is not None and not isinstance(pmid, str):
        raise fields.refuse("pmid", f"{pmid!r} is no PMID")
    claims, title, doi = parse_claims(fields, concepts), values.get("title"), values.get("doi")
    return LiteratureArticle(
        fields.string("id"), pmid, year, fields.string("kind"), claims, str(title or ""), doi and str(doi)
    )


def _load_all(root: Path) -> list[_Loaded]:
    paths: list[tuple[Path, str | None, str | None]] = [
        (root / "general" / f"{split}.jsonl", split, None) for split in SPLITS
    ]
    paths.append((root / "als" / "rewritten.jsonl", None, "als"))
    concepts = frozenset(load_vocabulary().cytokines)
    loaded: list[_Loaded] = []
    for path, split, stratum in paths:
        if not path.is_file():
            continue
        for values in _records(path):
            gold = parse_record(values, file=path.name, concepts=concepts, stratum=stratum)
            if split is not None and gold.split != split:
                raise GoldError(f"[{gold.id}] {path.name}: split: {gold.split!r} stands in the file of {split!r}")
            loaded.append(_Loaded(gold, path.name, values.get("source_pmid")))
    if not loaded:
        raise GoldError(f"{root}: no annotated article in general/ or als/rewritten.jsonl")
    _refuse_repeated(loaded)
    return loaded


def _records(path: Path) -> Iterator[Json]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                values = json.loads(line)
            except json.JSONDecodeError as error:
                raise GoldError(f"[record {number}] {path.name}: line: no JSON: {error}") from error
            if not isinstance(values, dict):
                raise GoldError(f"[record {number}] {path.name}: line: no JSON object")
            yield values


def _refuse_repeated(loaded: Iterable[_Loaded]) -> None:
    seen: dict[str, _Loaded] = {}
    for each in loaded:
        first = seen.setdefault(each.gold.id, each)
        if first is not each:
            reason = "the article is in two splits" if first.gold.split != each.gold.split else "recorded twice"
            raise GoldError(f"[{each.gold.id}] {each.file}: id: {reason}, first in {first.file}")


def _refuse_shared_articles(loaded: Iterable[_Loaded]) -> None:
    """One PMID or one text (also as the source of a rewritten abstract) may stand in one split only."""
    seen: dict[str, _Loaded] = {}
    for each in loaded:
        for field, value in (("pmid", each.gold.pmid), ("source_pmid", each.source_pmid), ("sha256", each.gold.sha256)):
            if value is None:
                continue
            first = seen.setdefault(value, each)
            if first.gold.split != each.gold.split:
                where = f"{first.gold.id} in {first.gold.split}"
                raise GoldError(f"[{each.gold.id}] {each.file}: {field}: the article is in two splits, see {where}")


def _splits_table(root: Path) -> dict[str, tuple[str, str]]:
    path = root / "splits.tsv"
    if not path.is_file():
        return {}
    table: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        cells = line.split("\t")
        if len(cells) != 3:
            raise GoldError(f"[line {number}] {path.name}: line: {len(cells)} cells, not id, split, stratum")
        if cells == ["id", "split", "stratum"]:
            continue
        if cells[0] in table:
            raise GoldError(f"[{cells[0]}] {path.name}: id: listed twice")
        table[cells[0]] = (cells[1], cells[2])
    return table


def _compare_with_splits(root: Path, loaded: Iterable[_Loaded]) -> None:
    table = _splits_table(root)
    for each in loaded:
        gold = each.gold
        if gold.id not in table:
            if table and gold.stratum != "als":
                raise GoldError(f"[{gold.id}] {each.file}: id: not in splits.tsv")
            continue
        if (gold.split, gold.stratum) != table[gold.id]:
            frozen = "/".join(table[gold.id])
            raise GoldError(
                f"[{gold.id}] {each.file}: split: {gold.split}/{gold.stratum}, frozen in splits.tsv: {frozen}"
            )


def _with_texts(loaded: Sequence[_Loaded], corpus: Path | None) -> list[GoldArticle]:
    wanted = {each.gold.id: each.gold.sha256 for each in loaded if each.gold.article is None}
    texts: dict[str, Article] = {}
    if corpus is not None:
        for article in read_corpus(corpus, wanted):
            if article.id not in texts or sha256_of(article.text) == wanted[article.id]:
                texts[article.id] = article
    return [_with_text(each, each.gold.article or texts.get(each.gold.id)) for each in loaded]


def _with_text(loaded: _Loaded, article: Article | None) -> GoldArticle:
    gold = loaded.gold
    if article is None:
        return gold
    return attach(gold, replace(article, pmid=gold.pmid), file=loaded.file)
