"""What the console needs to know of a local AWS."""

from __future__ import annotations

from cdk.ops.aws import LOCAL_REGION
from cdk.ops.client import ShopClient
from lambda_fn import contract


def console_environment(client: ShopClient, endpoint: str) -> dict[str, str]:
    """Return the environment variables with which ``python -m console`` opens on the local AWS at ``endpoint``."""
    return {
        "APP_API_URL": client.api_url,
        "APP_API_KEY": client.api_key,
        contract.ENV_ENVIRONMENT: "local",
        contract.ENV_REGISTRY_BUCKET: client.outputs.registry_bucket,
        contract.ENV_DATA_BUCKET: client.outputs.data_bucket,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",  # pragma: allowlist secret  # nosec B105
        "AWS_REGION": LOCAL_REGION,
        "AWS_DEFAULT_REGION": LOCAL_REGION,
    }
