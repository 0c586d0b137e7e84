"""Champion and challenger share the shoppers, and every record is answered."""

from collections.abc import Callable

import pytest

from lambda_fn.api.model_server import ModelServer
from lambda_fn.api.serving import CHALLENGER, share_of
from lambda_fn.scoring.errors import ScoringError
from tests.fakes import FakeModels

FIRST = "v20260701T120000-00000001"
SECOND = "v20260702T120000-00000002"


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


def test_shoppers_keep_their_arm_and_split_by_share(models: FakeModels, server: ModelServer) -> None:
    models.promote(FIRST, challenger=SECOND, share=0.1)
    serving = server.current()
    arms = [serving.role_for(user) for user in range(20_000)]
    assert arms == [serving.role_for(str(user)) for user in range(20_000)]  # 7 and "7" are one shopper
    assert arms.count(CHALLENGER) / len(arms) == pytest.approx(0.1, abs=0.01)


def test_different_experiments_split_differently() -> None:
    positions = [(share_of(user, "first"), share_of(user, "second")) for user in range(2_000)]
    both = sum(first < 0.5 and second < 0.5 for first, second in positions) / len(positions)
    assert both == pytest.approx(0.25, abs=0.03)
    assert all(0 <= first < 1 for first, _ in positions)
