"""The HTTP application. A route reads the body, makes one call, and answers."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.telemetry import TelemetryConfig
from pydantic_core import to_json
from starlette.middleware.cors import CORSMiddleware

from lambda_fn import contract, telemetry
from lambda_fn.api import answers, metrics, problems
from lambda_fn.api.decision_stream import DecisionStream
from lambda_fn.api.direct_route import DirectRoute
from lambda_fn.api.documentation.docs import DOCS_HEADERS, docs_page
from lambda_fn.api.documentation.openapi import document, request_body, responses, scoring_request
from lambda_fn.api.middleware.base_path import BasePath
from lambda_fn.api.middleware.head_requests import HeadRequests
from lambda_fn.api.middleware.request_log import RequestLog
from lambda_fn.api.model_server import ModelServer
from lambda_fn.api.notices import reasons_asked
from lambda_fn.api.outcome_store import Keeps, OutcomesNotKept
from lambda_fn.api.parsing.outcomes import REQUEST, outcome_reader
from lambda_fn.api.parsing.request_body import read_body
from lambda_fn.api.serving import Answered, Serving
from lambda_fn.scoring.errors import ModelUnavailable
from lambda_fn.settings import Settings

# Groups of operations on the page that documents them.
SCORING, OUTCOMES, MODELS, SERVICE = "Score shoppers", "Outcomes", "The models in service", "The service"
GROUPS = {
    SCORING: "How likely a cart is abandoned, given what is known of its shopper, and the offer that pays for itself.",
    OUTCOMES: "What became of the shoppers that were scored: the orders, from which the offers' effects are learnt.",
    MODELS: "Which models answer, and how good they are.",
    SERVICE: "Whether it answers at all.",
}
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
_NO_KEY = "no decision was logged yet: promote a model, or set control group and exploration"

router = APIRouter(prefix=contract.API_BASE_PATH, route_class=DirectRoute)


def create_app(
    server: ModelServer, config: Settings, stream: DecisionStream | None = None, store: Keeps | None = None
) -> FastAPI:
    """Return the service as an ASGI application that answers with the models of ``server``.

    stream: takes the decisions for the log; None where there is no log.
    store: takes outcomes; None where there is no data bucket.
    """
    app = FastAPI(
        title="Cart abandonment",
        version="1",
        description="Who will abandon, what to offer, and whether the offer pays for itself.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        openapi_tags=[{"name": name, "description": text} for name, text in GROUPS.items()],
        telemetry=_NO_TELEMETRY,
        redirect_slashes=False,  # behind a gateway the redirect would leave its stage
    )
    app.state.server = server
    app.state.stream = stream
    app.state.store = store
    app.state.access_tokens = config.access_tokens
    app.router.routes.extend(router.routes)  # a router within a router would look each request's route up twice
    problems.install(app)
    app.add_middleware(HeadRequests)
    if config.base_path:
        app.add_middleware(BasePath, base_path=config.base_path)
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
    tags=[SCORING],
    summary="Score one shopper",
    responses=responses(answers.Prediction, 400, 403, 413, 415, 422),
    openapi_extra=scoring_request("PredictRequest"),
)
async def predict(request: Request) -> Response:
    """Score one shopper."""
    started = time.perf_counter()
    body = await read_body(request)
    answered = _serving(request).score_one(body, dt.datetime.now(dt.UTC), _reasons(request))
    _write(request, answered, started)
    [prediction] = answered.predictions
    return _json(prediction)


@router.post(
    "/predict/batch",
    tags=[SCORING],
    summary="Score up to 1,000 shoppers",
    responses=responses(answers.BatchPrediction, 400, 403, 413, 415, 422),
    openapi_extra=scoring_request("BatchRequest"),
)
async def predict_batch(request: Request) -> Response:
    """Score up to 1,000 shoppers. One faulty record refuses the request and is named; none is dropped silently."""
    started = time.perf_counter()
    body = await read_body(request)
    answered = _serving(request).score_many(body, dt.datetime.now(dt.UTC), _reasons(request))
    _write(request, answered, started)
    return _json({"predictions": answered.predictions})


@router.post(
    f"/{contract.OUTCOMES_PATH}",
    tags=[OUTCOMES],
    summary="Tell which orders came",
    responses=responses(answers.OutcomesTaken, 400, 403, 413, 415, 422),
    openapi_extra=request_body(REQUEST),
)
async def outcomes(request: Request) -> Response:
    """Keep up to 1,000 outcomes. One faulty outcome refuses the request and is named.

    A request that is sent again, word by word, is kept once.
    """
    body = await read_body(request)
    serving, store = _serving(request), request.app.state.store
    reader = outcome_reader(serving.champion.reader.id_name)
    rows = reader.read(body)
    if store is None or serving.assigner is None:
        raise OutcomesNotKept("there is no data bucket" if store is None else _NO_KEY)
    store.keep(reader.as_csv(rows, serving.assigner))
    telemetry.count(contract.METRIC_OUTCOMES, len(rows))
    return _json({"taken": len(rows)})


@router.get(
    "/health",
    tags=[SERVICE],
    summary="Ask whether the service answers",
    responses=responses(answers.Health),
    openapi_extra={"security": []},
)
async def health(request: Request) -> Response:
    """Say whether predictions can be made."""
    serving = _serving(request)
    reasons = list(_server(request).problems)
    status = "degraded" if reasons else "ok"
    return _json({"status": status, "model_version": serving.champion.scorer.version, "problems": reasons})


@router.get(
    "/model/info", tags=[MODELS], summary="Describe the models in service", responses=responses(answers.ModelInfo, 403)
)
async def model_info(request: Request) -> Response:
    """Describe the models in service."""
    serving = _serving(request)
    share = serving.challenger_share if serving.challenger else 0.0
    challenger = answers.describe(serving.challenger.scorer, share) if serving.challenger else None
    return _json(
        {
            "champion": answers.describe(serving.champion.scorer, 1 - share),
            "challenger": challenger,
            "assignment": answers.describe_assignment(serving.assignment),
        }
    )


@router.get(
    "/model/metrics",
    tags=[MODELS],
    summary="Read how good the champion is",
    responses=responses(answers.ModelMetrics, 403),
)
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


def _write(request: Request, answered: Answered, started: float) -> None:
    """Count the predictions of a request, and hand its decisions to the log."""
    stream: DecisionStream | None = request.app.state.stream
    if stream is not None:
        stream.add([model.decided for model in answered.models])
    metrics.write(answered, started, problems.correlation_id(request), to_log=stream is not None)


def _json(content: Any) -> Response:
    return Response(to_json(content), media_type="application/json")


def _reasons(request: Request) -> int:
    return reasons_asked(request.query_params.multi_items()) if request.scope["query_string"] else 0


def _server(request: Request) -> ModelServer:
    server: ModelServer = request.app.state.server
    return server


def _serving(request: Request) -> Serving:
    return _server(request).current()
