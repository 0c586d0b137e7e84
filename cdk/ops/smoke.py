"""Ask a deployed environment what the demo asks the local one: ``python -m cdk.ops.smoke ENV``.

It sends what the API's own OpenAPI document gives as examples, so it fits whatever model is in service. The dropped
file has a name of its own and is scored as any other; the environment's ``output_days`` remove it.
"""

from __future__ import annotations

import csv
import io
import sys
import uuid
from collections.abc import Callable
from contextlib import closing
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from cdk.ops.client import JobError, ShopClient
from cdk.ops.outputs import OutputsError, StackOutputs
from cdk.ops.tokens import TokenRefused

DROPPED_ROWS: Final = 50
SPOILED_ROWS: Final = 2


class SmokeFailed(Exception):
    """The environment does not do what it should; the message says what it did."""


def check(client: ShopClient, say: Callable[[str], None]) -> None:
    """Run every check. Raises SmokeFailed, JobError."""
    health = client.get("/health")
    if health.status_code != 200:
        raise SmokeFailed(
            f"GET /health answered {health.status_code}: {health.text}\n"
            "Where no model was promoted yet: python -m training run, then promote; then run this again."
        )
    say(f"health: {health.json()['status']}, model {health.json()['model_version']}")

    id_field, request = example(client.get("/openapi.json").raise_for_status().json())
    answered = client.predict(request, key=client.api_key)
    if answered.status_code != 200:
        raise SmokeFailed(f"POST /predict answered {answered.status_code}: {answered.text}")
    say(f"prediction: {answered.json()['risk_level']}, {answered.json()['recommended_intervention']}")

    refused = client.predict(request, key=None).status_code
    if refused != 403:
        raise SmokeFailed(f"POST /predict without the API key answered {refused}, not 403")
    say("without the API key: refused")

    name = f"smoke-{uuid.uuid4()}.csv"
    client.drop(name, as_csv(request, id_field))
    job = client.collect(name)
    counts = len(job.scored), len(job.rejected)
    if counts != (DROPPED_ROWS - SPOILED_ROWS, SPOILED_ROWS):
        raise SmokeFailed(
            f"of {DROPPED_ROWS} rows, {SPOILED_ROWS} spoiled, {counts[0]} were scored, {counts[1]} rejected"
        )
    say(f"dropped file: {DROPPED_ROWS} rows in = {counts[0]} scored + {counts[1]} rejected")


def example(openapi: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the name of the one field that must be there, the shopper's id, and a request of the inputs' examples."""
    schema = openapi["components"]["schemas"]["PredictRequest"]
    [id_field] = schema["required"]
    inputs = {name: kind["anyOf"][0] for name, kind in schema["properties"].items() if name != id_field}
    return id_field, {id_field: "smoke", **{name: kind["examples"][0] for name, kind in inputs.items()}}


def as_csv(request: dict[str, Any], id_field: str) -> bytes:
    """Return a file of ``DROPPED_ROWS`` such shoppers, the last of them spoiled."""
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, list(request), lineterminator="\n")
    rows.writeheader()
    for number in range(DROPPED_ROWS):
        spoiled = number >= DROPPED_ROWS - SPOILED_ROWS
        rows.writerow({**request, id_field: "" if spoiled else f"smoke-{number}"})
    return text.getvalue().encode()


def main(
    environment: str,
    endpoint: Annotated[
        str | None, typer.Option(help="A local AWS; absent: AWS, with the shell's credentials.")
    ] = None,
) -> None:
    """Check a deployed environment, by API and by file."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        outputs = StackOutputs.from_cloudformation(environment, endpoint)
        with closing(ShopClient(outputs, endpoint)) as client:
            check(client, console.print)
    except (OutputsError, TokenRefused, SmokeFailed, JobError) as failure:
        sys.exit(f"error: {failure}")


if __name__ == "__main__":
    typer.run(main)
