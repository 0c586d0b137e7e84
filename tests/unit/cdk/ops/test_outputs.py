from __future__ import annotations

import json
from pathlib import Path

import pytest

from cdk.ops.outputs import OutputsError, StackOutputs
from tests.unit.cdk.stack_outputs import SERVICE, STORAGE


def test_outputs_of_all_stacks_are_read_as_one(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(
        json.dumps({"Storage": STORAGE, "Service": SERVICE | {"ExportsOutputRefSomething": "of no interest"}})
    )

    outputs = StackOutputs.from_file(file)

    assert outputs == StackOutputs.model_validate(STORAGE | SERVICE)
    assert outputs.data_bucket == "data-1"


def test_missing_outputs_are_named(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps({"Storage": {"RegistryBucket": "registry-1"}, "Service": SERVICE}))

    with pytest.raises(OutputsError, match="the stacks Storage, Service lack the outputs DataBucket"):
        StackOutputs.from_file(file)
