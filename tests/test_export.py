"""The exported network: what is dropped from it changes no result."""

from __future__ import annotations

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("torch")

import onnxruntime  # noqa: E402
from onnx import TensorProto, helper  # noqa: E402

from extractor.training.export import drop_guards  # noqa: E402

pytestmark = pytest.mark.train


def guarded() -> onnx.ModelProto:
    """A softmax as the exporter writes it, and another use of ``Where``."""
    nodes = [
        helper.make_node("Softmax", ["x"], ["soft"]),
        helper.make_node("IsNaN", ["soft"], ["nan"]),
        helper.make_node("Where", ["nan", "zero", "soft"], ["safe"]),
        helper.make_node("Greater", ["safe", "half"], ["high"]),
        helper.make_node("Where", ["high", "zero", "safe"], ["y"]),
    ]
    numbers = [helper.make_tensor(name, TensorProto.FLOAT, [], [at]) for name, at in (("zero", 0.0), ("half", 0.5))]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 4]) for name in "xy")
    graph = helper.make_graph(nodes, "guarded", [x], [y], numbers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def run(model: onnx.ModelProto, x: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (y,) = session.run(None, {"x": x})
    return y


def test_only_guards_behind_a_softmax_are_dropped():
    model, x = guarded(), np.array([[0, 1, 2, 9], [1, 1, 1, 1]], dtype=np.float32)
    before = run(model, x)
    drop_guards(model)
    onnx.checker.check_model(model)
    assert [node.op_type for node in model.graph.node] == ["Softmax", "Greater", "Where"]
    assert np.array_equal(run(model, x), before)
