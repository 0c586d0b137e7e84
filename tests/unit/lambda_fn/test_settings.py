"""Settings come from the environment, once, and an explicit argument beats it."""

import pytest
from pydantic import ValidationError

from lambda_fn import contract
from lambda_fn.settings import Settings, settings


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contract.ENV_ENVIRONMENT, "staging")
    monkeypatch.setenv(contract.ENV_ROUTING_TTL_SECONDS, "5")
    found = settings()
    assert (found.environment, found.routing_ttl_seconds) == ("staging", 5.0)
    assert settings() is found


def test_an_argument_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contract.ENV_REGISTRY_BUCKET, "of-the-environment")
    assert Settings(registry_bucket="given").registry_bucket == "given"


def test_a_negative_time_to_live_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contract.ENV_ROUTING_TTL_SECONDS, "-1")
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        Settings()


@pytest.mark.parametrize(
    ("written", "origins"),
    [("", []), ("https://a.example", ["https://a.example"]), (" https://a , ,https://b", ["https://a", "https://b"])],
)
def test_origins_are_a_list(written: str, origins: list[str]) -> None:
    assert Settings(cors_origins=written).allowed_origins() == origins
