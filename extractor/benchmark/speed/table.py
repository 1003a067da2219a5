"""The stored result of ``extractor benchmark speed`` as Markdown."""

from __future__ import annotations

from extractor.benchmark.speed.figures import CORES, PUBMED, efficiency, hours
from extractor.benchmark.table import table
from extractor.records import Json

_TITLES = {
    "reading": "reading PubMed XML, records",
    "prefilter": "prefilter on `bulk`, abstracts",
    "direct": "whole pipeline on `direct`, abstracts",
    "bulk": "whole pipeline on `bulk`, abstracts",
    "batches": "classifier alone on `direct`, abstracts",
}


def caption(result: Json) -> str:
    """Machine, versions, what was read, and how it was timed."""
    n, cpu = result["n"], result["cpu"]
    bulk, direct = n["bulk"], n["direct"]
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    return (
        f"speed: {cpu['model']}, {cpu['cores']} cores; version {result['version']}, {result['date']} ({versions}; "
        f"classifier {result['classifier']}). Warm, on one core unless said otherwise; contenders take turns in one "
        f"run, figures are medians of {result['repeats']} rounds with the lowest and the highest, ratios are taken "
        "within each round. Shards are real PubMed XML: records of baseline files whose PMID, title and abstract are "
        f"exchanged for those of {n['shards'] * n['shard']:,} abstracts of `bulk` ({n['bytes'] / 1024:.1f} KiB a "
        f"record; whole baseline files were not at hand). Of {bulk['articles']:,} abstracts of `bulk`, "
        f"{bulk['fluid']:,} may name a fluid, {bulk['spotted']:,} of these a cytokine as well, which are read, and "
        f"{bulk['paired']:,} have something to decide on; of {direct['articles']:,} of `direct`, "
        f"{direct['fluid']:,}, {direct['spotted']:,} and {direct['paired']:,}. The scispaCy architecture "
        "(`sm`: tok2vec, tagger, parser, NER, 96 wide) has random weights: it takes as long as a trained one."
    )


def contests_table(result: Json) -> str:
    """Each contest: speeds, and how many times as fast this program is."""
    rows = []
    for name, contest in result["contests"].items():
        for number, (who, rate) in enumerate(contest["per_second"].items()):
            ratio = contest["times_as_fast"].get(who)
            rows.append([_TITLES[name] if number == 0 else "", who, _rate(rate), _ratio(ratio) if ratio else "–"])
    return table(("what", "by", "per second", "this program is times as fast"), rows)


def stages_table(result: Json) -> str:
    """Where the time goes on ``direct``."""
    return table(("stage", "share of the time"), [[name, f"{part:.0%}"] for name, part in result["stages"].items()])


def workers_table(result: Json) -> str:
    """Workers of the process pool, and Ray's beside them."""
    efficient = efficiency(result["workers"])
    rows = [
        ["local", jobs, _rate(each["per_second"]), f"{efficient[jobs]:.2f}", *_rest(each)]
        for jobs, each in result["workers"].items()
    ]
    ray = result["ray"]
    if "absent" not in ray:
        rows.append(["ray", str(ray["jobs"]), _rate(ray["per_second"]), "–", *_rest(ray)])
    return table(
        ("engine", "workers", "records/s", "efficiency", "whole command, s", "peak memory of a worker, GB"), rows
    )


def ray_line(result: Json) -> str:
    """Ray beside the process pool, in one sentence."""
    ray = result["ray"]
    if "absent" in ray:
        return f"Ray was not measured: {ray['absent']}."
    pool = result["workers"][str(ray["jobs"])]
    slower = ray["per_second"]["value"] / pool["per_second"]["value"]
    more = ray["seconds"]["value"] - pool["seconds"]["value"]
    return (
        f"With {ray['jobs']} workers, Ray's go at {slower:.2f} times the speed of the process pool's, and the command "
        f"takes {more:,.0f} s longer, start and end included."
    )


def _hours(value: float) -> str:
    return f"{value:,.1f}" if value >= 1 else f"{value:.2g}"


def hours_table(result: Json) -> str:
    """Hours for all of PubMed, with the arithmetic."""
    alone = result["workers"]["1"]["per_second"]["value"]
    most = max(result["workers"], key=int)
    efficient = min(1.0, efficiency(result["workers"])[most])
    rows = [
        [
            str(cores),
            f"{PUBMED:,} / ({alone:,.0f} × {cores} × {efficient:.2f}) / 3600",
            _hours(hours(per_second=alone, cores=cores, efficient=efficient)),
        ]
        for cores in CORES
    ]
    return table(("cores", "records / (records/s of one worker × cores × efficiency) / 3600", "hours"), rows)


def render(result: Json) -> str:
    """All of it."""
    parts = (
        caption(result),
        contests_table(result),
        stages_table(result),
        workers_table(result),
        ray_line(result),
        hours_table(result),
    )
    return "\n".join(f"{part.rstrip()}\n" for part in parts)


def _rest(each: Json) -> list[str]:
    peak = each["peak"]
    return [f"{each['seconds']['value']:,.0f}", f"{peak / 1e9:.2f}" if peak else "–"]


def _rate(value: Json) -> str:
    digits = 0 if value["value"] >= 100 else 1
    return f"{value['value']:,.{digits}f} [{value['low']:,.{digits}f}–{value['high']:,.{digits}f}]"


def _ratio(value: Json) -> str:
    return f"{value['value']:.2f} [{value['low']:.2f}–{value['high']:.2f}]"
