"""A change of the routing says what was done, when, why, and who asked for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from lambda_fn.routing import HISTORY_LIMIT, Routing
from lambda_fn.scoring.errors import ModelUnavailable

WHO = "arn:aws:sts::123456789012:assumed-role/analyst/ann"
WHY = "a good reason"


@pytest.mark.parametrize(
    ("change", "action", "version", "why"),
    [
        (lambda routing: routing.promoted("v3", WHY, WHO), "promoted", "v3", WHY),
        (lambda routing: routing.challenged("v3", 0.1, WHY, WHO), "challenger", "v3", WHY),
        (lambda routing: routing.challenged(None, 0.1, WHY, WHO), "no challenger", "", WHY),
        (lambda routing: routing.assigned(0.02, None, WHY, WHO), "assignment", "v2", WHY),
        (lambda routing: routing.rolled_back(WHO), "rolled back", "v2", None),
    ],
    ids=["promotion", "challenger", "end of an experiment", "assignment", "roll-back"],
)
def test_each_change_is_logged_with_its_author(
    change: Callable[[Routing], Routing], action: str, version: str, why: str | None
) -> None:
    before = Routing.first("v1").promoted("v2")
    after = change(before)
    *earlier, done = after.log
    assert earlier == before.log
    assert (done.action, done.version, done.why, done.who) == (action, version, why, WHO)
    assert dt.datetime.now(dt.UTC) - done.at < dt.timedelta(minutes=1)


def test_the_first_promotion_names_its_author_too() -> None:
    routing = Routing.first("v1", WHY, WHO)
    assert [(change.champion, change.why, change.who) for change in routing.history] == [(None, WHY, WHO)]
    assert [(done.action, done.who) for done in routing.log] == [("promoted", WHO)]


def test_a_routing_of_a_release_that_did_not_ask_who_is_read_and_kept() -> None:
    text = (
        '{"champion": "v2", "history": [{"champion": "v1", "replaced_at": "2026-01-01T00:00:00Z"}], '
        '"log": [{"at": "2026-01-01T00:00:00Z", "action": "promoted", "version": "v2", "why": "because"}]}'
    )
    routing = Routing.model_validate_json(text).promoted("v3", None, WHO)
    assert [done.who for done in routing.log] == [None, WHO]
    assert [change.who for change in routing.history] == [None, WHO]
    assert Routing.model_validate_json(routing.model_dump_json()) == routing


def test_the_log_is_as_long_as_its_limit() -> None:
    routing = Routing.first("v0")
    for i in range(HISTORY_LIMIT + 5):
        routing = routing.promoted(f"v{i + 1}")
    assert len(routing.log) == len(routing.history) == HISTORY_LIMIT
    assert routing.log[-1].version == routing.champion


def test_nothing_was_before_the_first_champion() -> None:
    with pytest.raises(ModelUnavailable, match="v1 is the first champion"):
        Routing.first("v1").rolled_back()
