"""The closed loop on the local AWS, as one story: decide, log, hear what became of it, learn, put on trial, watch.

The local AWS writes each record put to the stream at once; buffering and gzip are asserted from the template.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cdk.local import shoppers
from cdk.local.model import COUNTRY, TrainingCli
from cdk.local.stack import DeployedStack
from cdk.ops.client import ShopClient
from lambda_fn import contract
from lambda_fn.scoring.offers.decision_log import DecisionRecord, read_file, without_repeats
from tests.e2e.support import aws_client, eventually

CONTROL, EXPLORE = 0.2, 0.4
IN_THE_API, ALONE, IN_THE_FILE = 300, 5, 1_500
CHALLENGER_SHARE = 0.5
SEEN_WITHIN_SECONDS = 60.0
FILE = "loop.csv"
GROUPS = {"control", "explore", "exploit"}


@dataclass(frozen=True)
class Decided:
    """What was decided while the groups were on: the API's answers, and the rows of a scored file."""

    answers: list[dict[str, Any]]
    rows: list[dict[str, str]]


@pytest.fixture(scope="module")
def groups_on(stack: DeployedStack, client: ShopClient, training_cli: TrainingCli) -> Iterator[None]:
    bucket = stack.outputs.registry_bucket
    training_cli.assign(bucket, control=CONTROL, explore=EXPLORE)
    eventually(lambda: shares(client) == (CONTROL, EXPLORE), SEEN_WITHIN_SECONDS)
    yield
    training_cli.end_challenge(bucket)
    training_cli.assign(bucket, control=0, explore=0)
    eventually(lambda: shares(client) == (0, 0) and challenger(client) is None, SEEN_WITHIN_SECONDS)


@pytest.fixture(scope="module")
def decided(groups_on: None, client: ShopClient, stack: DeployedStack) -> Decided:  # noqa: ARG001
    table = shoppers.first_rows(stack.shoppers, IN_THE_API + IN_THE_FILE, COUNTRY)
    manifest = shoppers.champion(client)
    records = [shoppers.as_request(shoppers.as_csv([row]), manifest) for row in table[:IN_THE_API]]
    together = client.post("/predict/batch", {"records": records[ALONE:]}, key=client.api_key)
    alone = [client.predict(record, key=client.api_key).json() for record in records[:ALONE]]
    client.drop(FILE, shoppers.as_csv(table[IN_THE_API:]))
    return Decided([*together.json()["predictions"], *alone], client.collect(FILE).scored)


@pytest.fixture(scope="module")
def outcomes(decided: Decided, client: ShopClient) -> int:
    """Post outcomes of the API's decisions, drop those of the file's; return how many rows are good."""
    now = dt.datetime.now(dt.UTC)
    posted = [
        {"decision_id": answer["decision_id"], "time": (now + dt.timedelta(days=1)).isoformat(), "order_value": 80}
        for answer in decided.answers[::2]
    ]
    answer = client.post("/outcomes", {"outcomes": posted}, key=client.api_key)
    assert (answer.status_code, answer.json()) == (200, {"taken": len(posted)})
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("user_id", "time", "order_value"))
    bought = decided.rows[::3]
    writer.writerows((row["user_id"], (now + dt.timedelta(days=2)).isoformat(), 90) for row in bought)
    writer.writerow((decided.rows[0]["user_id"], "yesterday", 90))
    writer.writerow(("", now.isoformat(), 90))
    period = {
        contract.METADATA_PERIOD_START: (now - dt.timedelta(days=1)).isoformat(),
        contract.METADATA_PERIOD_END: (now + dt.timedelta(days=40)).isoformat(),
    }
    client.s3.put_object(
        Bucket=client.outputs.data_bucket,
        Key=f"{contract.OUTCOMES_PREFIX}july.csv",
        Body=text.getvalue().encode(),
        Metadata=period,
    )
    return len(posted) + len(bought)


def shares(client: ShopClient) -> tuple[float, float]:
    found = client.get("/model/info", key=client.api_key).json()["assignment"]
    return found["control_share"], found["explore_share"]


def challenger(client: ShopClient) -> str | None:
    found = client.get("/model/info", key=client.api_key).json()["challenger"]
    return found["model_version"] if found else None


def logged(client: ShopClient) -> list[DecisionRecord]:
    pages = client.s3.get_paginator("list_objects_v2").paginate(
        Bucket=client.outputs.data_bucket, Prefix=contract.DECISIONS_PREFIX
    )
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return [record for key in keys for record in read_file(client.fetch(key) or b"")]


def complete(client: ShopClient, wanted: set[str]) -> list[DecisionRecord] | None:
    """Return the records of the wanted decisions, repeats dropped, once all are there."""
    found = [record for record in without_repeats(logged(client)) if record.decision_id in wanted]
    return found if {record.decision_id for record in found} == wanted else None


def test_every_decision_of_the_api_is_logged_exactly_once(client: ShopClient, decided: Decided) -> None:
    wanted = {answer["decision_id"]: answer for answer in decided.answers}
    assert len(wanted) == IN_THE_API
    assert Counter(answer["policy_group"] for answer in decided.answers).keys() == GROUPS

    found = eventually(lambda: complete(client, set(wanted)), SEEN_WITHIN_SECONDS)

    assert len(found) == len(wanted)
    for record in found:
        answer = wanted[record.decision_id]
        assert (record.offer, record.group) == (answer["recommended_intervention"], answer["policy_group"])
        assert record.model == answer["model_version"]
        assert record.p == pytest.approx(answer["abandonment_risk"], abs=1e-6)
        assert record.shopper != str(answer["user_id"])


def test_a_scored_file_is_the_log_of_its_decisions(decided: Decided) -> None:
    assert len({row["decision_id"] for row in decided.rows}) == IN_THE_FILE
    assert {row["policy_group"] for row in decided.rows} == GROUPS
    for row in decided.rows:
        allowed = row["allowed_interventions"].split(" ")
        assert row["recommended_intervention"] in allowed
        assert sum(map(float, row["propensities"].split(" "))) == pytest.approx(1)
        assert row["policy_group"] != "control" or row["recommended_intervention"] == "none"


def test_what_is_learnt_goes_on_trial_and_is_watched(
    client: ShopClient, stack: DeployedStack, training_cli: TrainingCli, decided: Decided, outcomes: int, folder: Path
) -> None:
    bucket, data_bucket = stack.outputs.registry_bucket, stack.outputs.data_bucket
    eventually(lambda: complete(client, {answer["decision_id"] for answer in decided.answers}), SEEN_WITHIN_SECONDS)

    # When decisions and outcomes are joined, each decision counts once, and wrong rows are told with their reasons
    found = training_cli.learn(bucket, data_bucket, stack.model.version, folder / "learnt", why="the loop is rehearsed")
    counts = found["counts"]
    assert counts["outcome_rows_rejected"] == {"no id": 1, "time is not ISO 8601": 1}
    assert (counts["outcome_rows"], counts["outcome_rows_taken"]) == (outcomes + 2, outcomes)
    assert counts["conversions"] == outcomes
    assert counts["matured"] >= IN_THE_API + IN_THE_FILE  # and whom other stories asked about
    assert found["sample_ratio"]["broken"] is False

    # Then the learnt version answers a share of the shoppers
    learnt = found["model_version"]
    training_cli.challenge(learnt, bucket, CHALLENGER_SHARE)
    eventually(lambda: challenger(client) == learnt, SEEN_WITHIN_SECONDS)
    routing = json.loads(client.s3.get_object(Bucket=bucket, Key=contract.ROUTING_KEY)["Body"].read())
    asked = aws_client(stack.local_aws, "sts").get_caller_identity()["Arn"]
    assert (routing["log"][-1]["action"], routing["log"][-1]["who"]) == ("challenger", asked)
    manifest = shoppers.champion(client)
    rows = shoppers.first_rows(stack.shoppers, 40, COUNTRY)
    records = [shoppers.as_request(shoppers.as_csv([row]), manifest) for row in rows]
    answers = client.post("/predict/batch", {"records": records}, key=client.api_key).json()["predictions"]
    assert {answer["model_version"] for answer in answers} == {stack.model.version, learnt}

    # And the watch reports on all of it, and puts what the alarms look at
    training_cli.watch(bucket, data_bucket, "local")
    report = json.loads(client.fetch(f"{contract.WATCH_PREFIX}{dt.datetime.now(dt.UTC).date()}.json") or b"{}")
    assert report["outcomes"]["taken"] == outcomes
    told = list(csv.DictReader((client.fetch(report["rejected_outcomes"]) or b"").decode().splitlines()))
    assert [row["reason"] for row in told] == ["time is not ISO 8601", "no id"]
    assert told[0]["text"] == f"{decided.rows[0]['user_id']},yesterday,90"
    assert {row["file"] for row in told} == {f"s3://{data_bucket}/{contract.OUTCOMES_PREFIX}july.csv"}
    assert report["sample_ratio"]["broken"] is False
    metrics = aws_client(stack.local_aws, "cloudwatch").list_metrics(Namespace=contract.METRIC_NAMESPACE)["Metrics"]
    assert {contract.METRIC_SAMPLE_RATIO, contract.METRIC_BELOW_EXPECTED} <= {one["MetricName"] for one in metrics}
