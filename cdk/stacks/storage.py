"""The stateful stack: what must outlive any deployment of the service."""

from __future__ import annotations

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.constructs.buckets import make_bucket
from cdk.constructs.data_store import DataStore
from cdk.constructs.model_store import ModelStore
from cdk.environments import Environment


class StorageStack(Stack):
    """Models, shoppers' files, and who read them."""

    def __init__(self, scope: Construct, construct_id: str, environment: Environment, **options: object) -> None:
        super().__init__(scope, construct_id, **options)  # type: ignore[arg-type]  # StackProps, spelt by the caller
        access_log = self._build_access_log(environment) if environment.access_logs else None
        self.registry = ModelStore(self, "ModelStore", environment, access_log).bucket
        self.data = DataStore(self, "DataStore", environment, access_log).bucket
        CfnOutput(self, "RegistryBucket", value=self.registry.bucket_name)
        CfnOutput(self, "DataBucket", value=self.data.bucket_name)

    def _build_access_log(self, environment: Environment) -> s3.Bucket:
        expire = s3.LifecycleRule(id="Expire", expiration=Duration.days(environment.log_days))
        return make_bucket(self, "AccessLog", environment, lifecycle_rules=[expire])
