"""The page keeps uploads in a folder of its own, and not for long."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

import httpx

from console import app
from tests.browser.serve import served
from tests.browser.visit import HOST

PATIENCE_SECONDS = 20.0
ENDS_WITHIN_SECONDS = 20.0
# A console that keeps uploads a second.
SHORT_LIVED = """
from console import app
app.LOOKED_FOR_UPLOADS_SECONDS = app.UPLOADS_KEPT_SECONDS = 1
from console.__main__ import main
"""
NOWHERE = {"APP_API_URL": f"http://{HOST}:9/api/v1", "AWS_ENDPOINT_URL": f"http://{HOST}:9", "AWS_REGION": "us-east-1"}


def upload(url: str) -> Path:
    files = {"files": ("customers.csv", b"user_id\n1\n")}
    answer = httpx.post(f"{url}gradio_api/upload", files=files, trust_env=False)
    [path] = answer.raise_for_status().json()
    return Path(path)


def gone(path: Path) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    return not path.exists()


def test_an_upload_that_nobody_uses_is_deleted_when_its_time_is_over(tmp_path: Path) -> None:
    with served(NOWHERE, tmp_path / "log", ("-c", SHORT_LIVED)) as url:
        assert gone(upload(url))


def test_nothing_that_was_uploaded_outlives_the_console(tmp_path: Path) -> None:
    with served(NOWHERE, tmp_path / "log") as url:
        uploaded = upload(url)
        assert uploaded.read_bytes() == b"user_id\n1\n"
    assert not uploaded.parents[1].exists()  # the folder of all uploads


def test_a_page_that_is_open_does_not_keep_the_console_from_ending(tmp_path: Path) -> None:
    with ExitStack() as page:
        with served(NOWHERE, tmp_path / "log") as url:
            address = f"{url}gradio_api/heartbeat/a-page"
            answer = page.enter_context(httpx.stream("GET", address, trust_env=False, timeout=60))
            assert answer.status_code == 200
            ended = time.monotonic()
        assert time.monotonic() - ended < ENDS_WITHIN_SECONDS


def test_uploads_are_kept_for_an_hour_at_most() -> None:
    assert app.LOOKED_FOR_UPLOADS_SECONDS + app.UPLOADS_KEPT_SECONDS < 3_600
