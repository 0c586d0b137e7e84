"""Routes whose endpoints take the request and return the response, as all of this service do."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute


class DirectRoute(APIRoute):
    """A route that calls its endpoint with the request, and nothing else.

    FastAPI would look for parameters to fill in, which no endpoint here has, and take a tenth of a prediction for it.
    The OpenAPI document is that of any route.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the endpoint as it is."""
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint
