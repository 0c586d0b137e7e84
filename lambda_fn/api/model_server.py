"""Keeping the models in service up to date: what the registry's routing says, read again while the process lives.

The routing is read again, conditionally, when it is older than its time to live.
Where that fails, the last good models keep answering, and ``problems`` says why.
A process that starts with a broken champion has no last good model: the champion before it answers.
While no model can answer, the routing is read at most once per RETRY_SECONDS.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Protocol

from lambda_fn.api.served_model import ServedModel
from lambda_fn.api.serving import Serving
from lambda_fn.registry import Artefact
from lambda_fn.routing import Routing
from lambda_fn.scoring.errors import ArtefactRejected, ModelUnavailable, ScoringError

RETRY_SECONDS: Final = 1.0


class Models(Protocol):
    """What a server needs of the registry."""

    def routing_unless(self, etag: str | None) -> tuple[Routing, str] | None:
        """Return the routing and its ETag, or None where it is unchanged."""

    def load(self, version: str) -> Artefact:
        """Return a verified artefact."""


class ModelServer:
    """Keeps the models in service up to date."""

    def __init__(
        self,
        models: Models,
        ttl_seconds: float,
        on_failure: Callable[[ScoringError], None] = lambda _error: None,
        on_check: Callable[[Serving], None] = lambda _serving: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._models = models
        self._ttl_seconds = ttl_seconds
        self._on_failure = on_failure
        self._on_check = on_check
        self._clock = clock
        self._checked_at: float | None = None
        self._etag: str | None = None
        self._models_by_version: dict[str, ServedModel] = {}
        self._serving: Serving | None = None
        self.problems: tuple[str, ...] = ()

    def current(self) -> Serving:
        """Return the models in service; raise ModelUnavailable where there are none."""
        now = self._clock()
        wait = self._ttl_seconds if self._serving else min(self._ttl_seconds, RETRY_SECONDS)
        if self._checked_at is None or now - self._checked_at >= wait:
            self._checked_at = now  # first: where the registry hangs, this call waits for it, and not the next ones
            self._refresh()
            if self._serving:
                self._on_check(self._serving)
        if self._serving is None:
            raise ModelUnavailable("; ".join(self.problems))
        return self._serving

    def expire(self) -> None:
        """Read the routing again before the next answer, however young it is."""
        self._checked_at = None

    def _refresh(self) -> None:
        try:
            found = self._models.routing_unless(self._etag)
        except ScoringError as error:
            self._etag = None
            self._fail([error])
            return
        if found is None:
            return
        routing, etag = found
        failures: list[ScoringError] = []
        champion = self._served(routing.champion, failures) or self._earlier_champion(routing)
        challenger = self._served(routing.challenger, failures) if routing.challenger else None
        if champion is not None:
            self._serving = Serving(champion, challenger, routing.challenger_share, routing.assigner())
        answering = self._serving.champion if self._serving else None
        self._models_by_version = {model.scorer.version: model for model in (answering, challenger) if model}
        self._etag = None if failures else etag
        self._fail(failures)

    def _served(self, version: str, failures: list[ScoringError]) -> ServedModel | None:
        if version in self._models_by_version:
            return self._models_by_version[version]
        try:
            return ServedModel(self._models.load(version))
        except ScoringError as error:
            failures.append(error)
        except Exception as error:  # noqa: BLE001 - whatever a broken artefact does, the last good one keeps answering
            failures.append(_caused(ArtefactRejected(f"model {version} cannot be built"), error))
        return None

    def _earlier_champion(self, routing: Routing) -> ServedModel | None:
        """Return the champion before a broken one, for a process that starts now and has no last good model."""
        earlier = routing.history[-1].champion if routing.history else None
        return self._served(earlier, []) if earlier and self._serving is None else None

    def _fail(self, failures: list[ScoringError]) -> None:
        self.problems = tuple(str(failure) for failure in failures)
        for failure in failures:
            self._on_failure(failure)


def _caused(failure: ScoringError, cause: Exception) -> ScoringError:
    """Return a failure that is not raised, with its cause for the log."""
    failure.__cause__ = cause
    return failure
