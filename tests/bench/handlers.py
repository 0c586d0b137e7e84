"""One prediction through the Lambda handler, ours and the peer's, in one process of their own.

``python -m tests.bench.handlers ours|peer`` is a cold start: import, read the model from S3, answer once.
``python -m tests.bench.handlers compare`` measures both warm, in turns, and prints the milliseconds of each.
``python -m tests.bench.handlers explain`` does the same of our answers without and with five reasons.

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
from tests.bench.figures import Figure, median_ms, speedup, written

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


LOG: Final = FirehoseStandIn()


def ours(event: str = "api_predict") -> Callable[[], Any]:
    """Return a call of our handler, which logs its decisions to a stand-in. The client that it replaces is made."""
    os.environ[contract.ENV_DECISION_STREAM] = "bench"
    from lambda_fn.api import entry

    if not LOG.puts:
        entry._firehose()
        entry._firehose = lambda: LOG  # type: ignore[assignment]
    before = LOG.puts
    call = _call(entry.handler, event)
    if LOG.puts != before + 1:
        raise RuntimeError(f"one answer, and {LOG.puts - before} puts to the log")
    return call


def peer() -> Callable[[], Any]:
    """Return a call of the peer's handler."""
    from tests.bench.peer.app import handler

    return _call(handler, "api_predict")


def _call(handler: Callable[[Any, Any], Any], name: str) -> Callable[[], Any]:
    event = events.load(name)
    answer = handler(event, CONTEXT)
    if answer["statusCode"] != 200:
        raise RuntimeError(f"{handler.__module__} answers {answer}")
    return lambda: handler(event, CONTEXT)


def compare() -> list[float]:
    """Return the median milliseconds of our handler and of the peer's."""
    return _in_turns(ours, peer)


def explain() -> list[float]:
    """Return the median milliseconds of our handler without and with reasons."""
    return _in_turns(ours, lambda: ours("api_predict_reasons"))


def _in_turns(*services: Callable[[], Callable[[], Any]]) -> list[float]:
    """Return the median milliseconds of each. Log and metric lines go to a file."""
    with Path(os.devnull).open("w", encoding="utf-8") as sink, redirect_stdout(sink):
        alternatives = [service() for service in services]
        median_ms(WARM_UP_CALLS, *alternatives)
        return median_ms(CALLS, *alternatives)


def measure(environment: dict[str, str]) -> list[Figure]:
    """Return how many times faster our handler answers, and what an answer with reasons takes."""
    our_ms, peer_ms = _run(compare, environment)
    plain_ms, reasons_ms = _run(explain, environment)
    detail = f"without {written(plain_ms)} ms, with five reasons {written(reasons_ms)} ms"
    return [
        speedup("handler_speedup", our_ms, peer_ms, "ms", reach=25),
        Figure("reasons_ms", round(reasons_ms, 2), "ms", 10, at_least=False, detail=detail),
        Figure("reasons_ratio", round(reasons_ms / plain_ms, 2), "x", 8, at_least=False, detail=detail),
    ]


def _run(measurement: Callable[[], list[float]], environment: dict[str, str]) -> list[float]:
    command = [sys.executable, "-m", "tests.bench.handlers", measurement.__name__]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    found: list[float] = json.loads(done.stdout)
    return found


def main(name: str) -> None:
    """Run one of the above."""
    if name in (compare.__name__, explain.__name__):
        print(json.dumps(compare() if name == compare.__name__ else explain()))  # noqa: T201 - read by ``measure``
    else:
        {"ours": ours, "peer": peer}[name]()


if __name__ == "__main__":
    main(sys.argv[1])
