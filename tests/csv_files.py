"""CSV files of shoppers that the model of ``factories`` can score."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

HEADER = (
    "user_id",
    "impulse_buying_score",
    "stress_from_financial_decisions",
    "average_order_value",
    "ad_views_per_day",
    "ad_clicks_per_day",
    "weekend_shopper",
    "shopping_time_of_day",
    "last_purchase_date",
    "note",
)
HEADER_LINE = ",".join(HEADER).encode() + b"\n"


def rows(count: int, seed: int = 1) -> list[bytes]:
    """Return good rows of many shapes, without line ends."""
    draw = random.Random(seed)
    return [_row(draw, f"u{number}") for number in range(count)]


def file_of(lines: Sequence[bytes], end: bytes = b"\n") -> bytes:
    """Return a file of a header and lines."""
    return b"".join(line + end for line in (HEADER_LINE.rstrip(), *lines))


def good_file(count: int, seed: int = 1) -> bytes:
    """Return a file without a fault."""
    return file_of(rows(count, seed))


def without_decision_ids(scored: bytes) -> bytes:
    """Return a scored file with blank ids of decisions, which differ from one version of a file to the next."""
    return re.sub(rb",[0-9a-f]{24},(?=control|explore|exploit)", b",,", scored)


def _row(draw: random.Random, user_id: str) -> bytes:
    fields = (
        user_id,
        str(draw.randint(0, 10)),
        str(draw.randint(0, 10)),
        draw.choice(("180", "99.5", "1234.25", "7", "", "420.125")),
        str(draw.randint(0, 60)),
        draw.choice(("0", "2", "15", "")),
        draw.choice("01"),
        draw.choice(("Morning", "Afternoon", "Evening", "Night", "Noon", "")),
        f"2026-0{draw.randint(1, 9)}-{draw.randint(10, 28)}",
        draw.choice(("", "plain", "caf\u00e9 \u2615")),
    )
    return ",".join(fields).encode()
