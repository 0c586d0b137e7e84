"""Small, real artefacts for tests: a recipe with every operation, a logistic ONNX model, a policy."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from lambda_fn.scoring.artefact.manifest import MODEL_FILE, CategoryHistogram, Manifest, NumberHistogram
from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.artefact.recipe import Recipe
from tests.offers import offer, sourced

AS_OF = dt.date(2026, 6, 30)
VERSION = "v20260701T120000-0123abcd"


def recipe(**changes: Any) -> Recipe:
    """Return a fitted recipe of eight inputs that uses every operation once."""
    fields: list[dict[str, Any]] = [
        _number("impulse_buying_score", "points", 0, 10, default=5, integer=True),
        _number("stress_from_financial_decisions", "points", 0, 10, default=5, integer=True),
        _number("average_order_value", "currency", 0, 100_000, default=255, observed=(10, 500)),
        _number("ad_views_per_day", "count", 0, 1_000, default=25, observed=(0, 50)),
        _number("ad_clicks_per_day", "count", 0, 1_000, default=5, observed=(0, 20)),
        {"kind": "flag", "name": "weekend_shopper", "default": 1},
        {
            "kind": "category",
            "name": "shopping_time_of_day",
            "categories": ["Afternoon", "Evening", "Morning", "Night"],
            "default": "Evening",
        },
        {
            "kind": "date",
            "name": "last_purchase_date",
            "minimum": "2000-01-01",
            "maximum": "2100-01-01",
            "default": "2026-06-01",
        },
    ]
    steps: list[dict[str, Any]] = [
        {"op": "minmax", "name": "impulse_scaled", "source": "impulse_buying_score", "low": 0, "high": 10},
        {"op": "minmax", "name": "stress_scaled", "source": "stress_from_financial_decisions", "low": 0, "high": 10},
        {"op": "mean", "name": "stress_index", "of": ["impulse_scaled", "stress_scaled"]},
        {"op": "ratio", "name": "ad_response", "numerator": "ad_clicks_per_day", "denominator": "ad_views_per_day"},
        {"op": "inverse", "name": "ad_calm", "source": "ad_views_per_day"},
        {"op": "complement", "name": "composure", "source": "stress_scaled", "whole": 1},
        {"op": "product", "name": "discount_sensitivity", "of": ["impulse_scaled", "composure"], "factor": 2},
        {
            "op": "bin",
            "name": "value_tier",
            "source": "average_order_value",
            "edges": [100, 300],
            "labels": ["Low", "Mid", "High"],
        },
        {"op": "days_since", "name": "recency_days", "source": "last_purchase_date", "feature": False},
        {
            "op": "bin",
            "name": "recency_segment",
            "source": "recency_days",
            "edges": [7, 30, 90],
            "labels": ["Active", "Warm", "Cold", "Dormant"],
        },
        {
            "op": "ordinal",
            "name": "time_of_day",
            "source": "shopping_time_of_day",
            "order": ["Morning", "Afternoon", "Evening", "Night"],
        },
        {"op": "passthrough", "name": "weekend", "source": "weekend_shopper"},
        {
            "op": "one_hot",
            "name": "hour",
            "source": "shopping_time_of_day",
            "categories": ["Afternoon", "Evening", "Morning", "Night"],
        },
    ]
    return Recipe.model_validate({"inputs": fields, "steps": steps, "leakage": ["cart_abandonment_rate"], **changes})


def recipe_of_any_date() -> Recipe:
    """Return the recipe with a date input that has no bounds but the calendar's."""
    limits = {"minimum": dt.date.min, "maximum": dt.date.max}
    bounded = recipe()
    inputs = [field.model_copy(update=limits) if field.kind == "date" else field for field in bounded.inputs]
    return bounded.model_copy(update={"inputs": tuple(inputs)})


def _number(
    name: str,
    unit: str,
    minimum: float,
    maximum: float,
    default: float,
    integer: bool = False,
    observed: tuple[float, float] | None = None,
) -> dict[str, Any]:
    low, high = observed or (minimum, maximum)
    return {
        "kind": "number",
        "name": name,
        "unit": unit,
        "minimum": minimum,
        "maximum": maximum,
        "integer": integer,
        "observed_low": low,
        "observed_high": high,
        "default": default,
    }


def policy(**changes: Any) -> Policy:
    """Return a policy of a reminder and two discounts, without caution."""
    return Policy.model_validate(
        {
            "currency": "USD",
            "gross_margin_rate": sourced(0.4),
            "caution": sourced(0.0),
            "minimum_margin_rate": sourced(0.1),
            "maximum_discount_high_value": sourced(0.1),
            "high_value_tier": "High",
            "order_value": "average_order_value",
            "sensitivity": "discount_sensitivity",
            "value_tier": "value_tier",
            "recency_segment": "recency_segment",
            "interventions": [
                offer("reminder", 0.0, 0.05, 0.05, 0.0),
                offer("discount_10", 0.10, 0.05, 0.15, 0.3),
                offer("discount_15", 0.15, 0.05, 0.20, 0.4),
            ],
            **changes,
        }
    )


def onnx_model(
    width: int, weights: dict[int, float] | None = None, bias: float = -6.0, *, missing: str = "imputed"
) -> bytes:
    """Return a logistic model, float32 (n, width) -> probabilities (n, 1).

    By default it leans on the first two columns, so that the risk spans low to high.

    missing: "value": a column that is NaN counts as its middle, 0.5, so that a missing input pulls to neither side.
    """
    column = np.zeros((width, 1), dtype=np.float32)
    for index, weight in (weights or {0: 8.0, 1: 4.0}).items():
        column[index] = weight
    known = "known" if missing == "value" else "x"
    of_missing = [
        helper.make_node("IsNaN", ["x"], ["is_nan"]),
        helper.make_node("Where", ["is_nan", "m", "x"], [known]),
    ]
    graph = helper.make_graph(
        [
            *(of_missing if missing == "value" else []),
            helper.make_node("MatMul", [known, "w"], ["product"]),
            helper.make_node("Add", ["product", "b"], ["logit"]),
            helper.make_node("Sigmoid", ["logit"], ["probability"]),
        ],
        "logistic",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, width])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [None, 1])],
        [
            numpy_helper.from_array(column, "w"),
            numpy_helper.from_array(np.array([bias], dtype=np.float32), "b"),
            numpy_helper.from_array(np.array([0.5], dtype=np.float32), "m"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    data: bytes = model.SerializeToString()
    onnx.checker.check_model(model)
    return data


def artefact(version: str = VERSION, bias: float = -6.0, **changes: Any) -> tuple[Manifest, dict[str, bytes]]:
    """Return a manifest and the files it describes, ready to publish.

    ``missing="value"``: its model takes missing as a value of its own, so it can give reasons.
    """
    fitted = changes.pop("recipe", None) or recipe()
    files = {MODEL_FILE: onnx_model(len(fitted.feature_names), bias=bias, missing=changes.get("missing", "imputed"))}
    manifest = Manifest.model_validate(
        {
            "model_version": version,
            "family": "logistic",
            "created": "2026-07-01T12:00:00Z",
            "as_of": AS_OF,
            "files": {
                name: {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}
                for name, data in files.items()
            },
            "recipe": fitted,
            "calibration": {"method": "identity"},
            "decision_threshold": 0.5,
            "policy": policy(),
            "metrics": {"f1": 0.95, "constant_f1": 0.765},
            "histograms": histograms(fitted),
            "libraries": {"onnxruntime": "1"},
            "data": {"source": "tests", "sha256": "0" * 64, "rows": 1000},
            **changes,
        }
    )
    return manifest, files


def histograms(fitted: Recipe) -> dict[str, NumberHistogram | CategoryHistogram]:
    """Return flat training histograms for the recipe's number and category inputs."""
    flat: dict[str, NumberHistogram | CategoryHistogram] = {}
    for field in fitted.inputs:
        if field.kind == "number" and field.observed_low is not None and field.observed_high is not None:
            edges = np.linspace(field.observed_low, field.observed_high, 6)[1:-1]
            flat[field.name] = NumberHistogram(edges=tuple(edges.tolist()), counts=(200,) * 5, missing=0)
        elif field.kind == "category":
            flat[field.name] = CategoryHistogram(counts=(250,) * len(field.categories), missing=0)
    return flat


def record(**changes: Any) -> dict[str, Any]:
    """Return one complete, valid record."""
    return {
        "user_id": "u-1",
        "impulse_buying_score": 8,
        "stress_from_financial_decisions": 7,
        "average_order_value": 180,
        "ad_views_per_day": 20,
        "ad_clicks_per_day": 2,
        "weekend_shopper": 1,
        "shopping_time_of_day": "Evening",
        "last_purchase_date": "2026-06-20",
        **changes,
    }
