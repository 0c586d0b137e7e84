"""Two who promote at once: what was compared is what is replaced, and MLflow's alias ends where the registry points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mypy_boto3_s3 import S3Client
from typer.testing import CliRunner

from lambda_fn.registry import Artefact, Registry
from lambda_fn.routing import Routing
from lambda_fn.scoring.artefact.manifest import Manifest
from tests import factories
from tests.integration.conftest import REGISTRY_BUCKET
from training.cli import registry as commands
from training.cli.app import app

CHAMPION, OTHER, OURS = (f"v2026070{day}T120000-0000000{day}" for day in (1, 2, 3))
METRICS = {
    "constant_f1": 0.7,
    "intervals_95": {"f1": [0.9, 0.95]},
    "largest_difference_from_sklearn": 0.0,
    "expected_calibration_error": 0.001,
    "onnx_microseconds_one_row": 10.0,
    "blanked": [{"share": share, "ece": 0.001, "ece_by_chance": 0.006} for share in (0.5, 1.0)],
    "champion_comparison": {
        "champion": CHAMPION,
        "rows": 1_000,
        "f1_difference": 0.01,
        "f1_interval": [0.005, 0.015],
        "roc_auc_difference": 0.01,
        "roc_auc_interval": [0.005, 0.015],
    },
}


@pytest.fixture
def registry(s3: S3Client) -> Registry:
    """Return a registry with a champion and two models that were compared with it and passed every gate."""
    registry = Registry(REGISTRY_BUCKET, s3)
    for version in (CHAMPION, OTHER, OURS):
        registry.publish(Artefact(*factories.artefact(version, metrics=METRICS, mlflow_run_id=f"run-{version}")))
    registry.promote(CHAMPION)
    return registry


class Interrupted(Registry):
    """A registry in which somebody else does something as soon as ``at``, one of its readers, has answered."""

    def __init__(self, s3: S3Client, meanwhile: Callable[[Registry], object], at: str = "manifest") -> None:
        super().__init__(REGISTRY_BUCKET, s3)
        self._other = Registry(REGISTRY_BUCKET, s3)
        self._at = at
        self._meanwhile: Callable[[Registry], object] | None = meanwhile

    def manifest(self, version: str) -> Manifest:
        found = super().manifest(version)
        self._interrupt("manifest")
        return found

    def find_routing(self) -> tuple[Routing, str] | None:
        found = super().find_routing()
        self._interrupt("find_routing")
        return found

    def _interrupt(self, at: str) -> None:
        if at == self._at and (meanwhile := self._meanwhile):
            self._meanwhile = None
            meanwhile(self._other)


@pytest.fixture
def aliases(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the versions that MLflow's alias was given to, one after the other."""
    moved: list[str] = []

    def set_champion(manifest: Manifest) -> bool:
        moved.append(manifest.model_version)
        return True

    monkeypatch.setattr("training.release.tracking.set_champion", set_champion)
    return moved


def invoke(monkeypatch: pytest.MonkeyPatch, registry: Registry, *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr(commands, "open_registry", lambda *_: registry)
    outcome = CliRunner().invoke(app, [*arguments, "--bucket", REGISTRY_BUCKET])
    return outcome.exit_code, outcome.stdout.strip(), " ".join(outcome.stderr.split())


@pytest.mark.parametrize(
    "promotion", [("promote", OURS), ("promote", OURS, "--force", "--why", "it is much better"),
                  ("promote", "--challenger", OURS)],
)  # fmt: skip
def test_a_champion_promoted_meanwhile_is_not_replaced(
    registry: Registry, s3: S3Client, monkeypatch: pytest.MonkeyPatch, aliases: list[str], promotion: tuple[str, ...]
) -> None:
    # Given somebody who promotes while our model is compared with the champion of before
    interrupted = Interrupted(s3, lambda other: other.promote(OTHER))
    # When ours is promoted
    code, out, told = invoke(monkeypatch, interrupted, *promotion)
    # Then it is refused, with who is champion now and what to do
    assert (code, out, aliases) == (1, "", [])
    assert (
        f"RegistryConflict: routing.json was changed meanwhile (promoted: {OTHER}); the champion is {OTHER} now. "
        "Nothing was changed by this command: run it again, to decide on that"
    ) in told
    assert registry.routing()[0].champion == OTHER


def test_a_first_champion_promoted_meanwhile_is_not_replaced(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(REGISTRY_BUCKET, s3)
    for version in (OTHER, OURS):
        registry.publish(Artefact(*factories.artefact(version, metrics=METRICS)))
    code, _, told = invoke(monkeypatch, Interrupted(s3, lambda other: other.promote(OTHER)), "promote", OURS)
    assert (code, registry.routing()[0].champion) == (1, OTHER)
    assert f"the champion is {OTHER} now" in told


@pytest.mark.usefixtures("aliases")
def test_an_unchanged_routing_is_replaced(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    assert invoke(monkeypatch, registry, "promote", OURS)[:2] == (0, f"champion {OURS}")
    assert registry.routing()[0].champion == OURS


def test_the_alias_ends_with_the_champion_of_the_registry(
    registry: Registry, s3: S3Client, monkeypatch: pytest.MonkeyPatch, aliases: list[str]
) -> None:
    # Given somebody who promotes, and moves the alias, after we have promoted and before we move it
    def promote_ours_then_theirs(self: Registry, version: str, *more: Any, **options: Any) -> Any:
        promoted = original(self, version, *more, **options)
        original(Registry(REGISTRY_BUCKET, s3), OTHER)
        aliases.append(OTHER)
        return promoted

    original = Registry.promote
    monkeypatch.setattr(Registry, "promote", promote_ours_then_theirs)
    # When we are done
    code, out, told = invoke(monkeypatch, registry, "promote", OURS)
    # Then the alias is where the registry points, and we say so
    assert (code, out) == (0, f"champion {OURS}")
    assert registry.routing()[0].champion == aliases[-1] == OTHER
    assert f"{OTHER} was promoted meanwhile; MLflow's alias follows it" in told


def test_an_experiment_started_meanwhile_is_not_ended(
    registry: Registry, s3: S3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an experiment, in whose place somebody starts another as soon as we have looked
    registry.challenge(OURS, 0.1)
    interrupted = Interrupted(s3, lambda other: other.challenge(OTHER, 0.2), at="find_routing")
    # When the first one is ended
    code, out, told = invoke(monkeypatch, interrupted, "promote", "--challenger", "none")
    # Then the other goes on
    assert (code, out) == (1, "")
    assert f"routing.json was changed meanwhile (challenger: {OTHER})" in told
    assert registry.routing()[0].challenger == OTHER


def test_a_promotion_made_meanwhile_is_not_rolled_back(
    registry: Registry, s3: S3Client, monkeypatch: pytest.MonkeyPatch, aliases: list[str]
) -> None:
    # Given a champion to roll back, in whose place somebody promotes another as soon as we have looked
    registry.promote(OURS)
    interrupted = Interrupted(s3, lambda other: other.promote(OTHER), at="find_routing")
    # When we roll back
    code, out, told = invoke(monkeypatch, interrupted, "rollback")
    # Then theirs stays
    assert (code, out, aliases) == (1, "", [])
    assert f"the champion is {OTHER} now" in told
    assert registry.routing()[0].champion == OTHER
