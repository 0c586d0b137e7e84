"""What the functions' logs hold after a run of everything: how to find a request, and nothing of any shopper."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from cdk.local import shoppers
from cdk.local.model import COUNTRY
from cdk.local.spoil import spoil
from cdk.local.stack import DeployedStack
from cdk.ops.client import ShopClient
from tests.e2e.support import aws_client, eventually

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

ROWS, SPOILED_ROWS = 300, 40
WRITTEN_WITHIN_SECONDS = 60.0
TELLING_CHARACTERS = 6  # a shorter cell, such as an age, is found in any log
WHOLE_NUMBER = re.compile(r"\d{1,9}")  # is found by chance among sizes, ids and times
MESSAGES = ("planned", "scored a chunk", "finished")
DATE = re.compile(r"\d{4}-\d\d-\d\d")  # as every line of a log has one


@dataclass(frozen=True)
class Run:
    """A run of everything: what was sent, what was answered, and what the logs hold of it."""

    run_id: str
    sent: set[str]
    inputs: list[str]
    refused: list[httpx.Response]
    log: str


@pytest.fixture(scope="module")
def run(stack: DeployedStack, client: ShopClient) -> Run:
    """Two predictions, four refused requests, a partly spoiled file, and one that cannot be scored."""
    run_id = uuid.uuid4().hex
    request = shoppers.first_request(client, stack.shoppers) | {"user_id": f"shopper-{run_id}"}
    request["income_level"] = request["income_level"] + 0.518273
    rows = [
        row | {"user_id": f"row-{run_id}-{n}", "income_level": f"{row['income_level']}.{n:03d}518273"}
        for n, row in enumerate(rows_of(stack))
    ]
    sent = {f"shopper-{run_id}", f"surplus-{run_id}", f"age-{run_id}", f"text-{run_id}"}
    sent |= {str(value) for value in request.values()} | {cell for row in rows for cell in row.values()}

    # When shoppers are asked about, well and badly
    for record in (request, request | {"email": f"surplus-{run_id}"}):
        client.predict(record, key=client.api_key)
    refused = [
        client.predict(request | {"age": f"age-{run_id}"}, key=client.api_key),
        client.predict(request | {"age": 900, "country": f"text-{run_id}"}, key=client.api_key),
        post(client, "/predict", f'{{"user_id": "shopper-{run_id}", '),
        post(client, "/predict/batch", f'{{"records": ["text-{run_id}"]}}'),
    ]

    # And files are dropped, good and bad
    file = shoppers.as_csv(rows)
    unusable = f"headless-{run_id}.csv"
    client.drop(unusable, file.partition(b"\n")[2])
    client.drop(f"spoiled-{run_id}.csv", spoil(file, SPOILED_ROWS, seed=5))
    job = client.collect(f"spoiled-{run_id}.csv", timeout_seconds=120)
    assert (len(job.scored), len(job.rejected)) == (ROWS - SPOILED_ROWS, SPOILED_ROWS)
    client.failure(unusable, timeout_seconds=120)

    def complete_log() -> str | None:
        text = everything_logged(stack)
        return text if all(about(run_id, message, text) for message in MESSAGES) and unusable in text else None

    log = eventually(complete_log, WRITTEN_WITHIN_SECONDS)
    return Run(run_id, {text for text in sent if telling(text)}, list(request), refused, log)


def test_the_logs_hold_nothing_of_any_shopper(run: Run) -> None:
    assert len(run.sent) > ROWS  # it looks for something
    assert {text for text in run.sent if text in run.log} == set()
    assert {name for name in run.inputs if re.search(rf"\b{name}\b['\"\\]*\s*[:=]", run.log)} == set()


def test_a_refused_request_is_found_by_the_id_in_its_answer(run: Run) -> None:
    for refused in run.refused:
        assert refused.status_code == 422
        correlation_id = refused.json()["correlation_id"]
        assert refused.headers["x-correlation-id"] == correlation_id
        assert re.search(rf'"message":"request refused".*"correlation_id":"{correlation_id}"', run.log)


def test_a_file_is_followed_by_its_name(run: Run) -> None:
    assert [message for message in MESSAGES if about(run.run_id, message, run.log)] == list(MESSAGES)


def about(run_id: str, message: str, log: str) -> bool:
    """Tell whether a log has a message about the partly spoiled file."""
    return bool(re.search(rf'"message":"{message}".*"key":"incoming/spoiled-{run_id}.csv"', log))


def rows_of(stack: DeployedStack) -> list[dict[str, str]]:
    return shoppers.first_rows(stack.shoppers, ROWS, COUNTRY)


def post(client: ShopClient, path: str, body: str) -> httpx.Response:
    """Send a body as it is."""
    headers = {"x-api-key": client.api_key, "content-type": "application/json"}
    return httpx.post(client.api_url + path, content=body, headers=headers, trust_env=False, timeout=60)


def telling(text: str) -> bool:
    """Tell whether finding a text in a log means that somebody wrote it there."""
    return len(text) >= TELLING_CHARACTERS and not DATE.match(text) and not WHOLE_NUMBER.fullmatch(text)


def everything_logged(stack: DeployedStack) -> str:
    """Return every line in every log group."""
    logs: CloudWatchLogsClient = aws_client(stack.local_aws, "logs")
    groups = [
        group["logGroupName"]
        for page in logs.get_paginator("describe_log_groups").paginate()
        for group in page["logGroups"]
    ]
    return "\n".join(
        event["message"]
        for group in groups
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        for event in page["events"]
    )
