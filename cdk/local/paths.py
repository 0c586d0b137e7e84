"""Where local runs keep what they make: everything under ``.local/``, which git ignores."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
RUNS = LOCAL / "runs"
CDK_FOLDER = ROOT / "cdk"
CDK_CLI = CDK_FOLDER / "node_modules" / "aws-cdk" / "bin" / "cdk"
MINISTACK = LOCAL / "ministack-venv" / "bin" / "ministack"
DEMO_REPORT = LOCAL / "demo.json"
UP_RECORD = LOCAL / "up.json"


@contextmanager
def run_folder(name: str) -> Iterator[Path]:
    """Make a folder for one run and remove it at the end; after a failure it stays, because the logs are in it."""
    RUNS.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=RUNS))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
