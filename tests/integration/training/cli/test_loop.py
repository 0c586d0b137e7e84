"""Learn and watch on logs that lie in S3, as the API and the batch leave them (in process)."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mypy_boto3_s3 import S3Client

from lambda_fn.registry import Artefact, Registry
from lambda_fn.scoring.offers.assignment import Assignment
from lambda_fn.scoring.offers.decision_log import DecisionRecord, write_line
from lambda_fn.scoring.service import Scorer
from lambda_fn.tables.scoring import ChunkScoring, DecidedAs
from tests import csv_files, factories
from tests.command_line import ask
from tests.integration.conftest import REGISTRY_BUCKET
from training.logged.scored_files import read_table, records_of
from training.logged.sources import SourceFile

BUCKET = "data"
ROWS = 3_000
SHARES = Assignment(control_share=0.3, explore_share=0.6)
MOMENT = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC).isoformat()


@pytest.fixture
def version(s3: S3Client) -> str:
    """Fill two buckets: a champion with groups; half of the log as scored file, half as the API's, both twice."""
    registry = Registry(REGISTRY_BUCKET, s3)
    artefact = Artefact(*factories.artefact())
    version = artefact.manifest.model_version
    registry.publish(artefact)
    registry.promote(version, "first")
    registry.assign(SHARES.control_share, SHARES.explore_share, "a test")
    assigner = registry.routing()[0].assigner()
    assert assigner is not None
    scoring = ChunkScoring(
        Scorer(artefact.manifest, artefact.onnx), csv_files.HEADER, factories.AS_OF,
        decided=DecidedAs("file", MOMENT, assigner),
    )  # fmt: skip
    text = b"".join(line + b"\n" for line in csv_files.rows(ROWS))
    lines = (scoring.header + b"".join(output.scored for output in scoring.run([text]))).splitlines(keepends=True)
    half = len(lines) // 2
    records = records_of(
        read_table(SourceFile("api", lines[0] + b"".join(lines[half:]))), "api",
        lambda raw: assigner.shopper_hash(raw.encode()),
    )  # fmt: skip
    s3.create_bucket(Bucket=BUCKET)
    put(s3, "scored/a.csv", b"".join(lines[:half]))
    put(s3, "decisions/2026/07/01/one", b"".join(map(write_line, records[:700])))
    put(s3, "decisions/2026/07/01/two", gzip.compress(b"".join(map(write_line, records[600:]))))
    put(s3, "outcomes/july.csv", orders(lines, records), {"period-start": "2026-06-30", "period-end": "2026-08-01"})
    return version


def put(s3: S3Client, key: str, body: bytes, metadata: dict[str, str] | None = None) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=body, Metadata=metadata or {})


def orders(lines: list[bytes], records: list[DecisionRecord]) -> bytes:
    """Return outcomes of half of the shoppers, by raw id of the batch's and by decision of the API's."""
    rng = np.random.default_rng(1)
    by_id = [line.split(b",")[0] for line in lines[1 : len(lines) // 2]]
    rows = [b"%b,,2026-07-03,80\n" % one for one in by_id if rng.random() < 0.5]
    rows += [b",%b,2026-07-03,80\n" % one.decision_id.encode() for one in records if rng.random() < 0.5]
    return b"user_id,decision_id,time,order_value\n" + b"".join(rows) + b",,2026-07-03,80\n"


def run(name: str, version: str, folder: Path, *more: object, code: int = 0) -> tuple[str, dict[str, Any]]:
    places = [f"s3://{BUCKET}/{prefix}/" for prefix in ("decisions", "scored", "outcomes")]
    stdout, _ = ask(
        name, "--decisions", places[0], "--decisions", places[1], "--outcomes", places[2], "--model", version,
        "--bucket", REGISTRY_BUCKET, "--json", folder / "found.json", *more, code=code,
    )  # fmt: skip
    return stdout, json.loads((folder / "found.json").read_text())


def test_learn_joins_what_the_api_and_the_batch_decided(version: str, tmp_path: Path) -> None:
    stdout, found = run("learn", version, tmp_path, "--out", tmp_path / "learnt")
    counts = found["counts"]
    assert stdout == "none"
    assert (counts["decisions"], counts["matured"], counts["repeats"]) == (ROWS, ROWS, 100)
    assert (counts["outcome_rows_rejected"], counts["period_stated"]) == ({"no id": 1}, True)
    assert counts["outcome_rows"] == counts["outcome_rows_taken"] + 1
    assert (counts["conversions"], counts["orders_without_a_decision"]) == (counts["outcome_rows_taken"], 0)
    assert found["sample_ratio"]["broken"] is False
    assert {effect["offer"] for effect in found["effects"]} == {"reminder", "discount_10", "discount_15"}
    assert not found["may_challenge"]


def test_watch_reports_on_the_same_log(version: str, tmp_path: Path) -> None:
    # Given orders that have nothing to do with what was expected, and a count that says how many decisions there were
    stdout, found = run("watch", version, tmp_path, "--decided", ROWS, code=1)
    assert (stdout, found["log"]["lost"], found["matured"]) == ("margin-below-expected", 0, ROWS)
    stdout, found = run("watch", version, tmp_path, "--decided", ROWS + 5, code=1)
    assert (stdout.split(), found["log"]["lost"]) == (["margin-below-expected", "decisions-lost"], 5)
    # And the row of outcomes that it could not take lies beside the report
    outcomes = found["outcomes"]
    assert (outcomes["rows"], outcomes["rejected"]) == (outcomes["taken"] + 1, {"no id": 1})
    assert (tmp_path / "rejected_outcomes.csv").read_text().splitlines() == [
        "file,line,reason,text",
        f's3://{BUCKET}/outcomes/july.csv,{outcomes["rows"] + 1},no id,",,2026-07-03,80"',
    ]


def test_a_learnt_version_is_published_and_can_go_on_trial(version: str, tmp_path: Path, s3: S3Client) -> None:
    # Given too few decisions for the gate, and a reason to go past it
    stdout, found = run("learn", version, tmp_path, "--out", tmp_path / "learnt", "--force", "--why", "a rehearsal")
    # Then the registry has the version, with the same model and another policy
    registry = Registry(REGISTRY_BUCKET, s3)
    assert registry.versions() == [version, stdout]
    assert (found["model_version"], found["forced_because"]) == (stdout, "a rehearsal")
    before, learnt = registry.load(version), registry.load(stdout)
    assert learnt.onnx == before.onnx
    assert learnt.manifest.policy != before.manifest.policy
    # And it can be the challenger
    assert registry.challenge(stdout, 0.2).challenger == stdout
