"""One prediction through the Lambda handler, ours and the peer's, in this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from tests import events
from tests.bench.figures import Figure, median_ms, speedup

CALLS: Final = 1_500
WARM_UP_CALLS: Final = 50
CONTEXT: Final = SimpleNamespace(
    function_name="bench", memory_limit_in_mb=1_769, invoked_function_arn="arn", aws_request_id="request"
)


def ours() -> Callable[[], Any]:
    """Return a call of our handler."""
    from lambda_fn.api import handler

    return _call(handler)


def peer() -> Callable[[], Any]:
    """Return a call of the peer's handler."""
    from tests.bench.peer.app import handler

    return _call(handler)


def _call(handler: Callable[[Any, Any], Any]) -> Callable[[], Any]:
    event = events.load("api_predict")
    answer = handler(event, CONTEXT)
    if answer["statusCode"] != 200:
        raise RuntimeError(f"{handler.__module__} answers {answer}")
    return lambda: handler(event, CONTEXT)


def measure(environment: dict[str, str]) -> Figure:
    """Return how many times faster our handler answers. Our log and metric lines are written, to a file."""
    os.environ.update(environment)
    with _output_to_file():
        alternatives = ours(), peer()
        median_ms(WARM_UP_CALLS, *alternatives)
        our_ms, peer_ms = median_ms(CALLS, *alternatives)
    return speedup("handler_speedup", our_ms, peer_ms, "ms", reach=25)


@contextmanager
def _output_to_file() -> Iterator[None]:
    with Path(os.devnull).open("w", encoding="utf-8") as sink, redirect_stdout(sink):
        yield


if __name__ == "__main__":  # a cold start: import, read the model from S3, answer once
    {"ours": ours, "peer": peer}[sys.argv[1]]()
