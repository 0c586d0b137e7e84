"""The log of decisions: a Data Firehose stream that the API puts to, and that writes to ``decisions/``."""

from __future__ import annotations

from typing import Final

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.constructs.acknowledgements import acknowledge, wildcard_objects
from cdk.environments import Environment
from lambda_fn import contract

BUFFER_SECONDS: Final = 300  # a decision lies in S3 at the latest so long after it
BUFFER_MB: Final = 64


class DecisionLog(Construct):
    """The stream and its role, which may write below ``decisions/`` and nothing else.

    Delivery is at least once: readers drop repeats.
    """

    def __init__(self, scope: Construct, construct_id: str, environment: Environment, *, data: s3.IBucket) -> None:
        super().__init__(scope, construct_id)
        role = self._build_role(data)
        self.stream = firehose.CfnDeliveryStream(
            self,
            "Stream",
            delivery_stream_name=f"{contract.service_name(environment.name)}-decisions",
            delivery_stream_type="DirectPut",
            delivery_stream_encryption_configuration_input=(
                firehose.CfnDeliveryStream.DeliveryStreamEncryptionConfigurationInputProperty(key_type="AWS_OWNED_CMK")
            ),
            extended_s3_destination_configuration=(
                firehose.CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty(
                    bucket_arn=data.bucket_arn,
                    role_arn=role.role_arn,
                    prefix=contract.DECISIONS_PREFIX,
                    error_output_prefix=f"{contract.FAILED_PREFIX}{contract.DECISIONS_PREFIX}",
                    buffering_hints=firehose.CfnDeliveryStream.BufferingHintsProperty(
                        interval_in_seconds=BUFFER_SECONDS, size_in_m_bs=BUFFER_MB
                    ),
                    compression_format="GZIP",
                )
            ),
        )
        self.stream.node.add_dependency(role)
        self.name = self.stream.ref
        self.arn = self.stream.attr_arn

    def _build_role(self, data: s3.IBucket) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "firehose.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
            ),
        )
        folders = (contract.DECISIONS_PREFIX, f"{contract.FAILED_PREFIX}{contract.DECISIONS_PREFIX}")
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["s3:PutObject", "s3:AbortMultipartUpload"],
                resources=[data.arn_for_objects(f"{folder}*") for folder in folders],
            )
        )
        acknowledge(
            role,
            "The objects below one prefix of one bucket; Firehose names them when it writes.",
            *(wildcard_objects(data, folder) for folder in folders),
        )
        return role
