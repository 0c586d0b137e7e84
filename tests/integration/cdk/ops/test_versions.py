"""Which versions a release leaves, on Lambda in process."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cdk.ops.versions import KEPT_VERSIONS, delete_older_versions

NAME = "api"


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A function with five versions, of which the alias names the second."""
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws(config={"lambda": {"use_docker": False}}):
        trust = '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]}'
        role = boto3.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        client = boto3.client("lambda")
        client.create_function(
            FunctionName=NAME, Runtime="python3.13", Role=role, Handler="a.b", Code={"ZipFile": code(0)}
        )
        for number in range(5):
            client.update_function_code(FunctionName=NAME, ZipFile=code(number), Publish=True)
        client.create_alias(FunctionName=NAME, Name="live", FunctionVersion="2")
        yield client


def code(number: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.py", f"b = {number}")
    return file.getvalue()


def versions(functions: Any) -> list[str]:
    return [item["Version"] for item in functions.list_versions_by_function(FunctionName=NAME)["Versions"]]


def test_the_last_two_stay_and_the_one_that_is_called_and_the_rest_goes(functions: Any) -> None:
    newest = max(int(version) for version in versions(functions) if version != "$LATEST")
    assert KEPT_VERSIONS == 2

    deleted = delete_older_versions(functions, NAME)

    assert set(versions(functions)) == {"$LATEST", "2", str(newest - 1), str(newest)}
    assert "2" not in deleted
    assert delete_older_versions(functions, NAME) == []


def test_a_release_that_is_being_shifted_in_keeps_both_of_its_versions(functions: Any) -> None:
    functions.update_alias(
        FunctionName=NAME, Name="live", FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {"3": 0.1}}
    )

    assert set(delete_older_versions(functions, NAME, kept=1)).isdisjoint({"1", "3"})
