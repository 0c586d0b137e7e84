from __future__ import annotations

import json
from pathlib import Path

import pytest

from cdk.ops.client import gateway_url
from cdk.ops.outputs import OutputsError, StackOutputs

STORAGE = {"RegistryBucket": "registry-1", "DataBucket": "data-1"}
SERVICE = {
    "ApiUrl": "https://abc123.execute-api.us-east-1.amazonaws.com/local/api/v1",
    "ApiKeyId": "key-1",  # pragma: allowlist secret
    "StateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:batch",
    "AlarmTopicArn": "arn:aws:sns:us-east-1:000000000000:alarms",
    "DashboardUrl": "https://dashboard",
    "ServiceDashboardUrl": "https://service-dashboard",
    "ApiFunctionName": "api",
    "ExportsOutputRefSomething": "of no interest",
}


def test_outputs_of_all_stacks_are_read_as_one(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps({"Storage": STORAGE, "Service": SERVICE}))

    outputs = StackOutputs.from_file(file)

    assert outputs == StackOutputs.model_validate(STORAGE | SERVICE)
    assert outputs.data_bucket == "data-1"


def test_missing_outputs_are_named(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps({"Storage": {"RegistryBucket": "registry-1"}, "Service": SERVICE}))

    with pytest.raises(OutputsError, match="the stacks Storage, Service lack the outputs DataBucket"):
        StackOutputs.from_file(file)


def test_a_gateway_address_is_rewritten_to_the_local_one() -> None:
    assert (
        gateway_url(SERVICE["ApiUrl"], "http://127.0.0.1:4566")
        == "http://127.0.0.1:4566/_aws/execute-api/abc123/local/api/v1"
    )
