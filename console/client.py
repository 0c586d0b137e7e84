"""The API, as the console asks it: every answer is a document, or an error that says what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx

from console.settings import ConsoleSettings
from console.words import NO_MODEL
from lambda_fn import contract

TIMEOUT_SECONDS: Final = 30.0  # the first call may start a function
_ADVICE: Final = {
    403: "The API key is wrong or missing. Set APP_API_KEY to the environment's key and start the console again.",
    404: "There is no API at {url}. Set APP_API_URL to the address that `make outputs` prints, with /api/v1.",
    429: "The API key's rate or quota is used up. Wait a minute and try again.",
    503: NO_MODEL,
}


class ApiError(Exception):
    """The API did not answer as hoped; the message says what to do."""


class ApiClient:
    """Asks the API. The key never leaves this process."""

    def __init__(self, settings: ConsoleSettings, transport: httpx.BaseTransport | None = None) -> None:
        self._url = settings.api_url.rstrip("/")
        self._http = httpx.Client(
            headers={"x-api-key": settings.api_key.get_secret_value()},
            timeout=TIMEOUT_SECONDS,
            trust_env=settings.aws_endpoint is None,
            transport=transport,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def openapi(self) -> dict[str, Any]:
        """Return the API's description, with the champion's inputs."""
        return self._ask("GET", "/openapi.json")

    def health(self) -> dict[str, Any]:
        """Say whether predictions can be made."""
        return self._ask("GET", "/health")

    def model_info(self) -> dict[str, Any]:
        """Describe the models in service."""
        return self._ask("GET", "/model/info")

    def model_metrics(self) -> dict[str, Any]:
        """Return the champion's metrics."""
        return self._ask("GET", "/model/metrics")

    def predict(self, record: Mapping[str, Any], reasons: int = 0) -> dict[str, Any]:
        """Score one shopper; with ``reasons``, the inputs that moved the risk most."""
        return self._ask("POST", "/predict", json=dict(record), params={"reasons": reasons} if reasons else None)

    def predict_many(self, records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Score at most MAX_BATCH_RECORDS shoppers, in their order."""
        assert len(records) <= contract.MAX_BATCH_RECORDS
        answered = self._ask("POST", "/predict/batch", json={"records": [dict(record) for record in records]})
        found: list[dict[str, Any]] = answered["predictions"]
        return found

    def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            answer = self._http.request(method, self._url + path, **options)
        except httpx.HTTPError as error:
            raise ApiError(
                f"The API at {self._url} does not answer ({type(error).__name__}). Is the environment up? Locally, "
                "`make local` starts one."
            ) from error
        if answer.is_success:
            found: dict[str, Any] = answer.json()
            return found
        raise ApiError(self._explained(answer))

    def _explained(self, answer: httpx.Response) -> str:
        if answer.status_code in _ADVICE:
            return _ADVICE[answer.status_code].format(url=self._url)
        problem = _problem_of(answer)
        if errors := problem.get("errors"):
            return "; ".join(f"{error['pointer'].removeprefix('/')}: {error['detail']}" for error in errors)
        detail = problem.get("detail") or answer.reason_phrase
        number = problem.get(contract.PROBLEM_CORRELATION_ID)
        return f"The API answered {answer.status_code}: {detail}" + (f" (correlation id {number})" if number else "")


def _problem_of(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
