"""Work after the answer, by a stand-in of Lambda's extension interface; before it where there is none."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import pytest

from lambda_fn.api.after_answer import AfterAnswer

PATIENCE_SECONDS = 10


class Extensions:
    """Lambda's side: an event for each call of the function, and a note of each time the extension asks for one."""

    def __init__(self) -> None:
        self.events: Queue[bool] = Queue()
        self.asked: Queue[bool] = Queue()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self._answer(200)

            def do_GET(self) -> None:
                outer.asked.put(self.headers["Lambda-Extension-Identifier"] == "the-extension")
                self._answer(200 if outer.events.get() else 500)

            def _answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Lambda-Extension-Identifier", "the-extension")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def extensions() -> Iterator[Extensions]:
    served = Extensions()
    threading.Thread(target=served.server.serve_forever, daemon=True).start()
    yield served
    served.events.put(False)
    served.server.shutdown()
    served.server.server_close()


def test_the_work_of_each_call_is_done_after_its_answer_and_before_the_process_freezes(extensions: Extensions) -> None:
    done: Queue[str] = Queue()
    after = AfterAnswer(lambda: done.put("work"), extensions.address)
    assert extensions.asked.get(timeout=PATIENCE_SECONDS)
    for _ in range(3):
        extensions.events.put(True)  # the function is called
        assert done.empty()  # nothing is done before the handler says that it has an answer
        after.answered()
        assert extensions.asked.get(timeout=PATIENCE_SECONDS)  # only now may the process freeze
        assert done.get_nowait() == "work"


def test_without_an_interface_the_work_is_done_before_the_answer() -> None:
    done: list[str] = []
    AfterAnswer(lambda: done.append("work"), "127.0.0.1:9").answered()
    assert done == ["work"]
