"""Unzipped size of the Lambda bundles, for the target that AWS runs."""

from __future__ import annotations

from cdk.build.bundling import UNZIPPED_LIMIT_MB, Bundle, aws_target, build
from tests.bench.figures import Figure


def measure() -> list[Figure]:
    """Return the size of each bundle."""
    return [_size(bundle) for bundle in Bundle]


def _size(bundle: Bundle) -> Figure:
    built = build(bundle, aws_target())
    size_mb = round(built.unzipped_bytes / 1e6, 1)
    zipped_mb = built.path.stat().st_size / 1e6
    detail = f"{zipped_mb:.1f} MB zipped"
    return Figure(f"{bundle}_bundle_mb", size_mb, "MB", UNZIPPED_LIMIT_MB[bundle], at_least=False, detail=detail)
