"""Both bundles, a local AWS for their S3, and a model in its registry."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cdk.build.bundling import Bundle
from cdk.local import ministack
from cdk.local.ministack import MiniStack
from cdk.ops.aws import LOCAL_REGION
from lambda_fn import contract
from tests.runtime.function import Machine, remove
from tests.runtime.storage import BUCKETS, open_s3, publish

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests on one worker: they share what is unpacked. AWS's runtime client exists for Linux alone."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("runtime"))
            item.add_marker(
                pytest.mark.skipif(sys.platform != "linux", reason="awslambdaric has wheels for Linux only")
            )


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("runtime")
    yield path
    remove(path)


@pytest.fixture(scope="session")
def machine(folder: Path) -> Machine:
    return Machine.prepare(folder)


@pytest.fixture(scope="session")
def api_code(machine: Machine, folder: Path) -> Path:
    return machine.unpack(Bundle.API, folder)


@pytest.fixture(scope="session")
def batch_code(machine: Machine, folder: Path) -> Path:
    return machine.unpack(Bundle.BATCH, folder)


@pytest.fixture(scope="session")
def local_aws(folder: Path) -> Iterator[MiniStack]:
    with ministack.running(folder, {"SERVICES": "s3"}) as running:
        yield running


@pytest.fixture(scope="session")
def s3(local_aws: MiniStack) -> Any:
    """An S3 whose registry has a champion, and an empty one."""
    client = open_s3(local_aws.endpoint)
    publish(client)
    return client


@pytest.fixture
def variables(local_aws: MiniStack, s3: Any) -> dict[str, str]:  # noqa: ARG001  # the buckets must be there
    return {
        "AWS_ENDPOINT_URL": local_aws.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",  # pragma: allowlist secret
        "AWS_REGION": LOCAL_REGION,
        "AWS_DEFAULT_REGION": LOCAL_REGION,
        contract.ENV_REGISTRY_BUCKET: BUCKETS.registry,
        contract.ENV_DATA_BUCKET: BUCKETS.data,
    }
