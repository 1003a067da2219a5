"""The benchmark as tables: Markdown, which reads well as plain text too. Rounding happens here and nowhere before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extractor.evaluate import CONTEXT
from extractor.records import Json

HUMAN = "human agreement"
SLICES = ("stratum", "direction", "fluid", "contrast", "host", "evidence")


def show(value: object, *, digits: int = 3) -> str:
    """One value of a result: an interval as ``0.912 [0.880–0.941]``, a number, or ``–`` for null."""
    if isinstance(value, dict) and {"value", "low", "high"} <= value.keys():
        if value["value"] is None:
            return "–"
        if value["low"] is None:
            return show(value["value"], digits=digits)
        return f"{value['value']:.{digits}f} [{value['low']:.{digits}f}–{value['high']:.{digits}f}]"
    if value is None:
        return "–"
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table with padded columns."""
    lines = [[*head], *([*row] for row in rows)]
    widths = [max(3, *(len(line[i]) for line in lines)) for i in range(len(head))]
    padded = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([padded[0], rule, *padded[1:]]) + "\n"


def caption(result: Json) -> str:
    """Split, n, version and date of a result, in one line."""
    n = result["n"]
    return (
        f"{result['name']}: {n['articles']} articles, {n['findings_sure']} sure and {n['findings_debatable']} "
        f"debatable findings; version {result['version']}, {result['date']}; 95% intervals over articles "
        f"({result['samples']} bootstrap samples, seed {result['seed']})."
    )


def literature_caption(result: Json) -> str:
    """What was compared, in words that do not promise more than it is."""
    n = result["n"]
    abstracts = n["abstracts"]
    return (
        f"{result['name']}: the {n['claims']} claims of disease against controls that {n['papers_with_claims']} "
        f"published ALS papers make (`annotations/als/literature.jsonl`) against the ledger of "
        f"{sum(abstracts.values())} abstracts on {n['papers']} papers, which this project wrote from the same notes: "
        "it tests the miner and the ledger, and is no second look at the papers. Of the abstracts, "
        f"{abstracts.get('train', 0)} are of the train split, on which classifiers are trained. `annotation` is the "
        "ledger of the annotated findings, what a reader without errors would give; added is what a ledger has beyond "
        f"the table. Findings with a score of {result['min_score']:g} and more; version {result['version']}, "
        f"{result['date']}."
    )


def literature_table(result: Json) -> str:
    """Confirmed, opposed, missed and added, per system and split."""
    head = ("ledger of", "split", "claims", "confirmed", "opposed", "missed", "added")
    rows = [
        [name, split, str(score["claims"]), _share(score["confirmed"], score["claims"])]
        + [str(score[outcome]) for outcome in ("opposed", "missed", "added")]
        for name, splits in result["systems"].items()
        for split, score in splits.items()
    ]
    return table(head, rows)


def _share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.0%})" if whole else str(part)


def soak_caption(result: Json) -> str:
    """Version, date and length of a run of ``make soak``, and what could not be tried."""
    skipped = f"; skipped: {'; '.join(result['skipped'])}" if result["skipped"] else ""
    hours = result["seconds"] / 3600
    return f"make soak: version {result['version']}, {result['date']}, {hours:.1f} hours in all{skipped}."


def soak_table(result: Json) -> str:
    """What was injected, how often, and what was lost."""
    rows = [
        [row["area"], row["injected"], f"{row['times']:,}", f"{row['wrong']:,}", row["seen"]] for row in result["rows"]
    ]
    return table(("area", "injected", "how often", "lost or wrong", "seen"), rows)


def systems_table(result: Json) -> str:
    """The headline: every system, and human agreement as the ceiling."""
    head = ("system", "triples P", "triples R", "triples F1", "with contrast F1", "direction alone, macro-F1", "ECE")
    rows = []
    for name, system in result["systems"].items():
        overall = system["triples"]["overall"]
        figures = [overall["precision"], overall["recall"], overall["f1"], system["triples_contrast"]["overall"]["f1"]]
        figures += [(system["direction"] or {}).get("macro_f1"), (system["calibration"] or {}).get("ece")]
        rows.append([name, *map(show, figures)])
    for name, agreement in result["human"].items():
        triple, contrast = agreement["slots"]["triple"], agreement["slots"]["contrast"]["f1"]
        figures = [triple["precision"], triple["recall"], triple["f1"], contrast, None, None]
        rows.append([f"{HUMAN} ({name}, n {agreement['articles']})", *map(show, figures)])
    return table(head, rows)


def stages_table(result: Json) -> str:
    """Mentions by span and by concept, and pairs."""
    rows = []
    for level, kinds in result["mentions"].items():
        for kind, score in kinds.items():
            rows.append(
                [f"concept of found mentions: {kind}, accuracy", "–", show(score["recall"]), "–"]
                if level == "accuracy"
                else [f"mentions: {kind}, {'span' if level == 'span' else 'span and concept'}", *_prf(score)]
            )
    for level, pairs in result["pairs"].items():
        rows.append([f"pairs proposed, on {level.replace('_', ' ')}", *_prf(pairs["score"])])
    return table(("level", "P", "R", "F1"), rows)


def context_table(result: Json) -> str:
    """F1 of triples that have one more slot right."""
    head = ("system", "triples F1", *(f"with {slot} F1" for slot in ("contrast", *CONTEXT)))
    rows = []
    for name, system in result["systems"].items():
        scores = [system["triples"]["overall"], system["triples_contrast"]["overall"], *system["context"].values()]
        rows.append([name, *(show(score["f1"]) for score in scores)])
    return table(head, rows)


def slices_table(result: Json, slice_name: str) -> str:
    """F1 of triples per value of one slice and system."""
    systems = result["systems"]
    parts = {name: system["triples"]["slices"][slice_name] for name, system in systems.items()}
    values = sorted({value for part in parts.values() for value in part})
    rows = []
    for value in values:
        scores = [part.get(value) for part in parts.values()]
        gold = max((score["tp"] + score["fn"] for score in scores if score), default=0)
        rows.append([value, str(gold), *(show(score["f1"] if score else None) for score in scores)])
    return table((slice_name, "gold", *systems), rows)


def comparisons_table(result: Json) -> str:
    """Paired differences in triple F1."""
    rows = [
        [f"{each['first']} − {each['second']}", show(each["f1"]), show(each["p"])] for each in result["comparisons"]
    ]
    return table(("triples, F1", "difference", "p"), rows)


def causes_table(result: Json) -> str:
    """Where errors come from, per system."""
    systems = result["systems"]
    causes: Json = next((system["causes"] for system in systems.values()), {})
    rows = [
        [f"{side}: {cause.replace('_', ' ')}", *(str(system["causes"][side][cause]) for system in systems.values())]
        for side, names in causes.items()
        for cause in names
    ]
    return table(("triples", *systems), rows)


def leaks_table(result: Json) -> str:
    """Direction from one feature alone."""
    rows = [[each["feature"], show(each["macro_f1"]), show(each["chance"])] for each in result["leaks"]]
    return table(("told only", "direction, macro-F1", "on shuffled labels"), rows)


def external_table(result: Json) -> str:
    """The external tests."""
    rows = []
    for name, score in result["external"].get("mentions", {}).items():
        n = f"{score['required']} names in {score['documents']} texts"
        rows += [[f"{name}, {how}", n, *_prf(score[how])] for how in ("overlap", "exact")]
    for name, score in result["external"].get("directions", {}).items():
        n = f"{score['questions']} questions, {score['articles']} articles"
        rows.append([f"Evidence Inference 2.0 test: {name}", n, "–", "–", f"{show(score['macro_f1'])} macro"])
    return table(("external test", "n", "P", "R", "F1"), rows)


def render_tables(result: Json) -> str:
    """Every table of a result as one Markdown document."""
    parts = [f"# Accuracy: {result['name']}", caption(result), systems_table(result), context_table(result)]
    parts.append(stages_table(result))
    for name in SLICES:
        parts += [f"## Triples per {name}: F1", slices_table(result, name)]
    parts += ["## Differences", comparisons_table(result), "## Where errors come from", causes_table(result)]
    if result["leaks"]:
        parts += ["## Leak checks", leaks_table(result)]
    if result["external"]:
        parts += ["## External tests", external_table(result)]
    return "\n".join(f"{part.rstrip()}\n" for part in parts)


def _prf(score: Json) -> list[str]:
    return [show(score[name]) for name in ("precision", "recall", "f1")]
