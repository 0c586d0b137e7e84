from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from cdk.local.processes import CommandError
from cdk.local.steps import StepFailed, Steps

LOG = Path("step.log")


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=100)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_step_that_is_done_is_printed_with_its_title_and_timed(console: Console) -> None:
    steps = Steps(console)

    with steps.step("train", "Training [1]", LOG) as progress:
        progress("a line longer than the terminal is wide " * 4)
    with steps.step("promote", "Promoting", LOG):
        pass

    lines = printed(console).splitlines()
    assert [(line.split()[0], line.partition(" s  ")[2]) for line in lines] == [
        ("done", "Training [1]"),
        ("done", "Promoting"),
    ]
    assert list(steps.seconds) == ["train", "promote"]


@pytest.mark.parametrize(
    ("error", "why", "log"),
    [
        (ValueError("no column user_id"), "no column user_id", LOG),
        (ValueError(), "ValueError", LOG),
        (
            CommandError("`cdk deploy` ended with code 1", Path("deploy.log")),
            "`cdk deploy`.*code 1",
            Path("deploy.log"),
        ),
    ],
)
def test_a_step_that_fails_is_named_with_its_reason_and_its_log(
    console: Console, error: Exception, why: str, log: Path
) -> None:
    steps = Steps(console)

    with pytest.raises(StepFailed, match=why) as failed, steps.step("train", "Training", LOG):
        raise error

    assert (failed.value.step, failed.value.log) == ("Training", log)
    assert (printed(console), steps.seconds) == ("", {})


def test_ctrl_c_is_no_failure_of_a_step(console: Console) -> None:
    with pytest.raises(KeyboardInterrupt), Steps(console).step("train", "Training", LOG):
        raise KeyboardInterrupt
