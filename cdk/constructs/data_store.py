"""The bucket that CSV files are dropped into and scored ones are collected from."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.constructs.buckets import make_bucket
from cdk.environments import Environment
from lambda_fn import contract

WORK_DAYS = 7
DELETED_WORK_DAYS = 1
SHOPPER_DATA_PREFIXES = (
    contract.INCOMING_PREFIX,
    contract.SCORED_PREFIX,
    contract.REJECTED_PREFIX,
    contract.REPORTS_PREFIX,
    contract.FAILED_PREFIX,
    contract.TRAINING_PREFIX,
    contract.REJECTED_OUTCOMES_PREFIX,  # written anew by each watch, without the rows of outcomes that have expired
)
LOOP_PREFIXES = (contract.DECISIONS_PREFIX, contract.OUTCOMES_PREFIX)


class DataStore(Construct):
    """The data bucket, versioned.

    Files about shoppers expire after the environment's ``output_days``.
    Decisions and outcomes expire after its ``decision_days``.
    What a job left in ``work/`` expires after a week.
    A file that expired, was deleted or overwritten stays for ``deleted_output_days`` as an earlier version.
    """

    def __init__(
        self, scope: Construct, construct_id: str, environment: Environment, access_log: s3.IBucket | None
    ) -> None:
        super().__init__(scope, construct_id)
        self.bucket = make_bucket(
            self,
            "Data",
            environment,
            access_log=access_log,
            announces_objects=True,
            superseded_days=environment.deleted_output_days,
            lifecycle_rules=[
                _expire(contract.WORK_PREFIX, WORK_DAYS, DELETED_WORK_DAYS),  # of two rules S3 follows the sooner
                *(_expire(prefix, environment.output_days) for prefix in SHOPPER_DATA_PREFIXES),
                *(_expire(prefix, environment.decision_days) for prefix in LOOP_PREFIXES),
            ],
        )


def _expire(prefix: str, days: int, deleted_days: int | None = None) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        id=f"Expire-{prefix.rstrip('/')}",
        prefix=prefix,
        expiration=Duration.days(days),
        noncurrent_version_expiration=Duration.days(deleted_days) if deleted_days else None,
    )
