"""Unpacking gzip as it comes in, with bounded memory whatever it unpacks to."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from lambda_fn.batch.errors import UnusableFile
from lambda_fn.batch.objects import PIECE_BYTES

_GZIP: Final = 16 + zlib.MAX_WBITS


def unpack(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the text of one or several gzip members, at most PIECE_BYTES at a time.

    Raises UnusableFile where the data is damaged or breaks off.
    """
    member = zlib.decompressobj(_GZIP)
    try:
        for packed in pieces:
            while packed:
                if member.eof:
                    packed = packed.lstrip(b"\0")  # padding between members, as gzip itself allows
                    if not packed:
                        break
                    member = zlib.decompressobj(_GZIP)
                yield member.decompress(packed, PIECE_BYTES)
                packed = member.unused_data if member.eof else member.unconsumed_tail
        while not member.eof and (text := member.decompress(b"", PIECE_BYTES)):
            yield text
    except zlib.error as error:
        raise UnusableFile(
            f"the gzip data is damaged ({error}); pack the file again, or end its name in .csv where it is not packed"
        ) from error
    if not member.eof:
        raise UnusableFile("the gzip data breaks off before its end; upload the whole file again")
