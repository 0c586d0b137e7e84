from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from cdk.local import ministack, up
from cdk.local.up import AlreadyUp, NotUp, UpRecord, alone, drop
from cdk.ops.client import JobError
from cdk.ops.outputs import StackOutputs
from tests.unit.cdk.stack_outputs import OUTPUTS

RECORD = UpRecord("http://127.0.0.1:4566", 17, OUTPUTS, "sample.csv", "what to do")


def test_a_stack_that_answers_is_found_as_it_was_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    RECORD.save(tmp_path / "up.json")
    monkeypatch.setattr(ministack, "ready", lambda endpoint: endpoint == RECORD.endpoint)

    found = UpRecord.get(tmp_path / "up.json")

    assert found == RECORD
    assert found.stack_outputs == StackOutputs.model_validate(OUTPUTS)


def test_a_record_of_a_stack_that_is_gone_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    RECORD.save(tmp_path / "up.json")
    monkeypatch.setattr(ministack, "ready", lambda _endpoint: False)

    assert UpRecord.find(tmp_path / "up.json") is None
    assert UpRecord.find(tmp_path / "never-written.json") is None
    with pytest.raises(NotUp, match="no local AWS is up: `make local` starts one"):
        UpRecord.get(tmp_path / "up.json")


def test_a_file_that_would_start_nothing_is_refused_before_it_is_sent() -> None:
    with pytest.raises(JobError, match=r"shoppers\.txt would start nothing: its name must end with one of \.csv"):
        drop(Path("shoppers.txt"), Console())


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a checkout's local runs, in which no local AWS can be started."""
    monkeypatch.setattr(up, "UP_FOLDER", tmp_path / "up")
    monkeypatch.setattr(up, "UP_LOCK", tmp_path / "up.lock")
    monkeypatch.setattr(up, "UP_RECORD", tmp_path / "up.json")
    monkeypatch.setattr(up.UpRecord, "find", lambda: None)
    monkeypatch.setattr(ministack, "start", lambda _: pytest.fail("a second local AWS was started"))
    return tmp_path


def test_a_second_one_is_refused_with_where_the_first_runs_and_destroys_nothing(checkout: Path) -> None:
    # Given a `make local` that is at work
    with alone(up.UP_LOCK):
        work = checkout / "up" / "deploy.log"
        work.parent.mkdir()
        work.write_text("deploying")
        # When another one, or `make down`, comes in between
        told = (
            f"another `make local` or `make down` is at work in this checkout, as process {os.getpid()}, and writes "
            f"its logs to {checkout / 'up'}; wait for it, or press Ctrl-C there"
        )
        for command in (partial(up.up, None, Console()), partial(up.down, Console())):
            with pytest.raises(AlreadyUp) as refused:
                command()
            # Then it is told so, and the first one's work is still there
            assert str(refused.value) == told
            assert work.read_text() == "deploying"


def test_the_next_one_may_start_when_the_first_has_ended(checkout: Path) -> None:
    with alone(up.UP_LOCK):
        pass
    up.down(Console())
    assert not (checkout / "up").exists()
