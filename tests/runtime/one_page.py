"""Start the console, open its page, and leave it time to phone home: ``-m tests.runtime.one_page``."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from typing import Final

import httpx

SECONDS_TO_START: Final = 120.0
SECONDS_TO_PHONE_HOME: Final = 3.0  # Gradio asks as soon as a page is made


def main() -> None:
    """Exit with 0 where the page was opened."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"APP_API_URL": "http://127.0.0.1:9", "APP_CONSOLE_PORT": str(port)}
    console = subprocess.Popen([sys.executable, "-m", "console"], env=os.environ | settings)
    try:
        opened = _opens(f"http://127.0.0.1:{port}/", console)
        time.sleep(SECONDS_TO_PHONE_HOME)
    finally:
        console.terminate()
        console.wait()
    sys.exit(not opened)


def _opens(url: str, console: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and console.poll() is None:
        try:
            return httpx.get(url, trust_env=False, timeout=SECONDS_TO_START).status_code == 200
        except httpx.ConnectError:
            time.sleep(0.2)
    return False


if __name__ == "__main__":
    main()
