"""The client of a local AWS takes nothing from the shell; that of AWS takes everything from it."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.request import getproxies

import pytest
from botocore.exceptions import ProfileNotFound

from cdk.ops.aws import Aws

LOCAL = "http://127.0.0.1:4566"


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """A shell with a stale profile, a broken configuration, another endpoint and proxies of every kind."""
    broken = tmp_path / "config"
    broken.write_text("[default\nnonsense")
    settings = {
        "AWS_PROFILE": "gone",
        "AWS_CONFIG_FILE": str(broken),
        "AWS_SHARED_CREDENTIALS_FILE": str(broken),
        "AWS_ENDPOINT_URL": "https://elsewhere.example.com",
        "AWS_ENDPOINT_URL_S3": "https://elsewhere.example.com",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_RETRY_MODE": "nonsense",
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"), "http://proxy.company.com:3128"),
    }
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


@pytest.mark.parametrize("service", ["s3", "stepfunctions", "apigateway", "cognito-idp", "cloudformation"])
def test_a_client_of_the_local_aws_asks_the_local_aws_alone(shell: dict[str, str], service: str) -> None:
    # When a client is made in that shell
    client = Aws(LOCAL).client(service)
    # Then it talks to the local AWS, directly, with its keys
    assert client.meta.endpoint_url == LOCAL
    assert client._endpoint.http_session._proxy_config.proxy_url_for(LOCAL) is None
    assert client._request_signer._credentials.access_key == "test"
    # And the shell's settings are as they were
    assert {name: os.environ[name] for name in shell} == shell
    assert getproxies()["http"] == "http://proxy.company.com:3128"


@pytest.mark.usefixtures("shell")
def test_a_client_of_aws_heeds_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    with pytest.raises(ProfileNotFound, match="gone"):
        Aws().client("s3")
