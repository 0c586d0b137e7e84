"""The bytes of a request's body: bounded, unpacked, UTF-8 without a byte order mark."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from typing import Final

from fastapi import Request
from starlette.exceptions import HTTPException

from lambda_fn.contract import MAX_BODY_BYTES

_GZIP_NAMES: Final = ("gzip", "x-gzip")
_GZIP_MAGIC: Final = b"\x1f\x8b"
_WIDE_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)  # UTF-32 LE begins as UTF-16 LE


async def read_body(request: Request) -> bytes:
    """Return the body as JSON text in UTF-8.

    Raise HTTPException: 413 where it is too large, packed or unpacked, 415 where it is packed in another way than gzip,
    400 where the gzip is damaged or the text is UTF-16 or UTF-32.
    """
    coding = request.headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", *_GZIP_NAMES):
        raise HTTPException(415, "Send the body as it is, or packed with gzip.", {"accept-encoding": "gzip"})
    body = await _received(request)
    # API Gateway unpacks a body and may leave the header. JSON never begins like gzip.
    if coding in _GZIP_NAMES and body.startswith(_GZIP_MAGIC):
        body = _unpacked(body)
    if body.startswith(_WIDE_MARKS):
        raise HTTPException(400, "The body is UTF-16 or UTF-32; send JSON in UTF-8.")
    return body.removeprefix(codecs.BOM_UTF8)


async def _received(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():  # no gateway stands before uvicorn to bound it
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"Send at most {MAX_BODY_BYTES:,} bytes; split the batch.")
    return body


def _unpacked(packed: bytes) -> bytes:
    """Return what was packed, read no further than the bound: a small body may hold gigabytes."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as members:
            body = members.read(MAX_BODY_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise HTTPException(400, "The gzip body is damaged or cut off; send it again.") from error
    if len(body) > MAX_BODY_BYTES:
        raise HTTPException(413, f"Send at most {MAX_BODY_BYTES:,} bytes, counted unpacked; split the batch.")
    return body
