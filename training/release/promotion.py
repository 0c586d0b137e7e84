"""Promote a model: through the gates, or past them with a reason that is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lambda_fn.registry import Registry
from lambda_fn.routing import Routing
from lambda_fn.scoring.artefact.manifest import Manifest
from training.errors import PromotionRefused
from training.gate import Gate
from training.release.champion import PairedComparison, compare_on_file
from training.release.gates import gates, require

LARGEST_CHALLENGER_SHARE: Final = 0.5  # with more, the challenger would be the champion by another name
SMALLEST_REASON: Final = 10  # characters; "x" is no reason


FoundRouting = tuple[Routing, str] | None  # with its ETag; None before the first promotion


def check(registry: Registry, version: str, data: Path | None, found: FoundRouting) -> list[Gate]:
    """Return every gate for a version against the champion of the routing that was ``found``.

    ``data``: a CSV whose holdout both models score; needed where the run did not meet this champion.
    """
    manifest = registry.manifest(version)
    return gates(manifest, _comparison(registry, manifest, data, found[0].champion if found else None))


def check_challenger(registry: Registry, version: str, share: float) -> list[Gate]:
    """Return every gate for a challenger: all but the comparison, which the experiment is there to make."""
    small = Gate("share", share <= LARGEST_CHALLENGER_SHARE, f"{share:.1%}, at most {LARGEST_CHALLENGER_SHARE:.0%}")
    return [*gates(registry.manifest(version), None), small]


def promote(
    registry: Registry, version: str, checked: list[Gate], found: FoundRouting, *, force: bool, why: str | None,
    who: str | None = None,
) -> Routing:  # fmt: skip
    """Make a version champion in the place of the one that it was compared with.

    Raise PromotionRefused where a gate is not passed and it is not forced with a reason, RegistryConflict where the
    routing is no longer the one that was ``found``. ``who``: recorded as who asked for it.
    """
    _admit(checked, force=force, why=why)
    return registry.promote(version, why, expected=found[1] if found else None, who=who)


def challenge(
    registry: Registry,
    version: str,
    share: float,
    checked: list[Gate],
    found: FoundRouting,
    *,
    force: bool,
    why: str | None,
    who: str | None = None,
) -> Routing:
    """Let a version score a share of the shoppers; raise as ``promote`` does."""
    _admit(checked, force=force, why=why)
    return registry.challenge(version, share, why, expected=found[1] if found else None, who=who)


def _admit(found: list[Gate], *, force: bool, why: str | None) -> None:
    if force and len((why or "").strip()) < SMALLEST_REASON:
        raise PromotionRefused(f"--force needs --why with a reason of at least {SMALLEST_REASON} characters")
    if not force:
        require(found)


def _comparison(
    registry: Registry, manifest: Manifest, data: Path | None, champion: str | None
) -> PairedComparison | None:
    if champion is None or champion == manifest.model_version:
        return None
    if data is not None:
        return compare_on_file(registry.load(manifest.model_version), registry.load(champion), data)
    recorded = manifest.metrics.get("champion_comparison")
    if isinstance(recorded, dict) and recorded.get("champion") == champion:
        return PairedComparison.model_validate(recorded)
    raise PromotionRefused(
        f"{manifest.model_version} was never compared with the champion {champion}; give the CSV to compare them on "
        "with --data"
    )
