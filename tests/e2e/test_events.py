"""Every recorded payload runs against its handler, as `make invoke` does it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cdk.local import shoppers
from cdk.local.model import COUNTRY
from cdk.local.paths import ROOT
from cdk.local.stack import DeployedStack
from cdk.local.up import UpRecord

EVENTS = sorted((ROOT / "events").glob("*.json"), key=lambda path: path.name)


@pytest.fixture(scope="module")
def record(stack: DeployedStack, folder: Path) -> Path:
    """What `make local` would have written of this stack."""
    sample, path = folder / "sample.csv", folder / "up.json"
    sample.write_bytes(shoppers.as_csv(shoppers.first_rows(stack.shoppers, 100, COUNTRY)))
    UpRecord(stack.local_aws.endpoint, stack.local_aws.pid, stack.outputs.as_written(), str(sample)).save(path)
    return path


@pytest.mark.parametrize("event", EVENTS, ids=lambda path: path.stem)
def test_a_recorded_payload_runs(record: Path, event: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cdk.local", "invoke", event, "--record", record],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout
