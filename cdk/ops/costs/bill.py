"""A bill, from what an environment's templates say, an assumed use, and the prices."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cdk.environments import Environment
from cdk.ops.costs import prices
from cdk.ops.versions import KEPT_VERSIONS
from lambda_fn import contract

MONTH_SECONDS: Final = 365 / 12 * 86_400
WEEK_SECONDS: Final = 7 * 86_400
DAY_SECONDS: Final = 86_400
GB: Final = 1e9


@dataclass(frozen=True, kw_only=True)
class Use:
    """A month's work.

    prediction_milliseconds: billed, with cold starts spread over all calls.
    cold_start_share: of the predictions, 0 to 1.
    log_bytes_per_prediction: access log and metrics line.
    decision_bytes: one record of the log; a put holds those of one request.
    packed_decision_bytes: the same in S3, packed with gzip.
    rows_per_second: that one batch worker scores, by ``make bench``.
    metrics: how many are kept; about half are the gateway's, by method.
    """

    predictions: int = 1_000_000
    prediction_milliseconds: float = 10
    cold_start_share: float = 0.005
    answer_bytes: int = 1_000
    log_bytes_per_prediction: int = 1_500
    decision_bytes: int = 450
    packed_decision_bytes: int = 150
    files: int = 30
    rows_per_file: int = 500_000
    row_bytes: int = 246
    scored_row_bytes: int = 80
    rows_per_second: int = 150_000
    worker_start_seconds: float = 3
    finalize_seconds: float = 60
    metrics: int = 50
    models_gb: float = 1
    training_minutes: float = 10
    watch_minutes: float = 5

    def chunks(self, rows: int) -> int:
        """Return how many chunks a file of that many rows has."""
        file_bytes = rows * self.row_bytes
        return math.ceil(file_bytes / contract.chunk_bytes(file_bytes))


@dataclass(frozen=True)
class Footprint:
    """What an environment's templates have that costs money.

    memory_gb: of each function, by handler.
    snapshots_gb: memory of the functions that start from snapshots.
    alarms, dashboards, keys: how many.
    firewall_rules: number of rules of each firewall.
    """

    environment: Environment
    memory_gb: Mapping[str, float]
    snapshots_gb: float
    alarms: int
    dashboards: int
    keys: int
    firewall_rules: tuple[int, ...]

    @classmethod
    def of(cls, environment: Environment, templates: Iterable[Mapping[str, Any]]) -> Footprint:
        """Read the synthesized templates of an environment."""
        resources = [resource for template in templates for resource in template["Resources"].values()]

        def properties(kind: str) -> list[Mapping[str, Any]]:
            return [resource.get("Properties", {}) for resource in resources if resource["Type"] == kind]

        functions = properties("AWS::Lambda::Function")
        return cls(
            environment=environment,
            memory_gb={function["Handler"]: function["MemorySize"] / 1024 for function in functions},
            snapshots_gb=sum(function["MemorySize"] / 1024 for function in functions if "SnapStart" in function),
            alarms=len(properties("AWS::CloudWatch::Alarm")),
            dashboards=len(properties("AWS::CloudWatch::Dashboard")),
            keys=len(properties("AWS::KMS::Key")),
            firewall_rules=tuple(len(acl["Rules"]) for acl in properties("AWS::WAFv2::WebACL")),
        )


@dataclass(frozen=True)
class Line:
    """One line of a bill."""

    item: str
    dollars: float


def monthly(footprint: Footprint, use: Use) -> Iterator[Line]:
    """Yield what an environment costs a month."""
    yield from _api(footprint, use)
    yield from _batch(footprint, use)
    yield from _loop(footprint, use)
    yield from _training(footprint, use)
    yield from _watching(footprint, use)


def _api(footprint: Footprint, use: Use) -> Iterator[Line]:
    memory_gb = footprint.memory_gb[contract.HANDLER_API]
    seconds = use.predictions * use.prediction_milliseconds / 1000
    restored_gb = use.predictions * use.cold_start_share * memory_gb if footprint.snapshots_gb else 0
    kept = KEPT_VERSIONS * footprint.snapshots_gb * MONTH_SECONDS * prices.SNAPSHOT_GB_SECOND
    yield Line("API Gateway: REST requests", use.predictions * prices.API_REQUEST)
    yield Line("API Gateway: answers to the internet", use.predictions * use.answer_bytes / GB * prices.INTERNET_GB)
    yield Line(
        "Lambda: API, requests and GB-seconds",
        use.predictions * prices.LAMBDA_REQUEST + seconds * memory_gb * prices.LAMBDA_GB_SECOND,
    )
    yield Line(
        f"Lambda: SnapStart, snapshots of {KEPT_VERSIONS} versions kept, and restored",
        kept + restored_gb * prices.SNAPSHOT_RESTORED_GB,
    )
    rules = footprint.firewall_rules
    requests = use.predictions * len(rules)
    yield Line(
        "WAF: firewall, rules, requests",
        len(rules) * prices.FIREWALL_MONTH
        + sum(rules) * prices.FIREWALL_RULE_MONTH
        + requests * prices.FIREWALL_REQUEST,
    )


def _batch(footprint: Footprint, use: Use) -> Iterator[Line]:
    one = scoring(footprint, use, use.rows_per_file)
    yield Line("Lambda: batch, requests and GB-seconds", use.files * one.lambda_dollars)
    yield Line("Step Functions: state transitions", use.files * one.transition_dollars)
    kept_months = (footprint.environment.output_days + footprint.environment.deleted_output_days) / (365 / 12)
    stored_gb = use.files * use.rows_per_file * (use.row_bytes + use.scored_row_bytes) / GB * kept_months
    reads = MONTH_SECONDS / contract.ROUTING_TTL_SECONDS  # one function that is never idle asks for the routing
    yield Line(
        "S3: files and models kept, requests",
        (stored_gb + use.models_gb) * prices.S3_GB_MONTH + use.files * one.s3_dollars + reads * prices.S3_READ,
    )


def _loop(footprint: Footprint, use: Use) -> Iterator[Line]:
    environment = footprint.environment
    puts = use.predictions if environment.decision_log else 0
    step = prices.FIREHOSE_STEP_BYTES
    put_gb = puts * math.ceil(use.decision_bytes / step) * step / GB
    kept_gb = puts * use.packed_decision_bytes / GB * environment.decision_days / (365 / 12)
    yield Line(
        "Firehose and S3: log of decisions, put and kept", put_gb * prices.FIREHOSE_GB + kept_gb * prices.S3_GB_MONTH
    )
    watches = MONTH_SECONDS / DAY_SECONDS if environment.watch_daily else 0
    yield Line("CodeBuild: watch, where it is daily", watches * use.watch_minutes * prices.BUILD_MINUTE)


def _training(footprint: Footprint, use: Use) -> Iterator[Line]:
    trainings = MONTH_SECONDS / WEEK_SECONDS if footprint.environment.retrain_weekly else 0
    yield Line("CodeBuild: training, where it is weekly", trainings * use.training_minutes * prices.BUILD_MINUTE)


def _watching(footprint: Footprint, use: Use) -> Iterator[Line]:
    log_gb = use.predictions * use.log_bytes_per_prediction / GB
    kept_months = footprint.environment.log_days / (365 / 12)
    yield Line("CloudWatch: logs taken in and kept", log_gb * (prices.LOG_GB + kept_months * prices.LOG_GB_MONTH))
    yield Line("CloudWatch: metrics", use.metrics * prices.METRIC_MONTH)
    yield Line("CloudWatch: alarms", footprint.alarms * prices.ALARM_MONTH)
    yield Line("CloudWatch: dashboards", footprint.dashboards * prices.DASHBOARD_MONTH)
    sampled = min(use.predictions, MONTH_SECONDS + 0.05 * use.predictions)  # one a second, and 5 % of the rest
    yield Line("X-Ray: traces", sampled * prices.TRACE)
    yield Line("KMS: key of the alarm topic", footprint.keys * prices.KEY_MONTH)


@dataclass(frozen=True)
class Scoring:
    """How long one file takes, and its dollars by service."""

    rows: int
    chunks: int
    seconds: float
    lambda_dollars: float
    transition_dollars: float
    s3_dollars: float

    @property
    def dollars(self) -> float:
        """The sum over the services."""
        return self.lambda_dollars + self.transition_dollars + self.s3_dollars


def scoring(footprint: Footprint, use: Use, rows: int, workers: int | None = None) -> Scoring:
    """Return what it takes to score a file with ``workers`` at once (None: as many as the environment allows)."""
    workers = workers or footprint.environment.chunk_concurrency
    chunks = use.chunks(rows)
    chunk_seconds = use.worker_start_seconds + rows / chunks / use.rows_per_second
    finalize_seconds = use.finalize_seconds * min(1, chunks / 1000) + use.worker_start_seconds
    memory_gb = footprint.memory_gb
    gb_seconds = (
        use.worker_start_seconds * memory_gb[contract.HANDLER_PLAN]
        + chunks * chunk_seconds * memory_gb[contract.HANDLER_SCORE_CHUNK]
        + finalize_seconds * memory_gb[contract.HANDLER_FINALIZE]
    )
    return Scoring(
        rows=rows,
        chunks=chunks,
        seconds=use.worker_start_seconds + math.ceil(chunks / workers) * chunk_seconds + finalize_seconds,
        lambda_dollars=gb_seconds * prices.LAMBDA_GB_SECOND + (chunks + 2) * prices.LAMBDA_REQUEST,
        transition_dollars=(4 + 2 * chunks) * prices.STATE_TRANSITION,  # start and state of each chunk's own workflow
        s3_dollars=(10 + 5 * chunks) * (prices.S3_WRITE + prices.S3_READ),  # parts and counts written, copied, removed
    )
