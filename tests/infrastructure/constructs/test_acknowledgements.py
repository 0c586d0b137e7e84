"""A finding is acknowledged on its construct, by the name that cdk-nag gives it."""

from __future__ import annotations

import json

from aws_cdk import App, CfnResource, Stack, Validations
from aws_cdk import aws_s3 as s3

from cdk.constructs.acknowledgements import acknowledge, logical_id, wildcard, wildcard_objects
from lambda_fn import contract


def test_an_acknowledgement_names_the_rules_and_the_reason_on_the_construct_alone() -> None:
    stack = Stack(App(), "S")
    queue = CfnResource(stack, "Queue", type="AWS::SQS::Queue")

    acknowledge(queue, "It is a dead-letter queue.", "SQS3", "SQS4")

    found = [entry.data for entry in queue.node.metadata if entry.type == Validations.ACKNOWLEDGED_RULES_METADATA_KEY]
    text = json.dumps(found)
    assert [part in text for part in ("AwsSolutions-SQS3", "AwsSolutions-SQS4", "dead-letter")] == [True] * 3
    kinds = [entry.type for entry in stack.node.metadata]
    assert Validations.ACKNOWLEDGED_RULES_METADATA_KEY not in kinds


def test_a_wildcard_below_a_prefix_is_named_by_the_export_of_the_other_stack() -> None:
    stack = Stack(App(), "Storage")
    bucket = s3.Bucket(stack, "Data")

    finding = wildcard_objects(bucket, contract.WORK_PREFIX)

    assert wildcard("*") == "IAM5[Resource::*]"
    assert finding.startswith("IAM5[Resource::Storage:ExportsOutputFnGetAttData")
    assert finding.endswith(f"/{contract.WORK_PREFIX}*]")


def test_the_logical_id_is_that_of_the_template() -> None:
    app = App()
    bucket = s3.Bucket(Stack(app, "Storage"), "Data")
    name = logical_id(bucket)

    assert list(app.synth().get_stack_by_name("Storage").template["Resources"]) == [name]
