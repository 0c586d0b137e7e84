from __future__ import annotations

import os
from pathlib import Path

import pytest

from cdk.local import ministack
from cdk.local.ministack import aws_environment, ready, start, trust
from cdk.local.processes import CommandError

ENDPOINT = "http://127.0.0.1:4566"


def test_subprocesses_reach_the_local_aws_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a shell that is logged in to AWS and has a proxy
    monkeypatch.setenv("AWS_PROFILE", "prod")
    monkeypatch.setenv("CDK_DEFAULT_ACCOUNT", "123456789012")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.test")

    environment = aws_environment(ENDPOINT)

    assert "AWS_PROFILE" not in environment
    assert environment["AWS_ENDPOINT_URL"] == ENDPOINT
    assert environment["CDK_DEFAULT_ACCOUNT"] == "000000000000"
    assert environment["HTTP_PROXY"] == "http://proxy.test"
    assert environment["NO_PROXY"] == "127.0.0.1,localhost"


def test_a_certificate_is_trusted_by_clients_of_every_kind() -> None:
    assert trust(None) == {}
    assert trust(Path("server.crt")) == {
        "AWS_CA_BUNDLE": "server.crt",
        "REQUESTS_CA_BUNDLE": "server.crt",
        "SSL_CERT_FILE": "server.crt",
        "NODE_EXTRA_CA_CERTS": "server.crt",
    }


def test_without_a_certificate_yet_it_is_not_ready(tmp_path: Path) -> None:
    assert not ready(ENDPOINT, tmp_path / "not-written-yet.crt")


def test_where_it_is_not_installed_the_error_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ministack, "MINISTACK", tmp_path / "missing")

    with pytest.raises(CommandError, match="MiniStack is not installed: run `make setup`"):
        start(tmp_path)


def test_one_that_ends_at_once_is_started_again_and_then_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a program that ends at once, as MiniStack does where another process took its port
    program = tmp_path / "ministack"
    program.write_text("#!/bin/sh\necho port taken\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(ministack, "MINISTACK", program)

    with pytest.raises(CommandError, match="the local AWS did not become ready") as error:
        start(tmp_path)

    assert error.value.log.read_text() == "port taken\n" * ministack.START_ATTEMPTS


FOREIGN = {
    "AWS_PROFILE": "gone",
    "AWS_CONFIG_FILE": "/nowhere/config",
    "AWS_ENDPOINT_URL_S3": "https://s3.example.com",
    "CDK_DEFAULT_ACCOUNT": "123456789012",
    "MLFLOW_TRACKING_URI": "https://mlflow.company.com",
    "MLFLOW_TRACKING_TOKEN": "a token",
}


def test_the_environment_of_the_local_aws_is_the_shells_with_nothing_of_another_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given a shell that works with AWS and an MLflow of the company
    for name, value in FOREIGN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.company.com:3128")
    # When a subprocess of the local AWS is started
    environment = ministack.aws_environment("http://127.0.0.1:4566")
    # Then what it knows of them is what we set
    known = {name: value for name, value in environment.items() if name.startswith(("AWS_", "CDK_", "MLFLOW_"))}
    assert known == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",  # pragma: allowlist secret
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DEFAULT_ACCOUNT": "000000000000",
        "CDK_DEFAULT_REGION": "us-east-1",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_DISABLE_VERSION_CHECK": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    # And the proxy is still there for packages, but not for this machine
    assert (environment["HTTP_PROXY"], environment["NO_PROXY"]) == (
        "http://proxy.company.com:3128",
        "127.0.0.1,localhost",
    )
