from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cdk.local.processes import CommandError, group_alive, run_logged, stop_group


def run_python(code: str, folder: Path, timeout_seconds: float = 30, lines: list[str] | None = None) -> str:
    return run_logged(
        [sys.executable, "-c", code],
        log=folder / "log",
        env=os.environ,
        cwd=folder,
        timeout_seconds=timeout_seconds,
        on_line=(lines if lines is not None else []).append,
    )


def test_output_is_returned_logged_and_shown_line_by_line(tmp_path: Path) -> None:
    lines: list[str] = []

    output = run_python("print('one'); print(); print('two')", tmp_path, lines=lines)

    assert output == "one\n\ntwo\n"
    assert (tmp_path / "log").read_text() == output
    assert lines == ["one", "two"]


def test_a_failing_command_names_its_code_its_last_words_and_its_log(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"(?s)ended with code 3:.*no such bucket") as caught:
        run_python("import sys; print('no such bucket', file=sys.stderr); sys.exit(3)", tmp_path)

    assert caught.value.log == tmp_path / "log"


def test_a_command_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    # Given a command that starts a child of its own and then waits, deaf to nothing
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    lines: list[str] = []

    # When its time is over
    with pytest.raises(CommandError, match="took longer than 1 s"):
        run_python(code, tmp_path, timeout_seconds=1, lines=lines)

    # Then the child is gone too
    assert gone(int(lines[0]))


def test_a_group_that_ignores_sigterm_is_killed() -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()

        stop_group(process.pid, grace_seconds=0.2)

        process.wait(timeout=5)
        assert not group_alive(process.pid)


def gone(pid: int) -> bool:
    """Tell whether a process ends within five seconds (an orphan may wait as a zombie for its new parent)."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only /proc tells zombies from the living")
def test_a_group_of_zombies_is_not_alive() -> None:
    # Given a process that has ended, and a parent that does not ask how
    idle = (
        "import os, subprocess, sys, time\n"
        "ended = subprocess.Popen([sys.executable, '-c', ''], start_new_session=True)\n"
        "print(ended.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", idle], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        group = int(parent.stdout.readline())
        assert gone(group)

        # Then its group is not alive, though it still takes signals
        os.killpg(group, 0)
        assert not group_alive(group)
        parent.kill()
