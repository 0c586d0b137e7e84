"""A first model, in a registry in process; the training command is a recorder, its own tests run it for real."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mypy_boto3_s3 import S3Client

from cdk.environments import ENVIRONMENTS
from cdk.ops import first_model
from cdk.ops.first_model import WHY, NoModel, ensure_model
from lambda_fn.registry import Artefact, Registry
from tests import factories
from tests.integration.conftest import REGISTRY_BUCKET


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the training command is told."""
    told: list[list[str]] = []

    def record(arguments: list[str], _variables: object) -> None:
        told.append(arguments)
        if arguments[0] == "run":
            summary = Path(arguments[arguments.index("--summary-json") + 1])
            summary.write_text(json.dumps({"model_version": factories.VERSION}), encoding="utf-8")

    monkeypatch.setattr(first_model, "_run", record)
    return told


def test_where_nothing_is_promoted_a_model_of_simulated_shoppers_is_and_says_so(
    s3: S3Client, commands: list[list[str]]
) -> None:
    said: list[str] = []
    ensure_model(ENVIRONMENTS["dev"], REGISTRY_BUCKET, s3, said.append)

    assert [told[0] for told in commands] == ["sample", "run", "promote"]
    assert commands[1][1:3] == ["--data", commands[0][-1]]
    assert commands[0][-1].endswith("simulated-shoppers.csv")
    assert commands[2] == ["promote", "--bucket", REGISTRY_BUCKET, "--why", WHY, factories.VERSION]
    assert said[-1] == f"promoted {factories.VERSION}: {WHY}"


def test_where_a_model_is_promoted_nothing_is_done(s3: S3Client, commands: list[list[str]]) -> None:
    registry = Registry(REGISTRY_BUCKET, s3)
    registry.publish(Artefact(*factories.artefact()))
    registry.promote(factories.VERSION)
    for name in ("dev", "prod"):
        ensure_model(ENVIRONMENTS[name], REGISTRY_BUCKET, s3, lambda _line: None)
    assert commands == []


def test_real_shoppers_get_no_simulated_model_unless_asked_for(s3: S3Client, commands: list[list[str]]) -> None:
    with pytest.raises(NoModel, match=r"python -m training run --bucket registry --data YOUR\.csv"):
        ensure_model(ENVIRONMENTS["prod"], REGISTRY_BUCKET, s3, lambda _line: None)
    assert commands == []

    ensure_model(ENVIRONMENTS["prod"], REGISTRY_BUCKET, s3, lambda _line: None, sample=True)
    assert [told[0] for told in commands] == ["sample", "run", "promote"]
