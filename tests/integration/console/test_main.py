"""``python -m console`` without usable settings ends with what to set."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "Set APP_API_URL: `make local` starts an environment"),
        ({"APP_API_URL": "http://x", "APP_CONSOLE_HOST": "0.0.0.0"}, "set APP_CONSOLE_PASSWORD"),
        ({"APP_API_URL": "http://x", "APP_CONSOLE_PORT": "many"}, "APP_CONSOLE_PORT"),
    ],
)
def test_settings_that_cannot_be_used_end_it_with_what_to_do(settings: dict[str, str], said: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("APP_")} | settings
    ended = subprocess.run(
        [sys.executable, "-m", "console"], env=environment, check=False, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
