"""What a deployment is followed by in AWS, here against the local one."""

from cdk.ops.client import ShopClient
from cdk.ops.smoke import check


def test_the_smoke_test_passes_on_a_healthy_deployment(client: ShopClient) -> None:
    # When the deployed environment is asked what every deployment is followed by
    said: list[str] = []
    check(client, said.append)
    # Then each check says what it saw
    assert [line.partition(":")[0] for line in said] == ["health", "prediction", "without the API key", "dropped file"]
