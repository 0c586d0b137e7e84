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
_LOWEST: Final = float(np.finfo(np.float32).min)


def to_onnx(pupil: Pupil) -> bytes:
    """Return an ONNX model: float32 ``features`` (n, d), NaN where missing, in; ``probabilities`` (n, 1) out.

    Rows without a blank cost what they would without indicators: one sum over the batch tells whether there is any,
    and only then is the part of the first layer computed that reads them. Adding it changes no complete row, whose
    indicators are all 0.
    """
    layers = len(pupil.weights)
    bends = bool(pupil.scaling.bend.any())
    nodes = [
        helper.make_node("ReduceSum", [INPUT], ["total"], keepdims=0),
        helper.make_node("IsNaN", ["total"], ["any_missing"]),
        helper.make_node(
            "If", ["any_missing"], ["product_0"], then_branch=_with_blanks(bends), else_branch=_complete(bends)
        ),
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
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [None, len(pupil.scaling.mean)])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [None, 1])],
        [numpy_helper.from_array(value, name) for name, value in _constants(pupil).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
    return bytes(model.SerializeToString(deterministic=True))


def _constants(pupil: Pupil) -> dict[str, Any]:
    features, long = len(pupil.scaling.mean), pupil.scaling.bend > 0
    first, *later = pupil.weights
    of_missing = np.zeros((features, first.shape[1]), np.float32)
    of_missing[pupil.scaling.can_miss] = first[features:]
    return {
        "mean": pupil.scaling.mean[None, :],
        "scale": pupil.scaling.scale[None, :],
        "bend": np.where(long, pupil.scaling.bend, 1.0).astype(np.float32)[None, :],
        "long": long[None, :],
        "one": np.ones((1, 1), np.float32),
        "weight_0": first[:features],
        "weight_of_missing": of_missing,
        **{f"weight_{number}": value for number, value in enumerate(later, start=1)},
        **{f"bias_{number}": value for number, value in enumerate(pupil.biases)},
    }


def _complete(bends: bool) -> Any:
    return _branch(
        "complete", [*_scaled(INPUT, "c_", bends), helper.make_node("MatMul", ["c_scaled", "weight_0"], ["c_out"])]
    )


def _with_blanks(bends: bool) -> Any:
    nodes = [
        helper.make_node("IsNaN", [INPUT], ["missing"]),
        *_scaled(INPUT, "b_", bends, known=True),
        helper.make_node("MatMul", ["b_scaled", "weight_0"], ["b_known"]),
        helper.make_node("Cast", ["missing"], ["indicators"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["indicators", "weight_of_missing"], ["b_missing"]),
        helper.make_node("Add", ["b_known", "b_missing"], ["b_out"]),
    ]
    return _branch("with_blanks", nodes)


def _scaled(source: str, prefix: str, bends: bool, *, known: bool = False) -> list[Any]:
    """Return the nodes that bend and scale; ``known``: put 0, which is the mean, where a feature is missing.

    The 0 comes of ``x if x > lowest float else 0``, which is 0 for NaN: onnxruntime's ThresholdedRelu takes a
    twentieth of the time of its Where.
    """
    nodes = []
    if bends:
        nodes += _bent(source, prefix)
        source = f"{prefix}bent"
    scaled = f"{prefix}scaled"
    product = f"{prefix}product" if known else scaled
    nodes += [
        helper.make_node("Sub", [source, "mean"], [f"{prefix}centred"]),
        helper.make_node("Mul", [f"{prefix}centred", "scale"], [product]),
    ]
    if known:
        nodes.append(helper.make_node("ThresholdedRelu", [product], [scaled], alpha=_LOWEST))
    return nodes


def _bent(source: str, prefix: str) -> list[Any]:
    return [
        helper.make_node("Abs", [source], [f"{prefix}size"]),
        helper.make_node("Div", [f"{prefix}size", "bend"], [f"{prefix}units"]),
        helper.make_node("Add", [f"{prefix}units", "one"], [f"{prefix}more"]),
        helper.make_node("Log", [f"{prefix}more"], [f"{prefix}log"]),
        helper.make_node("Sign", [source], [f"{prefix}sign"]),
        helper.make_node("Mul", [f"{prefix}log", f"{prefix}sign"], [f"{prefix}curve"]),
        helper.make_node("Where", ["long", f"{prefix}curve", source], [f"{prefix}bent"]),
    ]


def _branch(name: str, nodes: list[Any]) -> Any:
    output = helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)
    return helper.make_graph(nodes, name, [], [output])
