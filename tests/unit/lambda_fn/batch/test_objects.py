"""Reading a part of a file, whether or not the server heeds the range it is asked for."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from botocore.response import StreamingBody

from lambda_fn.batch import objects
from lambda_fn.batch.job import InputFile
from lambda_fn.batch.objects import DataBucket

BODY = bytes(range(200)) * 3


class Server:
    """An S3 that answers with the range asked for, or with everything."""

    def __init__(self, *, heeds_ranges: bool) -> None:
        self._heeds_ranges = heeds_ranges

    def get_object(self, **request: Any) -> dict[str, Any]:
        first, last = (int(end) for end in request["Range"].removeprefix("bytes=").split("-"))
        part = BODY[first : last + 1] if self._heeds_ranges else BODY
        status = 206 if self._heeds_ranges else 200
        body = StreamingBody(io.BytesIO(part), len(part))
        return {"Body": body, "ResponseMetadata": {"HTTPStatusCode": status}}


@pytest.mark.parametrize("heeds_ranges", [True, False])
@pytest.mark.parametrize(("start", "stop"), [(0, 600), (0, 1), (172, 600), (63, 64), (64, 129), (70, 10_000)])
def test_exactly_the_bytes_asked_for_are_read(
    heeds_ranges: bool, start: int, stop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "PIECE_BYTES", 64)
    file = InputFile(
        bucket="data",
        key="incoming/a.csv",
        version_id="v",
        etag="e",
        size_bytes=len(BODY),
        last_modified=dt.datetime(2026, 7, 1, tzinfo=dt.UTC),
    )
    bucket = DataBucket("data", Server(heeds_ranges=heeds_ranges))  # type: ignore[arg-type]

    assert b"".join(bucket.read(file, start, stop)) == BODY[start:stop]
