"""Self-written minimal pairs: templates that differ in one point, filled at random, as annotated articles.

They teach what annotated abstracts hold too rarely: comparators swapped, "but not", fluids swapped, serum against mRNA.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from importlib import resources

from extractor.records import (
    AnnotatedArticle,
    Article,
    Contrast,
    Direction,
    Finding,
    GoldArticle,
    Kind,
    Mention,
    Span,
)

_SLOT = re.compile(r"\{(?P<name>[A-Za-z]\w*)(?::(?P<found>[^}]*))?\}")
_FOUND = re.compile(r"([FG])([-+=])")
_DIRECTIONS: dict[str, Direction] = {"+": "increased", "-": "decreased", "=": "unchanged"}
_FLUIDS = (
    ("serum", "serum"),
    ("Serum", "serum"),
    ("plasma", "plasma"),
    ("CSF", "CSF"),
    ("urine", "urine"),
    ("cerebrospinal fluid", "CSF"),
    ("saliva", "saliva"),
    ("whole blood", "blood"),
    ("synovial fluid", "synovial_fluid"),
)
_WORDS = {
    "case": ("patients with ALS", "patients with sepsis", "SOD1 mice", "patients with arthritis", "septic rats",
             "diabetic patients", "women with preeclampsia", "obese children", "patients with COPD"),
    "control": ("healthy controls", "controls", "wild-type mice", "healthy volunteers", "sham-operated rats",
                "matched control subjects", "disease controls"),
    "drug": ("riluzole", "metformin", "dexamethasone", "the extract", "tocilizumab", "vitamin D", "a low-fat diet"),
    "tissue": ("spinal cord", "liver", "muscle", "the hippocampus", "synovial tissue", "lung"),
}  # fmt: skip


def minimal_pairs(*, rounds: int = 4, seed: int = 5) -> Iterator[tuple[AnnotatedArticle, GoldArticle]]:
    """Every template filled ``rounds`` times.

    Args:
        rounds: fillings per template.
        seed: of the fillings.
    """
    rng = random.Random(seed)
    lines = (resources.files("extractor.training") / "minimal_pairs.txt").read_text(encoding="utf-8").splitlines()
    templates = [line.split("\t") for line in lines if line and not line.startswith("#")]
    for turn in range(rounds):
        for number, (contrast, template) in enumerate(templates):
            yield _fill(f"PAIR:{number}.{turn}", contrast, template, rng)


def _fill(key: str, contrast: str, template: str, rng: random.Random) -> tuple[AnnotatedArticle, GoldArticle]:
    fluids = dict(zip("FG", rng.sample(_FLUIDS, 2), strict=True))
    while fluids["F"][1] == fluids["G"][1]:
        fluids = dict(zip("FG", rng.sample(_FLUIDS, 2), strict=True))
    words = {name: rng.choice(choices) for name, choices in _WORDS.items()}
    writer = _Writer(rng, fluids, words)
    sentences = []
    for number, part in enumerate(template.split(" | ")):
        if number:
            writer.text += "\n" if number == 1 else " "
        start = len(writer.text)
        writer.write(part)
        sentences.append(Span(start, len(writer.text)))
    title, _, abstract = writer.text.partition("\n")
    article = Article(key, title, abstract)
    mentions = tuple(sorted(writer.mentions, key=lambda mention: mention.span))
    findings = tuple(_findings(key, contrast, writer, sentences))
    digest = hashlib.sha256(article.text.encode()).hexdigest()
    gold = GoldArticle(key, None, digest, "train", "other", mentions, findings, article)
    return AnnotatedArticle(article, tuple(sentences), mentions), gold


class _Writer:
    """Writes a template out and notes where its mentions stand."""

    def __init__(self, rng: random.Random, fluids: dict[str, tuple[str, str]], words: dict[str, str]) -> None:
        self.text = ""
        self.mentions: list[Mention] = []
        self.found: list[tuple[Mention, str, Direction]] = []
        self._rng, self._fluids, self._words = rng, fluids, words
        self._names = rng.sample(range(1, 60), 40)
        self._repeats: dict[str, list[int]] = {}

    def write(self, template: str) -> None:
        """Append one sentence."""
        cursor = 0
        for slot in _SLOT.finditer(template):
            self.text += template[cursor : slot.start()]
            self._slot(slot["name"], slot["found"] or "")
            cursor = slot.end()
        self.text += template[cursor:]

    def _slot(self, name: str, found: str) -> None:
        if name in self._words:
            self.text += self._words[name]
        elif name in self._fluids:
            surface, concept = self._fluids[name]
            self._mention(surface, "fluid", concept)
        else:
            self._list(name, [(self._fluids[f][1], _DIRECTIONS[d]) for f, d in _FOUND.findall(found)])

    def _list(self, name: str, found: list[tuple[str, Direction]]) -> None:
        stem = name.rstrip("2")
        if stem not in self._repeats:
            size = 1 if stem.islower() else self._rng.choice((1, 1, 2, 3, 5))
            self._repeats[stem] = [self._names.pop() for _ in range(size)]
        numbers = self._repeats[stem]
        for place, number in enumerate(numbers):
            if place:
                self.text += " and " if place == len(numbers) - 1 else ", "
            mention = self._mention(f"IL-{number}", "cytokine", f"IL{number}")
            self.found += [(mention, fluid, direction) for fluid, direction in found]

    def _mention(self, surface: str, kind: Kind, concept: str) -> Mention:
        span = Span(len(self.text), len(self.text) + len(surface))
        self.text += surface
        mention = Mention(span, surface, kind, concept, source="template")
        self.mentions.append(mention)
        return mention


def _findings(key: str, contrast: str, writer: _Writer, sentences: list[Span]) -> Iterator[Finding]:
    kinds: dict[str, Contrast] = {
        "disease": "disease",
        "treatment": "treatment",
        "subgroup": "subgroup",
        "time": "time",
    }
    for mention, fluid, direction in writer.found:
        evidence = next(sentence for sentence in sentences if sentence.contains(mention.span))
        yield Finding(
            key,
            str(mention.concept),
            fluid,
            direction,
            kinds[contrast],
            evidence=evidence,
            cytokine_mention=mention,
        )
