"""Errors as RFC 9457 problem+json. Every error of a request is mapped here."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, Field
from pydantic_core import to_json
from starlette.exceptions import HTTPException

from lambda_fn.api.outcome_store import OutcomesNotKept
from lambda_fn.contract import OUTCOMES_PATH, PROBLEM_MEDIA_TYPE
from lambda_fn.scoring.errors import InvalidRecords, ModelUnavailable


class FieldError(BaseModel):
    """One faulty place in the request."""

    pointer: str = Field(description="JSON pointer into the request body, such as /records/3/age.")
    detail: str


class Problem(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    correlation_id: str
    errors: list[FieldError] | None = Field(default=None, description="With 422: every faulty field.")


def problem(status: int, detail: str, correlation_id: str, **more: Any) -> Response:
    """Return a problem+json response."""
    headers = more.pop("headers", None)
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "correlation_id": correlation_id,
        **more,
    }
    return Response(to_json(body), status, headers, PROBLEM_MEDIA_TYPE)


def correlation_id(request: Request) -> str:
    """Return the id that ties a response to its log lines."""
    return str(request.state.correlation_id)


def install(app: FastAPI) -> None:
    """Map every error the routes can raise."""

    @app.exception_handler(InvalidRecords)
    async def invalid(request: Request, error: InvalidRecords) -> Response:
        faults = [{"pointer": fault.pointer, "detail": fault.message} for fault in error.faults]
        done = "taken" if request.url.path.endswith(f"/{OUTCOMES_PATH}") else "scored"
        named = ", ".join(fault.pointer.removeprefix("/") or "the body" for fault in error.faults[:5])
        return problem(422, f"The request cannot be {done}; see {named}.", correlation_id(request), errors=faults)

    @app.exception_handler(ModelUnavailable)
    async def unavailable(request: Request, error: ModelUnavailable) -> Response:
        return problem(503, f"No model can answer: {error}.", correlation_id(request), headers={"retry-after": "30"})

    @app.exception_handler(OutcomesNotKept)
    async def not_kept(request: Request, error: OutcomesNotKept) -> Response:
        detail = f"The outcomes were not kept: {error}."
        return problem(503, detail, correlation_id(request), headers={"retry-after": "30"})

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        return problem(error.status_code, error.detail, correlation_id(request), headers=error.headers)
