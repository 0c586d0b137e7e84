"""The whole story on a local AWS: deploy, train, predict, score a dropped file, clean up."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from rich.console import Console

from cdk.local import ministack, shoppers, story
from cdk.local.paths import DEMO_REPORT, run_folder
from cdk.local.report import DemoReport
from cdk.local.spoil import Target, spoil
from cdk.local.stack import DeployedStack, build_stack, check_data
from cdk.local.steps import Steps
from cdk.local.table_lines import first_rows_as_written
from cdk.ops.client import JobResult, ShopClient

DROPPED_NAME = "shoppers.csv"
DROPPED_ROWS = 20_000
SPOILED_ROWS = 40
SPOILED_SEED = 7


class DemoError(Exception):
    """The deployed system did not do what it should."""


def run(data: Path | None, console: Console, shop: Path | None = None) -> DemoReport:
    """Run the demo, print the story and write ``.local/demo.json``. Raises StepFailed.

    data: None means a twin of the public data set.
    shop: the shop file of the data; None means the public shopper's.
    """
    steps = Steps(console)
    with run_folder("demo") as folder, ExitStack() as cleanup:
        check_data(data, shop, folder, steps)
        with steps.step("start", "Starting a local AWS", folder / "ministack.log"):
            local_aws = cleanup.enter_context(ministack.running(folder))
        stack = build_stack(local_aws, data, folder, steps, shop)
        report = use(stack, steps)
    DEMO_REPORT.write_text(json.dumps(report.as_json(), indent=2) + "\n")
    story.tell(report, stack, console)
    return report


def use(stack: DeployedStack, steps: Steps) -> DemoReport:
    """Ask for a prediction with and without the key, and have a file scored. Raises StepFailed."""
    log = stack.local_aws.log
    with closing(stack.client()) as client:
        manifest = shoppers.champion(client)
        with steps.step("predict", "Asking the API for a prediction", log):
            request = shoppers.first_request(client, stack.shoppers)
            prediction = predict(client, request)
            refused = client.predict(request, key=None).status_code
            if refused != 403:
                raise DemoError(f"a call without the API key was answered {refused}, not 403")
        table, rows = first_rows_as_written(stack.shoppers, manifest, DROPPED_ROWS)
        with steps.step("batch", f"Scoring a dropped file of {rows:,} rows", log) as progress:
            spoiled = spoil(table, SPOILED_ROWS, SPOILED_SEED, Target.of(manifest))
            job = score_file(client, spoiled, rows, lambda: progress("waiting for the workflow"))
    return DemoReport(
        model_version=stack.model.version,
        id_name=manifest.id_name,
        metrics=stack.model.metrics,
        request=request,
        prediction=prediction,
        status_without_key=refused,
        job=job,
        steps_seconds=steps.seconds,
    )


def predict(client: ShopClient, request: dict[str, Any]) -> dict[str, Any]:
    """Ask for a prediction with the API key. Raises DemoError when it is not answered."""
    response = client.predict(request, key=client.api_key)
    if response.status_code != 200:
        raise DemoError(f"the API answered {response.status_code}: {response.text}")
    prediction: dict[str, Any] = response.json()
    return prediction


def score_file(client: ShopClient, table: bytes, rows: int, waiting: Callable[[], None]) -> JobResult:
    """Drop a table and collect its results. Raises DemoError when one of its ``rows`` is lost or counted twice."""
    client.drop(DROPPED_NAME, table)
    job = client.collect(DROPPED_NAME, waiting=waiting)
    if len(job.scored) + len(job.rejected) != rows:
        raise DemoError(f"{rows} rows went in, {len(job.scored)} were scored and {len(job.rejected)} rejected")
    return job
