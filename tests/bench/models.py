"""Both services' models, trained on the same twin rows and stored in one local S3; ours with groups."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cdk.local import ministack
from cdk.ops.aws import Aws
from lambda_fn import contract
from tests.bench.peer import app as peer_app
from tests.bench.peer import pipeline as peer_pipeline

BUCKET: Final = "bench"
ROWS: Final = 20_000


@dataclass(frozen=True)
class Models:
    """A local S3 with our promoted model and the peer's pipeline.

    endpoint: its address.
    environment: points a process at it.
    data: the rows that both were trained on.
    version: of our model.
    """

    endpoint: str
    environment: dict[str, str]
    data: Path
    version: str


@contextmanager
def trained() -> Iterator[Models]:
    """Train, publish and promote ours, as ``run`` does by default, and store the peer's; remove all at the end."""
    with TemporaryDirectory(prefix="bench-") as name, ministack.running(Path(name)) as local_aws:
        folder = Path(name)
        environment = {
            **os.environ,
            **local_aws.environment,
            contract.ENV_REGISTRY_BUCKET: BUCKET,
            "PEER_BUCKET": BUCKET,
            "PYTHONPATH": str(Path.cwd()),
        }
        s3 = Aws(local_aws.endpoint).client("s3")
        s3.create_bucket(Bucket=BUCKET)
        data = folder / "twin.csv"
        run_training(environment, "sample", "--rows", str(ROWS), "--seed", "11", "--country", "USA", "--out", str(data))
        version = run_training(environment, "run", "--data", str(data), "--bucket", BUCKET)
        groups = ("--control", "0.02", "--explore", "0.05")
        run_training(environment, "promote", version, "--bucket", BUCKET, *groups)
        pipeline = folder / peer_app.KEY
        peer_pipeline.train(data, pipeline)
        s3.upload_file(str(pipeline), BUCKET, peer_app.KEY)
        yield Models(local_aws.endpoint, environment, data, version)


def run_training(environment: dict[str, str], *arguments: str) -> str:
    """Run the training job's CLI and return the last line it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "training", *arguments], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    lines = done.stdout.strip().splitlines()
    return lines[-1] if lines else ""
