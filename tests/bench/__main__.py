"""``make bench``: every figure, or only those named on the command line (``api``, ``batch``, ``bundles``)."""

from __future__ import annotations

import sys

from tests.bench import batch, bundles, cold_start, handlers, http_load, models
from tests.bench.figures import Figure, report


def main(chosen: set[str]) -> None:
    """Measure and report."""
    figures: list[Figure] = []
    if "api" in chosen:
        with models.trained() as trained:
            figures.append(cold_start.measure(trained.environment))
            figures += http_load.measure(trained.environment)
            figures.append(handlers.measure(trained.environment))
    if "batch" in chosen:
        figures += batch.measure()
    if "bundles" in chosen:
        figures += bundles.measure()
    report(figures)


if __name__ == "__main__":
    main(set(sys.argv[1:]) or {"api", "batch", "bundles"})
