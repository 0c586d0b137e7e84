"""A CSV of twin shoppers and a registry in S3 (in process)."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from lambda_fn.registry import Registry
from training.synthetic import twin

BUCKET = "registry"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "usa.csv"
    list(twin.write_csv(path, 8_000, seed=11, country="USA"))
    return path


@pytest.fixture(autouse=True)
def _admit_models_that_impute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the families that are trained in seconds pass; the gate over blanks has tests of its own."""
    monkeypatch.setattr("training.release.gates._calibrated_over_blanks", lambda _metrics: [])


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("APP_REGISTRY_BUCKET", BUCKET)
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield Registry(BUCKET, client)
