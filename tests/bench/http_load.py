"""Both services under uvicorn with one worker, asked over HTTP/1.1 keep-alive connections of this machine."""

from __future__ import annotations

import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from lambda_fn import contract
from tests import events
from tests.bench.figures import Figure, speedup

START_TIMEOUT_SECONDS: Final = 60.0
LATENCY_CALLS: Final = 1_000
LOAD_SECONDS: Final = 4.0
CONNECTIONS: Final = 16
ROUNDS: Final = 3
Address = tuple[str, int]


def measure(environment: dict[str, str]) -> list[Figure]:
    """Return latency with one connection and requests a second with sixteen, beside the peer's."""
    with ExitStack() as stack:
        ours = stack.enter_context(_server(environment, "lambda_fn.api.entry:application", "--factory"))
        peer = stack.enter_context(_server(environment, "tests.bench.peer.app:app"))
        our_ms, peer_ms = _in_turns(_latency_ms, ours, peer)
        our_rate, peer_rate = _in_turns(_requests_per_second, ours, peer)
    return [
        speedup("http_speedup", our_ms, peer_ms, "ms", reach=18),
        speedup("throughput_speedup", our_rate, peer_rate, "requests/s", reach=18),
    ]


def _in_turns(measurement: Callable[[Address], float], *addresses: Address) -> list[float]:
    """Return each server's median over rounds in which they take turns."""
    rounds = [[measurement(address) for address in addresses] for _ in range(ROUNDS)]
    return [statistics.median(of_server) for of_server in zip(*rounds, strict=True)]


@contextmanager
def _server(environment: dict[str, str], *application: str) -> Iterator[Address]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address: Address = probe.getsockname()
    command = [sys.executable, "-m", "uvicorn", *application, "--port", str(address[1]), "--no-access-log"]
    process = subprocess.Popen([*command, "--log-level", "warning"], env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_for_answer(address, process)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for_answer(address: Address, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(address) as connection:
                answer = _exchange(connection, _request(address))
        except OSError:
            time.sleep(0.1)
            continue
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{address} answers {answer[:500]!r}")
        return
    raise RuntimeError("a benchmark server did not start")


def _request(address: Address) -> bytes:
    body = str(events.load("api_predict")["body"]).encode()
    head = (
        f"POST {contract.API_BASE_PATH}/predict HTTP/1.1\r\nhost: {address[0]}:{address[1]}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _exchange(connection: socket.socket, request: bytes) -> bytes:
    connection.sendall(request)
    answer = b""
    while not _complete(answer):
        received = connection.recv(65_536)
        if not received:
            raise ConnectionError("the server closed the connection")
        answer += received
    return answer


def _complete(answer: bytes) -> bool:
    head, separator, body = answer.partition(b"\r\n\r\n")
    if not separator:
        return False
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    return len(body) >= length


def _latency_ms(address: Address) -> float:
    request = _request(address)
    durations = []
    with socket.create_connection(address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(LATENCY_CALLS // ROUNDS):
            started = time.perf_counter()
            _exchange(connection, request)
            durations.append(time.perf_counter() - started)
    return statistics.median(durations) * 1000


def _requests_per_second(address: Address) -> float:
    """Keep sixteen connections busy for some seconds from one loop; return the answers a second."""
    request = _request(address)
    answers = 0
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(socket.create_connection(address))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ, bytearray())
            connection.sendall(request)
        started = time.perf_counter()
        while time.perf_counter() - started < LOAD_SECONDS:
            for key, _ in selector.select(timeout=1):
                received: bytearray = key.data
                ready = key.fileobj
                assert isinstance(ready, socket.socket)
                received += ready.recv(65_536)
                if _complete(bytes(received)):
                    received.clear()
                    answers += 1
                    ready.sendall(request)
        return answers / (time.perf_counter() - started)
