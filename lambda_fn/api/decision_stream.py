"""Decisions -> the log: lines of JSON, packed, put to Data Firehose. A put that fails is counted and fails nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from lambda_fn import contract, telemetry
from lambda_fn.api.decided import Decided

PUT_BYTES: Final = 1_000 * 1024  # the most that Firehose takes as one record; each is billed as a multiple of 5 KB


class DecisionStream:
    """Puts decisions at once, or where it is ``deferred``, when somebody calls ``flush``."""

    def __init__(self, put: Callable[[bytes], object], *, deferred: bool = False) -> None:
        self._put = put
        self._waiting: list[Decided] = []
        self.deferred = deferred

    def add(self, decided: Sequence[Decided]) -> None:
        """Take the decisions of a request. Those without a key have no record, and are not counted."""
        self._waiting.extend(each for each in decided if each.assigner is not None)
        if not self.deferred:
            self.flush()

    def flush(self) -> None:
        """Put what waits, and count what was put. Raises nothing: an answer is worth more than its record."""
        waiting, self._waiting = self._waiting, []
        logged = 0
        try:
            for count, data in packed(line for each in waiting for line in each.records()):
                self._put(data)
                logged += count
        except Exception as error:  # noqa: BLE001 - whatever the log does, the next answer must not wait for it
            telemetry.logger().warning("decisions not logged", error=type(error).__name__)
        if logged:
            telemetry.count(contract.METRIC_DECISIONS_LOGGED, logged)


def packed(lines: Iterable[bytes], limit: int = PUT_BYTES) -> Iterator[tuple[int, bytes]]:
    """Yield lines joined up to ``limit`` bytes, each time with how many they are."""
    group: list[bytes] = []
    size = 0
    for line in lines:
        if group and size + len(line) > limit:
            yield len(group), b"".join(group)
            group, size = [], 0
        group.append(line)
        size += len(line)
    if group:
        yield len(group), b"".join(group)
