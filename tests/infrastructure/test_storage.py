"""Buckets. The local AWS drops lifecycle, encryption and tags silently, so the template is asked."""

from __future__ import annotations

from typing import Any

from cdk.constructs.data_store import SHOPPER_DATA_PREFIXES
from lambda_fn import contract
from tests.infrastructure.synthesis import Synthesis

VERSIONS = "NoncurrentVersionExpiration"


def test_every_bucket_is_private_encrypted_and_versioned(each: Synthesis) -> None:
    for bucket in each.properties("AWS::S3::Bucket").values():
        assert bucket["PublicAccessBlockConfiguration"] == dict.fromkeys(
            ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
        )
        assert bucket["BucketEncryption"] == {
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        }
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}


def test_every_bucket_refuses_requests_without_tls(each: Synthesis) -> None:
    policies = {
        policy["Bucket"]["Ref"]: policy["PolicyDocument"]["Statement"]
        for policy in each.properties("AWS::S3::BucketPolicy").values()
    }

    assert set(policies) == set(each.of_type("AWS::S3::Bucket"))
    for statements in policies.values():
        refusals = [part for part in statements if part["Effect"] == "Deny" and part["Action"] == "s3:*"]
        assert {"Bool": {"aws:SecureTransport": "false"}} in [part["Condition"] for part in refusals]
        assert all(part["Principal"] == {"AWS": "*"} for part in refusals)


def test_prod_keeps_its_buckets_and_the_others_delete_theirs(each: Synthesis) -> None:
    expected = "Retain" if each.environment.name == "prod" else "Delete"

    assert {bucket["DeletionPolicy"] for bucket in each.of_type("AWS::S3::Bucket").values()} == {expected}
    assert each.protected == (each.environment.name == "prod")


def test_shoppers_files_and_work_in_progress_expire(each: Synthesis) -> None:
    expiring = {rule["Prefix"]: rule["ExpirationInDays"] for rule in _rules(each, "Data") if "Prefix" in rule}

    assert expiring == {contract.WORK_PREFIX: 7, **dict.fromkeys(SHOPPER_DATA_PREFIXES, each.environment.output_days)}


def test_nothing_of_a_shopper_is_left_a_week_after_its_file_expired(each: Synthesis) -> None:
    # Given a versioned bucket, where what expires or is deleted stays as an earlier version
    rules = _rules(each, "Data")

    def days_left(prefix: str) -> int:
        """Return how long an earlier version stays: of several rules S3 follows the soonest."""
        applying = [rule for rule in rules if prefix.startswith(rule.get("Prefix", ""))]
        return min(int(rule[VERSIONS]["NoncurrentDays"]) for rule in applying if VERSIONS in rule)

    # Then it stays for a few days, and what a job has worked with for one
    assert {prefix: days_left(prefix) for prefix in SHOPPER_DATA_PREFIXES} == dict.fromkeys(SHOPPER_DATA_PREFIXES, 7)
    assert days_left(contract.WORK_PREFIX) == 1
    # And the sum is the one that the environments state
    assert each.environment.output_days + 7 == {"prod": 97}.get(each.environment.name, 37)


def test_models_never_expire(each: Synthesis) -> None:
    assert [rule for rule in _rules(each, "Registry") if "ExpirationInDays" in rule] == []


def test_broken_uploads_and_superseded_versions_are_cleaned_up(each: Synthesis) -> None:
    environment = each.environment
    kept = {"Registry": environment.superseded_version_days, "Data": environment.deleted_output_days}
    for bucket, days in kept.items():
        assert {
            "Id": "CleanUp",
            "Status": "Enabled",
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
            "NoncurrentVersionExpiration": {"NoncurrentDays": days},
            "ExpiredObjectDeleteMarker": True,
        } in _rules(each, bucket)


def test_dropped_files_are_announced_without_a_function_that_may_change_every_bucket(each: Synthesis) -> None:
    assert each.named("AWS::S3::Bucket", "Data")["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }
    assert [name for name in each.storage["Resources"] if "Custom" in name] == []


def test_prod_logs_who_reads_its_buckets(prod: Synthesis) -> None:
    (log,) = (name for name in prod.of_type("AWS::S3::Bucket") if "AccessLog" in name)

    assert {
        name: bucket.get("LoggingConfiguration") for name, bucket in prod.properties("AWS::S3::Bucket").items()
    } == {
        log: None,
        **{
            name: {"DestinationBucketName": {"Ref": log}, "LogFilePrefix": prefix}
            for name in prod.of_type("AWS::S3::Bucket")
            for part, prefix in (("Registry", "registry/"), ("Data", "data/"))
            if part in name and name != log
        },
    }


def _rules(synthesis: Synthesis, bucket: str) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = synthesis.named("AWS::S3::Bucket", bucket)["LifecycleConfiguration"]["Rules"]
    return rules
