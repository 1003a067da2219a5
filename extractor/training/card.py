# ruff: noqa: E501
"""The model card of a relation classifier: what it was trained on, how, and what it scores."""

from __future__ import annotations

from extractor.records import Json
from extractor.relation import INPUTS
from extractor.slots import CONDITION, SLOTS

_TEMPLATE = """# relation-{version}

A classifier of (cytokine, fluid) pairs in one abstract: raised, lowered, unchanged, each with its contrast. {members} small
transformer encoders read the sentences that matter, cytokine names masked, each with a head on mention pairs; their lower {frozen} layers
are the same and computed once, their logits are averaged. A logistic regression weighs what they say against the rules, three
more read contrast, comparator and condition. It is read by `extractor/relation.py` through ONNX Runtime; no pickle, no network.

## Intended use

Batch mining of PubMed abstracts and pre-annotation for curators, with the evidence sentence shown. Not for clinical
decisions, not for full texts (never measured there), not for languages other than English.

## Data

| source | articles | share drawn per epoch | licence |
|---|---|---|---|
| `annotations/general/train.jsonl` (stand-off, text from PubMed) | {gold} | {share_gold} | annotations Apache-2.0; texts stay with their publishers |
| `annotations/als/rewritten.jsonl`, split train | {als} | {share_als} | Apache-2.0 |
| `annotations/analytes.jsonl` (any soluble analyte, stand-off) | {analytes} | {share_analytes} | annotations Apache-2.0; texts stay with their publishers |
| `annotations/passages.jsonl` (passages of full texts, stand-off) | {passages} | {share_passages} | annotations Apache-2.0; texts stay with their publishers |
| `annotations/written.jsonl` (abstracts written by the project, annotated by their writers) | {written} | {share_written} | Apache-2.0 |
| `extractor/training/minimal_pairs.txt` (self-written templates, filled at random) | {pairs} | {share_pairs} | Apache-2.0 |
| Evidence Inference 2.0, train articles | official split | {share_evidence_inference} | MIT |

Epoch, weights of network and rules ({weights}) and threshold were chosen on held-out articles: {held}. For the threshold the parts count alike. The test split took
no part.

SHA-256 of the annotation files:

{hashes}

## Training

Encoder: {encoder_text}. Settings: {settings}. Command: `extractor train relation`; seeds fixed.
Tokens that hardly stand in any abstract at hand are left out of the vocabulary; their words are read as parts.
Weights are int8 per channel (dynamic activations); one article is read at a time, so that no score depends on a batch.
Triple F1 on the held-out articles at the threshold {threshold} that was chosen on them, the weights of network and rules
fitted on the other four of five folds; the released int8 weights against fp32 in brackets: {f1}. From the score {sure} on, precision on them is 0.95; findings below it are for a human.

The same articles, each part of the system alone (every network, and `network`, their mean, at its own best threshold), and
networks and rules together:

| | {parts} |
|---|{rule}|
{alone}

## Scores

General dev (chosen on, so optimistic):
<!-- benchmark:general-dev/table --><!-- /benchmark -->

Rewritten ALS dev (chosen on, so optimistic):
<!-- benchmark:als-dev/table --><!-- /benchmark -->

General test: the system as it was chosen before the split was scored with it. The same networks were also scored at a lower threshold, thought of after that
score; it was taken back, since it would have been a choice on test. Seven systems had been scored on it before (versions 1.0.0 without and with the rules, 1.1.0,
1.2.0, 1.3, 1.4.0, which was not released because it did worse on test, and 1.5.0, twice):
<!-- benchmark:general-test/table --><!-- /benchmark -->

## Limits

- The annotators are language models; gold and classifier may share habits that people would not have.
- Direction is read from words: results given only as figures are mostly missed.
- Fluids named far from the result, several fluids in one abstract and lists continued over sentences are the weak spots.
- Host, n and p come from rules. Contrast, comparator and above all condition are weaker than the triple: right
  contrasts on the held-out articles {contrast}; where the contrast is right, right comparators {comparator}, and
  conditions of the very name that gold gives {condition}.
- Abstracts of more than {length} tokens (telling sentences only) are read in several passes; no pass sees what stands in another.
"""
_PARTS = {
    "general": "of the general dev split",
    "als": "rewritten ALS abstracts (dev)",
    "analytes": "abstracts on any analyte",
    "passages": "passages",
}


def render_card(record: Json, *, encoder: str) -> str:
    """Markdown with benchmark markers still empty; ``extractor benchmark render`` fills them.

    Args:
        record: what :func:`extractor.training.release.train_relation` returned.
        encoder: one line on the initial weights and their licence.
    """
    settings = ", ".join(f"{name} {value}" for name, value in record["settings"].items())
    adapted = ", masked-language training continued on abstracts of `bulk`" if record["adapted"] else ""
    chosen, exact, articles = record["held_out"], record["held_out_fp32"], record["articles"]
    return _TEMPLATE.format(
        version=record["version"],
        **{name: articles.get(name, 0) for name in ("gold", "als", "analytes", "passages", "written", "pairs")},
        **{f"share_{name}": value for name, value in record["shares"].items()},
        held=", ".join(f"{articles[f'held {part}']} {_PARTS[part]}" for part in chosen["f1"]),
        hashes="\n".join(f"- `{name}` {digest}" for name, digest in record["data"].items()),
        encoder_text=f"{encoder}{adapted} (sha256 of the weights that training began with {record['encoder'][:16]})",
        settings=settings,
        threshold=chosen["threshold"],
        weights=", ".join(f"{name} {weight:.2f}" for name, weight in zip(INPUTS, chosen["weights"], strict=True)),
        sure=chosen["sure"],
        parts=" | ".join(chosen["f1"]),
        rule="---|" * (len(chosen["f1"]) - 1) + "---",
        alone="\n".join(
            f"| {name} | {' | '.join(f'{f1:.3f}' for f1 in scores.values())} |"
            for name, scores in {**record["members"], **chosen["alone"], "both": chosen["f1"]}.items()
        ),
        f1=", ".join(f"{part} {f1:.3f} ({exact['f1'][part]:.3f})" for part, f1 in chosen["f1"].items()),
        length=record["settings"]["length"],
        frozen=record["settings"]["frozen"],
        members=len(record["settings"]["seeds"]),
        **{
            slot: ", ".join(f"{part} {share:.2f}" for part, share in chosen[slot].items())
            for slot in (*SLOTS, CONDITION)
        },
    )
