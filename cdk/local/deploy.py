"""Deploy environment ``local`` to a local AWS with the real CDK command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cdk.local.ministack import ACCOUNT, REGION, MiniStack
from cdk.local.outputs import StackOutputs
from cdk.local.paths import CDK_CLI, CDK_FOLDER, ROOT
from cdk.local.processes import run_logged

ENVIRONMENT = "local"
BOOTSTRAP_TIMEOUT_SECONDS = 120.0
DEPLOY_TIMEOUT_SECONDS = 300.0

NODE = ROOT / ".venv" / "bin" / "node"


def bootstrap(local_aws: MiniStack, folder: Path, on_line: Callable[[str], None]) -> None:
    """Create the CDK's own bucket and roles. Raises CommandError."""
    _cdk(local_aws, folder, ["bootstrap", f"aws://{ACCOUNT}/{REGION}"], BOOTSTRAP_TIMEOUT_SECONDS, on_line)


def deploy(local_aws: MiniStack, folder: Path, on_line: Callable[[str], None]) -> StackOutputs:
    """Deploy every stack and return their outputs. Raises CommandError, OutputsError."""
    outputs = folder / "outputs.json"
    command = ["deploy", "--all", "--require-approval", "never", "--outputs-file", str(outputs)]
    _cdk(local_aws, folder, command, DEPLOY_TIMEOUT_SECONDS, on_line)
    return StackOutputs.from_file(outputs)


def _cdk(
    local_aws: MiniStack, folder: Path, command: list[str], timeout_seconds: float, on_line: Callable[[str], None]
) -> None:
    run_logged(
        [
            NODE,
            CDK_CLI,
            *command,
            *("--context", f"env={ENVIRONMENT}"),
            *("--output", str(folder / "cdk.out")),  # its own assembly: two local stacks can deploy at once
            *("--progress", "events", "--no-color", "--no-notices", "--ci"),
        ],
        log=folder / "deploy.log",
        env=local_aws.environment,
        cwd=CDK_FOLDER,
        timeout_seconds=timeout_seconds,
        on_line=on_line,
    )
