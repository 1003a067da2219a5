"""Names in a text for the page to highlight, and concepts for what a curator types or selects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from extractor.names import Match
from extractor.records import FLUIDS, Article, Finding, Json, Kind, Mention, Span
from extractor.vocabulary import load_vocabulary

_SHOWN = 12


def names_in(article: Article, findings: Iterable[Finding] = ()) -> list[Mention]:
    """The names of a text, by place: those of findings, then those of the vocabulary.

    One name stands at one place; where two overlap, that of a finding is kept. A name that means something only in
    some contexts ("CSF") is left out unless the text has its concept in another way, or a finding has it.
    """
    kept: dict[Span, Mention] = {}
    for mention in (m for f in findings for m in (f.cytokine_mention, f.fluid_mention) if m is not None):
        kept.setdefault(mention.span, mention)
    sure, doubtful = _listed(article.text)
    known = {mention.concept for mention in (*kept.values(), *sure)}
    for mention in (*sure, *(each for each in doubtful if each.concept in known)):
        if not any(mention.span.overlaps(span) for span in kept):
            kept[mention.span] = mention
    return [kept[span] for span in sorted(kept)]


def _listed(text: str) -> tuple[list[Mention], list[Mention]]:
    """What the vocabulary finds: names that stand for themselves, and those that need their context."""
    vocabulary = load_vocabulary()
    found: tuple[list[Mention], list[Mention]] = ([], [])
    for match, source in vocabulary.find_cytokines(text):
        if match.entry.concept is not None:
            found[match.entry.context].append(_mention(text, match, "cytokine", source))
    for match in vocabulary.find_fluids(text):
        found[match.entry.context].append(_mention(text, match, "fluid", "lexicon"))
    return found


def _mention(text: str, match: Match, kind: Kind, source: str) -> Mention:
    return Mention(
        Span(match.start, match.end), text[match.start : match.end], kind, match.entry.concept, source=source
    )


def suggestions(kind: Kind, typed: str) -> list[Json]:
    """Concepts for what was typed or selected, the likeliest first: ``symbol``, ``id``, ``name`` of each."""
    vocabulary = load_vocabulary()
    typed = typed.strip()
    exact = vocabulary.normalise_cytokine(typed) if kind == "cytokine" else vocabulary.normalise_fluid(typed)
    ranked = sorted(
        (rank, symbol) for symbol, names in _known(kind) if (rank := _rank(typed, symbol, names)) is not None
    )
    found = list(dict.fromkeys([*([exact] if exact else []), *(symbol for _, symbol in ranked)]))
    return [_shown(kind, symbol) for symbol in found[:_SHOWN]]


def _known(kind: Kind) -> Iterator[tuple[str, tuple[str, ...]]]:
    vocabulary = load_vocabulary()
    if kind == "cytokine":
        for cytokine in vocabulary.cytokines.values():
            yield cytokine.symbol, (cytokine.name, *cytokine.synonyms)
    else:
        for name in dict.fromkeys([*FLUIDS, *vocabulary.fluids]):
            yield name, vocabulary.fluids[name].synonyms if name in vocabulary.fluids else ()


def _rank(typed: str, symbol: str, names: Iterable[str]) -> tuple[int, int] | None:
    """How well it fits: symbol, start of the symbol, a name, start of a name, within one; None for not at all."""
    wanted, own = _plain(typed), _plain(symbol)
    others = [_plain(name) for name in names]
    tests = (
        own == wanted,
        own.startswith(wanted),
        wanted in others,
        any(name.startswith(wanted) for name in others),
        any(wanted in name for name in (own, *others)),
    )
    return next(((place, len(own)) for place, passed in enumerate(tests) if passed), None)


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _shown(kind: Kind, symbol: str) -> Json:
    vocabulary = load_vocabulary()
    if kind == "cytokine":
        return {"symbol": symbol, "id": vocabulary.cytokine_id(symbol), "name": vocabulary.cytokines[symbol].name}
    synonyms = vocabulary.fluids[symbol].synonyms if symbol in vocabulary.fluids else ()
    return {"symbol": symbol, "id": vocabulary.fluid_id(symbol), "name": ", ".join(synonyms[:3])}
