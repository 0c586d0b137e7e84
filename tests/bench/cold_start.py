"""Process start to first answer, with the model read from S3, ours and the peer's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from statistics import median
from typing import Final

from tests.bench.figures import Figure, median_ms, speedup

STARTS: Final = 7


def measure(environment: dict[str, str]) -> Figure:
    """Return how many times sooner our process gives its first answer."""

    def start(service: str) -> Callable[[], object]:
        command = [sys.executable, "-m", "tests.bench.handlers", service]
        return lambda: subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)

    ours, peer = start("ours"), start("peer")
    median_ms(1, ours, peer)  # fills the page cache and writes bytecode for both
    rounds = [median_ms(1, ours, peer) for _ in range(STARTS)]
    our_ms, peer_ms = (median(of_service) for of_service in zip(*rounds, strict=True))
    return speedup("cold_start_speedup", our_ms / 1000, peer_ms / 1000, "s", reach=2.5)
