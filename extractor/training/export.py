"""Network -> model folder: ONNX, int8 weights, tokeniser, ``config.json`` with weights, threshold and hashes."""

from __future__ import annotations

import json
import logging
import shutil
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from extractor.encoding import FEATURES
from extractor.records import CONTRASTS, DIRECTIONS, Json
from extractor.relation import FORMAT, INPUTS
from extractor.releases import sha256_of
from extractor.slots import SLOT_FILE, Weights
from extractor.training.network import RelationNetwork

FILES = ("model.onnx", "tokenizer.json", SLOT_FILE)
"""What ``config.json`` gives a hash of."""


class OneArticle(nn.Module):
    """Networks as they are run: one article, no padding, so that no score depends on what else is read.

    Args:
        members: that began from one encoder.
        shared: lower layers of it, its embeddings included, that none of them has changed; computed once.
    """

    def __init__(self, members: Sequence[RelationNetwork], shared: int) -> None:
        super().__init__()
        self.members, self.shared = nn.ModuleList(members), shared

    def forward(self, input_ids: Tensor, places: Tensor, cytokines: Tensor, fluids: Tensor, features: Tensor) -> Tensor:
        """The mean of the members' logits of the directions."""
        said = []
        hidden = None
        for member in self.members:
            if hidden is None or not self.shared:
                hidden = member.lower(input_ids, None, self.shared)
            states = member.upper(hidden, None, places, self.shared)
            said.append(member.judge(states, None, cytokines, fluids, features)[0])
        return torch.stack(said).mean(0)


def export_onnx(members: Sequence[RelationNetwork], path: Path, *, shared: int) -> None:
    """Write networks in fp32 as one ONNX file with free numbers of tokens and pairs; their logits are averaged.

    Args:
        members: that began from one encoder.
        path: of the file.
        shared: lower layers of the encoder, its embeddings included, that none of them has changed.
    """
    for network in members:
        network.eval()
    tokens, places = torch.export.Dim("tokens", min=4, max=512), torch.export.Dim("places", min=2, max=512)
    pairs = torch.export.Dim("pairs", min=1, max=4096)
    example = (
        torch.ones((1, 16), dtype=torch.long),
        torch.tensor([[0, 3, 5, 7, 11, 13]]),
        torch.tensor([1, 2, 3]),
        torch.tensor([0, 4, 5]),
        torch.zeros((3, len(FEATURES))),
    )
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            OneArticle(members, shared),
            example,
            str(path),
            input_names=["input_ids", "places", "cytokines", "fluids", "features"],
            output_names=["directions"],
            dynamic_shapes=({1: tokens}, {1: places}, {0: pairs}, {0: pairs}, {0: pairs}),
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def quantise(source: Path, target: Path) -> None:
    """Int8 weights per channel, activations scaled at run time from the one article that is read."""
    model = onnx.load(str(source))
    drop_guards(model)
    del model.graph.value_info[:]  # shapes of the exporter that the quantiser would trip over; it infers its own
    onnx.save(model, str(source))
    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(
        str(source),
        str(target),
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        op_types_to_quantize=["MatMul", "Gemm", "Gather"],
    )
    released = onnx.load(str(target))
    forget_places(released)
    onnx.save(released, str(target))


def drop_guards(model: onnx.ModelProto) -> None:
    """Drop the exporter's replacement of NaN behind each softmax: only a row that is masked whole has any.

    No token is masked here, so that every bit of the results stays the same.
    """
    graph = model.graph
    made = {name: node for node in graph.node for name in node.output}
    kind = {name: node.op_type for name, node in made.items()}
    guards = {
        node.output[0]: node.input[2]
        for node in graph.node
        if node.op_type == "Where"
        and [kind.get(name) for name in (node.input[0], node.input[2])] == ["IsNaN", "Softmax"]
        and list(made[node.input[0]].input) == [node.input[2]]
    }
    for node in graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = guards.get(name, name)
    kept = [node for node in graph.node if node.output[0] not in guards]
    used = {name for node in kept for name in node.input}
    kept = [node for node in kept if node.op_type != "IsNaN" or node.output[0] in used]
    del graph.node[:]
    graph.node.extend(kept)


def forget_places(model: onnx.ModelProto) -> None:
    """Drop what the exporter notes of source files; no result depends on it."""
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    for part in (*model.graph.node, *model.functions, *model.graph.input, *model.graph.output):
        part.ClearField("doc_string")
        part.ClearField("metadata_props")


def write_config(folder: Path, *, version: str, values: Mapping[str, object]) -> Json:
    """Write ``config.json``: layout, labels, the values given, and the SHA-256 of :data:`FILES`."""
    config: Json = {
        "format": FORMAT,
        "version": version,
        "directions": list(DIRECTIONS),
        "contrasts": list(CONTRASTS),
        "features": list(FEATURES),
        "inputs": list(INPUTS),
        **values,
        "sha256": {name: sha256_of(folder / name) for name in FILES},
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return config


def write_slots(folder: Path, weights: Weights) -> None:
    """Write the weights of the slots, a feature per line."""
    slots = (f"{json.dumps(slot)}: {{\n{_lines(of_slot)}\n}}" for slot, of_slot in weights.items())
    (folder / SLOT_FILE).write_text("{\n" + ",\n".join(slots) + "\n}\n", encoding="utf-8")


def _lines(weights: Mapping[str, Sequence[float]]) -> str:
    return ",\n".join(f"{json.dumps(name)}: {json.dumps(list(row))}" for name, row in sorted(weights.items()))


def copy_tokenizer(encoder: Path, folder: Path) -> None:
    """Copy the fast tokeniser's file of an encoder folder."""
    shutil.copyfile(encoder / "tokenizer.json", folder / "tokenizer.json")
