"""A stand-in for Lambda's Runtime API: hands events to a function, and takes its answers."""

from __future__ import annotations

import json
import queue
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

BASE: Final = "/2018-06-01/runtime"
ARN: Final = "arn:aws:lambda:us-east-1:000000000000:function:under-test"
WITHIN_SECONDS: Final = 120.0


class FunctionFailed(Exception):
    """The function raised an error, or did not start; the message is what it reported."""


@dataclass
class RuntimeApi:
    """Serves one function. ``restore_asked`` is set when a SnapStart function is ready for its snapshot."""

    events: queue.Queue[tuple[str, bytes]] = field(default_factory=queue.Queue)
    answers: queue.Queue[tuple[str, bytes]] = field(default_factory=queue.Queue)
    restore_asked: threading.Event = field(default_factory=threading.Event)
    restored: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        api = self

        class Handler(_Handler):
            runtime_api = api

        self._server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Host and port, for AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._server.server_port}"

    def invoke(self, event: Any) -> Any:
        """Return the function's answer to an event; raise FunctionFailed where it fails."""
        self.events.put((str(uuid.uuid4()), json.dumps(event).encode()))
        kind, body = self.answers.get(timeout=WITHIN_SECONDS)
        if kind != "response":
            raise FunctionFailed(body.decode())
        return json.loads(body)

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Stay silent: a function that was ended breaks its connection."""


class _Handler(BaseHTTPRequestHandler):
    runtime_api: RuntimeApi
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == f"{BASE}/restore/next":
            self.runtime_api.restore_asked.set()
            self.runtime_api.restored.wait()
            self._reply(200, b"")
            return
        request_id, event = self.runtime_api.events.get()
        self._reply(
            200,
            event,
            {
                "Lambda-Runtime-Aws-Request-Id": request_id,
                "Lambda-Runtime-Invoked-Function-Arn": ARN,
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + WITHIN_SECONDS) * 1000)),
            },
        )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._reply(202, b"{}")
        self.runtime_api.answers.put((self.path.rpartition("/")[2], body))

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Stay silent."""
