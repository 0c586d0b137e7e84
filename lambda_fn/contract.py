"""Every name and limit that code and infrastructure must agree on, written once."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

SERVICE: Final = "cart-abandonment"
METRIC_NAMESPACE: Final = "CartAbandonment"
PYTHON_VERSION: Final = "3.13"  # of the functions in AWS
API_BASE_PATH: Final = "/api/v1"
BASE_PATH_PATTERN: Final = r"^(/[A-Za-z0-9_.~-]+)*$"  # of a custom domain: /shop, or /shop/eu, or none
DOCS_PATH: Final = "docs"
OUTCOMES_PATH: Final = "outcomes"  # of the API, below its base path
PUBLIC_PATHS: Final = ("health", DOCS_PATH, "openapi.json")  # under the base path: GET needs no API key
PROBLEM_MEDIA_TYPE: Final = "application/problem+json"
PROBLEM_CORRELATION_ID: Final = "correlation_id"  # member of a problem: the gateway's request id

CORS_HEADERS: Final = ("Content-Type", "X-Api-Key", "Authorization", "X-Correlation-Id")  # that a browser may send
SECURITY_HEADERS: Final = MappingProxyType(  # of every answer, the gateway's own included
    {
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cache-Control": "no-store",
    }
)

# Environment variables of the Lambda functions (read by lambda_fn.settings, set by the cdk constructs).
ENV_ENVIRONMENT: Final = "APP_ENVIRONMENT"
ENV_REGISTRY_BUCKET: Final = "APP_REGISTRY_BUCKET"
ENV_DATA_BUCKET: Final = "APP_DATA_BUCKET"
ENV_CORS_ORIGINS: Final = "APP_CORS_ORIGINS"  # comma separated; empty: no CORS headers
ENV_ACCESS_TOKENS: Final = "APP_ACCESS_TOKENS"  # true: the gateway asks for one beside the API key
ENV_BASE_PATH: Final = "APP_BASE_PATH"  # of the API's custom domain, such as /shop; empty: none
ENV_ROUTING_TTL_SECONDS: Final = "APP_ROUTING_TTL_SECONDS"
ENV_SERVICE: Final = "POWERTOOLS_SERVICE_NAME"  # read by Powertools itself: `service_name(environment)`
ENV_METRIC_NAMESPACE: Final = "POWERTOOLS_METRICS_NAMESPACE"  # read by Powertools itself
ENV_LOG_LEVEL: Final = "POWERTOOLS_LOG_LEVEL"  # read by Powertools itself

# onnxruntime sends telemetry to Microsoft unless this is set before it is imported (its Privacy.md).
NO_TELEMETRY: Final = MappingProxyType({"ORT_DISABLE_TELEMETRY": "1"})

ENV_DECISION_STREAM: Final = "APP_DECISION_STREAM"  # Firehose stream; empty: decisions are not logged

# Handlers, as `module.function` inside the bundle.
HANDLER_API: Final = "lambda_fn.api.entry.handler"
HANDLER_PLAN: Final = "lambda_fn.batch.plan.handler"
HANDLER_MEASURE_CHUNK: Final = "lambda_fn.batch.measure_chunk.handler"
HANDLER_SETTLE: Final = "lambda_fn.batch.settle.handler"
HANDLER_SCORE_CHUNK: Final = "lambda_fn.batch.score_chunk.handler"
HANDLER_FINALIZE: Final = "lambda_fn.batch.finalize.handler"
HANDLER_FAIL: Final = "lambda_fn.batch.fail.handler"

# The error class by whose name the workflow recognises a file that no retry can score.
ERROR_UNUSABLE_FILE: Final = "UnusableFile"

# Environment of a scoring worker, whose arrays of a few hundred kilobytes come and go: glibc's allocator keeps their
# memory, where it would give it back and have the kernel clear it again. A tenth of a worker's time.
WORKER_ALLOCATOR: Final = MappingProxyType(
    {"MALLOC_MMAP_THRESHOLD_": "67108864", "MALLOC_TRIM_THRESHOLD_": "268435456"}  # bytes
)

# Registry bucket.
MODELS_PREFIX: Final = "models/"
ROUTING_KEY: Final = "routing.json"

# Data bucket.
INCOMING_PREFIX: Final = "incoming/"
SCORED_PREFIX: Final = "scored/"
REJECTED_PREFIX: Final = "rejected/"
REPORTS_PREFIX: Final = "reports/"
FAILED_PREFIX: Final = "failed/"
WORK_PREFIX: Final = "work/"
DECISIONS_PREFIX: Final = "decisions/"
OUTCOMES_PREFIX: Final = "outcomes/"
REJECTED_OUTCOMES_PREFIX: Final = "rejected_outcomes/"  # rows of outcomes that the latest watch could not take
WATCH_PREFIX: Final = f"{REPORTS_PREFIX}watch/"  # what became of the decisions, day by day
TRAINING_PREFIX: Final = "training/"  # CSVs with a label, for the training job in AWS
METADATA_PERIOD_START: Final = "period-start"  # of outcomes, ISO 8601: no row in the period means no purchase
METADATA_PERIOD_END: Final = "period-end"
INCOMING_SUFFIXES: Final = (".csv", ".csv.gz", ".CSV")  # the rule that starts the workflow tells case apart

# Limits.
MAX_BATCH_RECORDS: Final = 1_000
MAX_BODY_BYTES: Final = 5 * 1024 * 1024  # Lambda takes 6 MB, base64 included
CHUNK_BYTES: Final = 64 * 1024 * 1024  # of a file; larger where a file would have more than MOST_CHUNKS
EXPLAINED_CHUNK_BYTES: Final = 8 * 1024 * 1024  # where rows get reasons, which take longer than their scores
MOST_CHUNKS: Final = 5_000  # S3 joins 10,000 parts at most; a chunk's output may need several of 5 GiB
MAX_LINE_BYTES: Final = 1024 * 1024
ROUTING_TTL_SECONDS: Final = 30

# Metrics (EMF, namespace METRIC_NAMESPACE). Dimension of all: service, which tells environments in one account apart.
# Those with extra dimensions (in the comment) are also published by service alone: alarms need a fixed set.
METRIC_PREDICTIONS: Final = "Predictions"  # model_version, arm
METRIC_PREDICTIONS_BY_RISK: Final = {
    "LOW": "LowRiskPredictions",
    "MEDIUM": "MediumRiskPredictions",
    "HIGH": "HighRiskPredictions",
}
METRIC_PREDICTION_LATENCY: Final = "PredictionLatency"  # milliseconds
METRIC_MODEL_LOAD_FAILURES: Final = "ModelLoadFailures"  # a promoted artefact is broken
METRIC_REGISTRY_FAILURES: Final = "RegistryFailures"  # the routing cannot be read
METRIC_MODEL_AGE_DAYS: Final = "ModelAgeDays"
METRIC_ROWS_SCORED: Final = "RowsScored"
METRIC_ROWS_REJECTED: Final = "RowsRejected"
METRIC_REJECTED_SHARE: Final = "RejectedShare"  # percent of a file's rows
METRIC_DRIFT: Final = "LargestStabilityIndex"  # model_version
METRIC_BLANKS: Final = "LargestRiseInBlanks"  # model_version; of the share of missing values of an input
METRIC_EXPECTED_MARGIN: Final = "ExpectedMargin"
METRIC_RECOVERABLE_MARGIN: Final = "RecoverableMargin"
METRIC_JOBS_FAILED: Final = "JobsFailed"
METRIC_DECISIONS: Final = "Decisions"  # of the API, that the log should hold
METRIC_DECISIONS_LOGGED: Final = "DecisionsLogged"
# Put by the daily watch.
METRIC_MATURED: Final = "MaturedDecisions"
METRIC_PENDING_SHARE: Final = "PendingShare"
METRIC_SAMPLE_RATIO: Final = "SampleRatioPValue"
METRIC_CALIBRATION_SLOPE: Final = "CalibrationSlope"
METRIC_CALIBRATION_INTERCEPT: Final = "CalibrationIntercept"
METRIC_BELOW_EXPECTED: Final = "OffersBelowExpected"
METRIC_OUTCOMES: Final = "Outcomes"  # taken, posted or dropped
METRIC_OUTCOMES_REJECTED: Final = "OutcomesRejected"  # rows of dropped files
METRIC_OUTCOME_FILES_UNUSABLE: Final = "OutcomeFilesUnusable"
DIMENSION_MODEL_VERSION: Final = "model_version"
DIMENSION_ARM: Final = "arm"
DIMENSION_SERVICE: Final = "service"


def chunk_bytes(file_bytes: int, smallest: int = CHUNK_BYTES) -> int:
    """Return how large the chunks of a file are: ``smallest``, or as large as MOST_CHUNKS of them need to be."""
    return max(smallest, -(-file_bytes // MOST_CHUNKS))


def split_ending(key: str) -> tuple[str, str]:
    """Split a dropped file's key into its stem and its ending, which is one of INCOMING_SUFFIXES or empty.

    >>> split_ending("incoming/shoppers.csv.gz")
    ('incoming/shoppers', '.csv.gz')
    """
    ending = next((ending for ending in INCOMING_SUFFIXES if key.endswith(ending)), "")
    return key.removesuffix(ending), ending


def service_name(environment: str) -> str:
    """Return the `service` of an environment's log lines and metrics."""
    return f"{SERVICE}-{environment}"
