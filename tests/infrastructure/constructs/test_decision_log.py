"""The log of decisions: written below decisions/ only, kept for the environment's days, and put to by the API alone."""

from __future__ import annotations

from cdk.constructs.data_store import LOOP_PREFIXES
from tests.infrastructure.synthesis import Synthesis, flat, lifecycle_rules

STREAM = "AWS::KinesisFirehose::DeliveryStream"


def test_the_stream_packs_and_writes_below_decisions(each: Synthesis) -> None:
    stream = each.only(STREAM)
    destination = stream["ExtendedS3DestinationConfiguration"]
    assert stream["DeliveryStreamType"] == "DirectPut"
    assert stream["DeliveryStreamEncryptionConfigurationInput"] == {"KeyType": "AWS_OWNED_CMK"}
    assert destination["Prefix"] == "decisions/"
    assert destination["ErrorOutputPrefix"] == "failed/decisions/"
    assert destination["CompressionFormat"] == "GZIP"
    assert destination["BufferingHints"] == {"IntervalInSeconds": 300, "SizeInMBs": 64}


def test_the_api_may_put_to_its_stream_and_write_outcomes_and_nothing_else_new(each: Synthesis) -> None:
    statements = each.named("AWS::IAM::Policy", "ApiFunctionRole")["PolicyDocument"]["Statement"]
    allowed = {statement["Action"]: flat(statement["Resource"]) for statement in statements
               if isinstance(statement["Action"], str)}  # fmt: skip
    (stream,) = each.of_type(STREAM)
    assert allowed["firehose:PutRecord"] == f"<{stream}>"
    assert allowed["s3:PutObject"].endswith("/outcomes/*")


def test_the_stream_may_write_decisions_and_nothing_else(each: Synthesis) -> None:
    (statement,) = each.named("AWS::IAM::Policy", "DecisionLogRole")["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["s3:AbortMultipartUpload", "s3:PutObject"]
    assert [flat(resource).rpartition(">")[2] for resource in statement["Resource"]] == [
        "/decisions/*",
        "/failed/decisions/*",
    ]


def test_decisions_and_outcomes_expire(each: Synthesis) -> None:
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in lifecycle_rules(each, "Data") if "Prefix" in rule}
    assert {prefix: days[prefix] for prefix in LOOP_PREFIXES} == dict.fromkeys(LOOP_PREFIXES, 400)
