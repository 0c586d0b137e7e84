"""A local AWS that is up is found though it is too busy to answer, so that nobody starts another one over it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdk.local.up import UpRecord

SILENT_SERVER = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def busy() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a process of its own group that has a port and answers nobody; return it and its address."""
    process = subprocess.Popen(
        [sys.executable, "-c", SILENT_SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdout
        yield process, f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()


def test_one_that_is_too_busy_to_answer_is_up(tmp_path: Path, busy: tuple[subprocess.Popen[str], str]) -> None:
    process, endpoint = busy
    record = UpRecord(endpoint, process.pid, {}, "sample.csv")
    record.save(tmp_path / "up.json")
    assert UpRecord.find(tmp_path / "up.json") == record
    # And when it has ended, there is none
    process.kill()
    process.wait()
    assert UpRecord.find(tmp_path / "up.json") is None


def test_another_process_that_has_its_port_by_now_is_none(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"], start_new_session=True)
    ended.wait()
    with socket.create_server(("127.0.0.1", 0)) as other:
        UpRecord(f"http://127.0.0.1:{other.getsockname()[1]}", ended.pid, {}, "").save(tmp_path / "up.json")
        assert UpRecord.find(tmp_path / "up.json") is None
