"""Which of the conditions that a text names a finding is about: features of each, for a conditional regression.

A name may lose words at its front (``severe acute pancreatitis``): what is left is a condition of its own. The rules'
choice is one of the features.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from extractor.conditions import named_conditions, read_condition
from extractor.records import AnnotatedArticle, Candidate, Contrast

NONE = "unspecified"
_OTHER = "other:"
_MOST_CUT = 3
"""Words that a name may lose."""
_Features = dict[str, float]


def condition_features(
    annotated: AnnotatedArticle, candidate: Candidate, contrast: Contrast
) -> dict[str, dict[str, float]]:
    """Condition -> name of a feature -> value, for each condition that the article names, and ``unspecified``."""
    named = _with_shorter(_named(annotated, candidate))
    rules = read_condition(annotated, candidate.evidence, contrast)
    bare = {condition: condition.removeprefix(_OTHER) for condition in named}
    for condition, name in bare.items():
        features = named[condition]
        features.update(_of_words(name))
        features.update({f"{part}, {contrast}": 1.0 for part in ("case", "than", "title") if part in features})
        if any(other.endswith(f" {name}") for other in bare.values()):
            features["a longer one"] = 1.0
        if any(name.endswith(f" {other}") for other in bare.values()):
            features["a shorter one"] = 1.0
        if rules.endswith(f" {name}"):
            features["rules: longer"] = 1.0
    none = {"none": 1.0, f"none, {contrast}": 1.0, f"none of {min(len(named), 4)}": 1.0}
    none |= {f"none, {part} has one": 1.0 for part in ("case", "title") if any(part in f for f in named.values())}
    named[NONE] = none
    if rules in named:
        named[rules] |= {"rules": 1.0, f"rules, {contrast}": 1.0}
    return named


def _named(annotated: AnnotatedArticle, candidate: Candidate) -> dict[str, _Features]:
    """Where each condition is named, how it is said, and how often."""
    named: dict[str, _Features] = {}
    counts: dict[str, int] = {}
    for part, found in named_conditions(annotated, candidate.evidence).items():
        for place, weight, condition in found:
            features = named.setdefault(condition, {})
            features |= {part: 1.0, f"{part} {max(weight, features.get(part, 0.0)):g}": 1.0}
            if place == found[0][0]:
                features[f"{part}, first"] = 1.0
            if part == "text":
                counts[condition] = counts.get(condition, 0) + 1
    for condition, features in named.items():
        features["times"] = math.log1p(counts.get(condition, 0))
        if counts.get(condition, 0) == max(counts.values(), default=0):
            features["most often"] = 1.0
    return named


def _with_shorter(named: Mapping[str, _Features]) -> dict[str, _Features]:
    """The conditions, and what is left of their names without the first words."""
    found = {condition: dict(features) for condition, features in named.items()}
    for condition, features in named.items():
        words = condition.removeprefix(_OTHER).split(" ")
        for cut in range(1, min(_MOST_CUT, len(words) - 1) + 1):
            lost = (f"cut {cut}", f"cut {words[0]}", f"cut to {words[cut]}", f"cut at {words[cut - 1]}")
            found.setdefault(_OTHER + " ".join(words[cut:]), {**features, **dict.fromkeys(lost, 1.0)})
    return found


def _of_words(name: str) -> _Features:
    words = name.split(" ")
    said = {f"name {name}": 1.0, f"last {words[-1]}": 1.0, f"words {min(len(words), 5)}": 1.0}
    return said | {f"first {words[0]}": 1.0} if len(words) > 1 else said
