"""A request's correlation id, the headers every answer carries, and a log line for what was refused or failed.

What succeeded is not logged again here: the gateway's access log has a line for every request, and a prediction's
metrics line carries the same correlation id.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterable
from typing import Any, Final
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lambda_fn.api.problems import problem
from lambda_fn.contract import SECURITY_HEADERS
from lambda_fn.telemetry import logger

CORRELATION_HEADER: Final = "x-correlation-id"
_CORRELATION_NAME: Final = CORRELATION_HEADER.encode()
_SECURITY_HEADERS: Final = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
_FIRST_ERROR: Final = 400


class RequestLog:
    """ASGI middleware. An error nobody mapped becomes a 500 that tells the caller only its correlation id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        correlation_id = _correlation_id(scope)
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_headers(message["headers"], correlation_id)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 - the last resort: log it, say nothing of it outside
            # The error's message is not logged: it may quote a shopper's value.
            stack = traceback.format_tb(error.__traceback__)
            logger().error("unhandled error", correlation_id=correlation_id, error=type(error).__name__, stack=stack)
            answer = problem(500, "Something failed here; quote the correlation id to the operator.", correlation_id)
            await answer(scope, receive, send_with_headers)
        if status >= _FIRST_ERROR:
            logger().warning(
                "request refused" if status < 500 else "request failed",
                correlation_id=correlation_id,
                method=scope["method"],
                route=getattr(scope.get("route"), "path", None),  # not the path, in which anything may stand
                status=status,
                duration_ms=round((time.perf_counter() - started) * 1000, 3),
            )


def _with_headers(headers: Iterable[tuple[bytes, bytes]], correlation_id: str) -> list[tuple[bytes, bytes]]:
    """Return an answer's headers, names in lower case, with those of every answer; what a route says itself stands."""
    own = dict(headers)
    added = [header for header in _SECURITY_HEADERS if header[0] not in own]
    return [*headers, *added, (_CORRELATION_NAME, correlation_id.encode())]


def _correlation_id(scope: Scope) -> str:
    """Return API Gateway's request id, so that its access log and ours agree; elsewhere a new one."""
    event: dict[str, Any] = scope.get("aws.event", {})
    gateway: Any = event.get("requestContext", {}).get("requestId")
    return str(gateway or uuid4())
