"""Whatever ends the demo, nothing of it stays behind, and it says what went wrong."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from cdk.local.paths import RUNS

ENDED_WITHIN_SECONDS = 60.0

pytestmark = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="looks for leftovers in /proc")


def test_a_failing_step_is_named_with_its_reason_and_its_log() -> None:
    # Given a machine on which Node, and so the CDK, cannot start
    environment = {**os.environ, "NODE_OPTIONS": "--require=./no-such-module"}

    # When the demo runs there
    demo = subprocess.run(
        [sys.executable, "-m", "cdk.local", "demo"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    # Then it names the step and the log, which is there, and what it had started is gone
    assert demo.returncode == 1
    assert "failed at: Bootstrapping the CDK" in demo.stderr
    log = Path(re.search(r"^log: (.+)$", demo.stderr, re.MULTILINE)[1])  # type: ignore[index]
    assert "no-such-module" in log.read_text()
    assert nothing_works_in(log.parent)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_demo_ends_what_it_started(ending: signal.Signals) -> None:
    with (
        heeded(ending),
        subprocess.Popen(
            [sys.executable, "-m", "cdk.local", "demo"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as demo,
    ):
        # Given a demo whose local AWS is up
        assert demo.stdout is not None
        assert "Starting a local AWS" in demo.stdout.readline()
        (folder,) = RUNS.glob(f"demo-{demo.pid}-*")  # other demos may run beside it
        assert working_in(folder)

        # When it is told to end
        demo.send_signal(ending)

        # Then it does, and so does everything it started
        assert demo.wait(ENDED_WITHIN_SECONDS) == 128 + ending
        assert "interrupted; what was started is stopped" in demo.stdout.read()
    assert nothing_works_in(folder)
    assert {path.suffix for path in folder.iterdir()} == {".log"}


@contextmanager
def heeded(ending: signal.Signals) -> Iterator[None]:
    """Let processes that are started here heed a signal.

    They inherit that it is ignored where the tests run in the background of a script, or under ``nohup``, and the demo
    then ignores it, too, as it should.
    """
    before = signal.signal(ending, signal.default_int_handler)  # a process that is started gets the default instead
    yield
    signal.signal(ending, before)


def nothing_works_in(folder: Path) -> bool:
    """Tell whether the processes of a folder are gone within five seconds."""
    deadline = time.monotonic() + 5
    while working_in(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def working_in(folder: Path) -> list[str]:
    """Return the command lines of the processes whose working folder is ``folder`` or below it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # ended meanwhile
            working = (process / "cwd").readlink()
            if folder == working or folder in working.parents:
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return found
