"""What is promoted answers; what is broken never takes the service down."""

from collections.abc import Callable

import pytest

from lambda_fn.api.model_server import ModelServer
from lambda_fn.api.serving import CHAMPION
from lambda_fn.routing import Routing
from lambda_fn.scoring.errors import ArtefactRejected, ModelUnavailable, ScoringError
from tests.fakes import FakeModels

FIRST = "v20260701T120000-00000001"
SECOND = "v20260702T120000-00000002"
THIRD = "v20260703T120000-00000003"


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def models() -> FakeModels:
    return FakeModels()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def failures() -> list[ScoringError]:
    return []


@pytest.fixture
def server(models: FakeModels, clock: Callable[[], float], failures: list[ScoringError]) -> ModelServer:
    return ModelServer(models, ttl_seconds=30, on_failure=failures.append, clock=clock)


def test_without_a_model_it_says_so_and_looks_for_one_once_a_second(
    models: FakeModels, server: ModelServer, clock: Clock, failures: list[ScoringError]
) -> None:
    for _ in range(3):
        with pytest.raises(ModelUnavailable, match="no model is promoted yet"):
            server.current()
    assert len(failures) == 1
    models.promote(FIRST)
    clock.now += 1
    assert server.current().champion.scorer.version == FIRST
    assert server.problems == ()


def test_a_model_is_loaded_once_and_a_promotion_is_seen_within_the_time_to_live(
    models: FakeModels, server: ModelServer, clock: Clock
) -> None:
    models.promote(FIRST)
    server.current()
    models.promote(SECOND)
    clock.now += 29
    assert server.current().champion.scorer.version == FIRST
    clock.now += 1
    assert server.current().champion.scorer.version == SECOND
    clock.now += 30
    server.current()
    assert models.loads == [FIRST, SECOND]


@pytest.mark.parametrize("error", [ArtefactRejected("wrong checksum"), ValueError("anything at all")])
def test_a_broken_model_leaves_the_last_good_one_in_service(
    models: FakeModels, server: ModelServer, clock: Clock, failures: list[ScoringError], error: Exception
) -> None:
    # Given a champion in service, and a promotion of a broken one
    models.promote(FIRST)
    server.current()
    models.broken[SECOND] = error
    models.promote(SECOND)
    # When the routing is read again
    clock.now += 30
    # Then the last good one answers, and the fault is told
    assert server.current().champion.scorer.version == FIRST
    told = {"wrong checksum", f"model {SECOND} cannot be built"}  # nothing of what a library said
    assert server.problems[0] in told
    assert error in (failures[0], failures[0].__cause__)
    # And once it is mended, it serves
    del models.broken[SECOND]
    clock.now += 30
    assert server.current().champion.scorer.version == SECOND
    assert server.problems == ()


def test_where_nothing_served_yet_the_champion_before_a_broken_one_answers(
    models: FakeModels, server: ModelServer, clock: Clock, failures: list[ScoringError]
) -> None:
    # Given a process that starts when a broken model is champion already
    models.broken[SECOND] = ArtefactRejected("wrong checksum")
    models.route = Routing(champion=FIRST).promoted(SECOND)
    # Then the one before answers, and the fault is told
    assert server.current().champion.scorer.version == FIRST
    assert list(server.problems) == ["wrong checksum"]
    assert len(failures) == 1
    # And once it is rolled back, all is well
    models.route = models.route.rolled_back()
    clock.now += 30
    assert server.current().champion.scorer.version == FIRST
    assert list(server.problems) == []
    assert models.loads == [SECOND, FIRST]


def test_where_the_only_model_ever_promoted_is_broken_nothing_answers(models: FakeModels, server: ModelServer) -> None:
    models.broken[FIRST] = ArtefactRejected("wrong checksum")
    models.promote(FIRST)
    with pytest.raises(ModelUnavailable, match="wrong checksum"):
        server.current()


def test_an_unreachable_registry_leaves_the_last_good_model_in_service(
    models: FakeModels, server: ModelServer, clock: Clock
) -> None:
    models.promote(FIRST)
    server.current()
    models.unreachable = True
    clock.now += 30
    assert server.current().champion.scorer.version == FIRST
    assert server.problems == ("the model registry does not answer",)


def test_a_registry_that_hangs_keeps_one_call_waiting_and_not_the_next(
    models: FakeModels, server: ModelServer, clock: Clock
) -> None:
    # Given a champion in service, and a registry that answers no more, which takes ten seconds to find out
    models.promote(FIRST)
    server.current()
    models.unreachable = True
    clock.now += 30
    models.on_read = lambda: setattr(clock, "now", clock.now + 10)
    # When two shoppers ask
    answers = [server.current().champion.scorer.version for _ in range(2)]
    # Then both are answered, and only the first one waited
    assert answers == [FIRST, FIRST]
    assert clock.now == 100 + 30 + 10


def test_a_broken_champion_with_a_good_challenger_leaves_the_last_good_one_ready(
    models: FakeModels, server: ModelServer, clock: Clock
) -> None:
    models.promote(FIRST)
    server.current()
    models.broken[SECOND] = ArtefactRejected("wrong checksum")
    models.promote(SECOND, challenger=THIRD, share=0.5)
    clock.now += 30
    assert server.current().champion.scorer.version == FIRST
    models.promote(FIRST)
    clock.now += 30
    assert server.current().champion.scorer.version == FIRST
    assert models.loads == [FIRST, SECOND, THIRD]  # the first is not loaded again


def test_a_broken_challenger_leaves_the_champion_alone_in_service(models: FakeModels, server: ModelServer) -> None:
    models.broken[SECOND] = ArtefactRejected("wrong checksum")
    models.promote(FIRST, challenger=SECOND, share=0.5)
    serving = server.current()
    assert serving.champion.scorer.version == FIRST
    assert serving.challenger is None
    assert {serving.role_for(user) for user in range(100)} == {CHAMPION}
    assert server.problems == ("wrong checksum",)
