"""The model registry's bucket. A model release writes here and needs no deployment."""

from __future__ import annotations

from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.constructs.buckets import make_bucket
from cdk.environments import Environment


class ModelStore(Construct):
    """Models stay for good: a rollback may name any of them. Superseded versions of the routing expire."""

    def __init__(
        self, scope: Construct, construct_id: str, environment: Environment, access_log: s3.IBucket | None
    ) -> None:
        super().__init__(scope, construct_id)
        self.bucket = make_bucket(self, "Registry", environment, access_log=access_log)
