"""The base path of a custom domain, such as ``/shop``, which API Gateway leaves in the path that it hands on."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class BasePath:
    """ASGI middleware. Routes match below ``base_path`` and, as through the stage's own address, without it."""

    def __init__(self, app: ASGIApp, base_path: str) -> None:
        self._app = app
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            scope["root_path"] = self._base_path  # starlette takes it off the path before it looks for a route
        await self._app(scope, receive, send)
