from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from cdk.local import ministack
from cdk.local.up import NotUp, UpRecord, drop
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
