"""Work after the answer: an internal extension of Lambda, which the caller does not wait for.

Lambda sends the answer as soon as the handler returns it, and freezes the process only when every extension has asked
for the next event. An extension may be a thread of the function's own process. Where Lambda's extension interface is
not there, or refuses, the work is done before the answer.
Source: Lambda developer guide, "Lambda Extensions API", internal extensions; they get INVOKE events, and no SHUTDOWN.
"""

from __future__ import annotations

import http.client
import json
import os
import threading
from collections.abc import Callable
from typing import Final

from lambda_fn import telemetry

ENV_RUNTIME_API: Final = "AWS_LAMBDA_RUNTIME_API"
LONGEST_ANSWER_SECONDS: Final = 25.0  # no longer than this does the thread wait for the handler
_NAME: Final = "after-answer"
_VERSION: Final = "/2020-01-01/extension"
_REGISTER_SECONDS: Final = 2.0


class AfterAnswer:
    """Does ``work`` once after each answer; before it where ``address``, of Lambda's interface, is empty."""

    def __init__(self, work: Callable[[], None], address: str | None = None) -> None:
        self._work = work
        self._address = os.environ.get(ENV_RUNTIME_API, "") if address is None else address
        self._answers = threading.Semaphore(0)
        self._identifier = self._register() if self._address else None
        if self._identifier:
            threading.Thread(target=self._serve, name=_NAME, daemon=True).start()

    def answered(self) -> None:
        """Say that the handler is about to return."""
        if self._identifier:
            self._answers.release()
        else:
            self._work()

    def _register(self) -> str | None:
        try:
            connection = http.client.HTTPConnection(self._address, timeout=_REGISTER_SECONDS)
            headers = {"Lambda-Extension-Name": _NAME, "Content-Type": "application/json"}
            connection.request("POST", f"{_VERSION}/register", json.dumps({"events": ["INVOKE"]}), headers)
            answer = connection.getresponse()
            answer.read()
            connection.close()
            return answer.getheader("Lambda-Extension-Identifier") if answer.status == http.HTTPStatus.OK else None
        except (OSError, http.client.HTTPException) as error:
            telemetry.logger().warning("no work after the answer: it is done before", error=type(error).__name__)
            return None

    def _serve(self) -> None:
        while self._next_event():
            if self._answers.acquire(timeout=LONGEST_ANSWER_SECONDS):
                self._work()

    def _next_event(self) -> bool:
        """Wait for the next call of the function; False where the interface is gone."""
        try:
            connection = http.client.HTTPConnection(self._address)
            headers = {"Lambda-Extension-Identifier": self._identifier or ""}
            connection.request("GET", f"{_VERSION}/event/next", headers=headers)
            answer = connection.getresponse()
            answer.read()
            connection.close()
        except (OSError, http.client.HTTPException) as error:
            telemetry.logger().warning("work after the answer ended", error=type(error).__name__)
            self._identifier = None  # from now on before the answer
            return False
        return answer.status == http.HTTPStatus.OK
