"""A small model that gives reasons, with explained shoppers in its metrics.json."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np

from lambda_fn.registry import Artefact
from lambda_fn.scoring.artefact.manifest import METRICS_FILE, Manifest
from tests import factories

SHOPPERS = 60
NAMES = [field.name for field in factories.recipe().inputs]
STRONGEST, CATEGORY = "impulse_buying_score", "shopping_time_of_day"


def explained() -> dict[str, Any]:
    """Return explained rows in which one input decides, and one is a category that is sometimes missing."""
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 11, SHOPPERS)
    values: list[list[Any]] = []
    effects: list[list[float]] = []
    for shopper, score in enumerate(scores.tolist()):
        known = {STRONGEST: float(score), CATEGORY: None if shopper % 5 == 0 else ("Morning", "Night")[shopper % 2]}
        moved = {STRONGEST: (score - 5) / 10, CATEGORY: 0.0 if shopper % 5 == 0 else 0.02}
        values.append([known.get(name) for name in NAMES])
        effects.append([moved.get(name, 0.0) for name in NAMES])
    risk = [0.5 + sum(row) for row in effects]
    return {"inputs": NAMES, "nobody": 0.5, "risk": risk, "values": values, "effects": effects}


def artefact() -> Artefact:
    metrics = {"importance": {STRONGEST: 0.25, CATEGORY: 0.016}, "signals": []}
    manifest, files = factories.artefact(missing="value", metrics=metrics)
    body = json.dumps({**metrics, "explained": explained()}).encode()
    listed = manifest.model_dump(mode="json")
    listed["files"][METRICS_FILE] = {"sha256": hashlib.sha256(body).hexdigest(), "size_bytes": len(body)}
    return Artefact(Manifest.model_validate(listed), {**files, METRICS_FILE: body})
