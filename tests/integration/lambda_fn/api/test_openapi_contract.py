"""The service keeps the contract that its own OpenAPI document states, under generated requests of every kind."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import negative_data_rejection

from lambda_fn import contract
from lambda_fn.api import app
from lambda_fn.api.model_server import ModelServer
from lambda_fn.settings import Settings
from tests import factories
from tests.fakes import FakeGateway, FakeModels, FakeStore

CASES_PER_OPERATION = 1_700  # three operations have a body: 5,100 cases; the others have little to vary

models = FakeModels()
models.promote(factories.VERSION)
models.changes["recipe"] = factories.recipe_of_any_date()  # a JSON schema cannot state the bounds of a date
service = FakeGateway(app.create_app(ModelServer(models, ttl_seconds=3_600), Settings(), store=FakeStore()))
schema = schemathesis.openapi.from_asgi(f"{contract.API_BASE_PATH}/openapi.json", service)


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=CASES_PER_OPERATION, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_documented_and_none_is_a_server_error(case: schemathesis.Case[Any]) -> None:
    body = case.meta.components.get(ParameterLocation.BODY) if case.meta else None
    # A wrong query may be one that is not sent, and a wrong header is replaced: only wrong bodies must be refused.
    excluded: list[Any] = [] if body and body.mode.is_negative else [negative_data_rejection]
    case.call_and_validate(headers={"x-api-key": FakeGateway.KEY}, excluded_checks=excluded)
