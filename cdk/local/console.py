"""What the console needs to know of the local AWS that is up."""

from __future__ import annotations

from contextlib import closing

from cdk.local import ministack
from cdk.local.up import UpRecord
from cdk.ops.client import ShopClient
from lambda_fn import contract


def console_environment(record: UpRecord) -> dict[str, str]:
    """Return the environment variables with which ``python -m console`` opens on the stack that is up."""
    outputs = record.stack_outputs
    with closing(ShopClient(outputs, record.endpoint)) as client:
        return {
            "APP_API_URL": client.api_url,
            "APP_API_KEY": client.api_key,
            contract.ENV_ENVIRONMENT: "local",
            contract.ENV_REGISTRY_BUCKET: outputs.registry_bucket,
            contract.ENV_DATA_BUCKET: outputs.data_bucket,
            "AWS_ENDPOINT_URL": record.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",  # pragma: allowlist secret  # nosec B105
            "AWS_REGION": ministack.REGION,
            "AWS_DEFAULT_REGION": ministack.REGION,
        }
