"""The steps of the Dockerfile without Docker: install, serve, and its health check, over a local S3."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from cdk.local.ministack import MiniStack, running
from lambda_fn import contract
from lambda_fn.registry import Artefact, Registry
from tests import factories
from tests.dockerfile import ROOT, stages

BUCKET = "models"
PREFIX_IN_IMAGE = "/opt/api"
PORT_IN_IMAGE = "8080"
START_SECONDS = 60.0

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image holds, installed as the image installs it: in a folder that has nothing but what is copied."""
    build, install = stages()["build"], stages()["build-api"]
    context = tmp_path_factory.mktemp("src")
    for line in (*build.all_of("COPY"), *install.all_of("COPY")):
        source, target = line.split()
        copy(source, target, context)
    folder = tmp_path_factory.mktemp("opt") / "api"
    [step] = install.all_of("RUN")
    command = [*step.replace(PREFIX_IN_IMAGE, str(folder)).split(), f"PYTHON={sys.executable}"]
    made = subprocess.run(command, cwd=context, check=False, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return folder


def copy(source: str, target: str, context: Path) -> None:
    place = context / target / Path(source).name if target.endswith("/") else context / target
    place.parent.mkdir(parents=True, exist_ok=True)
    if (ROOT / source).is_dir():
        shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(ROOT / source, place)


@pytest.fixture(scope="module")
def local_s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniStack]:
    with running(tmp_path_factory.mktemp("s3"), {"SERVICES": "s3"}) as local_aws:
        yield local_aws


@pytest.fixture(scope="module")
def registry(local_s3: MiniStack) -> Registry:
    session = boto3.Session("test", "test", region_name="us-east-1")
    client = session.client("s3", endpoint_url=local_s3.endpoint)
    client.create_bucket(Bucket=BUCKET)
    return Registry(BUCKET, client)


@pytest.fixture(scope="module")
def port(prefix: Path, local_s3: MiniStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The port where the API is served as the image serves it, on this machine alone."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = str(probe.getsockname()[1])
    command = in_place(stages()["api"].command("CMD"), prefix, free)
    variables = {contract.ENV_REGISTRY_BUCKET: BUCKET, contract.ENV_ROUTING_TTL_SECONDS: "0", "HOME": os.devnull}
    log = tmp_path_factory.mktemp("serve") / "api.log"
    with log.open("wb") as sink:
        served = subprocess.Popen(
            command, cwd="/", stdout=sink, stderr=sink, env=local_s3.environment | variables, start_new_session=True
        )
    try:
        wait_until_it_listens(int(free), served, log)
        yield free
    finally:
        served.send_signal(signal.SIGTERM)
        assert served.wait(timeout=10) in (0, -signal.SIGTERM), log.read_text()


def in_place(command: list[str], prefix: Path, port: str) -> list[str]:
    changes = {PREFIX_IN_IMAGE: str(prefix), PORT_IN_IMAGE: port, "0.0.0.0": "127.0.0.1"}
    for old, new in changes.items():
        command = [part.replace(old, new) for part in command]
    return command


def wait_until_it_listens(port: int, served: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and served.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(log.read_text())


def healthy(prefix: Path, port: str) -> bool:
    """Run the image's own health check."""
    check = in_place(stages()["api"].command("HEALTHCHECK"), prefix, port)
    return subprocess.run(check, cwd="/", capture_output=True, check=False).returncode == 0


def test_it_is_unhealthy_without_a_model_and_predicts_with_one(prefix: Path, port: str, registry: Registry) -> None:
    # Given an API over a registry without a model
    # Then its container is unhealthy
    assert not healthy(prefix, port)
    # When a model is promoted
    registry.publish(Artefact(*factories.artefact()))
    registry.promote(factories.VERSION)
    # Then it is healthy, and predicts as the Lambda does
    assert healthy(prefix, port)
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{contract.API_BASE_PATH}/predict",
        data=json.dumps(factories.record()).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        answer = json.load(response)
    assert answer["model_version"] == factories.VERSION
    assert answer["risk_level"] in contract.METRIC_PREDICTIONS_BY_RISK


def test_the_image_holds_no_training_and_no_tests(prefix: Path) -> None:
    assert [path.name for path in (prefix / "app").iterdir()] == ["lambda_fn"]
    [packages] = prefix.glob("lib/python3.*/site-packages")
    installed = {path.name for path in packages.iterdir()}
    assert not installed & {"sklearn", "pandas", "mlflow", "pytest", "aws_cdk"}
