"""The console is told where the local AWS is, and nothing of the shell's own AWS."""

from types import SimpleNamespace
from typing import Any

from cdk.local.console import console_environment


def test_the_console_opens_on_the_local_aws() -> None:
    outputs = SimpleNamespace(registry_bucket="models", data_bucket="files")
    client: Any = SimpleNamespace(api_url="http://127.0.0.1:1/api/v1", api_key="key", outputs=outputs)
    assert console_environment(client, "http://127.0.0.1:1") == {
        "APP_API_URL": "http://127.0.0.1:1/api/v1",
        "APP_API_KEY": "key",  # pragma: allowlist secret
        "APP_ENVIRONMENT": "local",
        "APP_REGISTRY_BUCKET": "models",
        "APP_DATA_BUCKET": "files",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",  # pragma: allowlist secret
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
