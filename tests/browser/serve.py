"""The console as a process of its own, on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from tests.browser.visit import HOST

ROOT: Final = Path(__file__).parents[2]
START_SECONDS: Final = 120.0


@contextmanager
def served(environment: Mapping[str, str], log: Path, start: Sequence[str] = ("-m", "console")) -> Iterator[str]:
    """Serve the console on a free port, and yield its address. ``start``: arguments of Python."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        port = found.getsockname()[1]
    url = f"http://{HOST}:{port}/"
    settings = {**os.environ, **environment, "APP_CONSOLE_PORT": str(port)}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, *start], cwd=ROOT, env=settings, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(url, trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"the console did not start:\n{log.read_text()}")
