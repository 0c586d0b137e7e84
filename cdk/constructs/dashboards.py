"""Dashboards, drawn by cdk-monitoring-constructs."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_cloudwatch as cloudwatch
from cdk_monitoring_constructs import CustomMetricGroup, DefaultDashboardFactory, MonitoringFacade
from constructs import Construct

from cdk.constructs.alarms import FIVE_MINUTES, own_metric
from cdk.constructs.api import ScoringApi
from cdk.constructs.batch import BatchScoring
from cdk.constructs.functions import ScoringFunction
from cdk.environments import Environment
from lambda_fn import contract

# Of the service's dashboard: each chart's title, and the metrics in it by their statistic.
CHARTS: Final = (
    ("Predictions by risk level", "Sum", tuple(contract.METRIC_PREDICTIONS_BY_RISK.values())),
    (
        "Margin: expected of the offers, and what abandonment costs",
        "Sum",
        (contract.METRIC_EXPECTED_MARGIN, contract.METRIC_RECOVERABLE_MARGIN),
    ),
    ("Rows of files", "Sum", (contract.METRIC_ROWS_SCORED, contract.METRIC_ROWS_REJECTED)),
    ("Drift (largest PSI of an input)", "Maximum", (contract.METRIC_DRIFT,)),
    ("Blanks (largest rise of an input's share)", "Maximum", (contract.METRIC_BLANKS,)),
    ("Age of the model, days", "Maximum", (contract.METRIC_MODEL_AGE_DAYS,)),
    ("Decisions and their log", "Sum", (contract.METRIC_DECISIONS, contract.METRIC_DECISIONS_LOGGED)),
    (
        "Outcomes",
        "Sum",
        (contract.METRIC_OUTCOMES, contract.METRIC_OUTCOMES_REJECTED, contract.METRIC_OUTCOME_FILES_UNUSABLE),
    ),
    (
        "Decisions whose outcomes are known, and the share that waits",
        "Maximum",
        (contract.METRIC_MATURED, contract.METRIC_PENDING_SHARE),
    ),
    (
        "Calibration of the chance of no purchase",
        "Average",
        (contract.METRIC_CALIBRATION_SLOPE, contract.METRIC_CALIBRATION_INTERCEPT),
    ),
    ("Offers that earn less than expected", "Maximum", (contract.METRIC_BELOW_EXPECTED,)),
    ("Sample ratio: p-value of the groups' sizes", "Minimum", (contract.METRIC_SAMPLE_RATIO,)),
    (
        "What could not be done",
        "Sum",
        (contract.METRIC_MODEL_LOAD_FAILURES, contract.METRIC_REGISTRY_FAILURES, contract.METRIC_JOBS_FAILED),
    ),
)


def build_operator_dashboard(scope: Construct, environment: Environment, api: ScoringApi, batch: BatchScoring) -> str:
    """Draw how the parts run; return the dashboard's name."""
    facade, name = _facade(scope, "Operator", environment)
    facade.add_large_header("How the API runs")
    facade.monitor_api_gateway(api=api.rest_api, api_stage=environment.name)
    _add_function(facade, api.function)
    facade.add_large_header("How files are scored")
    facade.monitor_step_function(state_machine=batch.state_machine, human_readable_name="Workflow")
    facade.monitor_sqs_queue(queue=batch.lost_events, human_readable_name="Files that did not start")
    for function in batch.functions:
        _add_function(facade, function)
    return name


def build_service_dashboard(scope: Construct, environment: Environment) -> str:
    """Draw what the service decides and for whom; return the dashboard's name."""
    facade, name = _facade(scope, "Service", environment)
    facade.add_large_header("What the service does")
    predictions = own_metric(environment, contract.METRIC_PREDICTIONS, "Sum", FIVE_MINUTES)
    latency = [
        own_metric(environment, contract.METRIC_PREDICTION_LATENCY, statistic, FIVE_MINUTES)
        for statistic in ("p50", "p99")
    ]
    charts = [
        CustomMetricGroup(title="Predictions", metrics=[predictions, _by_arm(environment)]),
        CustomMetricGroup(title="Latency of a prediction, ms", metrics=latency),
    ]
    charts += [
        CustomMetricGroup(
            title=title, metrics=[own_metric(environment, metric, statistic, FIVE_MINUTES) for metric in metrics]
        )
        for title, statistic, metrics in CHARTS
    ]
    facade.monitor_custom(alarm_friendly_name="Service", metric_groups=charts)
    return name


def _add_function(facade: MonitoringFacade, function: ScoringFunction) -> None:
    # Not `monitor_lambda_function`: it also draws provisioned concurrency and a stream's age, which nothing here has.
    called = function.function
    facade.monitor_custom(
        alarm_friendly_name=function.node.id,
        human_readable_name=function.shape.description,
        metric_groups=[
            CustomMetricGroup(title="Calls", metrics=[called.metric_invocations(), called.metric_throttles()]),
            CustomMetricGroup(title="Errors", metrics=[called.metric_errors()]),
            CustomMetricGroup(
                title="Duration, ms", metrics=[called.metric_duration(statistic=part) for part in ("p50", "p99")]
            ),
            CustomMetricGroup(
                title="Running at once", metrics=[called.metric("ConcurrentExecutions", statistic="Maximum")]
            ),
        ],
    )


def _facade(scope: Construct, view: str, environment: Environment) -> tuple[MonitoringFacade, str]:
    name = f"{contract.service_name(environment.name)}-{view.lower()}"
    factory = DefaultDashboardFactory(scope, f"{view}Dashboards", dashboard_name_prefix=name)
    return MonitoringFacade(scope, view, dashboard_factory=factory), name


def _by_arm(environment: Environment) -> cloudwatch.MathExpression:
    dimensions = f"{contract.DIMENSION_SERVICE},{contract.DIMENSION_MODEL_VERSION},{contract.DIMENSION_ARM}"
    return cloudwatch.MathExpression(
        expression=(
            f'SEARCH(\'{{{contract.METRIC_NAMESPACE},{dimensions}}} MetricName="{contract.METRIC_PREDICTIONS}" '
            f"{contract.DIMENSION_SERVICE}=\"{contract.service_name(environment.name)}\"', 'Sum', 300)"
        ),
        using_metrics={},
        label="",
    )
