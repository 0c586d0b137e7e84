"""The service keeps the contract that its own OpenAPI document states, under generated requests of every kind."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from lambda_fn import contract
from lambda_fn.api import app
from lambda_fn.api.model_server import ModelServer
from lambda_fn.settings import Settings
from tests import factories
from tests.fakes import FakeGateway, FakeModels

CASES_PER_OPERATION = 2_600  # two operations have a body: 5,200 cases; the others have little to vary

models = FakeModels()
models.promote(factories.VERSION)
models.changes["recipe"] = factories.recipe_of_any_date()  # a JSON schema cannot state the bounds of a date
service = FakeGateway(app.create_app(ModelServer(models, ttl_seconds=3_600), Settings()))
schema = schemathesis.openapi.from_asgi(f"{contract.API_BASE_PATH}/openapi.json", service)


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=CASES_PER_OPERATION, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_documented_and_none_is_a_server_error(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(headers={"x-api-key": FakeGateway.KEY})
