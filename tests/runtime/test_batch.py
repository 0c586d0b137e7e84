"""The batch bundle under AWS's runtime client: one file, from its drop to its report, a process for each task."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from lambda_fn import contract
from tests import factories
from tests.runtime.function import Machine, running
from tests.runtime.storage import BUCKETS

KEY = f"{contract.INCOMING_PREFIX}shoppers.csv"
ROWS = 20
HANDLERS = (
    contract.HANDLER_PLAN,
    contract.HANDLER_MEASURE_CHUNK,
    contract.HANDLER_SETTLE,
    contract.HANDLER_SCORE_CHUNK,
    contract.HANDLER_FINALIZE,
)


def test_a_dropped_file_passes_through_every_task(
    machine: Machine, batch_code: Path, variables: dict[str, str], s3: Any, tmp_path: Path
) -> None:
    def call(handler: str, payload: dict[str, Any]) -> Any:
        with running(machine, batch_code, handler, variables | dict(contract.WORKER_ALLOCATOR), tmp_path) as function:
            answer = function.api.invoke(payload)
            logs.append(function.log.read_text())
        return answer

    logs: list[str] = []
    s3.put_object(Bucket=BUCKETS.data, Key=KEY, Body=_file(), Metadata={"budget": "1000"})

    planned = call(contract.HANDLER_PLAN, {"bucket": BUCKETS.data, "key": KEY, "execution": "one"})
    job = {"bucket": BUCKETS.data, "job_key": planned["job_key"]}
    [chunk] = json.loads(s3.get_object(Bucket=BUCKETS.data, Key=planned["chunks_key"])["Body"].read())
    for handler in HANDLERS[1:-1]:
        call(handler, job if handler == contract.HANDLER_SETTLE else {**job, "chunk": chunk})
    call(contract.HANDLER_FINALIZE, job)

    report = json.loads(s3.get_object(Bucket=BUCKETS.data, Key="reports/shoppers.json")["Body"].read())
    assert (report["rows"], report["scored"], report["rejected"]) == (ROWS, ROWS, 0)
    assert [line for log in logs for line in log.splitlines() if '"ERROR"' in line or "botocore" in line] == []


def test_why_a_file_failed_is_written_down(
    machine: Machine, batch_code: Path, variables: dict[str, str], s3: Any, tmp_path: Path
) -> None:
    key = f"{contract.INCOMING_PREFIX}headless.csv"
    s3.put_object(Bucket=BUCKETS.data, Key=key, Body=b"1,2,3\n")
    with running(machine, batch_code, contract.HANDLER_PLAN, variables, tmp_path) as plan:
        refused = plan.api.invoke({"bucket": BUCKETS.data, "key": key, "execution": "two"})
    error = {"Error": contract.ERROR_UNUSABLE_FILE, "Cause": refused["refusal"]}
    with running(machine, batch_code, contract.HANDLER_FAIL, variables, tmp_path) as fail:
        note = fail.api.invoke({"bucket": BUCKETS.data, "key": key, "execution": "two", "error": error})

    assert json.loads(s3.get_object(Bucket=BUCKETS.data, Key="failed/headless.json")["Body"].read()) == note


def _file() -> bytes:
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, list(factories.record()))
    rows.writeheader()
    rows.writerows(factories.record(user_id=f"u-{number}") for number in range(ROWS))
    return text.getvalue().encode()
