"""Scoring on this machine writes what the bucket's workflow writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lambda_fn.batch.keys import Outputs
from lambda_fn.registry import Artefact
from tests import csv_files, factories
from tests.integration.lambda_fn.batch.conftest import AS_OF, KEY, Shop, shop  # noqa: F401 - a fixture
from training.cli.app import app
from training.errors import DataRefused
from training.offline.score_file import score_file
from training.release import package

EXPLAINS = "v20260801T120000-00000003"
PER_RUN = {"execution", "durations_seconds", "input", "outputs"}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return package.write(Artefact(*factories.artefact()), tmp_path / "models")


@pytest.fixture
def explaining(tmp_path: Path) -> Path:
    return package.write(Artefact(*factories.artefact(EXPLAINS, missing="value")), tmp_path / "models")


@pytest.mark.parametrize("metadata", [{}, {"budget": "40"}])
def test_the_results_are_those_of_the_bucket(
    shop: Shop,  # noqa: F811
    model: Path,
    tmp_path: Path,
    metadata: dict[str, str],
) -> None:
    # Given a file with good and spoiled rows, scored by the workflow in a bucket
    content = csv_files.good_file(300) + b"only,three,cells\n\n"
    shop.drop(content, metadata={**AS_OF, **metadata})
    shop.run()
    expected: dict[str, Any] = shop.report()

    # When it is scored on this machine
    data = tmp_path / Path(KEY).name
    data.write_bytes(content)
    scored = score_file(model, data, tmp_path / "out", {**AS_OF, **metadata})

    # Then the files are the same but for the ids of the decisions, and the report says the same
    files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert (csv_files.without_decision_ids(files["scored.csv"]), files["rejected.csv"]) == shop.results()
    assert {key: value for key, value in scored.report.items() if key not in PER_RUN} == {
        key: value for key, value in expected.items() if key not in PER_RUN
    }
    assert json.loads(files["report.json"]) == scored.report
    assert scored.report["outputs"] == {"scored": "scored.csv", "rejected": "rejected.csv"}
    assert sorted(files) == ["rejected.csv", "report.json", "scored.csv"]
    assert Outputs.of(KEY).scored in shop.keys("scored/")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "the file is empty"), (b"colour,size\nred,3\n", "lacks user_id"), (None, "there is no file")],
)
def test_a_file_that_cannot_be_scored_says_why(
    model: Path, tmp_path: Path, content: bytes | None, message: str
) -> None:
    data = tmp_path / "shoppers.csv"
    if content is not None:
        data.write_bytes(content)
    with pytest.raises(DataRefused, match=message):
        score_file(model, data, tmp_path / "out", {})


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    data = tmp_path / "shoppers.csv"
    data.write_bytes(csv_files.good_file(1))
    with pytest.raises(DataRefused, match="holds no model; name the folder that `run --out` wrote, models/VERSION"):
        score_file(tmp_path / "models", data, tmp_path / "out", {})


def test_reasons_are_those_of_the_bucket(shop: Shop, explaining: Path, tmp_path: Path) -> None:  # noqa: F811
    # Given a file that a bucket scores with reasons
    shop.registry.publish(Artefact(*factories.artefact(EXPLAINS, missing="value")))
    content = csv_files.good_file(60)
    shop.drop(content, metadata={**AS_OF, "reasons": "2", "model-version": EXPLAINS})
    shop.run()
    # When the command line scores it with as many
    data, out = tmp_path / Path(KEY).name, tmp_path / "out"
    data.write_bytes(content)
    options = ["--as-of", AS_OF["as-of"], "--reasons", "2"]
    ended = CliRunner().invoke(
        app, ["score", "--model", str(explaining), "--data", str(data), "--out", str(out), *options]
    )
    # Then the files are the same but for the ids of the decisions
    assert ended.exit_code == 0, ended.output
    assert csv_files.without_decision_ids((out / "scored.csv").read_bytes()) == shop.results()[0]
    assert b"impulse_buying_score" in shop.results()[0]
