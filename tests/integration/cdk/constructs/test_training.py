"""The very commands of the training job's build specification, on a local AWS's S3, SNS and SQS."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from cdk.build.bundling import ROOT
from cdk.constructs.builds import SOURCES
from cdk.constructs.training import ENV_PROMOTION, ENV_TOPIC, build_specification
from cdk.local import ministack
from cdk.local.ministack import MiniStack
from cdk.local.paths import BINARIES
from cdk.ops.aws import LOCAL_REGION
from lambda_fn import contract
from lambda_fn.registry import Registry
from training.synthetic import twin

REGISTRY, DATA = "registry", "data"
ROWS = 24_000  # a table of fewer than 20,000 rows is cross-fitted, which trains six models rather than one
FEW_ROWS = 2_000


@pytest.fixture(scope="module")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniStack]:
    with ministack.running(tmp_path_factory.mktemp("aws"), {"SERVICES": "s3,sns,sqs,sts"}) as running:
        for bucket in (REGISTRY, DATA):
            client(running, "s3").create_bucket(Bucket=bucket)
        yield running


def client(local_aws: MiniStack, service: str) -> Any:
    session = boto3.Session("test", "test", region_name=LOCAL_REGION)
    return session.client(service, endpoint_url=local_aws.endpoint)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What CodeBuild is given, and nothing else of the checkout."""
    folder = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def build(
    local_aws: MiniStack, sources: Path, topic: str, promotion: str, more: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the build phase as CodeBuild does: a shell, the project's variables, no checkout.

    more: options to add to the last command.
    """
    commands = build_specification()["phases"]["build"]["commands"]
    variables = {
        **local_aws.environment,
        "PATH": os.pathsep.join([str(BINARIES), os.defpath]),
        contract.ENV_REGISTRY_BUCKET: REGISTRY,
        contract.ENV_DATA_BUCKET: DATA,
        ENV_TOPIC: topic,
        ENV_PROMOTION: promotion,
    }
    script = "set -e\n" + "\n".join(commands) + more
    return subprocess.run(["sh", "-c", script], cwd=sources, env=variables, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_newest_csv_becomes_the_champion_or_the_topic_is_told_why_not(
    local_aws: MiniStack, sources: Path, tmp_path: Path
) -> None:
    s3, sns, sqs = (client(local_aws, service) for service in ("s3", "sns", "sqs"))
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    registry = Registry(REGISTRY, s3)

    # Given no data, When it runs, Then it fails, so that the alarm rings, and says what to do
    empty = build(local_aws, sources, topic, "--promote")
    assert empty.returncode == 1
    assert "training/ holds no CSV: put one there" in " ".join(empty.stderr.split())

    # Given an older file that cannot be trained on, and a newer one, When it runs, Then the newer one's model answers
    s3.put_object(Bucket=DATA, Key="training/old.csv", Body=b"a,b\n1,2\n")
    data = tmp_path / "shoppers.csv"
    list(twin.write_csv(data, ROWS, seed=11, country="USA"))
    s3.upload_file(str(data), DATA, "training/2026/shoppers.csv")
    first = build(local_aws, sources, topic, "--promote")
    assert first.returncode == 0, first.stderr
    version = first.stdout.strip().splitlines()[-1]
    assert registry.routing()[0].champion == version

    # Given an environment that leaves promotion to people, When it runs, Then a model is published, and they are told
    few = tmp_path / "few.csv"
    list(twin.write_csv(few, FEW_ROWS, seed=12, country="USA"))
    s3.upload_file(str(few), DATA, "training/newer.csv")
    second = build(local_aws, sources, topic, "--no-promote", more=" --model logistic")  # any model will do
    assert second.returncode == 0, second.stderr
    waiting = second.stdout.strip().splitlines()[-1]
    assert registry.routing()[0].champion == version
    assert waiting in registry.versions()
    [message] = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5)["Messages"]
    told = json.loads(message["Body"])
    assert told["Subject"] == f"Trained, not promoted: {waiting}"
    assert "this environment leaves the promotion to people" in told["Message"]
    assert f"promote --bucket {REGISTRY} {waiting}" in told["Message"]
