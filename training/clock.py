"""Seconds of a run's steps."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Notes the seconds of each step, by name.

    >>> clock = Clock()
    >>> with clock.step("read"):
    ...     rows = [1, 2, 3]
    >>> list(clock.seconds)
    ['read']
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Note the seconds of the block; a block that raises is not noted."""
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 2)
