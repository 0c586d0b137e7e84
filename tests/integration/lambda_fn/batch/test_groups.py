"""Control group and exploration in files: the API's groups, the same bytes on a rerun, and no explorers in a budget."""

import json

import pytest
from mypy_boto3_s3 import S3Client

from lambda_fn.batch.errors import JobBroken
from lambda_fn.contract import ROUTING_KEY
from tests import csv_files, factories
from tests.integration.conftest import REGISTRY_BUCKET
from tests.integration.lambda_fn.api.support import BASE, client_of
from tests.integration.lambda_fn.batch.conftest import Shop, read_csv
from training.logged.records import read_records
from training.logged.sources import SourceFile

ROWS = 300
FILE = csv_files.good_file(ROWS)
CONTROL, EXPLORE = 0.3, 0.5


@pytest.fixture
def grouped(shop: Shop) -> Shop:
    shop.registry.assign(CONTROL, EXPLORE)
    return shop


def groups_of(shop: Shop) -> dict[str, str]:
    return {row["user_id"]: row["policy_group"] for row in read_csv(shop.files()[0])}


def test_a_shopper_is_in_the_same_group_in_a_file_and_in_the_api(grouped: Shop) -> None:
    grouped.drop(FILE)
    grouped.run()
    in_file = groups_of(grouped)
    records = [factories.record(user_id=user) for user in in_file]
    answers = client_of(grouped.registry).post(f"{BASE}/predict/batch", json={"records": records}).json()

    assert set(in_file.values()) == {"control", "explore", "exploit"}
    assert {answer["user_id"]: answer["policy_group"] for answer in answers["predictions"]} == in_file


def test_a_rerun_gives_the_same_bytes_after_the_shares_have_changed(grouped: Shop) -> None:
    grouped.drop(FILE)
    grouped.run()
    before = grouped.files()
    grouped.registry.assign(0.0, 0.0)
    grouped.run()
    assert grouped.files() == before


def test_learning_reads_the_scored_file_as_its_log(grouped: Shop) -> None:
    grouped.drop(FILE)
    grouped.run()
    rows = read_csv(grouped.files()[0])
    found = read_records([SourceFile("scored.csv", grouped.files()[0])]).records
    assert {record.decision_id for record in found} == {row["decision_id"] for row in rows}
    assert [(record.offer, record.group) for record in found] == [
        (row["recommended_intervention"], row["policy_group"]) for row in rows
    ]


def test_a_file_with_a_budget_has_a_control_group_and_no_explorers(grouped: Shop) -> None:
    grouped.drop(FILE, metadata={"budget": "1e9"})
    grouped.run()
    assert set(groups_of(grouped).values()) == {"control", "exploit"}


def test_a_key_that_was_replaced_since_the_drop_stops_the_job_and_says_what_to_do(grouped: Shop, s3: S3Client) -> None:
    grouped.drop(FILE)
    planned = grouped.plan()
    routing = json.loads(s3.get_object(Bucket=REGISTRY_BUCKET, Key=ROUTING_KEY)["Body"].read())
    routing["assignment_key"] = "ab" * 32
    s3.put_object(Bucket=REGISTRY_BUCKET, Key=ROUTING_KEY, Body=json.dumps(routing).encode())
    with pytest.raises(JobBroken, match="restore the routing in S3, or drop the file again as a new version"):
        grouped.score_all(planned)


def test_with_both_shares_at_0_everybody_gets_the_best_offer_and_the_file_says_no_more(shop: Shop) -> None:
    shop.drop(FILE)
    shop.run()
    rows = read_csv(shop.files()[0])
    assert list(rows[0])[-3:] == ["decision_id", "policy_group", "warnings"]
    assert {row["policy_group"] for row in rows} == {"exploit"}
