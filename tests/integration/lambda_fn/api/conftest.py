"""The HTTP application over a real registry, with a promoted model where a test asks for one."""

import pytest
from mypy_boto3_s3 import S3Client
from starlette.testclient import TestClient

from lambda_fn.registry import Artefact, Registry
from tests import factories
from tests.integration.conftest import REGISTRY_BUCKET
from tests.integration.lambda_fn.api.support import client_of


@pytest.fixture
def registry(s3: S3Client) -> Registry:
    return Registry(REGISTRY_BUCKET, s3)


@pytest.fixture
def promoted(registry: Registry) -> Registry:
    registry.publish(Artefact(*factories.artefact()))
    registry.promote(factories.VERSION)
    return registry


@pytest.fixture
def client(registry: Registry) -> TestClient:
    return client_of(registry)
