"""The steps of a run, shown as they go: the progress of each, its duration, and which one failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.status import Status

DETAIL_WIDTH = 70  # of the progress line, which is cut and not wrapped


class StepFailed(Exception):
    """A step that failed; the message says why.

    step: its title.
    log: the file to look at.
    """

    def __init__(self, step: str, why: str, log: Path) -> None:
        super().__init__(why)
        self.step = step
        self.log = log


@dataclass
class Steps:
    """Runs named steps one after the other and keeps their times.

    On a terminal a step shows a spinner, its age and the last thing it said; elsewhere a line when it is done.
    """

    console: Console
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str, title: str, log: Path) -> Iterator[Callable[[str], None]]:
        """Run the body as step ``name``; it gets a function that shows a line of progress.

        Raises StepFailed when the body raises an error; Ctrl-C passes through.
        """
        started = time.monotonic()
        with self.console.status(escape(title)) as status:
            try:
                yield _Progress(status, title, started)
            except Exception as error:
                raise StepFailed(title, str(error) or type(error).__name__, getattr(error, "log", log)) from error
        self.seconds[name] = round(time.monotonic() - started, 1)
        self.console.print(f"[green]done[/] {self.seconds[name]:6.1f} s  {escape(title)}")


@dataclass(frozen=True)
class _Progress:
    status: Status
    title: str
    started: float

    def __call__(self, line: str) -> None:
        age = f"{time.monotonic() - self.started:.0f} s"
        self.status.update(f"{escape(self.title)}  [dim]{age}  {escape(line[:DETAIL_WIDTH])}[/]")
