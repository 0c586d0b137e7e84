"""Buckets. The local AWS drops lifecycle, encryption and tags silently, so the template is asked."""

from __future__ import annotations

from tests.infrastructure.synthesis import Synthesis, lifecycle_rules


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
        } in lifecycle_rules(each, bucket)
