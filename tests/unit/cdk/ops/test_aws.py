from __future__ import annotations

from pathlib import Path

import pytest

from cdk.ops.aws import LOCAL_REGION, Aws, tls_context

API_URL = "https://abc123.execute-api.us-east-1.amazonaws.com/local/api/v1/"
TOKEN_URL = "https://shop.auth.us-east-1.amazoncognito.com/oauth2/token"
LOCAL = "http://127.0.0.1:4566"


@pytest.mark.parametrize(
    ("aws", "api_url", "token_url"),
    [
        (Aws(), API_URL.rstrip("/"), TOKEN_URL),
        (Aws(LOCAL), f"{LOCAL}/_aws/execute-api/abc123/local/api/v1", f"{LOCAL}/oauth2/token"),
    ],
)
def test_addresses_are_rewritten_for_a_local_aws_only(aws: Aws, api_url: str, token_url: str) -> None:
    assert (aws.gateway_url(API_URL), aws.token_url(TOKEN_URL)) == (api_url, token_url)


def test_a_client_of_a_local_aws_uses_none_of_the_shells_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a shell that is logged in to AWS
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-the-shell")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-shell")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    # When a client of a local AWS is made
    client = Aws(LOCAL).client("s3")
    # Then it asks the local AWS, as its root user
    assert (client.meta.endpoint_url, client.meta.region_name) == (LOCAL, LOCAL_REGION)
    assert client._request_signer._credentials.access_key == "test"


def test_without_a_certificate_of_its_own_the_usual_authorities_are_trusted(tmp_path: Path) -> None:
    assert tls_context(None) is True
    with pytest.raises(FileNotFoundError):
        tls_context(tmp_path / "missing.crt")
