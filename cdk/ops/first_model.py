"""A first model for an environment that has none, so that its smoke test has something to ask."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cdk.build.bundling import ROOT
from cdk.environments import Environment
from lambda_fn.registry import Registry
from lambda_fn.scoring.errors import ScoringError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SAMPLE_ROWS: Final = 100_000
SAMPLE_FILE: Final = "simulated-shoppers.csv"  # the manifest and the model card name it
WHY: Final = "first model, of simulated shoppers: replace it by one of the shop's own data"


class NoModel(Exception):
    """There is no model, and none was made; the message says what to do."""


def ensure_model(
    environment: Environment,
    bucket: str,
    s3: S3Client,
    say: Callable[[str], None],
    *,
    sample: bool = False,
    variables: Mapping[str, str] | None = None,
) -> None:
    """Promote a model of simulated shoppers where nothing was promoted yet. Raises NoModel.

    sample: allow it where real shoppers are scored, too.
    variables: environment variables of the training job; None: those of this process.
    """
    try:
        found = Registry(bucket, s3).find_routing()
    except ScoringError as error:
        raise NoModel(f"the registry {bucket} cannot be used: {error}") from error
    if found:
        say(f"champion {found[0].champion}")
        return
    if environment.keep_data and not sample:
        raise NoModel(
            f"no model is promoted in {environment.name!r}, and none of simulated shoppers is put before real ones: "
            f"python -m training run --bucket {bucket} --data YOUR.csv, then promote, then run this again. To have a "
            f"simulated one all the same: python -m cdk.ops first-model {environment.name} --sample"
        )
    say("no model yet: training one on simulated shoppers")
    say(f"promoted {_train(bucket, variables)}: {WHY}")


def _train(bucket: str, variables: Mapping[str, str] | None) -> str:
    with tempfile.TemporaryDirectory() as folder:
        data, summary = Path(folder) / SAMPLE_FILE, Path(folder) / "summary.json"
        _run(["sample", "--rows", str(SAMPLE_ROWS), "--country", "USA", "--out", str(data)], variables)
        options = ["--data", str(data), "--bucket", bucket, "--no-track", "--summary-json", str(summary)]
        _run(["run", *options], variables)
        version: str = json.loads(summary.read_text(encoding="utf-8"))["model_version"]
        _run(["promote", "--bucket", bucket, "--why", WHY, version], variables)
    return version


def _run(arguments: list[str], variables: Mapping[str, str] | None) -> None:
    command = [sys.executable, "-m", "training", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=variables)
    if ended.returncode:
        raise NoModel(f"python -m training {arguments[0]} failed:\n{ended.stderr.strip()[-2000:]}")
