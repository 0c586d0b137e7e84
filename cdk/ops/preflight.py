"""What `make deploy` asks AWS first: whether there is room, and whether a failed first deployment is in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from cdk.environments import Environment

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient

LEFT_FOR_OTHERS: Final = 100  # concurrency that Lambda lets nobody reserve
NEVER_CREATED: Final = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED")  # the CLI deletes such a stack and makes it again
STACKS: Final = ("Storage", "Service")


class DeploymentRefused(Exception):
    """A deployment that would fail half-way; the message says what to do."""


def check_quota(environment: Environment, functions: LambdaClient, function_name: str | None) -> None:
    """Raise DeploymentRefused where the account has not the concurrency that the environment reserves.

    ``function_name``: the API's function where it is deployed already, whose reservation counts as free.
    """
    wanted = environment.api_reserved_concurrency
    if wanted is None:
        return
    limit = functions.get_account_settings()["AccountLimit"]
    free = limit["UnreservedConcurrentExecutions"] + _reserved(functions, function_name) - LEFT_FOR_OTHERS
    if wanted > free:
        raise DeploymentRefused(
            f"environment {environment.name!r} reserves a concurrency of {wanted} for the API, and this account has "
            f"{max(free, 0)} to reserve: its quota is {limit['ConcurrentExecutions']:.0f}, of which {LEFT_FOR_OTHERS} "
            f"must stay unreserved. Ask for a quota of at least {wanted + LEFT_FOR_OTHERS} (Service Quotas, AWS "
            "Lambda, Concurrent executions; a new account has 10), or set api_reserved_concurrency to None or less in "
            "cdk/environments.py"
        )


def release_failed_stacks(
    environment: Environment, cloudformation: CloudFormationClient, say: Callable[[str], None]
) -> None:
    """Take the termination protection off stacks whose first deployment failed, so that the CLI can make them again.

    The CLI switches it on before it creates anything. Nothing has ever worked in such a stack, and it holds nothing:
    what it made was deleted again (cdk/constructs/retention.py).
    """
    if not environment.termination_protection:
        return
    for part in STACKS:
        name = environment.stack_prefix + part
        try:
            [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                continue
            raise
        if stack["StackStatus"] in NEVER_CREATED and stack.get("EnableTerminationProtection"):
            cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=False)
            say(f"{name} was never created ({stack['StackStatus']}): it may be deleted and made again")


def _reserved(functions: LambdaClient, function_name: str | None) -> int:
    if function_name is None:
        return 0
    return functions.get_function_concurrency(FunctionName=function_name).get("ReservedConcurrentExecutions", 0)
