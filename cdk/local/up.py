"""A local AWS that stays up: `make local` starts it in the background, `make down` ends it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from rich.console import Console

from cdk.local import ministack, shoppers
from cdk.local.paths import RUNS, UP_RECORD, keep_logs
from cdk.local.processes import group_alive, stop_group
from cdk.local.stack import build_stack, check_data
from cdk.local.steps import Steps
from cdk.local.table_lines import first_rows_as_written
from cdk.ops.aws import LOCAL_KEY, LOCAL_REGION
from cdk.ops.client import JobError, ShopClient
from cdk.ops.outputs import StackOutputs
from lambda_fn import contract

UP_FOLDER = RUNS / "up"
UP_LOCK = UP_RECORD.with_suffix(".lock")
DROPPED = UP_RECORD.parent / "dropped"  # results of the files dropped with `make drop`
SAMPLE_ROWS = 1000  # of the file to drop


class AlreadyUp(Exception):
    """A local AWS is running already."""


class NotUp(Exception):
    """No local AWS is running."""


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Let one process at a time start or end the local AWS of this checkout. Raises AlreadyUp in the second one."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+", encoding="utf-8") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            held.seek(0)
            raise AlreadyUp(
                f"another `make local` or `make down` is at work in this checkout, as process {held.read().strip()}, "
                f"and writes its logs to {UP_FOLDER}; wait for it, or press Ctrl-C there"
            ) from error
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield


@dataclass(frozen=True)
class UpRecord:
    """The stack that is up, as `make down`, `make drop` and `make invoke` find it.

    endpoint, pid: of the local AWS.
    outputs: of the stacks, by the names that the stacks give them.
    sample: path of a CSV to score.
    instructions: what `make local` printed.
    """

    endpoint: str
    pid: int
    outputs: dict[str, Any]
    sample: str
    instructions: str = ""

    @classmethod
    def find(cls, path: Path = UP_RECORD) -> Self | None:
        """Return the record of the stack that is up; None when there is none any more.

        One that is too busy to answer in time is up, too: it has its port, and its process lives.
        """
        try:
            record = cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            return None
        there = ministack.ready(record.endpoint) or (ministack.listens(record.endpoint) and group_alive(record.pid))
        return record if there else None

    @classmethod
    def get(cls, path: Path = UP_RECORD) -> Self:
        """Return the record of the stack that is up. Raises NotUp."""
        if record := cls.find(path):
            return record
        raise NotUp("no local AWS is up: `make local` starts one")

    def save(self, path: Path = UP_RECORD) -> None:
        """Write it where ``find`` looks."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")

    @property
    def stack_outputs(self) -> StackOutputs:
        """The outputs, typed."""
        return StackOutputs.model_validate(self.outputs)


def up(data: Path | None, console: Console, shop: Path | None = None) -> None:
    """Deploy to a local AWS, train, promote, and leave it running. Raises AlreadyUp, StepFailed.

    data: None means a twin of the public data set.
    shop: the shop file of the data; None means the public shopper's.
    """
    with alone(UP_LOCK):
        _up(data, shop, console)


def _up(data: Path | None, shop: Path | None, console: Console) -> None:
    if record := UpRecord.find():
        raise AlreadyUp(f"a local AWS is up already, at {record.endpoint}; `make down` ends it\n{record.instructions}")
    shutil.rmtree(UP_FOLDER, ignore_errors=True)
    UP_FOLDER.mkdir(parents=True)
    steps = Steps(console)
    with ExitStack() as cleanup:
        cleanup.callback(keep_logs, UP_FOLDER)
        check_data(data, shop, UP_FOLDER, steps)
        with steps.step("start", "Starting a local AWS", UP_FOLDER / "ministack.log"):
            local_aws = ministack.start(UP_FOLDER)
            cleanup.callback(local_aws.stop)
        stack = build_stack(local_aws, data, UP_FOLDER, steps, shop)
        client = stack.client()
        with steps.step("request", "Writing an example request", local_aws.log):
            request = UP_FOLDER / "request.json"
            request.write_text(json.dumps(shoppers.first_request(client, stack.shoppers)))
            batch = UP_FOLDER / "drop.csv"
            batch.write_bytes(first_rows_as_written(stack.shoppers, shoppers.champion(client), SAMPLE_ROWS)[0])
        text = _instructions(client, local_aws.endpoint, request, batch)
        UpRecord(local_aws.endpoint, local_aws.pid, stack.outputs.as_written(), str(batch), text).save()
        cleanup.pop_all()  # from here on it stays up
    console.print(text, highlight=False, soft_wrap=True)
    client.close()


def down(console: Console) -> None:
    """End what ``up`` started; do nothing when nothing is up. Raises AlreadyUp while another ``up`` is at work."""
    with alone(UP_LOCK):
        _down(console)


def _down(console: Console) -> None:
    record = UpRecord.find()
    if record is None:
        console.print("no local AWS is up")
    else:
        stop_group(record.pid)
        console.print(f"stopped the local AWS at {record.endpoint}")
    UP_RECORD.unlink(missing_ok=True)
    shutil.rmtree(UP_FOLDER, ignore_errors=True)


def drop(file: Path, console: Console, reasons: int = 0) -> None:
    """Have a file scored by the stack that is up, keep its results, and say where. Raises NotUp, JobError.

    reasons: how many inputs that moved its risk most each row is to name.
    """
    if not file.name.endswith(contract.INCOMING_SUFFIXES):
        endings = ", ".join(contract.INCOMING_SUFFIXES)
        raise JobError(f"{file.name} would start nothing: its name must end with one of {endings}")
    record = UpRecord.get()
    with closing(ShopClient(record.stack_outputs, record.endpoint)) as client:
        client.drop(file.name, file.read_bytes(), **({"reasons": reasons} if reasons else {}))
        report = client.collect(file.name).report
        console.print_json(data={name: value for name, value in report.items() if name not in ("drift", "input")})
        stem = report["outputs"]["scored"].removeprefix(contract.SCORED_PREFIX).removesuffix(".csv")
        keys = (*report["outputs"].values(), f"{contract.REPORTS_PREFIX}{stem}.json")
        for key in keys:
            result = DROPPED / key
            result.parent.mkdir(parents=True, exist_ok=True)
            result.write_bytes(client.fetch(key) or b"")
            console.print(str(result), highlight=False, soft_wrap=True)


def _instructions(client: ShopClient, endpoint: str, request: Path, batch: Path) -> str:
    bucket = client.outputs.data_bucket
    # Whatever profile and proxy the shell that they are pasted into has.
    credentials = (
        f"env -u AWS_PROFILE AWS_ACCESS_KEY_ID={LOCAL_KEY} AWS_SECRET_ACCESS_KEY={LOCAL_KEY} "
        f"AWS_REGION={LOCAL_REGION} NO_PROXY=127.0.0.1 no_proxy=127.0.0.1"
    )
    aws = f"{credentials} aws --endpoint-url {endpoint}"
    training = f"{credentials} .venv/bin/python -m training"
    registry = f"--endpoint {endpoint} --bucket {client.outputs.registry_bucket}"
    return f"""
URL  {client.api_url}
Key  {client.api_key}

Ask for a prediction:
  curl --noproxy '*' -s {client.api_url}/predict -H 'x-api-key: {client.api_key}' \\
    -H 'content-type: application/json' -d @{request}

Have a file scored (without the AWS command line: make drop FILE={batch}):
  {aws} s3 cp {batch} s3://{bucket}/incoming/
  {aws} s3 ls --recursive s3://{bucket}/
  {aws} s3 cp s3://{bucket}/scored/{batch.name} -     # a few seconds later

Train on your own CSV, and let the model answer:
  .venv/bin/python -m training draft --data customers.csv --label COLUMN --abandoned VALUE --out shop.yaml
  {training} run {registry} --shop shop.yaml --data customers.csv
  {training} promote {registry} VERSION

(In AWS, EventBridge needs about five minutes after a bucket's first deployment; `make rescan` scores what came before.)
Open the page for business users:
  make console

It stays up until `make down`.
"""
