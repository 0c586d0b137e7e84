"""The summary of a run by tier: how many tests passed, and which were skipped and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pytest

OUTCOMES: Final = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")


def summary(stats: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    """Yield a line for each tier, and one for each reason that tests of it were skipped."""
    counts: dict[str, Counter[str]] = {}
    reasons: dict[str, Counter[str]] = {}
    for outcome in OUTCOMES:
        for report in stats.get(outcome, ()):
            tier = tier_of(report.nodeid)
            counts.setdefault(tier, Counter())[outcome] += 1
            if outcome == "skipped":
                reasons.setdefault(tier, Counter())[reason_of(report)] += 1
    for tier, count in sorted(counts.items()):
        yield f"{tier:<15} {', '.join(f'{number} {outcome}' for outcome, number in count.items())}"
        yield from (f"{'':<15} skipped {number}: {reason}" for reason, number in reasons.get(tier, Counter()).items())


def tier_of(test_id: str) -> str:
    """Name the tier of a test: the folder below ``tests``."""
    return test_id.removeprefix("tests/").partition("/")[0]


def reason_of(report: pytest.TestReport) -> str:
    """Return why a test was skipped."""
    _file, _line, reason = report.longrepr if isinstance(report.longrepr, tuple) else ("", 0, str(report.longrepr))
    return reason.removeprefix("Skipped: ")
