# ruff: noqa: E501
"""The model card of a relation classifier: what it was trained on, how, and what it scores."""

from __future__ import annotations

from extractor.records import Json

_TEMPLATE = """# relation-{version}

A classifier of (cytokine, fluid) pairs in one abstract: raised, lowered, unchanged, each with its contrast. One pass of a
small transformer encoder over the sentences that matter, cytokine names masked, a head on mention pairs with the votes of
the rules among its features. It is read by `extractor/relation.py` through ONNX Runtime; no pickle, no network.

## Intended use

Batch mining of PubMed abstracts and pre-annotation for curators, with the evidence sentence shown. Not for clinical
decisions, not for full texts (never measured there), not for languages other than English.

## Data

| source | articles | share drawn per epoch | licence |
|---|---|---|---|
| `annotations/general/train.jsonl` (stand-off, text from PubMed) | {gold} | {share_gold} | annotations Apache-2.0; texts stay with their publishers |
| `annotations/als/rewritten.jsonl`, split train | {als} | {share_als} | Apache-2.0 |
| `annotations/analytes.jsonl` (any soluble analyte, stand-off) | {analytes} | {share_analytes} | annotations Apache-2.0; texts stay with their publishers |
| `extractor/training/minimal_pairs.txt` (self-written templates, filled at random) | {pairs} | {share_pairs} | Apache-2.0 |
| Evidence Inference 2.0, train articles | official split | {share_evidence_inference} | MIT |

Chosen, calibrated and thresholded on split dev ({dev} articles: general and rewritten ALS). The test split took no part.

SHA-256 of the annotation files:

{hashes}

## Training

Encoder: {encoder_text}. Settings: {settings}. Command: `extractor train relation`; seeds fixed.
Weights are int8 per channel (dynamic activations); one article is read at a time, so that no score depends on a batch.
Triple F1 on dev (general and ALS together, where the threshold {threshold} was chosen): {int8} with the released int8 weights, {fp32} in fp32.

## Scores

General dev (chosen on, so optimistic):
<!-- benchmark:general-dev/table --><!-- /benchmark -->

Rewritten ALS dev (chosen on, so optimistic):
<!-- benchmark:als-dev/table --><!-- /benchmark -->

General test, scored once:
<!-- benchmark:general-test/table --><!-- /benchmark -->

## Limits

- The annotators are language models; gold and classifier may share habits that people would not have.
- Direction is read from words: results given only as figures are mostly missed.
- Fluids named far from the result, several fluids in one abstract and lists continued over sentences are the weak spots.
- Comparator, condition and host come from rules and are weaker than the triple; see the contrast level in the tables.
- Abstracts of more than {length} tokens (telling sentences only) are cut; what is cut is not found.
"""


def render_card(record: Json, *, encoder: str) -> str:
    """Markdown with benchmark markers still empty; ``extractor benchmark render`` fills them.

    Args:
        record: what :func:`extractor.training.release.train_relation` returned.
        encoder: one line on the initial weights and their licence.
    """
    settings = ", ".join(f"{name} {value}" for name, value in record["settings"].items())
    adapted = ", masked-language training continued on the training texts" if record["adapted"] else ""
    return _TEMPLATE.format(
        version=record["version"],
        **{name: record["articles"].get(name, 0) for name in ("gold", "als", "analytes", "pairs", "dev")},
        **{f"share_{name}": value for name, value in record["shares"].items()},
        hashes="\n".join(f"- `{name}` {digest}" for name, digest in record["data"].items()),
        encoder_text=f"{encoder}{adapted} (sha256 of the initial weights {record['encoder'][:16]})",
        settings=settings,
        threshold=record["dev"]["threshold"],
        int8=f"{record['dev']['triple_f1_int8']:.4f}",
        fp32=f"{record['dev']['triple_f1_fp32']:.4f}",
        length=record["settings"]["length"],
    )
