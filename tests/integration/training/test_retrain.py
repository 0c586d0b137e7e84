"""The training job on S3 in process: a model that a gate refuses is published, not promoted, and no failure."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from mypy_boto3_s3 import S3Client

from lambda_fn.registry import Artefact, Registry
from tests import factories
from tests.integration.conftest import REGISTRY_BUCKET
from training import retrain as module
from training.errors import DataRefused, PromotionRefused
from training.gate import Gate
from training.job import Result, RunOptions
from training.retrain import Outcome, newest_csv, retrain

BUCKET = "data"


@pytest.fixture
def bucket(s3: S3Client) -> str:
    s3.create_bucket(Bucket=BUCKET)
    for key in ("training/a.csv", "training/notes.txt", "incoming/other.csv"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    return BUCKET


def test_the_newest_csv_below_training_is_taken_whatever_its_name(s3: S3Client, bucket: str) -> None:
    # Given one that was put there later, in the seconds that S3 counts in, and whose name comes first
    time.sleep(1.1)
    s3.put_object(Bucket=bucket, Key="training/2026/z.csv", Body=b"x")
    assert newest_csv(s3, bucket) == "training/2026/z.csv"
    # And without any there is an error
    for key in ("training/a.csv", "training/2026/z.csv"):
        s3.delete_object(Bucket=bucket, Key=key)
    with pytest.raises(DataRefused, match="holds no CSV: put one there"):
        newest_csv(s3, bucket)


@pytest.mark.parametrize("refused", [False, True])
def test_a_gate_decides_and_its_refusal_is_an_outcome(
    s3: S3Client, bucket: str, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a training that publishes a model which passes its gates, or does not
    registry = Registry(REGISTRY_BUCKET, s3)
    seen: list[bytes] = []

    def train(data: Path, _say: object) -> Result:
        seen.append(data.read_bytes())
        artefact = Artefact(*factories.artefact())
        registry.publish(artefact)
        return Result(artefact, {}, {})

    monkeypatch.setattr(module, "run", train)
    gate = Gate("calibration", not refused, "the error is 0.3, must be below 0.02")
    monkeypatch.setattr(module, "check", lambda *_: [gate])
    # When it runs
    outcome = retrain(s3, bucket, registry, _as_it_is, auto_promote=True, who="the job")
    # Then it answers, or waits, and the outcome says why
    assert seen == [b"x"]
    found = registry.find_routing()
    if refused:
        assert outcome.refusal is not None
        assert outcome.refusal.startswith("calibration: the error is 0.3, must be below 0.02")
        assert found is None
    else:
        assert outcome == Outcome("training/a.csv", factories.VERSION, None)
        assert found is not None
        assert found[0].champion == factories.VERSION
        assert found[0].log[-1].who == "the job"


def test_a_model_that_was_never_compared_with_the_champion_waits(
    s3: S3Client, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(REGISTRY_BUCKET, s3)
    registry.publish(Artefact(*factories.artefact()))
    monkeypatch.setattr(module, "run", lambda *_: Result(Artefact(*factories.artefact()), {}, {}))

    def refuse(*_: object) -> list[Gate]:
        raise PromotionRefused("was never compared")

    monkeypatch.setattr(module, "check", refuse)
    outcome = retrain(s3, bucket, registry, _as_it_is, auto_promote=True)
    assert outcome == Outcome("training/a.csv", factories.VERSION, "was never compared")


def test_where_promotion_is_left_to_people_the_champion_stays(
    s3: S3Client, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(REGISTRY_BUCKET, s3)
    registry.publish(Artefact(*factories.artefact()))
    monkeypatch.setattr(module, "run", lambda *_: Result(Artefact(*factories.artefact()), {}, {}))
    outcome = retrain(s3, bucket, registry, _as_it_is, auto_promote=False)
    assert outcome == Outcome("training/a.csv", factories.VERSION, "this environment leaves the promotion to people")
    assert registry.find_routing() is None


def _as_it_is(path: Path) -> RunOptions:
    return path  # type: ignore[return-value]  # the training is a stand-in that reads the file
