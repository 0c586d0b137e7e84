"""What every tab works with: the API, the bucket, and what the champion's description says."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from console import markup
from console.client import ApiClient, ApiError
from console.customers import Cells
from console.effects import Effects, read_effects
from console.exports import Exports
from console.inputs import Inputs, UnknownDescription, read_inputs
from console.settings import ConsoleSettings
from console.store import Store, StoreError
from lambda_fn.scoring.errors import ScoringError
from training.errors import TrainingError

Found = TypeVar("Found")
REMEMBERED_SECONDS: Final = 10.0
# What a user can do something about. Anything else is a defect and ends in the log.
TOLD: Final = (ApiError, StoreError, UnknownDescription, TrainingError, ScoringError, ClientError, BotoCoreError)


@dataclass(frozen=True)
class Backend:
    """The API and the bucket of one environment."""

    settings: ConsoleSettings
    api: ApiClient
    store: Store
    exports: Exports = field(default_factory=Exports)

    _remembered: dict[str, tuple[float, Any]] = field(default_factory=dict)
    _effects: dict[str, Effects | None] = field(default_factory=dict)  # of one version: they never change

    def inputs(self) -> Inputs:
        """Return the champion's inputs."""
        return self._recent("inputs", lambda: read_inputs(self.api.openapi()))

    def champion(self) -> dict[str, Any]:
        """Describe the champion."""
        return self._recent("info", lambda: dict(self.api.model_info()["champion"]))

    def metrics(self) -> dict[str, Any]:
        """Return the champion's metrics, with its version."""
        return self._recent("metrics", self.api.model_metrics)

    def effects(self) -> Effects | None:
        """Return the effects of the champion's explained holdout shoppers; None where it gives no reasons."""
        version = str(self.champion()["model_version"])
        if version not in self._effects:
            self._effects.clear()
            self._effects[version] = read_effects(self.store.metrics(version))
        return self._effects[version]

    def last_customers(self, most: int) -> tuple[dict[str, Cells], str]:
        """Return the first customers of the file that was scored last, by id, and its key; empty where there is none.

        They are read by the model that scored them.
        """
        files = self.store.scored_files()
        report = self.store.report(files[0].stem) if files else None
        if report is None:
            return {}, ""
        key = str(report["input"]["key"])
        manifest = self.store.registry.manifest(report["model_version"])
        return self.store.first_customers(key, manifest, most), key

    def _recent(self, name: str, ask: Callable[[], Found]) -> Found:
        """Return what was asked a moment ago, or ask: the tabs of one visit ask for the same."""
        found: Found
        at, found = self._remembered.get(name, (0.0, None))
        if not at or time.monotonic() - at > REMEMBERED_SECONDS:
            at, found = time.monotonic(), ask()
            self._remembered[name] = (at, found)
        return found


def explained(error: Exception) -> str:
    """Return an error that a user can act on, as a message."""
    return markup.note("problem", "That did not work", str(error))
