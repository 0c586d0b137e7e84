"""Child processes that leave nothing behind: each is the head of its own group, and the group ends as one."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

STOP_GRACE_SECONDS = 10.0
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CommandError(Exception):
    """A command that failed or ran out of time. ``log`` holds all that it printed."""

    def __init__(self, why: str, log: Path) -> None:
        super().__init__(why)
        self.log = log


def ignore_line(line: str) -> None:
    """Show nothing of a command's output."""


@contextmanager
def endings_held() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and SIGHUP wait for the body, so that none falls between a start and its ``try``."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals never reach it
        return
    held: list[int] = []
    before = {number: signal.signal(number, lambda number, _: held.append(number)) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if held:
            signal.raise_signal(held[0])


def run_logged(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    timeout_seconds: float,
    on_line: Callable[[str], None] = ignore_line,
) -> str:
    """Run a command to its end, append its output to ``log`` and return it.

    ``on_line`` sees each line as it comes. Raises CommandError with the last lines printed when the command fails or
    takes longer than ``timeout_seconds``. Whatever ends this call ends the command's whole process group too.
    """
    lines: list[str] = []
    process: subprocess.Popen[str] | None = None
    deadline = _Deadline(timeout_seconds)
    try:
        with log.open("a", encoding="utf-8") as sink:
            with endings_held():
                process = _start(command, env, cwd)
                deadline.watch(process)
            for line in process.stdout or ():
                sink.write(line)
                sink.flush()
                lines.append(line)
                if line.strip():
                    on_line(line.strip())
        code = process.wait()
    finally:
        with endings_held():
            deadline.cancel()
            if process is not None:
                _end(process)
    name = " ".join(str(part) for part in command[:4])
    if deadline.passed:
        raise CommandError(f"`{name} ...` took longer than {timeout_seconds:.0f} s", log)
    if code != 0:
        raise CommandError(f"`{name} ...` ended with code {code}:\n{_tail(lines)}", log)
    return "".join(lines)


class _Deadline:
    """Ends a process group when its time is over."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self._timer: threading.Timer | None = None

    def watch(self, process: subprocess.Popen[str]) -> None:
        def end_late_process() -> None:
            self.passed = True
            stop_group(process.pid)

        self._timer = threading.Timer(self.seconds, end_late_process)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _start(command: Sequence[str | Path], env: Mapping[str, str], cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(env),
        cwd=cwd,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def _end(process: subprocess.Popen[str]) -> None:
    stop_group(process.pid)
    if process.stdout is not None:
        process.stdout.close()
    process.wait()


def stop_group(pid: int, grace_seconds: float = STOP_GRACE_SECONDS) -> None:
    """End the process group that ``pid`` heads: SIGTERM, then SIGKILL for what is left after the grace."""
    if not _signal_group(pid, signal.SIGTERM):
        return
    deadline = time.monotonic() + grace_seconds
    while time.monotonic() < deadline:
        if not group_alive(pid):
            return
        time.sleep(0.05)
    _signal_group(pid, signal.SIGKILL)


def group_alive(pid: int) -> bool:
    """Tell whether the group that ``pid`` heads has a process left; reaps our own child on the way."""
    with suppress(ChildProcessError):  # someone else's child, or already reaped
        os.waitpid(pid, os.WNOHANG)
    return _signal_group(pid, 0) and not _all_are_zombies(pid)


def _all_are_zombies(group: int) -> bool:
    """Tell whether the processes of a group have ended and only wait for an idle parent; always no without /proc."""
    states = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # ended meanwhile
            state, _, process_group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(process_group) == group:
                states.append(state)
    return bool(states) and set(states) == {"Z"}


def _signal_group(pid: int, number: int) -> bool:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return False
    return True


def _tail(lines: Sequence[str], count: int = 15) -> str:
    return "\n".join("  " + line.rstrip() for line in lines[-count:])
