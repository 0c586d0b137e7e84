"""The HTTPS entry point: a REST API in front of the scoring function."""

from __future__ import annotations

import json
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.constructs.acknowledgements import acknowledge
from cdk.constructs.decision_log import DecisionLog
from cdk.constructs.functions import FunctionShape, ScoringFunction, make_log_group
from cdk.constructs.gateway_responses import add_gateway_responses
from cdk.constructs.oauth import ClientTokens, MethodAuthorization
from cdk.constructs.retention import kept_if
from cdk.environments import Environment
from lambda_fn import contract

CORS_MAX_AGE_HOURS: Final = 1
PUBLIC_METHODS: Final = ("GET", "HEAD")  # of the pages that need no key; load balancers and monitors ask by HEAD

# No payload, no header and no query string: none of them may reach a log.
ACCESS_LOG_FIELDS: Final = {
    "time": "$context.requestTime",
    "correlation_id": "$context.requestId",
    "trace_id": "$context.xrayTraceId",
    "api_key_id": "$context.identity.apiKeyId",
    "source_ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "resource": "$context.resourcePath",
    "status": "$context.status",
    "refusal": "$context.error.responseType",
    "response_bytes": "$context.responseLength",
    "latency_ms": "$context.responseLatency",
    "integration_latency_ms": "$context.integrationLatency",
}


class ScoringApi(Construct):
    """REST API, its function, and the API key of the first client.

    function: scores; alarms and releases need it.
    stage: the deployed stage; the firewall needs it.
    tokens: OAuth2 clients and authorizer; None where the environment asks for no access tokens.
    key: API key of the first client.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        environment: Environment,
        *,
        code: lambda_.Code,
        registry: s3.IBucket,
        data: s3.IBucket,
        log: DecisionLog | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = self._build_function(environment, code, registry, data, log)
        self.rest_api = self._build_rest_api(environment)
        self.stage = self.rest_api.deployment_stage
        self.tokens = ClientTokens(self, "Tokens", environment) if environment.cognito else None
        add_gateway_responses(self.rest_api, environment)
        self._build_routes()
        self.key = self._build_key(environment)

    @property
    def url(self) -> str:
        """Where the endpoints are, without a slash at the end."""
        return self.rest_api.url_for_path(contract.API_BASE_PATH)

    def _build_function(
        self,
        environment: Environment,
        code: lambda_.Code,
        registry: s3.IBucket,
        data: s3.IBucket,
        log: DecisionLog | None,
    ) -> ScoringFunction:
        shape = FunctionShape(
            handler=contract.HANDLER_API,
            description="Scores shoppers over HTTPS",
            memory_mb=1769,  # one core: the estimator is compute-bound, and cold starts import for a second
            timeout_seconds=20,  # below the 29 s of the gateway
            reserved_concurrency=environment.api_reserved_concurrency,
            snap_start=environment.snap_start,  # the batch functions do without: nobody waits for their cold starts
        )
        variables = {
            contract.ENV_REGISTRY_BUCKET: registry.bucket_name,
            contract.ENV_DATA_BUCKET: data.bucket_name,
            contract.ENV_DECISION_STREAM: log.name if log else "",
            contract.ENV_BASE_PATH: environment.base_path,
            contract.ENV_CORS_ORIGINS: ",".join(environment.cors_origins),
            contract.ENV_ACCESS_TOKENS: json.dumps(environment.cognito),
            contract.ENV_ROUTING_TTL_SECONDS: str(environment.routing_ttl_seconds),
        }
        function = ScoringFunction(self, "Function", environment, shape, code, variables)
        function.allow(registry, ["s3:GetObject"], contract.MODELS_PREFIX, contract.ROUTING_KEY)
        function.allow_listing(registry)
        function.allow(data, ["s3:PutObject"], contract.OUTCOMES_PREFIX)
        if log is not None:
            function.role.add_to_policy(iam.PolicyStatement(actions=["firehose:PutRecord"], resources=[log.arn]))
        return function

    def _build_rest_api(self, environment: Environment) -> apigateway.RestApi:
        rest_api = apigateway.RestApi(
            self,
            "Rest",
            rest_api_name=contract.service_name(environment.name),
            description="Cart-abandonment risk and the intervention that pays for itself",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            cloud_watch_role=environment.sets_gateway_role,
            cloud_watch_role_removal_policy=kept_if(keep=True) if environment.sets_gateway_role else None,
            default_cors_preflight_options=_preflight(environment),
            deploy_options=self._stage_options(environment),
        )
        acknowledge(
            rest_api,
            "The request's schema is the champion model's recipe, known at run time only: the function validates each "
            "request against it and answers 422 with the fields at fault.",
            "APIG2",
        )
        if environment.sets_gateway_role:
            acknowledge(
                rest_api, "Lets API Gateway write logs, with the policy that AWS keeps for it.",
                "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
            )  # fmt: skip
        # API Gateway would make this log itself, and for good.
        execution_log = make_log_group(
            self,
            "ExecutionLog",
            environment,
            name=f"API-Gateway-Execution-Logs_{rest_api.rest_api_id}/{environment.name}",
        )
        rest_api.deployment_stage.node.add_dependency(execution_log)
        if not environment.firewall:
            acknowledge(
                rest_api.deployment_stage, "The firewall is switched on where the public can reach it.", "APIG3"
            )
        return rest_api

    def _stage_options(self, environment: Environment) -> apigateway.StageOptions:
        traffic = environment.traffic
        pages = dict.fromkeys(contract.PUBLIC_PATHS, (traffic.public_requests_per_second, traffic.public_burst))
        pages[contract.DOCS_PATH] = (traffic.docs_requests_per_second, traffic.docs_burst)
        return apigateway.StageOptions(
            stage_name=environment.name,
            access_log_destination=apigateway.LogGroupLogDestination(make_log_group(self, "AccessLog", environment)),
            access_log_format=apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG_FIELDS)),
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            data_trace_enabled=False,
            metrics_enabled=True,
            tracing_enabled=True,
            method_options={
                f"{contract.API_BASE_PATH}/{path}/{method}": _throttled(*limits)
                for path, limits in pages.items()
                for method in PUBLIC_METHODS
            },
            throttling_rate_limit=traffic.requests_per_second * traffic.clients,
            throttling_burst_limit=traffic.burst * traffic.clients,
        )

    def _build_routes(self) -> None:
        """Everything needs an API key (and a token, where switched on), except the few public pages."""
        integration = apigateway.LambdaIntegration(self.function.alias, allow_test_invoke=False)
        base = self.rest_api.root.resource_for_path(contract.API_BASE_PATH)
        for path in contract.PUBLIC_PATHS:
            page = base.add_resource(path)
            for name in PUBLIC_METHODS:
                method = page.add_method(name, integration)
                acknowledge(method, "Says whether the service is up and how to call it, nothing else.", "APIG4", "COG4")
        authorization: MethodAuthorization = self.tokens.method_options() if self.tokens else {}
        scoring = base.add_resource("{proxy+}").add_method("ANY", integration, api_key_required=True, **authorization)
        if self.tokens is None:
            acknowledge(
                scoring,
                "Clients are shops' back ends, each with an API key and a usage plan; tokens are an option.",
                "APIG4",
                "COG4",
            )

    def _build_key(self, environment: Environment) -> apigateway.IApiKey:
        traffic = environment.traffic
        plan = self.rest_api.add_usage_plan(
            "Plan",
            name=contract.service_name(environment.name),
            description="What one client may send",
            throttle=apigateway.ThrottleSettings(rate_limit=traffic.requests_per_second, burst_limit=traffic.burst),
            quota=apigateway.QuotaSettings(limit=traffic.requests_per_day, period=apigateway.Period.DAY),
            api_stages=[apigateway.UsagePlanPerApiStage(api=self.rest_api, stage=self.stage)],
        )
        key = self.rest_api.add_api_key("Key", description=f"First client of {contract.service_name(environment.name)}")
        plan.add_api_key(key)
        return key


def _throttled(requests_per_second: int, burst: int) -> apigateway.MethodDeploymentOptions:
    """Return the settings of a method; they stand in place of the stage's, all of them."""
    return apigateway.MethodDeploymentOptions(
        logging_level=apigateway.MethodLoggingLevel.ERROR,
        data_trace_enabled=False,
        metrics_enabled=True,
        throttling_rate_limit=requests_per_second,
        throttling_burst_limit=burst,
    )


def _preflight(environment: Environment) -> apigateway.CorsOptions | None:
    if not environment.cors_origins:
        return None
    return apigateway.CorsOptions(
        allow_origins=list(environment.cors_origins),
        allow_methods=["GET", "POST"],
        allow_headers=list(contract.CORS_HEADERS),
        max_age=Duration.hours(CORS_MAX_AGE_HOURS),
    )
