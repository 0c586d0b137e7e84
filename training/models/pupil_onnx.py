"""The pupil as ONNX, NaN in: no converter knows a network that tells missing from known."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from training.models.pupil import Pupil

INPUT: Final = "features"
OUTPUT: Final = "probabilities"
_OPSET: Final = 18
_IR_VERSION: Final = 9


def to_onnx(pupil: Pupil) -> bytes:
    """Return an ONNX model: float32 ``features`` (n, d), NaN where missing, in; ``probabilities`` (n, 1) out.

    Rows without a blank cost what they would without indicators: one sum over the batch tells whether there is any,
    and only then is the part of the first layer computed that reads them. Adding it changes no complete row, whose
    indicators are all 0.
    """
    layers = len(pupil.weights)
    nodes = [
        helper.make_node("ReduceSum", [INPUT], ["total"], keepdims=0),
        helper.make_node("IsNaN", ["total"], ["any_missing"]),
        helper.make_node("If", ["any_missing"], ["product_0"], then_branch=_with_blanks(), else_branch=_complete()),
        helper.make_node("Add", ["product_0", "bias_0"], ["sum_0"]),
    ]
    for layer in range(1, layers):
        nodes += [
            helper.make_node("Relu", [f"sum_{layer - 1}"], [f"hidden_{layer}"]),
            helper.make_node("Gemm", [f"hidden_{layer}", f"weight_{layer}", f"bias_{layer}"], [f"sum_{layer}"]),
        ]
    nodes.append(helper.make_node("Sigmoid", [f"sum_{layers - 1}"], [OUTPUT]))
    graph = helper.make_graph(
        nodes,
        "estimator",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [None, len(pupil.mean)])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [None, 1])],
        [numpy_helper.from_array(value, name) for name, value in _constants(pupil).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
    return bytes(model.SerializeToString(deterministic=True))


def _constants(pupil: Pupil) -> dict[str, Any]:
    features = len(pupil.mean)
    first, *later = pupil.weights
    of_missing = np.zeros((features, first.shape[1]), np.float32)
    of_missing[pupil.can_miss] = first[features:]
    return {
        "mean": pupil.mean[None, :],
        "scale": pupil.scale[None, :],
        "weight_0": first[:features],
        "weight_of_missing": of_missing,
        **{f"weight_{number}": value for number, value in enumerate(later, start=1)},
        **{f"bias_{number}": value for number, value in enumerate(pupil.biases)},
    }


def _complete() -> Any:
    return _branch("complete", [*_scaled(INPUT, "c_"), helper.make_node("MatMul", ["c_scaled", "weight_0"], ["c_out"])])


def _with_blanks() -> Any:
    nodes = [
        helper.make_node("IsNaN", [INPUT], ["missing"]),
        helper.make_node("Where", ["missing", "mean", INPUT], ["filled"]),
        *_scaled("filled", "b_"),
        helper.make_node("MatMul", ["b_scaled", "weight_0"], ["b_known"]),
        helper.make_node("Cast", ["missing"], ["indicators"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["indicators", "weight_of_missing"], ["b_missing"]),
        helper.make_node("Add", ["b_known", "b_missing"], ["b_out"]),
    ]
    return _branch("with_blanks", nodes)


def _scaled(source: str, prefix: str) -> list[Any]:
    return [
        helper.make_node("Sub", [source, "mean"], [f"{prefix}centred"]),
        helper.make_node("Mul", [f"{prefix}centred", "scale"], [f"{prefix}scaled"]),
    ]


def _branch(name: str, nodes: list[Any]) -> Any:
    output = helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)
    return helper.make_graph(nodes, name, [], [output])
