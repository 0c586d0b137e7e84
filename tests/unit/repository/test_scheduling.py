"""Tests that share something slow run on one worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scheduling import SHARED, shared_by

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("test_id", "shared"),
    [
        ("tests/e2e/test_alarms.py::test_a", "the local AWS"),
        ("tests/e2e/test_tokens.py::test_a[x@y/z]", "the local AWS"),
        ("tests/e2e/test_least_privilege.py::test_a", "the local AWS that checks policies"),
        ("tests/infrastructure/constructs/test_api.py::test_a[prod]", "the templates"),
        ("tests/unit/test_house.py::test_a", "tests/unit/test_house.py"),
    ],
)
def test_what_a_test_shares_follows_from_its_id(test_id: str, shared: str) -> None:
    assert shared_by(test_id) == shared


def test_every_place_that_shares_something_is_there() -> None:
    assert [start for start in SHARED if not (ROOT / start).exists()] == []
