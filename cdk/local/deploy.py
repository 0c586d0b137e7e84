"""Deploy environment ``local`` to a local AWS with the real CDK command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from cdk.local.ministack import MiniStack
from cdk.local.paths import BINARIES, CDK_CLI, CDK_FOLDER
from cdk.local.processes import ignore_line, run_logged
from cdk.ops.aws import LOCAL_ACCOUNT, LOCAL_REGION
from cdk.ops.outputs import StackOutputs

ENVIRONMENT = "local"
BOOTSTRAP_TIMEOUT_SECONDS = 120.0
DEPLOY_TIMEOUT_SECONDS = 300.0

LOG = "deploy.log"
ASSEMBLY = "cdk.out"

_CDK = (BINARIES / "node", CDK_CLI)
_QUIET = ("--no-color", "--no-notices", "--ci")


def bootstrap(local_aws: MiniStack, folder: Path, on_line: Callable[[str], None]) -> None:
    """Create the CDK's own bucket and roles. Raises CommandError."""
    run_logged(
        [*_CDK, "bootstrap", f"aws://{LOCAL_ACCOUNT}/{LOCAL_REGION}", *_QUIET],
        log=folder / LOG,
        env=local_aws.environment,
        cwd=folder,  # away from cdk.json: there is nothing to synthesize yet
        timeout_seconds=BOOTSTRAP_TIMEOUT_SECONDS,
        on_line=on_line,
    )


def deploy(
    local_aws: MiniStack, folder: Path, on_line: Callable[[str], None] = ignore_line, **context: str
) -> StackOutputs:
    """Deploy every stack and return their outputs. Raises CommandError, OutputsError.

    ``context`` is passed to the app as ``-c NAME=VALUE``, such as ``cognito="on"``.
    """
    values = {"env": ENVIRONMENT, **context}
    options = [part for name, value in values.items() for part in ("--context", f"{name}={value}")]
    # An assembly of its own: two local stacks can deploy at once.
    return _deploy(local_aws, folder, on_line, [*options, "--output", folder / ASSEMBLY])


def deploy_again(local_aws: MiniStack, folder: Path, on_line: Callable[[str], None] = ignore_line) -> StackOutputs:
    """Deploy what ``deploy`` made in ``folder`` once more, over whatever was deployed since. Raises as it does."""
    return _deploy(local_aws, folder, on_line, ["--app", folder / ASSEMBLY])


def _deploy(
    local_aws: MiniStack, folder: Path, on_line: Callable[[str], None], app: Sequence[str | Path]
) -> StackOutputs:
    outputs = folder / "outputs.json"
    run_logged(
        [
            *(*_CDK, "deploy", "--all", "--require-approval", "never", "--progress", "events", *_QUIET),
            *("--outputs-file", outputs),
            *app,
        ],
        log=folder / LOG,
        env=local_aws.environment,
        cwd=CDK_FOLDER,
        timeout_seconds=DEPLOY_TIMEOUT_SECONDS,
        on_line=on_line,
    )
    return StackOutputs.from_file(outputs)
