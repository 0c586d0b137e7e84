"""Options that several commands share, named once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lambda_fn.names import ENV_REGISTRY_BUCKET

if TYPE_CHECKING:
    from lambda_fn.registry import Registry

Data = Annotated[Path, typer.Option("--data", help="CSV with the columns of the recipe; .gz is read too.")]
Country = Annotated[str, typer.Option(help="Keep the rows of one country, or 'all'.")]
Seed = Annotated[int, typer.Option(help="Seed of everything random.")]
Bucket = Annotated[
    str | None, typer.Option("--bucket", envvar=ENV_REGISTRY_BUCKET, help="Registry bucket to publish to.")
]
RegistryBucket = Annotated[str, typer.Option("--bucket", envvar=ENV_REGISTRY_BUCKET, help="Registry bucket.")]
Endpoint = Annotated[str | None, typer.Option(help="AWS endpoint; AWS_ENDPOINT_URL when absent.", show_default=False)]
Region = Annotated[str | None, typer.Option(help="AWS region; the environment's when absent.", show_default=False)]


def open_registry(bucket: str, endpoint: str | None, region: str | None) -> Registry:
    """Return the registry in a bucket."""
    import boto3

    from lambda_fn.registry import Registry

    return Registry(bucket, boto3.client("s3", endpoint_url=endpoint, region_name=region))
