"""The HTTP door: thin routes over the scoring core, served by Lambda through Mangum or by any ASGI server."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections import Counter
from contextlib import suppress
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from mangum import Mangum
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from lambda_fn import contract, telemetry
from lambda_fn.api import answers, problems
from lambda_fn.api.docs import DOCS_HEADERS, docs_page
from lambda_fn.api.openapi import document, request_body, responses
from lambda_fn.api.records import Record
from lambda_fn.api.request_log import RequestLog
from lambda_fn.api.serving import CHALLENGER, CHAMPION, Arm, ModelServer, Serving
from lambda_fn.registry import Registry
from lambda_fn.scoring.errors import (
    InvalidRecords,
    ModelUnavailable,
    NothingPromoted,
    RegistryUnreachable,
    RoutingBroken,
    ScoringError,
)
from lambda_fn.scoring.service import RISK_LEVELS, Scores
from lambda_fn.settings import Settings, settings

_TEXT_TYPES = ["text/", "application/json", contract.PROBLEM_MEDIA_TYPE]  # everything else travels as base64
# Where S3 hangs, a refresh must end before the function does, so that the last good model can answer.
_QUICK_TO_FAIL = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2})
router = APIRouter(prefix=contract.API_BASE_PATH)


def create_app(server: ModelServer, config: Settings) -> FastAPI:
    """Return the service as an ASGI application that answers with the models of ``server``."""
    app = FastAPI(
        title="Cart abandonment",
        version="1",
        description="Who will abandon, what to offer, and whether the offer pays for itself.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # behind a gateway the redirect would leave its stage
    )
    app.state.server = server
    app.state.access_tokens = config.access_tokens
    app.include_router(router)
    problems.install(app)
    app.add_middleware(RequestLog)
    if origins := config.allowed_origins():
        app.add_middleware(  # around all: a browser may read what failed, too
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=list(contract.CORS_HEADERS),
        )
    return app


@router.post(
    "/predict",
    responses=responses(answers.Prediction, 403, 413, 422),
    openapi_extra=request_body("PredictRequest"),
)
async def predict(request: Request) -> Response:
    """Score one shopper."""
    started = time.perf_counter()
    body = await _body(request)
    serving = _serving(request)
    record = serving.champion.reader.read_one(body)
    name, arm = serving.arm_of(record["user_id"])
    if name == CHALLENGER:
        try:
            record = arm.reader.read_one(body)
        except InvalidRecords:
            name, arm = _refused_by_challenger(serving, 1)
    [answer] = _score(request, arm, name, [record], started)
    return _json(answer)


@router.post(
    "/predict/batch",
    responses=responses(answers.BatchPrediction, 403, 413, 422),
    openapi_extra=request_body("BatchRequest"),
)
async def predict_batch(request: Request) -> Response:
    """Score up to 1,000 shoppers. One faulty record refuses the request and is named; none is dropped silently."""
    started = time.perf_counter()
    body = await _body(request)
    serving = _serving(request)
    records = serving.champion.reader.read_many(body)
    chosen = [row for row, record in enumerate(records) if serving.arm_of(record["user_id"])[0] == CHALLENGER]
    challenged: dict[int, Record] = {}
    if chosen and serving.challenger:
        challenged = serving.challenger.reader.read_some(body, chosen)
        if len(challenged) < len(chosen):
            _refused_by_challenger(serving, len(chosen) - len(challenged))
    rest = {row: record for row, record in enumerate(records) if row not in challenged}
    answered: list[dict[str, Any]] = [{}] * len(records)
    for name, arm, parsed in ((CHAMPION, serving.champion, rest), (CHALLENGER, serving.challenger, challenged)):
        if arm is None or not parsed:
            continue
        for row, answer in zip(parsed, _score(request, arm, name, list(parsed.values()), started), strict=True):
            answered[row] = answer
    return _json({"predictions": answered})


@router.get("/health", responses=responses(answers.Health), openapi_extra={"security": []})
async def health(request: Request) -> Response:
    """Say whether predictions can be made."""
    serving = _serving(request)
    reasons = list(_server(request).problems)
    status = "degraded" if reasons else "ok"
    return _json({"status": status, "model_version": serving.champion.scorer.version, "problems": reasons})


@router.get("/model/info", responses=responses(answers.ModelInfo, 403))
async def model_info(request: Request) -> Response:
    """Describe the models in service."""
    serving = _serving(request)
    share = serving.challenger_share if serving.challenger else 0.0
    challenger = answers.describe(serving.challenger.scorer, share) if serving.challenger else None
    return _json({"champion": answers.describe(serving.champion.scorer, 1 - share), "challenger": challenger})


@router.get("/model/metrics", responses=responses(answers.ModelMetrics, 403))
async def model_metrics(request: Request) -> Response:
    """Return the champion's metrics beside those of its baselines."""
    manifest = _serving(request).champion.manifest
    return _json({"model_version": manifest.model_version, "metrics": manifest.metrics})


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> Response:
    """Return the OpenAPI document, with the request schema of the champion's recipe."""
    try:
        champion = _serving(request).champion
    except ModelUnavailable:
        champion = None
    return _json(document(request.app, champion, access_tokens=request.app.state.access_tokens))


@router.get(f"/{contract.DOCS_PATH}", include_in_schema=False)
async def docs(request: Request) -> Response:
    """Return a page to read and try the API."""
    return HTMLResponse(docs_page(request.app.title), headers=DOCS_HEADERS)


def _refused_by_challenger(serving: Serving, records: int) -> tuple[str, Arm]:
    """Return the champion: what it takes is answered, whatever the other side of an experiment takes."""
    telemetry.logger().warning("scored by the champion: the challenger refuses them", records=records)
    return CHAMPION, serving.champion


def _score(
    request: Request, arm: Arm, name: str, records: list[dict[str, Any]], started: float
) -> list[dict[str, Any]]:
    now = dt.datetime.now(dt.UTC)
    scores = arm.scorer.score(arm.reader.columns(records), now.date())
    answered = answers.predictions([record["user_id"] for record in records], arm.scorer, scores, now)
    _measure(scores, started, problems.correlation_id(request), arm.scorer.version, name)
    return answered


def _measure(scores: Scores, started: float, correlation_id: str, version: str, arm: str) -> None:
    values: dict[str, tuple[MetricUnit, float]] = {
        contract.METRIC_PREDICTIONS: (MetricUnit.Count, len(scores.risk)),
        contract.METRIC_PREDICTION_LATENCY: (MetricUnit.Milliseconds, (time.perf_counter() - started) * 1000),
        contract.METRIC_EXPECTED_MARGIN: (MetricUnit.NoUnit, round(float(scores.margin.sum()), 2)),
    }
    for level, count in Counter(scores.level.tolist()).items():
        values[contract.METRIC_PREDICTIONS_BY_RISK[RISK_LEVELS[level]]] = (MetricUnit.Count, count)
    dimensions = {contract.DIMENSION_MODEL_VERSION: version, contract.DIMENSION_ARM: arm}
    telemetry.emit(values, correlation_id, **dimensions)


def _json(content: Any) -> Response:
    return Response(to_json(content), media_type="application/json")


async def _body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():  # no gateway stands before uvicorn to bound it
        body += piece
        if len(body) > contract.MAX_BODY_BYTES:
            raise HTTPException(413, f"Send at most {contract.MAX_BODY_BYTES:,} bytes; split the batch.")
    return body


def _server(request: Request) -> ModelServer:
    server: ModelServer = request.app.state.server
    return server


def _serving(request: Request) -> Serving:
    return _server(request).current()


def _on_check(serving: Serving) -> None:
    age = dt.datetime.now(dt.UTC) - serving.champion.manifest.created
    telemetry.emit({contract.METRIC_MODEL_AGE_DAYS: (MetricUnit.NoUnit, age.total_seconds() / 86_400)})


def _on_failure(error: ScoringError) -> None:
    if isinstance(error, NothingPromoted):
        telemetry.logger().warning("no model yet", reason=str(error))
        return
    unread = isinstance(error, RegistryUnreachable | RoutingBroken)
    cause = f"{type(error.__cause__).__name__}: {error.__cause__}" if error.__cause__ else None
    telemetry.logger().error("registry not read" if unread else "model not loaded", reason=str(error), cause=cause)
    telemetry.count(contract.METRIC_REGISTRY_FAILURES if unread else contract.METRIC_MODEL_LOAD_FAILURES)


@cache
def application() -> FastAPI:
    """Return the process's application, serving the registry that the settings name."""
    config = settings()
    registry = Registry(config.registry_bucket, boto3.client("s3", config=_QUICK_TO_FAIL))
    return create_app(ModelServer(registry, config.routing_ttl_seconds, _on_failure, _on_check), config)


@cache
def _entry() -> Any:
    serve = Mangum(application(), lifespan="off", text_mime_types=_TEXT_TYPES)

    @telemetry.logger().inject_lambda_context
    def answer(event: dict[str, Any], context: Any) -> Any:
        telemetry.logger().set_correlation_id(event.get("requestContext", {}).get("requestId"))
        return serve(event, context)

    return answer


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API Gateway event."""
    answer: dict[str, Any] = _entry()(event, context)
    return answer


def prepare_snapshot() -> None:
    """Load everything that a SnapStart snapshot should hold, and have the rest made again after each restore.

    A snapshot can be restored weeks later, by many environments: the routing is read again before the first answer.
    The S3 client needs no care, it opens a new connection where it finds the old one closed, and asks for credentials
    when those it has are old.
    """
    from snapshot_restore_py import register_after_restore  # part of AWS's Python runtime

    _entry()
    server: ModelServer = application().state.server
    with suppress(ModelUnavailable):
        server.current()
    register_after_restore(server.expire)


if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    prepare_snapshot()
