"""What is asked of AWS before a deployment; botocore's stubber holds questions and answers to AWS's own shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from cdk.environments import ENVIRONMENTS
from cdk.ops.preflight import DeploymentRefused, check_quota, release_failed_stacks

PROD = replace(ENVIRONMENTS["prod"], api_reserved_concurrency=200)
STORAGE, SERVICE = "CartAbandonment-prod-Storage", "CartAbandonment-prod-Service"


def client(service: str) -> tuple[Any, Stubber]:
    made: Any = boto3.client(
        service,  # type: ignore[call-overload]
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # pragma: allowlist secret
    )
    return made, Stubber(made)


def account(quota: int, unreserved: int) -> dict[str, Any]:
    return {"AccountLimit": {"ConcurrentExecutions": quota, "UnreservedConcurrentExecutions": unreserved}}


def test_a_new_account_is_refused_with_its_number_and_what_to_do() -> None:
    functions, stub = client("lambda")
    stub.add_response("get_account_settings", account(10, 10))
    with stub, pytest.raises(DeploymentRefused) as refused:
        check_quota(PROD, functions, None)
    assert "its quota is 10" in str(refused.value)
    assert "Ask for a quota of at least 300" in str(refused.value)
    assert "set api_reserved_concurrency to None or less" in str(refused.value)


@pytest.mark.parametrize(("unreserved", "enough"), [(299, False), (300, True), (1000, True)])
def test_a_hundred_must_be_left_for_other_functions(unreserved: int, enough: bool) -> None:
    functions, stub = client("lambda")
    stub.add_response("get_account_settings", account(1000, unreserved))
    with stub:
        if enough:
            check_quota(PROD, functions, None)
        else:
            with pytest.raises(DeploymentRefused, match="has 199 to reserve"):
                check_quota(PROD, functions, None)


def test_what_the_function_has_reserved_already_is_not_asked_for_twice() -> None:
    functions, stub = client("lambda")
    stub.add_response("get_account_settings", account(300, 100))
    stub.add_response("get_function_concurrency", {"ReservedConcurrentExecutions": 200}, {"FunctionName": "api"})
    with stub:
        check_quota(PROD, functions, "api")
    stub.assert_no_pending_responses()


def test_an_environment_that_reserves_nothing_asks_nothing() -> None:
    functions, stub = client("lambda")
    with stub:
        check_quota(ENVIRONMENTS["dev"], functions, None)


def stack(name: str, status: str, *, protected: bool = True) -> dict[str, Any]:
    described = {
        "StackName": name,
        "StackStatus": status,
        "CreationTime": "2026-11-26T00:00:00Z",
        "EnableTerminationProtection": protected,
    }
    return {"Stacks": [described]}


def test_a_stack_that_was_never_created_may_be_made_again_and_a_living_one_stays_protected() -> None:
    # Given the failed first deployment of a protected environment, and a stack that works
    stacks, stub = client("cloudformation")
    stub.add_response("describe_stacks", stack(STORAGE, "CREATE_COMPLETE"), {"StackName": STORAGE})
    stub.add_response("describe_stacks", stack(SERVICE, "ROLLBACK_COMPLETE"), {"StackName": SERVICE})
    unprotect = {"StackName": SERVICE, "EnableTerminationProtection": False}
    stub.add_response("update_termination_protection", {"StackId": "id"}, unprotect)
    said: list[str] = []
    # When it is deployed again, Then only the failed one loses its protection
    with stub:
        release_failed_stacks(PROD, stacks, said.append)
    stub.assert_no_pending_responses()
    assert said == [f"{SERVICE} was never created (ROLLBACK_COMPLETE): it may be deleted and made again"]


def test_stacks_that_are_not_there_are_no_error() -> None:
    stacks, stub = client("cloudformation")
    for name in (STORAGE, SERVICE):
        stub.add_client_error("describe_stacks", "ValidationError", f"Stack with id {name} does not exist")
    with stub:
        release_failed_stacks(PROD, stacks, lambda _line: None)
    stub.assert_no_pending_responses()
