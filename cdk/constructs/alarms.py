"""Which alarms there are, and when each rings. Each has a section of its name in docs/runbook.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from cdk.constructs import training, watch
from cdk.constructs.api import ScoringApi
from cdk.constructs.batch import BatchScoring
from cdk.constructs.functions import ScoringFunction
from cdk.constructs.workflow import MAX_ATTEMPTS
from cdk.environments import Environment
from lambda_fn import contract

MINUTE: Final = Duration.minutes(1)
FIVE_MINUTES: Final = Duration.minutes(5)
QUARTER_HOUR: Final = Duration.minutes(15)
HOUR: Final = Duration.hours(1)
DAY: Final = Duration.days(1)
LEAST_SAMPLE_RATIO_P: Final = 0.001  # below it, who got what was not drawn as planned
LOST_PERCENT: Final = 1.0
RUNBOOK: Final = "docs/runbook.md"

Comparison = cloudwatch.ComparisonOperator
Missing = cloudwatch.TreatMissingData


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One alarm: ``metric`` above ``threshold`` in ``datapoints`` of the last ``periods`` periods.

    name: of the alarm, after the service's name, and of its section in the runbook.
    meaning: one sentence for whoever is notified.
    comparison: of ``metric`` with ``threshold``.
    missing: how periods without data count.
    stops_release: whether it rolls back a release that is being shifted in.
    notifies: whether it publishes to the alarm topic.
    """

    name: str
    meaning: str
    metric: cloudwatch.IMetric
    threshold: float = 0
    periods: int = 1
    datapoints: int = 1
    comparison: Comparison = Comparison.GREATER_THAN_THRESHOLD
    missing: Missing = Missing.NOT_BREACHING
    stops_release: bool = False
    notifies: bool = True

    @property
    def description(self) -> str:
        """What the notification says."""
        return f"{self.meaning} What to do: {RUNBOOK}#{self.name}"


def own_metric(environment: Environment, name: str, statistic: str, period: Duration) -> cloudwatch.Metric:
    """Return a metric that the code publishes, of one environment."""
    return cloudwatch.Metric(
        namespace=contract.METRIC_NAMESPACE,
        metric_name=name,
        dimensions_map={contract.DIMENSION_SERVICE: contract.service_name(environment.name)},
        statistic=statistic,
        period=period,
    )


def rules(environment: Environment, api: ScoringApi, batch: BatchScoring) -> Sequence[Rule]:
    """Return every alarm of an environment."""
    return (
        *_api_rules(environment),
        Rule(
            name="api-errors",
            meaning=f"The function that {_verb(api.function)} raised an error or timed out.",
            metric=api.function.alias.metric_errors(statistic="Sum", period=MINUTE),
            stops_release=True,
        ),
        _throttles("api", api.function),
        *(rule for function in batch.functions for rule in _task_rules(function)),
        *_batch_rules(environment, batch),
        *_model_rules(environment),
        *_log_rules(environment),
        *_watch_rules(environment),
        *(_build_rules(environment) if environment.in_aws else ()),
    )


def _api_metric(environment: Environment, name: str, statistic: str) -> cloudwatch.Metric:
    # By its name, not by reference: the release waits for this alarm, the alias for the release, the API for the alias.
    return cloudwatch.Metric(
        namespace="AWS/ApiGateway",
        metric_name=name,
        dimensions_map={"ApiName": contract.service_name(environment.name), "Stage": environment.name},
        statistic=statistic,
        period=MINUTE,
    )


def _api_rules(environment: Environment) -> Iterator[Rule]:
    limits = environment.alarms
    yield Rule(
        name="api-5xx-share",
        meaning=f"More than {limits.server_error_share:.0%} of the API's answers are server errors.",
        # The average of this 0-or-1 metric is the share: no metric math, which the local AWS refuses.
        metric=_api_metric(environment, "5XXError", "Average"),
        threshold=limits.server_error_share,
        periods=5,
        datapoints=3,
        stops_release=True,
    )
    if environment.canary:
        yield Rule(
            name="api-release-5xx-share",
            meaning=f"More than {limits.release_error_share:.0%} of a minute's answers of the API are server errors.",
            # A release answers a tenth of the requests for five minutes: by the share above, half of its answers could
            # be errors. One minute's few errors wake nobody outside of a release.
            metric=_api_metric(environment, "5XXError", "Average"),
            threshold=limits.release_error_share,
            stops_release=True,
            notifies=False,
        )
    yield Rule(
        name="api-p99",
        meaning=f"One answer in a hundred takes longer than {limits.p99_seconds:g} s.",
        metric=_api_metric(environment, "Latency", "p99"),
        threshold=limits.p99_seconds * 1000,
        periods=5,
        datapoints=3,
        stops_release=True,
    )
    if limits.silence:
        yield Rule(
            name="no-predictions",
            meaning="Nothing was predicted for an hour.",
            metric=own_metric(environment, contract.METRIC_PREDICTIONS, "Sum", HOUR),
            threshold=1,
            comparison=Comparison.LESS_THAN_THRESHOLD,
            missing=Missing.BREACHING,
        )


def _task_rules(function: ScoringFunction) -> Iterator[Rule]:
    slug = f"batch-{function.shape.task.replace('_', '-')}"
    yield Rule(
        name=f"{slug}-errors",
        meaning=f"The function that {_verb(function)} failed more often than one task is tried again.",
        metric=function.alias.metric_errors(statistic="Sum", period=QUARTER_HOUR),
        threshold=MAX_ATTEMPTS,
    )
    yield _throttles(slug, function)


def _throttles(slug: str, function: ScoringFunction) -> Rule:
    return Rule(
        name=f"{slug}-throttles",
        meaning=f"Calls of the function that {_verb(function)} were refused: no concurrency is left.",
        metric=function.alias.metric_throttles(statistic="Sum", period=MINUTE),
        periods=3,
        datapoints=2,
    )


def _batch_rules(environment: Environment, batch: BatchScoring) -> Iterator[Rule]:
    limits = environment.alarms
    yield Rule(
        name="batch-failed",
        meaning="A dropped file was not scored; failed/ says why.",
        metric=batch.state_machine.metric_failed(statistic="Sum", period=MINUTE),
    )
    yield Rule(
        name="batch-timed-out",
        meaning="A dropped file took too long and its workflow was ended.",
        metric=batch.state_machine.metric_timed_out(statistic="Sum", period=MINUTE),
    )
    yield Rule(
        name="batch-not-started",
        meaning="A dropped file could not start the workflow; its event waits in the dead-letter queue.",
        metric=batch.lost_events.metric_approximate_number_of_messages_visible(statistic="Maximum", period=MINUTE),
    )
    yield Rule(
        name="rejected-share",
        meaning=f"More than {limits.rejected_percent:g} % of a file's rows were rejected.",
        metric=own_metric(environment, contract.METRIC_REJECTED_SHARE, "Maximum", FIVE_MINUTES),
        threshold=limits.rejected_percent,
    )
    yield Rule(
        name="drift",
        meaning=f"An input's distribution has moved from the training data by more than {limits.drift:g} (PSI).",
        metric=own_metric(environment, contract.METRIC_DRIFT, "Maximum", FIVE_MINUTES),
        threshold=limits.drift,
    )
    yield Rule(
        name="blanks",
        meaning=f"The share of missing values of an input is at least {limits.blanks:g} above that of training.",
        metric=own_metric(environment, contract.METRIC_BLANKS, "Maximum", FIVE_MINUTES),
        threshold=limits.blanks,
        comparison=Comparison.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    )


def _model_rules(environment: Environment) -> Iterator[Rule]:
    limits = environment.alarms
    yield Rule(
        name="model-age",
        meaning=f"The model in service is older than {limits.model_age_days} days.",
        metric=own_metric(environment, contract.METRIC_MODEL_AGE_DAYS, "Maximum", HOUR),
        threshold=limits.model_age_days,
    )
    yield Rule(
        name="model-load",
        meaning="A promoted model could not be loaded; the last good one, or the champion before it, answers.",
        metric=own_metric(environment, contract.METRIC_MODEL_LOAD_FAILURES, "Sum", FIVE_MINUTES),
    )
    yield Rule(
        name="registry-unreadable",
        meaning="The registry's routing cannot be read, again and again; promotions and rollbacks have no effect.",
        metric=own_metric(environment, contract.METRIC_REGISTRY_FAILURES, "Sum", FIVE_MINUTES),
        periods=5,
        datapoints=3,  # a hiccup of S3 passes, and the models in memory answer meanwhile
    )


def _build_rules(environment: Environment) -> Iterator[Rule]:
    yield Rule(
        name="training-failed",
        meaning="The training job published no model.",
        metric=_failed_builds(training.project_name(environment)),
    )
    if environment.watch_daily:
        yield Rule(
            name="watch-failed",
            meaning="Nobody looked at what became of the decisions: the daily watch failed.",
            metric=_failed_builds(watch.project_name(environment)),
        )


def _failed_builds(project: str) -> cloudwatch.Metric:
    # By its name: the job's role may tell the topic, which the alarms tell, too.
    return cloudwatch.Metric(
        namespace="AWS/CodeBuild",
        metric_name="FailedBuilds",
        dimensions_map={"ProjectName": project},
        statistic="Sum",
        period=FIVE_MINUTES,
    )


def _watch_rules(environment: Environment) -> Iterator[Rule]:
    if not environment.decision_log:
        return
    yield Rule(
        name="sample-ratio",
        meaning="The groups that outcomes came for are not those that were drawn: no effect can be trusted.",
        metric=own_metric(environment, contract.METRIC_SAMPLE_RATIO, "Minimum", DAY),
        threshold=LEAST_SAMPLE_RATIO_P,
        comparison=Comparison.LESS_THAN_THRESHOLD,
    )
    yield Rule(
        name="margin-below-expected",
        meaning="An offer earned less than the policy expects of it, beyond chance.",
        metric=own_metric(environment, contract.METRIC_BELOW_EXPECTED, "Maximum", DAY),
    )


def _log_rules(environment: Environment) -> Iterator[Rule]:
    if environment.decision_log and environment.in_aws:  # the local AWS refuses metric math
        yield Rule(
            name="decisions-lost",
            meaning=f"More than {LOST_PERCENT:g} % of the API's decisions did not reach the log.",
            metric=cloudwatch.MathExpression(
                expression="100 * (decided - FILL(logged, 0)) / decided",
                using_metrics={
                    "decided": own_metric(environment, contract.METRIC_DECISIONS, "Sum", QUARTER_HOUR),
                    "logged": own_metric(environment, contract.METRIC_DECISIONS_LOGGED, "Sum", QUARTER_HOUR),
                },
                label="decisions lost, percent",
                period=QUARTER_HOUR,
            ),
            threshold=LOST_PERCENT,  # what is decided before a quarter of an hour ends may be logged after it
            periods=2,
            datapoints=2,
        )


def _verb(function: ScoringFunction) -> str:
    description = function.shape.description
    return description[0].lower() + description[1:]
