"""What several end-to-end tests need of the local AWS: clients of its services, and patience."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import boto3

from cdk.local.ministack import MiniStack
from cdk.ops.aws import LOCAL_KEY, LOCAL_REGION
from cdk.ops.client import ShopClient

POLL_SECONDS = 0.25
SEEN_WITHIN_SECONDS = 60.0  # a promotion, by the API

Seen = TypeVar("Seen")


def aws_client(local_aws: MiniStack, service: str, session: boto3.Session | None = None) -> Any:
    """Return a client of one service, as root or with the credentials of ``session``."""
    session = session or boto3.Session(LOCAL_KEY, LOCAL_KEY, region_name=LOCAL_REGION)
    certificate = local_aws.certificate
    return session.client(
        service,  # type: ignore[call-overload]  # any service: the caller names the type
        endpoint_url=local_aws.endpoint,
        verify=None if certificate is None else str(certificate),
    )


def eventually(look: Callable[[], Seen | None], within_seconds: float) -> Seen:
    """Look until there is something to see; return it. Raises AssertionError when the time is over."""
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        if seen := look():
            return seen
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"nothing to see after {within_seconds:.0f} s")


def serving(client: ShopClient, version: str) -> bool:
    """Tell whether the API serves ``version`` before its time is over."""
    deadline = time.monotonic() + SEEN_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if client.get("/model/info", key=client.api_key).json()["champion"]["model_version"] == version:
            return True
        time.sleep(0.5)
    return False
