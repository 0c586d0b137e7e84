"""The OpenAPI document: FastAPI's routes, with the request schemas of the champion's recipe."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from lambda_fn.api.answers import ANSWERS
from lambda_fn.api.documentation.examples import add_examples, examples
from lambda_fn.api.parsing.outcomes import REQUEST, outcome_reader
from lambda_fn.api.problems import Problem
from lambda_fn.api.served_model import ServedModel
from lambda_fn.contract import API_BASE_PATH, MAX_BATCH_RECORDS, PROBLEM_MEDIA_TYPE
from lambda_fn.scoring.artefact.recipe import ID_FIELD
from lambda_fn.scoring.reasons import MOST_REASONS

_REF: Final = "#/components/schemas/{model}"
# What the paths begin at, seen from the document's own address: a gateway puts its stage in front of them, and only the
# client knows what else.
_ROOT: Final = "/".join([".."] * API_BASE_PATH.count("/"))
_KEY: Final = {"ApiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"}}
_TOKEN: Final = {
    "AccessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "From the environment's token URL, for a client's id and secret (OAuth2 client credentials).",
    }
}

_REASONS: Final = {
    "name": "reasons",
    "in": "query",
    "required": False,
    "description": "How many of the inputs that moved the risk most to name in `reasons`.",
    "schema": {"type": "integer", "minimum": 0, "maximum": MOST_REASONS, "default": 0},
}

# Served while no model is promoted: any record with a user_id.
_ANY_RECORD: Final = {
    "PredictRequest": {
        "type": "object",
        "required": ["user_id"],
        "properties": {"user_id": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
    },
    "BatchRequest": {
        "type": "object",
        "required": ["records"],
        "properties": {
            "records": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/PredictRequest"},
                "maxItems": MAX_BATCH_RECORDS,
            }
        },
    },
}

_MEANINGS: Final = {
    400: "The request body cannot be read: damaged gzip, or not UTF-8.",
    401: "The access token is missing, invalid or expired.",
    403: "The API key is missing or unknown.",
    413: "The request body is too large.",
    415: "The request body is packed in another way than gzip.",
    422: "The request cannot be scored; `errors` names each faulty field.",
    429: "The client's rate or quota is used up.",
    500: "Something failed in the service.",
    503: "No model can answer, or the data bucket takes no outcomes.",
    504: "The service took too long.",
}


def responses(answer: type[BaseModel], *errors: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of a route's answers: its model for 200, a problem for its errors and for those of all.

    The models are named, not handed to FastAPI, which would import all of pydantic's old version to look at them: a
    tenth of a cold start.
    """
    documented: dict[int | str, dict[str, Any]] = {200: _documented("The answer.", "application/json", answer)}
    for status in (*errors, 429, 500, 503, 504):
        documented[status] = _problem(status)
    return documented


def _problem(status: int) -> dict[str, Any]:
    return _documented(_MEANINGS[status], PROBLEM_MEDIA_TYPE, Problem)


def _documented(description: str, media_type: str, model: type[BaseModel]) -> dict[str, Any]:
    return {
        "description": description,
        "content": {media_type: {"schema": {"$ref": _REF.format(model=model.__name__)}}},
    }


def request_body(schema: str) -> dict[str, Any]:
    """Return the documentation of a JSON request body."""
    content = {"application/json": {"schema": {"$ref": _REF.format(model=schema)}}}
    return {"requestBody": {"required": True, "content": content}}


def scoring_request(schema: str) -> dict[str, Any]:
    """Return the documentation of a JSON request body, and of the query parameter that asks for reasons."""
    return {**request_body(schema), "parameters": [_REASONS]}


def document(app: FastAPI, champion: ServedModel | None, *, access_tokens: bool = False) -> dict[str, Any]:
    """Return the OpenAPI document.

    champion: gives the request schemas and the examples; None where no model is promoted.
    access_tokens: whether every request that needs an API key needs an access token as well.
    """
    described = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
    )
    described["servers"] = [{"url": _ROOT}]
    components = described.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.update(champion.reader.schemas(_REF) if champion else _ANY_RECORD)
    outcomes = outcome_reader(champion.reader.id_name if champion else ID_FIELD).schema(_REF)
    schemas.update(outcomes.pop("$defs", {}))
    schemas[REQUEST] = outcomes
    for model in (Problem, *ANSWERS):
        schema = model.model_json_schema(ref_template=_REF)
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    if champion:
        add_examples(described["paths"], API_BASE_PATH, examples(champion, dt.datetime.now(dt.UTC)))
        _name_the_id(schemas["Prediction"], champion.reader.id_name)
    components["securitySchemes"] = _KEY
    described["security"] = [{"ApiKey": []}]
    if access_tokens:
        _ask_for_tokens(described)
    return described


def _name_the_id(prediction: dict[str, Any], id_name: str) -> None:
    """Let the answer's schema give the id under the shop's own name for it."""
    properties = prediction["properties"]
    prediction["properties"] = {id_name if name == ID_FIELD else name: part for name, part in properties.items()}
    prediction["required"] = [id_name if name == ID_FIELD else name for name in prediction["required"]]


def _ask_for_tokens(described: dict[str, Any]) -> None:
    described["components"]["securitySchemes"] = {**_KEY, **_TOKEN}
    described["security"] = [{"ApiKey": [], "AccessToken": []}]
    for operations in described["paths"].values():
        for operation in operations.values():
            if "security" not in operation:  # it is not public
                operation["responses"]["401"] = _problem(401)
