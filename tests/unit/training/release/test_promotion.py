"""A promotion passes the gates, or is forced with a reason."""

import pytest

from lambda_fn.registry import Registry
from lambda_fn.scoring.artefact.manifest import Manifest
from tests import factories
from training.errors import PromotionRefused
from training.release.promotion import check, check_challenger, promote


def test_force_needs_a_reason() -> None:
    class Unused(Registry):
        def __init__(self) -> None:
            pass

    for why in (None, "  x  "):
        with pytest.raises(PromotionRefused, match="--why with a reason"):
            promote(Unused(), factories.VERSION, [], None, force=True, why=why)


class OneModel(Registry):
    """A registry of one model, which has no champion yet."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    def manifest(self, version: str) -> Manifest:
        assert version == self._manifest.model_version
        return self._manifest

    def find_routing(self) -> None:
        return None


def test_the_first_champion_is_compared_with_nobody_and_a_challenger_asks_for_its_share() -> None:
    manifest, _ = factories.artefact()
    registry = OneModel(manifest)
    common = [
        "beats the constant",
        "parity with scikit-learn",
        "calibration",
        "calibration with 50% missing",
        "calibration with 100% missing",
        "size",
        "latency (microseconds a row)",
    ]
    assert [gate.name for gate in check(registry, manifest.model_version, None, None)] == common
    found = check_challenger(registry, manifest.model_version, 0.6)
    assert [gate.name for gate in found] == [*common, "share"]
    assert (found[-1].passed, found[-1].detail) == (False, "60.0%, at most 50%")
