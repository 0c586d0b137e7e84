"""Who runs a command, as AWS knows the caller: what the routing records beside each change."""

from __future__ import annotations

from typing import Final

from lambda_fn.routing import UNKNOWN
from training.cli.console import say

# Seconds, and tries: a change of the routing does not wait long for its author's name.
CONNECT_SECONDS: Final = 3
READ_SECONDS: Final = 5
TRIES: Final = 2


def caller(endpoint: str | None, region: str | None) -> str:
    """Return the caller's ARN, for a role that of its session; UNKNOWN, said with the reason, where STS does not tell.

    AWS checks the credentials that it answers for. A name of this machine, such as its user, is never taken instead.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    hurried = Config(
        connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries={"total_max_attempts": TRIES}
    )  # fmt: skip
    try:
        sts = boto3.client("sts", endpoint_url=endpoint, region_name=region, config=hurried)
        return str(sts.get_caller_identity()["Arn"])
    # ValueError: an endpoint that is no address. ResponseParserError: an answer that is not of AWS, such as a proxy's.
    except (BotoCoreError, ClientError, ResponseParserError, ValueError) as error:
        say(f"recorded as done by {UNKNOWN}: AWS STS does not say who is asking: {error}")
        return UNKNOWN
