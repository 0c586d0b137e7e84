"""The stateless stack: everything that a deployment may replace."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from cdk.build.bundling import Bundle
from cdk.build.function_code import CodeSource
from cdk.constructs.api import ScoringApi
from cdk.constructs.batch import BatchScoring
from cdk.constructs.decision_log import DecisionLog
from cdk.constructs.firewall import Firewall
from cdk.constructs.monitoring import Monitoring
from cdk.constructs.releases import CanaryRelease
from cdk.constructs.training import TrainingJob
from cdk.constructs.watch import WatchJob
from cdk.environments import Environment
from cdk.stacks.storage import StorageStack


class ServiceStack(Stack):
    """The API, the batch workflow, and what watches them. Its outputs are the contract with everything outside."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        environment: Environment,
        *,
        storage: StorageStack,
        code: CodeSource,
        **options: object,
    ) -> None:
        super().__init__(scope, construct_id, **options)  # type: ignore[arg-type]  # StackProps, spelt by the caller
        log = DecisionLog(self, "DecisionLog", environment, data=storage.data) if environment.decision_log else None
        self.api = ScoringApi(
            self, "Api", environment,
            code=code(Bundle.API, self), registry=storage.registry, data=storage.data, log=log,
        )  # fmt: skip
        self.batch = BatchScoring(
            self, "Batch", environment, code=code(Bundle.BATCH, self), registry=storage.registry, data=storage.data
        )
        self.monitoring = Monitoring(self, "Monitoring", environment, api=self.api, batch=self.batch)
        self.training = self._build_training(environment, storage) if environment.in_aws else None
        if environment.watch_daily and environment.in_aws:
            WatchJob(self, "Watch", environment, registry=storage.registry, data=storage.data)
        if environment.canary:
            CanaryRelease(self, "Release", self.api.function, self.monitoring.release_alarms)
        if environment.firewall:
            Firewall(self, "Firewall", environment, self.api.stage)
        self._write_outputs()

    def _build_training(self, environment: Environment, storage: StorageStack) -> TrainingJob:
        assert self.monitoring.topic.master_key is not None  # CloudWatch could not tell it anything otherwise
        return TrainingJob(
            self,
            "Training",
            environment,
            registry=storage.registry,
            data=storage.data,
            topic=self.monitoring.topic,
            topic_key=self.monitoring.topic.master_key,
        )

    def _write_outputs(self) -> None:
        outputs = {
            "ApiUrl": self.api.url,
            "ApiKeyId": self.api.key.key_id,
            "ApiFunctionName": self.api.function.function.function_name,
            "StateMachineArn": self.batch.state_machine.state_machine_arn,
            "AlarmTopicArn": self.monitoring.topic.topic_arn,
            "DashboardUrl": self.monitoring.dashboard_url,
            "ServiceDashboardUrl": self.monitoring.service_dashboard_url,
            **self._token_outputs(),
        }
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)

    def _token_outputs(self) -> Mapping[str, str]:
        tokens = self.api.tokens
        if tokens is None:
            return {}
        return {
            "TokenUrl": tokens.token_url,
            "UserPoolId": tokens.pool.user_pool_id,
            "OAuthClientId": tokens.client.user_pool_client_id,
        }
