"""Dashboards, drawn by cdk-monitoring-constructs."""

from __future__ import annotations

from aws_cdk import aws_cloudwatch as cloudwatch
from cdk_monitoring_constructs import CustomMetricGroup, DefaultDashboardFactory, MonitoringFacade
from constructs import Construct

from cdk.constructs.alarms import FIVE_MINUTES, own_metric
from cdk.constructs.api import ScoringApi
from cdk.constructs.batch import BatchScoring
from cdk.constructs.functions import ScoringFunction
from cdk.environments import Environment
from lambda_fn import contract


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

    def own(name: str, statistic: str) -> cloudwatch.Metric:
        return own_metric(environment, name, statistic, FIVE_MINUTES)

    facade, name = _facade(scope, "Service", environment)
    facade.add_large_header("What the service does")
    facade.monitor_custom(
        alarm_friendly_name="Service",
        metric_groups=[
            CustomMetricGroup(
                title="Predictions", metrics=[own(contract.METRIC_PREDICTIONS, "Sum"), _by_arm(environment)]
            ),
            CustomMetricGroup(
                title="Predictions by risk level",
                metrics=[own(metric, "Sum") for metric in contract.METRIC_PREDICTIONS_BY_RISK.values()],
            ),
            CustomMetricGroup(title="Expected margin", metrics=[own(contract.METRIC_EXPECTED_MARGIN, "Sum")]),
            CustomMetricGroup(
                title="Latency of a prediction, ms",
                metrics=[own(contract.METRIC_PREDICTION_LATENCY, statistic) for statistic in ("p50", "p99")],
            ),
            CustomMetricGroup(
                title="Rows of files",
                metrics=[own(metric, "Sum") for metric in (contract.METRIC_ROWS_SCORED, contract.METRIC_ROWS_REJECTED)],
            ),
            CustomMetricGroup(title="Drift (largest PSI of an input)", metrics=[own(contract.METRIC_DRIFT, "Maximum")]),
            CustomMetricGroup(
                title="Blanks (largest rise of an input's share)", metrics=[own(contract.METRIC_BLANKS, "Maximum")]
            ),
            CustomMetricGroup(title="Age of the model, days", metrics=[own(contract.METRIC_MODEL_AGE_DAYS, "Maximum")]),
            CustomMetricGroup(
                title="Decisions and their log",
                metrics=[
                    own(metric, "Sum") for metric in (contract.METRIC_DECISIONS, contract.METRIC_DECISIONS_LOGGED)
                ],
            ),
            CustomMetricGroup(
                title="Outcomes",
                metrics=[
                    own(metric, "Sum") for metric in (contract.METRIC_OUTCOMES, contract.METRIC_OUTCOMES_REJECTED)
                ],
            ),
            CustomMetricGroup(
                title="Decisions whose outcomes are known, and the share that waits",
                metrics=[own(contract.METRIC_MATURED, "Maximum"), own(contract.METRIC_PENDING_SHARE, "Maximum")],
            ),
            CustomMetricGroup(
                title="Calibration of the chance of no purchase",
                metrics=[
                    own(metric, "Average")
                    for metric in (contract.METRIC_CALIBRATION_SLOPE, contract.METRIC_CALIBRATION_INTERCEPT)
                ],
            ),
            CustomMetricGroup(
                title="Offers that earn less than expected",
                metrics=[own(contract.METRIC_BELOW_EXPECTED, "Maximum"), own(contract.METRIC_SAMPLE_RATIO, "Minimum")],
            ),
            CustomMetricGroup(
                title="What could not be done",
                metrics=[
                    own(metric, "Sum")
                    for metric in (
                        contract.METRIC_MODEL_LOAD_FAILURES,
                        contract.METRIC_REGISTRY_FAILURES,
                        contract.METRIC_JOBS_FAILED,
                    )
                ],
            ),
        ],
    )
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
