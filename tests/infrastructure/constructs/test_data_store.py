"""The data bucket: what is kept of shoppers, and how long."""

from __future__ import annotations

from cdk.constructs.data_store import LOOP_PREFIXES, SHOPPER_DATA_PREFIXES
from lambda_fn import contract
from tests.infrastructure.synthesis import Synthesis, lifecycle_rules

VERSIONS = "NoncurrentVersionExpiration"


def test_shoppers_files_and_work_in_progress_expire(each: Synthesis) -> None:
    expiring = {rule["Prefix"]: rule["ExpirationInDays"] for rule in lifecycle_rules(each, "Data") if "Prefix" in rule}

    assert expiring == {
        contract.WORK_PREFIX: 7,
        **dict.fromkeys(SHOPPER_DATA_PREFIXES, each.environment.output_days),
        **dict.fromkeys(LOOP_PREFIXES, each.environment.decision_days),
    }


def test_nothing_of_a_shopper_is_left_a_week_after_its_file_expired(each: Synthesis) -> None:
    # Given a versioned bucket, where what expires or is deleted stays as an earlier version
    rules = lifecycle_rules(each, "Data")

    def days_left(prefix: str) -> int:
        """Return how long an earlier version stays: of several rules S3 follows the soonest."""
        applying = [rule for rule in rules if prefix.startswith(rule.get("Prefix", ""))]
        return min(int(rule[VERSIONS]["NoncurrentDays"]) for rule in applying if VERSIONS in rule)

    # Then it stays for a few days, and what a job has worked with for one
    assert {prefix: days_left(prefix) for prefix in SHOPPER_DATA_PREFIXES} == dict.fromkeys(SHOPPER_DATA_PREFIXES, 7)
    assert days_left(contract.WORK_PREFIX) == 1
    # And the sum is the one that the environments state
    assert each.environment.output_days + 7 == {"prod": 97}.get(each.environment.name, 37)


def test_dropped_files_are_announced_without_a_function_that_may_change_every_bucket(each: Synthesis) -> None:
    assert each.named("AWS::S3::Bucket", "Data")["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }
    assert [name for name in each.storage["Resources"] if "Custom" in name] == []
