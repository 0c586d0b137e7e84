"""Every object of a job has a key of its own, and none is found by guessing."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn import contract
from lambda_fn.batch.job import InputFile
from lambda_fn.batch.keys import Outputs, WorkArea, pins_key, sibling_keys

FILE = InputFile(
    bucket="data",
    key="incoming/a.csv",
    version_id="v1",
    etag="e1",
    size_bytes=1,
    last_modified=dt.datetime(2026, 7, 1, tzinfo=dt.UTC),
)


def test_the_outputs_have_the_path_of_the_dropped_file() -> None:
    outputs = Outputs.of("incoming/2026/shoppers.csv.gz")
    assert (outputs.scored, outputs.rejected, outputs.report, outputs.failed) == (
        "scored/2026/shoppers.csv",
        "rejected/2026/shoppers.csv",
        "reports/2026/shoppers.json",
        "failed/2026/shoppers.json",
    )


def test_an_area_is_found_by_its_execution_and_by_its_job() -> None:
    area = WorkArea.of("execution-7")
    assert WorkArea.holding(area.job) == area
    assert area.execution == "execution-7"
    assert area.job == "work/execution-7/job.json"


@given(st.sets(st.integers(0, 99_999), min_size=1, max_size=20))
def test_no_two_objects_of_a_job_share_a_key(chunks: set[int]) -> None:
    area = WorkArea.of("execution-7")
    kinds = (area.scored, area.rejected, area.report, area.spending, area.error, area.spending_error)
    keys = [key(chunk) for chunk in chunks for key in kinds]
    keys += [area.job, area.chunks, area.cut_off, area.plan_error, area.settle_error, area.finalize_error]
    assert len(set(keys)) == len(keys)
    assert all(key.startswith(f"{contract.WORK_PREFIX}execution-7/") for key in keys)


@pytest.mark.parametrize("change", [{"version_id": "v2"}, {"etag": "e2"}, {"key": "incoming/b.csv"}, {"bucket": "b"}])
def test_pins_belong_to_one_version_of_one_file(change: dict[str, str]) -> None:
    assert pins_key(FILE.model_copy(update=change)) != pins_key(FILE)
    assert pins_key(FILE.model_copy(update={"size_bytes": 2})) == pins_key(FILE)


def test_files_that_differ_in_their_ending_are_siblings() -> None:
    assert sibling_keys("incoming/a.csv") == ["incoming/a.csv.gz", "incoming/a.CSV"]
