"""Whatever ends the demo, nothing of it stays behind, and it says what went wrong."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from cdk.local.paths import RUNS

ENDED_WITHIN_SECONDS = 60.0

pytestmark = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="looks for leftovers in /proc")


def test_a_failing_step_is_named_with_its_reason_and_its_log(tmp_path: Path) -> None:
    # Given data that cannot be trained on
    data = tmp_path / "not-shoppers.csv"
    data.write_text("colour,size\nred,3\n")

    # When the demo runs on it
    demo = subprocess.run(
        [sys.executable, "-m", "cdk.local", "demo", "--data", data],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    # Then it names the step and the log, which is there, and what it had started is gone
    assert demo.returncode == 1
    assert "failed at: Training and publishing a model" in demo.stderr
    log = Path(re.search(r"^log: (.+)$", demo.stderr, re.MULTILINE)[1])  # type: ignore[index]
    assert "user_id" in log.read_text()
    assert nothing_works_in(log.parent)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_demo_ends_what_it_started(ending: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "cdk.local", "demo"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
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
