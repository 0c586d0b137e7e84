"""The whole path on a second local AWS, one that checks policies and serves TLS; and what each role cannot do there.

That AWS also asks for TLS wherever a bucket policy does. It does not check the roles of Step Functions and EventBridge:
those are asserted from the templates.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from cdk.local import shoppers
from cdk.local.ministack import ENFORCING, running
from cdk.local.model import COUNTRY, TrainingCli
from cdk.local.paths import run_folder
from cdk.local.spoil import spoil
from cdk.local.stack import DeployedStack, deploy_stacks
from cdk.local.steps import Steps
from cdk.ops.aws import LOCAL_ACCOUNT, LOCAL_REGION
from cdk.ops.client import ShopClient
from lambda_fn import contract
from tests.e2e.support import aws_client

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest
    from mypy_boto3_s3 import S3Client

ROWS, SPOILED_ROWS = 200, 8
BUDGET = 20.0  # less than the offers to so many shoppers cost
ANOTHER = "another-teams-bucket"
PROBE = "probe.txt"  # not a name that starts the workflow
MODELS, ROUTING = contract.MODELS_PREFIX, contract.ROUTING_KEY
INCOMING, WORK, FAILED = contract.INCOMING_PREFIX, contract.WORK_PREFIX, contract.FAILED_PREFIX
OUTPUTS = (contract.SCORED_PREFIX, contract.REJECTED_PREFIX, contract.REPORTS_PREFIX)
REGISTRY, DATA = "registry", "data"
DENIALS = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}

# All that each role can do with any object or bucket: whatever is not here is denied.
RIGHTS: Mapping[str, set[tuple[str, str]]] = {
    contract.HANDLER_API: {("list", REGISTRY), ("read", MODELS), ("read", ROUTING)},
    contract.HANDLER_PLAN: {
        *{("list", REGISTRY), ("read", MODELS), ("read", ROUTING)},
        *{("list", DATA), ("read", INCOMING), ("read", WORK), ("write", WORK)},
    },
    contract.HANDLER_MEASURE_CHUNK: {
        *{("list", REGISTRY), ("read", MODELS)},
        *{("list", DATA), ("read", INCOMING), ("read", WORK), ("write", WORK)},
    },
    contract.HANDLER_SETTLE: {("list", DATA), ("read", WORK), ("write", WORK)},
    contract.HANDLER_SCORE_CHUNK: {
        *{("list", REGISTRY), ("read", MODELS), ("read", ROUTING)},
        *{("list", DATA), ("read", INCOMING), ("read", WORK), ("write", WORK)},
    },
    contract.HANDLER_FINALIZE: {
        *{("list", REGISTRY), ("read", MODELS)},
        *{("list", DATA), ("read", INCOMING), ("read", WORK), ("write", WORK), ("delete", WORK)},
        *{("read", FAILED), ("delete", FAILED)},
        *{(action, prefix) for prefix in OUTPUTS for action in ("read", "write")},
    },
    contract.HANDLER_FAIL: {
        *{("list", DATA), ("read", INCOMING), ("read", WORK), ("delete", WORK), ("write", FAILED)},
        ("read", contract.REPORTS_PREFIX),
    },
}

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="the local AWS makes its certificate with openssl"
)


@dataclass(frozen=True)
class Place:
    """Somewhere in a bucket, and an object that is there."""

    name: str
    bucket: str
    key: str


@pytest.fixture(scope="module")
def enforcing() -> Iterator[DeployedStack]:
    """A deployed stack whose every call is checked against the caller's policies, with a small model."""
    with run_folder("enforcing") as folder, running(folder, ENFORCING) as local_aws:
        outputs = deploy_stacks(local_aws, folder, Steps(Console()))
        training = TrainingCli(local_aws.environment, folder)
        data = training.sample(folder / "shoppers.csv", rows=10_000, country=COUNTRY)
        model = training.run(data, outputs.registry_bucket, "--model", "logistic", "--no-track")
        training.promote(
            model.version,
            outputs.registry_bucket,
            in_spite_of_gates_because="it imputes, and is trained in seconds",
        )
        yield DeployedStack(local_aws, outputs, model, data)


@pytest.fixture(scope="module")
def shop(enforcing: DeployedStack) -> Iterator[ShopClient]:
    client = enforcing.client()
    yield client
    client.close()


@pytest.fixture(scope="module")
def places(enforcing: DeployedStack) -> list[Place]:
    """Every prefix that there is, and a bucket of somebody else, each with an object in it."""
    root: S3Client = aws_client(enforcing.local_aws, "s3")
    registry, data = enforcing.outputs.registry_bucket, enforcing.outputs.data_bucket
    root.create_bucket(Bucket=ANOTHER)
    made = [
        Place(MODELS, registry, MODELS + PROBE),
        *(Place(prefix, data, prefix + PROBE) for prefix in (INCOMING, WORK, FAILED, *OUTPUTS)),
        Place(ANOTHER, ANOTHER, PROBE),
    ]
    for place in made:
        root.put_object(Bucket=place.bucket, Key=place.key, Body=b"probe")
    return [Place(ROUTING, registry, ROUTING), *made]


def test_the_whole_path_works_with_the_roles_as_they_are(enforcing: DeployedStack, shop: ShopClient) -> None:
    # Given a promoted model, when a shopper is asked about through the gateway
    request = shoppers.first_request(shop, enforcing.shoppers)
    prediction = shop.predict(request, key=shop.api_key)

    # Then that model answers
    assert prediction.status_code == 200
    assert prediction.json()["model_version"] == enforcing.model.version

    # When files are dropped: one partly spoiled, one with a budget for its offers, one that cannot be scored
    rows = shoppers.first_rows(enforcing.shoppers, ROWS, COUNTRY)
    shop.drop("shoppers.csv", spoil(shoppers.as_csv(rows), SPOILED_ROWS, seed=3))
    shop.drop("limited.csv", shoppers.as_csv(rows), budget=BUDGET)
    shop.drop("unusable.csv", b"colour,size\nred,3\n")

    # Then each is scored but for its spoiled rows, the budget is kept, and of the last it is said why not
    job = shop.collect("shoppers.csv", timeout_seconds=60)
    assert (len(job.scored), len(job.rejected)) == (ROWS - SPOILED_ROWS, SPOILED_ROWS)
    limited = shop.collect("limited.csv", timeout_seconds=60)
    assert (len(limited.scored), len(limited.rejected)) == (ROWS, 0)
    assert limited.report["budget"]["limit"] == BUDGET
    assert 0 < limited.report["budget"]["expected_spend"] <= BUDGET
    assert "lacks user_id" in shop.failure("unusable.csv", timeout_seconds=60)["message"]


def test_the_table_of_rights_names_every_function(enforcing: DeployedStack) -> None:
    functions = aws_client(enforcing.local_aws, "lambda").list_functions()["Functions"]

    assert sorted(function["Handler"] for function in functions) == sorted(RIGHTS)
    assert len({function["Role"] for function in functions}) == len(RIGHTS)


@pytest.mark.parametrize("handler", RIGHTS)
def test_a_role_reaches_the_objects_that_its_function_needs_and_no_others(
    enforcing: DeployedStack, places: list[Place], handler: str
) -> None:
    # Given a function's role
    s3: S3Client = aws_client(enforcing.local_aws, "s3", in_role_of(enforcing, handler))
    buckets = {REGISTRY: enforcing.outputs.registry_bucket, DATA: enforcing.outputs.data_bucket, ANOTHER: ANOTHER}

    # When it tries everything everywhere; conditions that cannot hold keep what it may change as it was
    rights = {("list", name) for name, bucket in buckets.items() if allowed(s3.list_objects_v2, Bucket=bucket)}
    for place in places:
        at = {"Bucket": place.bucket, "Key": place.key}
        attempts = {
            "read": allowed(s3.get_object, **at),
            "write": allowed(s3.put_object, **at, Body=b"", IfNoneMatch="*"),
            "delete": allowed(s3.delete_object, **at, IfMatch='"another"'),
        }
        rights |= {(action, place.name) for action, done in attempts.items() if done}

    # Then it gets as far as it needs to
    assert rights == RIGHTS[handler]


@pytest.mark.parametrize("handler", RIGHTS)
def test_a_role_reaches_no_other_service_and_no_other_functions_log(enforcing: DeployedStack, handler: str) -> None:
    session = in_role_of(enforcing, handler)
    outputs = enforcing.outputs
    other = next(name for name in RIGHTS if name != handler)
    log_group = function_of(enforcing, other)["LoggingConfig"]["LogGroup"]

    def client(service: str) -> Any:
        return aws_client(enforcing.local_aws, service, session)

    reached = {
        "invoke": allowed(client("lambda").invoke, FunctionName=outputs.api_function_name, Payload=b"{}"),
        "start": allowed(client("stepfunctions").start_execution, stateMachineArn=outputs.state_machine_arn),
        "ring": allowed(client("sns").publish, TopicArn=outputs.alarm_topic_arn, Message="test"),
        "read keys": allowed(client("apigateway").get_api_key, apiKey=outputs.api_key_id, includeValue=True),
        "see roles": allowed(client("iam").list_roles),
        "read a log": allowed(client("logs").filter_log_events, logGroupName=log_group),
        "write a log": allowed(client("logs").create_log_stream, logGroupName=log_group, logStreamName="forged"),
    }

    assert reached == dict.fromkeys(reached, False)


def test_buckets_can_be_used_over_tls_only(enforcing: DeployedStack) -> None:
    # Given a role that may list both buckets, and does
    s3: S3Client = aws_client(enforcing.local_aws, "s3", in_role_of(enforcing, contract.HANDLER_PLAN))
    buckets = (enforcing.outputs.registry_bucket, enforcing.outputs.data_bucket)
    assert [allowed(s3.list_objects_v2, Bucket=bucket) for bucket in buckets] == [True, True]

    # When its requests look as if they had come without TLS, which the port of this AWS does not speak
    def say_it_was_plain_http(request: AWSRequest, **_: Any) -> None:
        request.headers["X-Forwarded-Proto"] = "http"

    s3.meta.events.register("before-send.s3", say_it_was_plain_http)

    # Then they are denied
    assert [allowed(s3.list_objects_v2, Bucket=bucket) for bucket in buckets] == [False, False]


def allowed(call: Callable[..., Any], **parameters: Any) -> bool:
    """Tell whether a call is allowed, whatever else becomes of it."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"] not in DENIALS
    return True


def function_of(stack: DeployedStack, handler: str) -> Mapping[str, Any]:
    """Return the configuration of the function with that handler."""
    functions = aws_client(stack.local_aws, "lambda").list_functions()["Functions"]
    (found,) = [function for function in functions if function["Handler"] == handler]
    return dict(found)


def in_role_of(stack: DeployedStack, handler: str) -> boto3.Session:
    """Assume a function's role. Root is let in first, which changes nothing in what the role may do."""
    role_arn = function_of(stack, handler)["Role"]
    role_name = role_arn.rpartition("/")[2]
    iam = aws_client(stack.local_aws, "iam")
    trust = iam.get_role(RoleName=role_name)["Role"]["AssumeRolePolicyDocument"]
    root = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{LOCAL_ACCOUNT}:root"}}
    let_in = {**trust, "Statement": [*trust["Statement"], root]}
    iam.update_assume_role_policy(RoleName=role_name, PolicyDocument=json.dumps(let_in))
    assumed = aws_client(stack.local_aws, "sts").assume_role(RoleArn=role_arn, RoleSessionName="test")
    key = assumed["Credentials"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], region_name=LOCAL_REGION)
