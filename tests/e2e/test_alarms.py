"""Whoever subscribes to the topic hears an alarm. That each alarm is wired alike is asserted from the templates."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from cdk.local.stack import DeployedStack
from lambda_fn.contract import service_name
from tests.e2e.support import aws_client, eventually

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

ALARM = f"{service_name('local')}-api-errors"
HEARD_WITHIN_SECONDS = 10.0


@pytest.fixture
def queue_url(stack: DeployedStack) -> Iterator[str]:
    """A queue that is subscribed to the topic of the alarms."""
    sqs: SQSClient = aws_client(stack.local_aws, "sqs")
    sns: SNSClient = aws_client(stack.local_aws, "sns")
    url = sqs.create_queue(QueueName=f"operator-{uuid.uuid4()}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(
        TopicArn=stack.outputs.alarm_topic_arn, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
    )
    yield url
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    sqs.delete_queue(QueueUrl=url)


def test_an_alarm_reaches_the_subscribers_of_the_topic_and_says_what_to_do(
    stack: DeployedStack, queue_url: str
) -> None:
    cloudwatch: CloudWatchClient = aws_client(stack.local_aws, "cloudwatch")
    sqs: SQSClient = aws_client(stack.local_aws, "sqs")

    # Given an alarm at rest, when it rings
    cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue="OK", StateReason="at rest")
    cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue="ALARM", StateReason="rehearsal")

    # Then the subscriber is told which one, why, and where to read what to do
    message = eventually(
        lambda: sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=1).get("Messages"), HEARD_WITHIN_SECONDS
    )
    notification = json.loads(message[0]["Body"])
    told = json.loads(notification["Message"])
    assert notification["TopicArn"] == stack.outputs.alarm_topic_arn
    assert (told["AlarmName"], told["NewStateValue"], told["NewStateReason"]) == (ALARM, "ALARM", "rehearsal")
    assert told["AlarmDescription"].endswith("What to do: docs/runbook.md#api-errors")
