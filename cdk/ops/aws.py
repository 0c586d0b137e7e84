"""Which AWS a client talks to: AWS itself, or a local AWS that answers at an endpoint of its own."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from cdk.ops.shell_settings import without_aws_settings

LOCAL_ACCOUNT: Final = "000000000000"
LOCAL_REGION: Final = "us-east-1"
LOCAL_KEY: Final = "test"  # the root user of the local AWS, which does not check the secret
_DIRECT: Final = Config(proxies={})  # no proxy; the default is the shell's


@dataclass(frozen=True)
class Aws:
    """An AWS and how to reach it.

    endpoint: URL of a local AWS; None: AWS itself, with the shell's credentials.
    certificate: what clients must trust where the endpoint is https; None: the usual authorities.
    """

    endpoint: str | None = None
    certificate: Path | None = None

    def client(self, service: str) -> Any:
        """Return a client of one service; the caller names its type."""
        if self.endpoint is None:
            return boto3.Session().client(service)  # type: ignore[call-overload]
        verify = None if self.certificate is None else str(self.certificate)
        options = {"endpoint_url": self.endpoint, "verify": verify, "config": _DIRECT}
        with without_aws_settings():
            session = boto3.Session(LOCAL_KEY, LOCAL_KEY, region_name=LOCAL_REGION)
            return session.client(service, **options)  # type: ignore[call-overload]

    def gateway_url(self, api_url: str) -> str:
        """Return where this AWS answers the API Gateway address ``api_url``, without a slash at the end."""
        if self.endpoint is None:
            return api_url.rstrip("/")
        address = urlsplit(api_url)
        api_id = (address.hostname or "").split(".")[0]
        return f"{self.endpoint}/_aws/execute-api/{api_id}{address.path}".rstrip("/")

    def token_url(self, token_url: str) -> str:
        """Return where this AWS answers the address that access tokens are fetched from."""
        return token_url if self.endpoint is None else f"{self.endpoint}/oauth2/token"


def tls_context(certificate: Path | None) -> ssl.SSLContext | bool:
    """Return what httpx verifies servers with: the usual authorities, or only the certificate where there is one."""
    return True if certificate is None else ssl.create_default_context(cafile=certificate)
