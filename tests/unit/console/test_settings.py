"""The console is closed unless it is told who may come in."""

import pytest
from pydantic import ValidationError

from console.settings import ConsoleSettings


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_needs_no_password(host: str) -> None:
    assert ConsoleSettings.model_validate({"api_url": "http://x", "host": host}).on_loopback


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "console.shop.example"])
def test_more_than_loopback_needs_a_password_or_a_proxy(host: str) -> None:
    with pytest.raises(ValidationError, match="set APP_CONSOLE_PASSWORD"):
        ConsoleSettings.model_validate({"api_url": "http://x", "host": host})
    for guard in ({"password": "p"}, {"user_header": "x-user"}):
        assert not ConsoleSettings.model_validate({"api_url": "http://x", "host": host, **guard}).on_loopback
