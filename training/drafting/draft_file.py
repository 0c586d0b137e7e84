"""Draft the shop file of a table on this machine's disk."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from lambda_fn.csv_io.encoding import UTF8
from lambda_fn.csv_io.header import UnusableHeader
from lambda_fn.tables.detect import Evidence, detect_dialect
from training.drafting.draft import draft
from training.drafting.shop_text import ShopText
from training.drafting.text_table import Progress, read_texts
from training.errors import DataRefused

MOST_DETECTED_BYTES: Final = 64 * 1024 * 1024  # of the file's beginning; of these a spread sample is looked at
_DAMAGED: Final = (EOFError, gzip.BadGzipFile, zlib.error)

Say = Callable[[str], None]


def draft_file(
    data: Path,
    label: str,
    abandoned: Sequence[str],
    progress: Progress = lambda _: None,
    say: Say = lambda _: None,
) -> ShopText:
    """Return the shop file of a table; raise DataRefused where it is no table, or its label cannot be used.

    progress: called with the bytes read so far.
    say: called with each thing that was found, as one line.
    """
    if not data.is_file():
        raise DataRefused(f"there is no file {data}")
    try:
        dialect, evidence = detect_dialect(_beginning(data))
        delimiter, encoding = dialect.delimiter, "utf-8-sig" if dialect.encoding == UTF8 else dialect.encoding
        table = read_texts(data, delimiter=delimiter, encoding=encoding, progress=progress)
    except UnusableHeader as error:
        raise DataRefused(f"{data}: {error}") from error
    except _DAMAGED as error:
        raise DataRefused(f"{data} is damaged ({error}); pack or copy it again") from error
    say(f"looked at {len(table.columns):,} of {table.rows:,} rows with {len(table.columns.columns)} columns")
    for hint in evidence.hints:
        say(f"{hint.trait}: {f'{hint.column}: ' if hint.column else ''}{hint.message}")
    if table.misfits:
        say(f"warning: {table.misfits:,} rows have another number of fields than the header")
    text = draft(data.name.split(".")[0], table, dialect, label, abandoned)
    _ask(text, evidence)
    return text


def _ask(text: ShopText, evidence: Evidence) -> None:
    """Ask about what the dialect leaves open, at the line that says it."""
    for hint in evidence.unsure:
        keys = {"date": ("column_dates:", "dates:"), "encoding": ("encoding:",), "delimiter": ("delimiter:",)}
        wanted = keys.get(hint.trait, (f"{hint.trait}:", "missing:"))
        found = (place for place, line in enumerate(text.lines, 1) if line.strip().startswith(wanted))
        text.questions.insert(0, (next(found, text.lines.index("table:") + 1), f"{hint.column} {hint.message}".strip()))


def _beginning(data: Path) -> bytes:
    packed = data.read_bytes()[:2] == b"\x1f\x8b" if data.stat().st_size < MOST_DETECTED_BYTES else False
    opened = gzip.open if data.suffix == ".gz" or packed else open
    with opened(data, "rb") as file:
        return bytes(file.read(MOST_DETECTED_BYTES))
