"""Routes whose endpoints take the request and return the response, as all of this service do."""

from __future__ import annotations

from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import request_response


class DirectRoute(APIRoute):
    """A route that calls its endpoint with the request, and nothing else.

    FastAPI would look for parameters to fill in and for contexts to leave, which no endpoint here has, and take a tenth
    of a prediction for it. The OpenAPI document is that of any route.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.app = request_response(self.endpoint)
