"""Downloads: files of the bucket pass through this server in pieces, so that the browser needs no rights in AWS."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Annotated, Final, Literal

from fastapi import APIRouter, HTTPException, Query
from starlette.responses import Response, StreamingResponse
from typing_extensions import Buffer

from console.backend import TOLD, Backend
from console.store import Store
from lambda_fn import contract
from lambda_fn.tables.scored_lines import SCORED_COLUMNS

FOLDERS: Final = {
    "scored": contract.SCORED_PREFIX,
    "rejected": contract.REJECTED_PREFIX,
    "report": contract.REPORTS_PREFIX,
}
ENDINGS: Final = {"scored": ".csv", "rejected": ".csv", "report": ".json"}
OFFER_COLUMN: Final = "recommended_intervention"
MARGIN_COLUMN: Final = "estimated_margin_impact"
_CSV: Final = "text/csv; charset=utf-8"
_LINES_AT_ONCE: Final = 2_000

Kind = Literal["scored", "rejected", "report"]


def router(backend: Backend) -> APIRouter:
    """Return the routes of downloads."""
    routes = APIRouter(prefix="/download")

    @routes.get("/segment")
    def segment(
        file: Annotated[str, Query(min_length=1)], offer: Annotated[str, Query(min_length=1)]
    ) -> StreamingResponse:
        pieces = _opened(backend.store, f"{contract.SCORED_PREFIX}{file}.csv")
        return StreamingResponse(segment_lines(pieces, offer), media_type=_CSV, headers=_named(f"{offer}.csv"))

    @routes.get("/export")
    def export(token: Annotated[str, Query(min_length=1)]) -> Response:
        found = backend.exports.get(token)
        if found is None:
            raise HTTPException(404, "This export is gone. Make it again on the page.")
        return Response(found.text, media_type="text/plain; charset=utf-8", headers=_named(found.name))

    @routes.get("/{kind}")
    def whole(kind: Kind, file: Annotated[str, Query(min_length=1)]) -> StreamingResponse:
        pieces = _opened(backend.store, f"{FOLDERS[kind]}{file}{ENDINGS[kind]}")
        media_type = "application/json" if kind == "report" else _CSV
        name = f"{kind}-{file.rsplit('/', 1)[-1]}{ENDINGS[kind]}"
        return StreamingResponse(pieces, media_type=media_type, headers=_named(name))

    return routes


def segment_lines(pieces: Iterable[bytes], offer: str) -> Iterator[bytes]:
    """Yield, as CSV, who of a scored file gets an offer: id, offer, expected margin. The id's name is the file's."""
    rows = csv.reader(io.TextIOWrapper(io.BufferedReader(_Pieces(pieces)), encoding="utf-8", newline=""))
    header = next(rows, list(SCORED_COLUMNS))
    places = [0, header.index(OFFER_COLUMN), header.index(MARGIN_COLUMN)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([header[place] for place in places])
    for number, row in enumerate(rows):
        if row and row[places[1]] == offer:
            writer.writerow([row[place] for place in places])
        if number % _LINES_AT_ONCE == _LINES_AT_ONCE - 1:
            yield _taken(text)
    yield _taken(text)


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a file to read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, target: Buffer, /) -> int:
        """Fill ``target`` with what comes next."""
        while not self._left:
            try:
                self._left = next(self._pieces)
            except StopIteration:
                return 0
        view = memoryview(target)
        size = min(len(view), len(self._left))
        view[:size], self._left = self._left[:size], self._left[size:]
        return size


def _taken(text: io.StringIO) -> bytes:
    taken = text.getvalue().encode("utf-8")
    text.seek(0)
    text.truncate()
    return taken


def _opened(store: Store, key: str) -> Iterator[bytes]:
    try:
        return store.lines(key)
    except TOLD as error:
        raise HTTPException(404, str(error)) from error


def _named(name: str) -> dict[str, str]:
    plain = name.encode("ascii", "replace").decode().replace('"', "'").replace("?", "_")
    return {"content-disposition": f'attachment; filename="{plain}"', "cache-control": "no-store"}
