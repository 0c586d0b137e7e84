"""S3's faults: those that pass are survived, the others reach the workflow."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.response import StreamingBody

from lambda_fn.batch import objects, task
from tests import csv_files
from tests.integration.lambda_fn.batch.conftest import Shop, on
from tests.integration.lambda_fn.batch.support import expected

FILE = csv_files.good_file(120)


pytestmark = pytest.mark.usefixtures("no_waiting")


def answer_first(operation: str, times: int, status: int, code: str) -> list[int]:
    """Let S3 answer the first requests of an operation with an error; return the list of all statuses it gave."""
    given: list[int] = []

    def before_send(request: Any, **_: Any) -> AWSResponse | None:
        if len(given) >= times:
            given.append(200)
            return None
        given.append(status)
        body = f"<Error><Code>{code}</Code><Message>try later</Message></Error>".encode()
        return AWSResponse(request.url, status, HTTPHeaders(), Raw(body))

    task.s3_client().meta.events.register_first(f"before-send.s3.{operation}", before_send)
    return given


class Raw(io.BytesIO):
    """The part of a urllib3 response that botocore reads."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


@pytest.mark.parametrize(("status", "code"), [(503, "SlowDown"), (500, "InternalError")])
@pytest.mark.parametrize(
    "operation", ["GetObject", "PutObject", "HeadObject", "UploadPartCopy", "CompleteMultipartUpload"]
)
def test_s3_may_throttle_and_fail_for_a_while(shop: Shop, operation: str, status: int, code: str) -> None:
    wanted = expected(FILE, shop)
    shop.drop(FILE)
    given = answer_first(operation, 3, status, code)

    shop.run()

    assert shop.results() == wanted
    assert given[:4] == [status, status, status, 200]


def test_a_connection_that_breaks_is_taken_up_where_it_broke(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = expected(FILE, shop)
    shop.drop(FILE)
    planned = shop.plan()
    monkeypatch.setattr(objects, "PIECE_BYTES", 700)
    breaks = iter([True, True, False, True])
    real = StreamingBody.read
    ranges: list[str] = []
    on("GetObject", lambda params: ranges.append(params["Range"]) if "Range" in params else None)

    def read(self: StreamingBody, amt: int | None = None) -> bytes:
        if amt == 700 and self.tell() > 1000 and next(breaks, False):
            raise ReadTimeoutError(endpoint_url="s3")
        data: bytes = real(self, amt)
        return data

    monkeypatch.setattr(StreamingBody, "read", read)
    for chunk in shop.chunks(planned):
        shop.score(planned, chunk)
    monkeypatch.undo()
    shop.finalize(planned)

    assert shop.results() == wanted
    assert len(ranges) == 4


def test_a_connection_that_breaks_without_end_fails_the_worker(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.drop(FILE)
    planned = shop.plan()

    real = StreamingBody.read

    def read(self: StreamingBody, amt: int | None = None) -> bytes:
        if amt:  # what is read whole is the job
            raise ReadTimeoutError(endpoint_url="s3")
        data: bytes = real(self)
        return data

    monkeypatch.setattr(StreamingBody, "read", read)
    with pytest.raises(ReadTimeoutError):
        shop.score(planned, shop.chunks(planned)[0])


def test_an_error_of_s3_that_does_not_pass_reaches_step_functions(shop: Shop) -> None:
    shop.drop(FILE)
    answer_first("HeadObject", 100, 503, "SlowDown")
    with pytest.raises(ClientError, match="SlowDown"):
        shop.plan()
