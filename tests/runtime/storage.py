"""The buckets of these tests, and what lies in them at first."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import boto3

from cdk.ops.aws import LOCAL_REGION
from lambda_fn.registry import Artefact, Registry
from tests import factories


class Buckets(NamedTuple):
    registry: str = "registry"
    data: str = "data"
    empty: str = "empty"  # a registry that nothing was published to


BUCKETS: Final = Buckets()


def open_s3(endpoint: str) -> Any:
    """Return a client of a local AWS."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=LOCAL_REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # pragma: allowlist secret
    )


def publish(s3: Any) -> None:
    """Make the buckets, and a champion in the registry."""
    for bucket in BUCKETS:
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=BUCKETS.data, VersioningConfiguration={"Status": "Enabled"})
    registry = Registry(BUCKETS.registry, s3)
    registry.publish(Artefact(*factories.artefact()))
    registry.promote(factories.VERSION)
