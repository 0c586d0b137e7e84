"""Export an estimator to ONNX and prove that it answers as scikit-learn does."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Matrix
from lambda_fn.scoring.onnx_runtime import ort
from training.errors import PublishRefused
from training.models.families import Estimator

LARGEST_DIFFERENCE: Final = 1e-5  # between probabilities inside and outside scikit-learn
INPUT: Final = "features"
OUTPUT: Final = "probabilities"
_OPSET: Final = 18
_ML_OPSET: Final = 3


def to_onnx(estimator: Estimator, features: int) -> bytes:
    """Return an ONNX model: float32 ``features`` (n, d) in, float32 ``probabilities`` (n, 2) out, and nothing else.

    Equal models are equal bytes: the converters' random graph name and order of opsets are replaced.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the converters use deprecated parts of numpy and onnx
        model = _convert(estimator, features)
    model.graph.name = "estimator"
    _spell_scaler_out(model.graph)
    _keep_probabilities(model.graph)
    opsets = sorted(model.opset_import, key=lambda opset: str(opset.domain))  # the converter takes them from a set
    del model.opset_import[:]
    model.opset_import.extend(opsets)
    return bytes(model.SerializeToString(deterministic=True))


def _spell_scaler_out(graph: Any) -> None:
    """Write ``Scaler`` as a subtraction and a multiplication: the same arithmetic, a quarter of a network's time less.

    onnxruntime computes the one element after the other, the others with vector instructions.
    """
    from onnx import helper, numpy_helper

    nodes = []
    for node in graph.node:
        if node.op_type != "Scaler":
            nodes.append(node)
            continue
        for part in node.attribute:
            row = np.array(part.floats, np.float32)[None, :]
            graph.initializer.append(numpy_helper.from_array(row, f"{node.name}.{part.name}"))
        centred = f"{node.name}.centred"
        nodes.append(helper.make_node("Sub", [node.input[0], f"{node.name}.offset"], [centred]))
        nodes.append(helper.make_node("Mul", [centred, f"{node.name}.scale"], list(node.output)))
    del graph.node[:]
    graph.node.extend(nodes)


def _keep_probabilities(graph: Any) -> None:
    """Drop the predicted class and the nodes that only it needs."""
    needed = {OUTPUT}
    while True:
        kept = [node for node in graph.node if needed & set(node.output)]
        reached = needed.union(*(node.input for node in kept))
        if reached == needed:
            break
        needed = reached
    for field, keep in (
        (graph.node, kept),
        (graph.initializer, [item for item in graph.initializer if item.name in needed]),
        (graph.output, [item for item in graph.output if item.name == OUTPUT]),
    ):
        kept_items = list(keep)
        del field[:]
        field.extend(kept_items)


def _convert(estimator: Estimator, features: int) -> Any:
    if type(estimator).__module__.startswith("lightgbm"):
        from onnxmltools import convert_lightgbm
        from onnxmltools.convert.common.data_types import FloatTensorType as LightgbmFloats

        return convert_lightgbm(
            _with_float32_thresholds(estimator),
            initial_types=[(INPUT, LightgbmFloats([None, features]))],
            zipmap=False,
            target_opset=_OPSET - 3,
        )
    from skl2onnx import to_onnx as convert
    from skl2onnx.common.data_types import FloatTensorType

    with _whole_missing_flags():
        return convert(
            estimator,
            initial_types=[(INPUT, FloatTensorType([None, features]))],
            options={"zipmap": False},
            target_opset={"": _OPSET, "ai.onnx.ml": _ML_OPSET},
            name="estimator",
        )


def _with_float32_thresholds(estimator: Estimator) -> Any:
    """Return LightGBM's trees with each threshold lowered to the next float32, which no float32 input can tell apart.

    The converter rounds to the nearest one, which sends an input that lies between both down the other branch.
    """
    from lightgbm import Booster

    def lowered(line: re.Match[str]) -> str:
        exact = np.array(line["numbers"].split(), dtype=np.float64)
        nearest = exact.astype(np.float32)
        below = np.nextafter(nearest, np.float32(-np.inf))
        return "threshold=" + " ".join(repr(float(value)) for value in np.where(nearest > exact, below, nearest))

    trees = re.sub(r"^tree_sizes=.*\n", "", estimator.booster_.model_to_string(), flags=re.MULTILINE)
    return Booster(model_str=re.sub(r"^threshold=(?P<numbers>.+)$", lowered, trees, flags=re.MULTILINE))


@contextmanager
def _whole_missing_flags() -> Iterator[None]:
    """Let skl2onnx write histogram boosting's "missing goes left" as 0 and 1: this onnx refuses its booleans."""
    from skl2onnx.common import tree_ensemble

    original = tree_ensemble.add_node

    def add_node(*arguments: Any, nodes_missing_value_tracks_true: Any = 0, **named: Any) -> Any:
        return original(*arguments, nodes_missing_value_tracks_true=int(nodes_missing_value_tracks_true), **named)

    tree_ensemble.add_node = add_node
    try:
        yield
    finally:
        tree_ensemble.add_node = original


def probabilities(onnx: bytes, matrix: Matrix) -> Floats:
    """Return the exported model's uncalibrated probability of class 1, one a row."""
    answers = open_session(onnx).run([OUTPUT], {INPUT: matrix})[0]
    return np.asarray(answers)[:, -1].astype(np.float64)


def open_session(onnx: bytes) -> ort.InferenceSession:
    """Return a session on one thread, as in the service."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])


def check_parity(estimator: Estimator, onnx: bytes, matrix: Matrix) -> float:
    """Return the largest difference between both on these rows; raise PublishRefused above LARGEST_DIFFERENCE."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="X does not have valid feature names")
        inside = estimator.predict_proba(matrix)[:, 1]
    difference = float(np.abs(probabilities(onnx, matrix) - inside).max())
    if not difference <= LARGEST_DIFFERENCE:
        raise PublishRefused(
            f"ONNX and scikit-learn differ by up to {difference:.2g} on the holdout, more than {LARGEST_DIFFERENCE:g}: "
            "the exported model is not the trained one"
        )
    return difference
