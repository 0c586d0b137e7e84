"""Every recorded payload runs against its handler, as `make invoke` does it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdk.local import shoppers
from cdk.local.model import COUNTRY
from cdk.local.paths import ROOT
from cdk.local.stack import DeployedStack
from cdk.local.up import UpRecord
from lambda_fn import contract
from tests.e2e.support import aws_client

EVENTS = sorted((ROOT / "events").glob("*.json"), key=lambda path: path.name)


@pytest.fixture(scope="module")
def record(stack: DeployedStack, folder: Path) -> Path:
    """What `make local` would have written of this stack."""
    sample, path = folder / "sample.csv", folder / "up.json"
    sample.write_bytes(shoppers.as_csv(shoppers.first_rows(stack.shoppers, 100, COUNTRY)))
    UpRecord(stack.local_aws.endpoint, stack.local_aws.pid, stack.outputs.as_written(), str(sample)).save(path)
    return path


@pytest.fixture
def _outcomes_stay_as_they_were(stack: DeployedStack) -> Iterator[None]:
    """Remove posted outcomes: the loop's story counts those that it posts itself."""
    s3, bucket = aws_client(stack.local_aws, "s3"), stack.outputs.data_bucket

    def kept() -> set[str]:
        found = s3.list_objects_v2(Bucket=bucket, Prefix=contract.OUTCOMES_PREFIX)
        return {item["Key"] for item in found.get("Contents", [])}

    before = kept()
    yield
    for key in kept() - before:
        s3.delete_object(Bucket=bucket, Key=key)


@pytest.mark.parametrize("event", EVENTS, ids=lambda path: path.stem)
@pytest.mark.usefixtures("_outcomes_stay_as_they_were")
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
