"""The models that answer now: what the registry's routing says, refreshed while the process lives.

The routing is read again, conditionally, when it is older than its time to live. Whatever goes wrong then, the last
good models keep answering, and ``problems`` says what is wrong. While there is none at all, the routing is read at most
once a second. In a process that starts with a broken champion, which
has no last good model, the champion before it answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Protocol

from lambda_fn.api.records import RecordReader
from lambda_fn.registry import Artefact, Routing
from lambda_fn.scoring.errors import ArtefactRejected, ModelUnavailable, ScoringError
from lambda_fn.scoring.service import Scorer

CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"
RETRY_SECONDS: Final = 1.0  # between two looks for a first model


class Models(Protocol):
    """What serving needs of the registry."""

    def routing_unless(self, etag: str | None) -> tuple[Routing, str] | None:
        """Return the routing and its ETag, or None where it is unchanged."""

    def load(self, version: str) -> Artefact:
        """Return a verified artefact."""


class Arm:
    """One model in service, with the reader of its records."""

    def __init__(self, artefact: Artefact) -> None:
        self.scorer = Scorer(artefact.manifest, artefact.onnx)
        self.manifest = artefact.manifest
        self.reader = RecordReader(artefact.manifest.recipe, self.scorer.layout)


@dataclass(frozen=True)
class Serving:
    """A consistent view of the models in service."""

    champion: Arm
    challenger: Arm | None = None
    challenger_share: float = 0.0

    def arm_of(self, user_id: str | int) -> tuple[str, Arm]:
        """Return the arm that scores a shopper: the same one as long as the experiment runs."""
        if self.challenger and share_of(user_id, self.challenger.scorer.version) < self.challenger_share:
            return CHALLENGER, self.challenger
        return CHAMPION, self.champion


def share_of(user_id: str | int, experiment: str) -> float:
    """Return a shopper's stable position in [0, 1) for one experiment."""
    digest = blake2b(f"{experiment}:{user_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


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
        self._arms: dict[str, Arm] = {}
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
        champion = self._arm(routing.champion, failures) or self._earlier_champion(routing)
        challenger = self._arm(routing.challenger, failures) if routing.challenger else None
        if champion is not None:
            self._serving = Serving(champion, challenger, routing.challenger_share)
        answering = self._serving.champion if self._serving else None
        self._arms = {arm.scorer.version: arm for arm in (answering, challenger) if arm}
        self._etag = None if failures else etag
        self._fail(failures)

    def _arm(self, version: str, failures: list[ScoringError]) -> Arm | None:
        if version in self._arms:
            return self._arms[version]
        try:
            return Arm(self._models.load(version))
        except ScoringError as error:
            failures.append(error)
        except Exception as error:  # noqa: BLE001 - whatever a broken artefact does, the last good one keeps answering
            failures.append(_caused(ArtefactRejected(f"model {version} cannot be built"), error))
        return None

    def _earlier_champion(self, routing: Routing) -> Arm | None:
        """Return the champion before a broken one, for a process that starts now and has no last good model."""
        earlier = routing.history[-1].champion if routing.history else None
        return self._arm(earlier, []) if earlier and self._serving is None else None

    def _fail(self, failures: list[ScoringError]) -> None:
        self.problems = tuple(str(failure) for failure in failures)
        for failure in failures:
            self._on_failure(failure)


def _caused(failure: ScoringError, cause: Exception) -> ScoringError:
    """Return a failure that is not raised, with its cause for the log."""
    failure.__cause__ = cause
    return failure
