"""Who runs a command is what STS says (in process), and nothing where it does not answer."""

from __future__ import annotations

import json
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import boto3
import pytest
from mypy_boto3_s3 import S3Client

from lambda_fn.routing import UNKNOWN
from training.cli.caller import caller


@pytest.mark.usefixtures("s3")
def test_a_user_is_named_by_the_arn() -> None:
    assert caller(None, None) == boto3.client("sts").get_caller_identity()["Arn"]


def test_a_role_is_named_with_its_session(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    # Given the session of a role, as a build in AWS has one
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = boto3.client("iam").create_role(RoleName="training", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    session = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="build-7")["Credentials"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", session["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", session["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", session["SessionToken"])
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # a process reads its credentials once
    # Then both are in the name
    assert caller(None, None).endswith(":assumed-role/training/build-7")


def test_where_nobody_answers_it_says_so_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given credentials, and a port on which nothing listens
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("USER", "root")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
        assert caller(endpoint, "eu-central-1") == UNKNOWN
    assert "recorded as done by unknown: AWS STS does not say who is asking" in capsys.readouterr().err


def test_an_answer_that_is_not_of_aws_is_no_failure() -> None:
    class Proxy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>Sign in first<br></html>")

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        assert caller(f"http://127.0.0.1:{server.server_port}", "eu-central-1") == UNKNOWN
        server.shutdown()


@pytest.mark.parametrize(("endpoint", "region"), [("no address", "eu-central-1"), (None, "no region")])
def test_settings_that_lead_nowhere_are_no_failure_either(endpoint: str | None, region: str) -> None:
    assert caller(endpoint, region) == UNKNOWN
