"""The training job, run the way its users run it: through its command line, against a local AWS."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk.local.paths import ROOT
from cdk.local.processes import ignore_line, run_logged

TWIN_ROWS = 100_000
TWIN_SEED = 7
COUNTRY = "USA"  # whose shoppers `python -m training run` keeps
TRAINING_LOG = "training.log"
TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True)
class TrainedModel:
    """A published model: its version in the registry and its metrics on the holdout."""

    version: str
    metrics: dict[str, Any]


@dataclass(frozen=True)
class TrainingCli:
    """``python -m training`` with one environment, one log and one listener for its progress lines."""

    environment: Mapping[str, str]
    folder: Path
    on_line: Callable[[str], None] = ignore_line

    def sample(self, path: Path, *, rows: int = TWIN_ROWS, seed: int = TWIN_SEED, country: str = "all") -> Path:
        """Write a twin data set of ``rows`` shoppers to ``path``. Raises CommandError."""
        self._run("sample", "--rows", str(rows), "--seed", str(seed), "--country", country, "--out", str(path))
        return path

    def check(self, data: Path, shop: Path | None = None) -> None:
        """Check that ``data`` can be trained on, as the shop file ``shop`` says. Raises CommandError."""
        self._run("check", *_table(data, shop))

    def run(self, data: Path, bucket: str, *options: str, shop: Path | None = None) -> TrainedModel:
        """Train on ``data`` and publish to the registry. Raises CommandError.

        ``shop``: the shop file; None means the public shopper's.
        """
        summary = self.folder / "summary.json"
        self._run("run", *_table(data, shop), "--bucket", bucket, "--summary-json", str(summary), *options)
        content = json.loads(summary.read_text())
        return TrainedModel(version=content["model_version"], metrics=content["metrics"])

    def promote(self, version: str, bucket: str, *, in_spite_of_gates_because: str | None = None) -> None:
        """Make ``version`` the champion. Raises CommandError."""
        force = ("--force", "--why", in_spite_of_gates_because) if in_spite_of_gates_because else ()
        self._run("promote", "--bucket", bucket, *force, version)

    def assign(self, bucket: str, *, control: float, explore: float) -> None:
        """Set the shares of control group and exploration. Raises CommandError."""
        self._run("assignment", "--bucket", bucket, "--control", str(control), "--explore", str(explore))

    def learn(self, bucket: str, data_bucket: str, model: str, out: Path, *, why: str) -> dict[str, Any]:
        """Learn from what the data bucket holds, publish past the gates; return the findings. Raises CommandError."""
        places = [f"s3://{data_bucket}/{prefix}" for prefix in ("decisions/", "scored/loop", "outcomes/")]
        read = ("--decisions", places[0], "--decisions", places[1], "--outcomes", places[2])
        self._run("learn", *read, "--bucket", bucket, "--model", model, "--out", str(out), "--force", "--why", why)
        found: dict[str, Any] = json.loads((out / "learnt.json").read_text())
        return found

    def challenge(self, version: str, bucket: str, share: float) -> None:
        """Let ``version`` score a share of the shoppers. Raises CommandError."""
        self._run("promote", "--bucket", bucket, "--challenger", version, "--share", str(share))

    def end_challenge(self, bucket: str) -> None:
        """Let the champion score everybody again. Raises CommandError."""
        self._run("promote", "--bucket", bucket, "--challenger", "none")

    def watch(self, bucket: str, data_bucket: str, environment: str) -> None:
        """Look at what matured, keep a report, put metrics. Raises CommandError."""
        self._run("watch-bucket", "--bucket", bucket, "--data-bucket", data_bucket, "--metrics", environment)

    def rollback(self, bucket: str) -> None:
        """Make the champion before this one the champion again. Raises CommandError."""
        self._run("rollback", "--bucket", bucket)

    def _run(self, *arguments: str) -> None:
        run_logged(
            [sys.executable, "-m", "training", *arguments],
            log=self.folder / TRAINING_LOG,
            env=self.environment,
            cwd=ROOT,
            timeout_seconds=TIMEOUT_SECONDS,
            on_line=self.on_line,
        )


def _table(data: Path, shop: Path | None) -> tuple[str, ...]:
    return ("--data", str(data), *(("--shop", str(shop)) if shop else ()))
