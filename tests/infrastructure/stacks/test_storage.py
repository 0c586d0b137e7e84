"""The stateful stack."""

from __future__ import annotations

from tests.infrastructure.synthesis import Synthesis


def test_prod_keeps_its_buckets_and_the_others_delete_theirs(each: Synthesis) -> None:
    expected = "RetainExceptOnCreate" if each.environment.name == "prod" else "Delete"

    assert {bucket["DeletionPolicy"] for bucket in each.of_type("AWS::S3::Bucket").values()} == {expected}
    assert each.protected == (each.environment.name == "prod")


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
