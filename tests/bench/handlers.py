"""One prediction through the Lambda handler, ours and the peer's, in one process of their own.

``python -m tests.bench.handlers ours|peer`` is a cold start: import, read the model from S3, answer once.
``python -m tests.bench.handlers compare`` measures both warm, in turns, and prints the milliseconds of each.

Ours logs each decision: its record is made before the answer, as there is no Lambda here. The put to Data Firehose, a
request that the caller does not wait for in Lambda, is replaced by a stand-in that counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from lambda_fn import contract
from tests import events
from tests.bench.figures import Figure, median_ms, speedup

CALLS: Final = 1_500
WARM_UP_CALLS: Final = 50
CONTEXT: Final = SimpleNamespace(
    function_name="bench", memory_limit_in_mb=1_769, invoked_function_arn="arn", aws_request_id="request"
)


class FirehoseStandIn:
    """Takes what would be put to the stream."""

    def __init__(self) -> None:
        self.puts = 0

    def put_record(self, *, DeliveryStreamName: str, Record: dict[str, bytes]) -> None:  # noqa: N803 - boto3's names
        """Count a put; raise where it holds no record."""
        if not (DeliveryStreamName and Record["Data"].endswith(b"}\n")):
            raise RuntimeError("no record of a decision was put")
        self.puts += 1


def ours() -> Callable[[], Any]:
    """Return a call of our handler, which logs its decisions to a stand-in. The client that it replaces is made."""
    os.environ[contract.ENV_DECISION_STREAM] = "bench"
    from lambda_fn.api import entry

    log = FirehoseStandIn()
    entry._firehose()
    entry._firehose = lambda: log  # type: ignore[assignment]
    call = _call(entry.handler)
    if log.puts != 1:
        raise RuntimeError(f"one answer, and {log.puts} puts to the log")
    return call


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


def compare() -> list[float]:
    """Return the median milliseconds of our handler and of the peer's. Log and metric lines go to a file."""
    with Path(os.devnull).open("w", encoding="utf-8") as sink, redirect_stdout(sink):
        alternatives = ours(), peer()
        median_ms(WARM_UP_CALLS, *alternatives)
        return median_ms(CALLS, *alternatives)


def measure(environment: dict[str, str]) -> Figure:
    """Return how many times faster our handler answers."""
    command = [sys.executable, "-m", "tests.bench.handlers", compare.__name__]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    our_ms, peer_ms = json.loads(done.stdout)
    return speedup("handler_speedup", our_ms, peer_ms, "ms", reach=25)


def main(name: str) -> None:
    """Run one of the above."""
    if name == compare.__name__:
        print(json.dumps(compare()))  # noqa: T201 - read by ``measure``
    else:
        {"ours": ours, "peer": peer}[name]()


if __name__ == "__main__":
    main(sys.argv[1])
