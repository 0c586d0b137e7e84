"""The summary by tier."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tiers import summary


def report(test_id: str, outcome: str, longrepr: object = None) -> pytest.TestReport:
    return pytest.TestReport(test_id, ("", 0, ""), {}, outcome, longrepr, "call")  # type: ignore[arg-type]


def test_tiers_are_counted_and_skipped_tests_have_their_reasons() -> None:
    skips = [("x.py", 1, "Skipped: no openssl"), ("x.py", 1, "Skipped: no openssl"), ("x.py", 9, "Skipped: no /proc")]
    stats: dict[str, list[Any]] = {
        "passed": [report("tests/unit/a.py::test_a", "passed"), report("tests/e2e/a.py::test_a", "passed")],
        "skipped": [report("tests/e2e/b.py::test_b", "skipped", why) for why in skips],
        "error": [report("tests/unit/b.py::test_c", "failed")],
        "warnings": [object()],
    }

    assert list(summary(stats)) == [
        "e2e             1 passed, 3 skipped",
        "                skipped 2: no openssl",
        "                skipped 1: no /proc",
        "unit            1 passed, 1 error",
    ]


def test_a_run_of_nothing_has_no_tiers() -> None:
    assert list(summary({})) == []
