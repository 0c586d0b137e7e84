"""Stand-ins for parts that a test wants to steer."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from lambda_fn import contract
from lambda_fn.api.problems import problem
from lambda_fn.registry import Artefact
from lambda_fn.routing import Routing
from lambda_fn.scoring.errors import NothingPromoted, RegistryUnreachable
from lambda_fn.scoring.offers.assignment import KEY_BYTES
from tests import factories


class FakeModels:
    """A registry in memory that can be told to fail."""

    def __init__(self) -> None:
        self.route: Routing | None = None
        self.broken: dict[str, Exception] = {}
        self.loads: list[str] = []
        self.unreachable = False
        self.on_read: Callable[[], object] = lambda: None
        self.changes: dict[str, Any] = {}

    def promote(self, version: str, challenger: str | None = None, share: float = 0.0) -> None:
        self.route = Routing(
            champion=version, challenger=challenger, challenger_share=share, assignment_key="5e" * KEY_BYTES
        )

    def routing_unless(self, etag: str | None) -> tuple[Routing, str] | None:
        self.on_read()
        if self.unreachable:
            raise RegistryUnreachable("the model registry does not answer")
        if self.route is None:
            raise NothingPromoted("no model is promoted yet")
        current = str(hash(self.route.model_dump_json()))
        return None if etag == current else (self.route, current)

    def load(self, version: str) -> Artefact:
        self.loads.append(version)
        if version in self.broken:
            raise self.broken[version]
        return Artefact(*factories.artefact(version, **self.changes))


class FakeStore:
    """A store of outcomes in memory."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []

    def keep(self, table: bytes) -> str:
        self.kept.append(table)
        return "outcomes/posted/one.csv"


class FakeGateway:
    """What API Gateway does before the service sees a request: it refuses those without the API key."""

    KEY = "a-key-for-tests"

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        public = {f"{contract.API_BASE_PATH}/{path}" for path in contract.PUBLIC_PATHS}
        keyless = scope["type"] != "http" or scope["path"] in public
        if keyless or Request(scope).headers.get("x-api-key") == self.KEY:
            await self._app(scope, receive, send)
        else:
            await problem(403, "Forbidden", "none")(scope, receive, send)
