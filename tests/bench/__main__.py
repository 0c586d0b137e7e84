"""``make bench``: every figure, or only those of the parts that are named on the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

from tests.bench import batch, bundles, cold_start, console, handlers, http_load, models, reason_errors
from tests.bench.figures import Figure, note, save, table

PARTS: Final = ("api", "batch", "bundles", "console")


def measured(parts: set[str]) -> Iterator[list[Figure]]:
    """Yield figures as they are measured."""
    if "api" in parts:
        note("training both services' models")
        with models.trained() as trained:
            note("cold starts")
            yield [cold_start.measure(trained.environment)]
            note("requests over HTTP")
            yield http_load.measure(trained.environment)
            note("calls of the handlers")
            yield handlers.measure(trained.environment)
            note("effects beside those of many permutations")
            yield [reason_errors.measure(trained)]
    if "batch" in parts:
        yield from batch.measure()
    if "bundles" in parts:
        note("building the bundles for AWS")
        yield bundles.measure()
    if "console" in parts:
        note("training a model with reasons, and visiting the console in a browser")
        yield console.measure()


def main(parts: set[str]) -> None:
    """Measure, save each figure at once (a failure later loses none), and print them all."""
    if unknown := parts - set(PARTS):
        sys.exit(f"unknown part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    figures: list[Figure] = []
    try:
        for more in measured(parts):
            save(more)
            figures += more
    finally:
        table(figures)


if __name__ == "__main__":
    main(set(sys.argv[1:]) or set(PARTS))
