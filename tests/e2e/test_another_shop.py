"""The story of `make demo SHOP= DATA=`: a table in another language, from its draft to its answers, with no edit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cdk.local import demo
from cdk.local.paths import ROOT
from cdk.local.report import DemoReport
from cdk.local.stack import DeployedStack, check_data, release_model
from cdk.local.steps import Steps
from cdk.ops.client import ShopClient
from lambda_fn.contract import ROUTING_KEY
from tests.data import tables
from tests.e2e.support import serving

ROWS = 3_000
ID, LABEL = "Kunden-Nr.", "gekauft"
VISIT = "Letzter Besuch"
INPUTS = {VISIT, "Verweildauer (Min.)", "Warenkorb €", "Gerät", "Newsletter"}


@dataclass(frozen=True)
class GermanShop:
    """What the demo reports of the shop, and the API's own description meanwhile."""

    report: DemoReport
    openapi: dict[str, Any]


@pytest.fixture(scope="module")
def german(stack: DeployedStack, client: ShopClient, folder: Path, steps: Steps) -> Iterator[GermanShop]:
    """A second shop in the place of the first, whose model serves again at the end."""
    data, shop = folder / "kunden.csv", folder / "laden.yaml"
    data.write_bytes(tables.german_shop(ROWS))
    draft: list[str | Path] = ["draft", "--data", data, "--label", LABEL, "--abandoned", "nein", "--out", shop]
    subprocess.run([sys.executable, "-m", "training", *draft], cwd=ROOT, check=True)
    registry = stack.outputs.registry_bucket
    public = client.s3.get_object(Bucket=registry, Key=ROUTING_KEY)["Body"].read()
    client.s3.delete_object(Bucket=registry, Key=ROUTING_KEY)  # a champion of another shop is no measure
    try:
        check_data(data, shop, folder, steps)
        model = release_model(stack.local_aws, stack.outputs, data, folder, steps, shop)
        assert serving(client, model.version)
        report = demo.use(DeployedStack(stack.local_aws, stack.outputs, model, data), steps)
        yield GermanShop(report, client.get("/openapi.json").json())
    finally:
        client.s3.put_object(Bucket=registry, Key=ROUTING_KEY, Body=public)
        assert serving(client, stack.model.version)


def test_a_prediction_has_the_id_under_the_shops_own_name(german: GermanShop) -> None:
    request, prediction = german.report.request, german.report.prediction

    assert set(request) <= {ID, *INPUTS}
    assert (request[ID], prediction[ID]) == ("K-00000", "K-00000")
    assert (prediction["model_version"], prediction["warnings"]) == (german.report.model_version, [])
    assert "user_id" not in prediction


def test_the_api_describes_the_shops_own_fields(german: GermanShop) -> None:
    schema = german.openapi["components"]["schemas"]

    assert set(schema["PredictRequest"]["properties"]) == {ID, *INPUTS}
    assert ID in schema["Prediction"]["properties"]


def test_a_file_in_the_shops_own_dialect_is_scored_but_for_its_spoiled_rows(german: GermanShop) -> None:
    job = german.report.job

    assert (job.report["rows"], len(job.scored), len(job.rejected)) == (
        ROWS,
        ROWS - demo.SPOILED_ROWS,
        demo.SPOILED_ROWS,
    )
    assert len({row[ID] for row in job.scored}) == len(job.scored)
    # The visits of a fixed table are longer ago each day, as recency counts to the day of the drop.
    drift = {name: part["stability_index"] for name, part in job.report["drift"].items() if name != VISIT}
    assert drift.keys() == INPUTS - {VISIT}
    assert max(drift.values()) < 0.1


def test_the_file_and_the_api_give_a_customer_the_same_score(german: GermanShop) -> None:
    asked = german.report.prediction
    [from_file] = [row for row in german.report.job.scored if row[ID] == asked[ID]]

    assert abs(float(from_file["abandonment_risk"]) - asked["abandonment_risk"]) < 1e-4
    assert from_file["recommended_intervention"] == asked["recommended_intervention"]
