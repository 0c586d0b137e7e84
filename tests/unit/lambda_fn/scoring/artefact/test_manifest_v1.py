"""An artefact that was recorded in format 1 loads, and answers as it did."""

import csv
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from lambda_fn.api.parsing.records import RecordReader
from lambda_fn.scoring.artefact.manifest import MANIFEST_FILE, MODEL_FILE, Manifest
from lambda_fn.scoring.artefact.manifest_formats import read_manifest
from lambda_fn.scoring.artefact.recipe import ID_FIELD, Recipe
from lambda_fn.scoring.service import Scorer

RECORDED = Path(__file__).parents[4] / "data" / "artefact_format_1"


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return read_manifest((RECORDED / MANIFEST_FILE).read_bytes())


def record_of(row: Mapping[str, str], recipe: Recipe) -> bytes:
    """Return the JSON of a recorded row; an empty cell is a missing field."""
    numbers = {field.name for field in recipe.inputs if field.kind in ("number", "flag")}
    names = [ID_FIELD, *(field.name for field in recipe.inputs)]
    given = {name: row[name] for name in names if row[name]}
    return json.dumps({name: float(text) if name in numbers else text for name, text in given.items()}).encode()


def test_it_says_what_it_said(manifest: Manifest) -> None:
    model = (RECORDED / MODEL_FILE).read_bytes()
    assert json.loads((RECORDED / MANIFEST_FILE).read_bytes())["format_version"] == 1
    assert manifest.model_version == "v20261126T104302-c2f2f947"
    assert manifest.family == "logistic"
    assert manifest.files[MODEL_FILE].sha256 == hashlib.sha256(model).hexdigest()


def test_it_scores_recorded_shoppers_as_it_did(manifest: Manifest) -> None:
    # Given shoppers with everything known, much missing, nothing known, an unknown category, and an order too large
    with (RECORDED / "answers.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    scorer = Scorer(manifest, (RECORDED / MODEL_FILE).read_bytes())
    reader = RecordReader(manifest.recipe, scorer.layout)
    # When they are scored
    records = [reader.read_one(record_of(row, manifest.recipe)) for row in rows]
    scores = scorer.score(reader.columns(records), manifest.as_of)
    # Then the answers are the recorded ones
    assert [scorer.choices[choice] for choice in scores.choice] == [row["recommended_intervention"] for row in rows]
    for name, found in (("risk", scores.risk), ("margin", scores.margin), ("confidence", scores.confidence)):
        np.testing.assert_allclose(found, [float(row[name]) for row in rows], atol=1e-6, err_msg=name)
    assert len(rows) == 12
