"""Spoil some rows of a CSV on purpose, each in a way that real files are spoiled."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

SpoilRow = Callable[[list[bytes], Sequence[str]], list[bytes]]


def _replace(column: str, value: bytes) -> SpoilRow:
    def spoil(cells: list[bytes], columns: Sequence[str]) -> list[bytes]:
        position = columns.index(column)
        return [*cells[:position], value, *cells[position + 1 :]]

    return spoil


WAYS: dict[str, SpoilRow] = {
    "word where a number belongs": _replace("age", b"forty"),
    "number beyond its bounds": _replace("age", b"900"),
    "negative money": _replace("monthly_spend", b"-12"),
    "not a number": _replace("average_order_value", b"NaN"),
    "infinity": _replace("monthly_spend", b"1e400"),
    "empty id": _replace("user_id", b""),
    "NUL byte": _replace("user_id", b"10\x0001"),
    "invalid UTF-8": _replace("user_id", b"caf\xe9"),
    "too few columns": lambda cells, _: cells[:-3],
    "too many columns": lambda cells, _: [*cells, b"surplus"],
}


def spoil(csv: bytes, count: int, seed: int) -> bytes:
    """Return the CSV with ``count`` of its rows spoiled, all WAYS in turn, at places that ``seed`` decides.

    The file must hold no quoted field. Raises ValueError when it has fewer rows than ``count``.
    """
    header, *rows = csv.splitlines()
    columns = header.decode("utf-8").split(",")
    if count > len(rows):
        raise ValueError(f"cannot spoil {count} of {len(rows)} rows")
    ways = list(WAYS.values())
    for turn, position in enumerate(sorted(random.Random(seed).sample(range(len(rows)), count))):
        rows[position] = b",".join(ways[turn % len(ways)](rows[position].split(b","), columns))
    return b"\n".join([header, *rows, b""])
