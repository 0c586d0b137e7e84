"""What the gateway itself answers when a request never reaches the code: problem+json, like every other error."""

from __future__ import annotations

import json
from typing import Final, NamedTuple

from aws_cdk import aws_apigateway as apigateway

from cdk.environments import Environment
from lambda_fn import contract


class Refusal(NamedTuple):
    """One kind of gateway response.

    kind: member of ``apigateway.ResponseType``.
    status: HTTP status; None where it varies within the kind.
    title, detail: of the problem (RFC 9457).
    """

    kind: str
    status: int | None
    title: str
    detail: str


REFUSALS: Final = (
    Refusal("UNAUTHORIZED", 401, "Unauthorized", "Send a valid access token in the Authorization header."),
    Refusal("EXPIRED_TOKEN", 401, "Unauthorized", "The access token has expired; fetch another one."),
    Refusal("ACCESS_DENIED", 403, "Forbidden", "The access token does not allow this."),
    Refusal("INVALID_API_KEY", 403, "Forbidden", "Send a valid API key in the X-Api-Key header."),
    Refusal("WAF_FILTERED", 403, "Forbidden", "The request was refused by the firewall."),
    Refusal("MISSING_AUTHENTICATION_TOKEN", 404, "Not Found", "There is nothing at this path with this method."),
    Refusal("RESOURCE_NOT_FOUND", 404, "Not Found", "There is nothing at this path with this method."),
    Refusal("REQUEST_TOO_LARGE", 413, "Content Too Large", "The request body is larger than the gateway takes."),
    Refusal("UNSUPPORTED_MEDIA_TYPE", 415, "Unsupported Media Type", "Send application/json."),
    Refusal("THROTTLED", 429, "Too Many Requests", "Slow down: the rate of this API key is used up."),
    Refusal("QUOTA_EXCEEDED", 429, "Too Many Requests", "The quota of this API key is used up for today."),
    Refusal("INTEGRATION_TIMEOUT", 504, "Gateway Timeout", "The answer took too long; try again."),
    Refusal("DEFAULT_4_XX", None, "Bad Request", "The request was refused."),
    Refusal("DEFAULT_5_XX", None, "Internal Server Error", "Something failed on our side; try again later."),
)


def add_gateway_responses(api: apigateway.RestApi, environment: Environment) -> None:
    """Make every refusal of the gateway a problem (RFC 9457) that carries the request's correlation id."""
    headers = {"Content-Type": contract.PROBLEM_MEDIA_TYPE, **contract.SECURITY_HEADERS}
    if len(environment.cors_origins) == 1:  # a gateway response is fixed text and cannot choose among several
        headers["Access-Control-Allow-Origin"] = environment.cors_origins[0]
    for refusal in REFUSALS:
        api.add_gateway_response(
            refusal.kind.title().replace("_", ""),
            type=getattr(apigateway.ResponseType, refusal.kind),
            status_code=None if refusal.status is None else str(refusal.status),
            response_headers={name: f"'{value}'" for name, value in headers.items()},
            templates={"application/json": problem_template(refusal)},
        )


def problem_template(refusal: Refusal) -> str:
    """Return the body; the gateway fills in ``$context.requestId``."""
    problem: dict[str, str | int] = {"type": "about:blank", "title": refusal.title}
    if refusal.status is not None:
        problem["status"] = refusal.status
    problem |= {"detail": refusal.detail, contract.PROBLEM_CORRELATION_ID: "$context.requestId"}
    return json.dumps(problem)
