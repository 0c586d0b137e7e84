"""Where local runs keep what they make: everything under ``.local/``, which git ignores."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
RUNS = LOCAL / "runs"
CDK_FOLDER = ROOT / "cdk"
CDK_CLI = CDK_FOLDER / "node_modules" / "aws-cdk" / "bin" / "cdk"
BINARIES = Path(sys.executable).parent  # of the project's environment: python, node
MINISTACK = LOCAL / "ministack-venv" / "bin" / "ministack"
DEMO_REPORT = LOCAL / "demo.json"
UP_RECORD = LOCAL / "up.json"


@contextmanager
def run_folder(name: str) -> Iterator[Path]:
    """Make a folder for one run, named after its process, and remove it at the end; after a failure its logs stay."""
    RUNS.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-{os.getpid()}-", dir=RUNS))
    try:
        yield folder
    except BaseException:
        keep_logs(folder)
        raise
    shutil.rmtree(folder, ignore_errors=True)


def keep_logs(folder: Path) -> None:
    """Remove all of a run but its logs."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.suffix != ".log":
            path.unlink(missing_ok=True)
