"""Whom the simulator plays through: a scored file's rows, or the explained shoppers of the holdout."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import Any

import pytest
from mypy_boto3_s3 import S3Client

from console.backend import Backend
from console.client import ApiClient
from console.settings import ConsoleSettings
from console.store import Store, StoreError
from console.tabs.simulated_file import HOLDOUT, NO_LIMIT, run
from lambda_fn.registry import Artefact, Registry
from lambda_fn.scoring.artefact.manifest import METRICS_FILE
from tests import csv_files, factories
from tests.integration.conftest import REGISTRY_BUCKET

RECORDS = [
    {"impulse_buying_score": 9.0, "average_order_value": 200.0, "shopping_time_of_day": "Night"},
    {"impulse_buying_score": 2.0, "average_order_value": 80.0, "last_purchase_date": "2026-05-01"},
]
INPUTS = [field.name for field in factories.recipe().inputs]
EXPLAINED = {
    "inputs": INPUTS,
    "nobody": 0.6,
    "risk": [0.9, 0.2],
    "values": [[record.get(name) for name in INPUTS] for record in RECORDS],
    "effects": [[0.1] * len(INPUTS)] * 2,
}


class Api(ApiClient):
    """The API's description of the champion, without an API."""

    def model_info(self) -> dict[str, Any]:
        return {"champion": {"model_version": factories.VERSION}}


@pytest.fixture
def backend(s3: S3Client) -> Backend:
    s3.create_bucket(Bucket="data")
    settings = ConsoleSettings.model_validate(
        {"api_url": "http://x", "data_bucket": "data", "registry_bucket": REGISTRY_BUCKET}
    )
    return Backend(settings, Api(settings), Store(settings, s3))


def publish(s3: S3Client, metrics: dict[str, Any]) -> None:
    """Make a champion of a shop that writes semicolons and decimal commas."""
    body = json.dumps(metrics).encode()
    dialect = {"delimiter": ";", "decimal_mark": ","}
    label = {"label_column": "cart_abandonment_rate", "label_unit": "percent", "threshold_percent": 30}
    manifest, files = factories.artefact(dialect=dialect, metrics=label)
    entry = {"sha256": hashlib.sha256(body).hexdigest(), "size_bytes": len(body)}
    listed = manifest.model_dump(mode="json")
    listed["files"][METRICS_FILE] = entry
    registry = Registry(REGISTRY_BUCKET, s3)
    registry.publish(Artefact(type(manifest).model_validate(listed), {**files, METRICS_FILE: body}))
    registry.promote(factories.VERSION)


def test_the_holdout_is_simulated_from_the_values_that_are_known(backend: Backend, s3: S3Client) -> None:
    publish(s3, {"explained": EXPLAINED})
    champion, tried = run(backend, HOLDOUT, factories.policy(caution={"value": 1.0, "source": "tests"}), NO_LIMIT)
    assert list(champion.user_ids) == ["1", "2"]
    assert champion.allocation.margin > 0 == tried.allocation.margin  # nothing is recovered under full caution


def test_a_model_without_reasons_has_no_holdout_here(backend: Backend, s3: S3Client) -> None:
    publish(s3, {})
    with pytest.raises(StoreError, match="Choose a scored file instead"):
        run(backend, HOLDOUT, factories.policy(), NO_LIMIT)


def test_a_scored_file_is_simulated_without_its_rejected_rows(backend: Backend, s3: S3Client) -> None:
    publish(s3, {})
    text = io.StringIO()
    rows = csv.DictReader(io.StringIO(csv_files.good_file(20).decode()))
    writer = csv.writer(text, delimiter=";")
    names = ["user_id", *INPUTS]
    writer.writerow(names)
    for row in rows:
        writer.writerow([row[name].replace(".", ",") for name in names])
    s3.put_object(Bucket="data", Key="incoming/a.csv", Body=text.getvalue().encode() + b"broken;row\n")
    report = {"input": {"key": "incoming/a.csv"}, "as_of": "2026-06-30"}
    s3.put_object(Bucket="data", Key="reports/a.json", Body=json.dumps(report).encode())
    champion, tried = run(backend, "a", factories.policy(), NO_LIMIT)
    assert len(champion.user_ids) == 20
    assert champion.allocation.margin == tried.allocation.margin > 0
    assert sum(champion.left_out.values()) == 1


def test_a_file_that_is_gone_is_named(backend: Backend, s3: S3Client) -> None:
    publish(s3, {})
    with pytest.raises(StoreError, match="There is no report on gone any more"):
        run(backend, "gone", factories.policy(), NO_LIMIT)
