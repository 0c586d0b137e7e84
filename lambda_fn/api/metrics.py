"""What is counted: predictions, their latency and margin, the model's age, and models that cannot be served."""

from __future__ import annotations

import datetime as dt
import time

from aws_lambda_powertools.metrics import MetricUnit

from lambda_fn import contract, telemetry
from lambda_fn.api.serving import Answered, ModelScores, Serving
from lambda_fn.scoring.errors import NothingPromoted, RegistryUnreachable, RoutingBroken, ScoringError
from lambda_fn.scoring.service import RISK_LEVELS

_SECONDS_PER_DAY = 86_400


def write(answered: Answered, started: float, correlation_id: str, *, to_log: bool = False) -> None:
    """Write the metrics of one request. ``started`` is its ``time.perf_counter()``.

    ``to_log``: whether the decisions should come into the log, too.
    """
    latency_ms = (time.perf_counter() - started) * 1000
    for model in answered.models:
        _write_scores(model, latency_ms, correlation_id, to_log=to_log)
    if refused := answered.refused_by_challenger:
        telemetry.logger().warning("scored by the champion: the challenger refuses them", records=refused)


def _write_scores(model: ModelScores, latency_ms: float, correlation_id: str, *, to_log: bool) -> None:
    scores = model.decided.scores
    values: dict[str, tuple[MetricUnit, float]] = {
        contract.METRIC_PREDICTIONS: (MetricUnit.Count, len(scores.risk)),
        contract.METRIC_PREDICTION_LATENCY: (MetricUnit.Milliseconds, latency_ms),
        contract.METRIC_EXPECTED_MARGIN: (MetricUnit.NoUnit, round(float(scores.margin.sum()), 2)),
        contract.METRIC_RECOVERABLE_MARGIN: (MetricUnit.NoUnit, round(model.recoverable, 2)),
    }
    if to_log and model.decided.assigner is not None:
        values[contract.METRIC_DECISIONS] = (MetricUnit.Count, len(model.decided))
    levels = scores.level.tolist()
    for level in sorted(set(levels)):
        values[contract.METRIC_PREDICTIONS_BY_RISK[RISK_LEVELS[level]]] = (MetricUnit.Count, levels.count(level))
    dimensions = {contract.DIMENSION_MODEL_VERSION: model.version, contract.DIMENSION_ARM: model.role}
    telemetry.emit(values, correlation_id, **dimensions)


def write_model_age(serving: Serving) -> None:
    """Write the champion's age."""
    age = dt.datetime.now(dt.UTC) - serving.champion.manifest.created
    telemetry.emit({contract.METRIC_MODEL_AGE_DAYS: (MetricUnit.NoUnit, age.total_seconds() / _SECONDS_PER_DAY)})


def write_failure(error: ScoringError) -> None:
    """Log why a model cannot be served, and count it. A registry without a first model is no failure."""
    if isinstance(error, NothingPromoted):
        telemetry.logger().warning("no model yet", reason=str(error))
        return
    unread = isinstance(error, RegistryUnreachable | RoutingBroken)
    cause = f"{type(error.__cause__).__name__}: {error.__cause__}" if error.__cause__ else None
    telemetry.logger().error("registry not read" if unread else "model not loaded", reason=str(error), cause=cause)
    telemetry.count(contract.METRIC_REGISTRY_FAILURES if unread else contract.METRIC_MODEL_LOAD_FAILURES)
