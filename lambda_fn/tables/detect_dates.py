"""Texts of columns -> the formats of their dates; day-first against month-first is told by the values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from lambda_fn.csv_io.spelling import date_pattern, days_of
from lambda_fn.tables.missing_words import MISSING_WORDS

NO_DATE: Final = re.compile(r"0000-00-00(?:[ T]00:00(?::00)?)?|00[./-]00[./-]0000|00000000")
_READ_SHARE: Final = 0.95  # of a column's texts, so that it is a column of dates
_TRIED: Final = 300  # different texts that decide whether a column may hold dates at all
_MOST_FORMATS: Final = 3  # of one column
_SMALLEST_GAIN: Final = 0.002  # of a column's texts, so that another format is worth having
_DAYS: Final = (
    ("YYYY-MM-DD", "YYYY/MM/DD", "YYYY.MM.DD", "YYYYMMDD"),
    ("DD.MM.YYYY", "MM.DD.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "DD-MM-YYYY", "MM-DD-YYYY"),
    ("D.M.YYYY", "M.D.YYYY", "D/M/YYYY", "M/D/YYYY", "D-M-YYYY", "M-D-YYYY"),
    ("DD-MON-YYYY", "D-MON-YYYY", "D MON YYYY", "MON D, YYYY", "DD-MON-YY"),
    ("D.M.YY", "M.D.YY", "D/M/YY", "M/D/YY", "YYYY-M-D", "YYYY/M/D"),
)
_TIMES: Final = ("", " HH:MM:SS", " HH:MM", "THH:MM:SS", "THH:MM")
FORMATS: Final = tuple(day + time for days in _DAYS for day in days for time in _TIMES)
_PLAUSIBLE_DAYS: Final = (-25567.0, 54786.0)  # 1900 to 2119: of digits alone, which may be codes
_COULD_BE: Final = re.compile(
    r"[0-9]{1,4}[./-][0-9A-Za-z]{1,3}[./-][0-9]{1,4}.*|[0-9]{8}|[0-9A-Za-z]{1,3} [0-9A-Za-z]{1,3},? [0-9]{4}.*"
)


@dataclass(frozen=True)
class Dates:
    """Columns of dates. ``formats``: by column; ``undecided``: those whose values do not tell day from month."""

    formats: Mapping[str, tuple[str, ...]]
    undecided: tuple[str, ...]


def find_dates(columns: Mapping[str, Counter[str]]) -> Dates:
    """Return which columns hold dates, and how they are written."""
    found = {name: formats for name, texts in columns.items() if (formats := _formats_of(texts))}
    decided = {formats[0][0] for formats in found.values() if len(formats[0]) == 1}
    undecided = []
    chosen: dict[str, tuple[str, ...]] = {}
    for name, formats in found.items():
        choice = [next((one for one in alike if one in decided), alike[0]) for alike in formats]
        if any(len(alike) > 1 and not decided.intersection(alike) for alike in formats):
            undecided.append(name)
        chosen[name] = tuple(choice)
    return Dates(chosen, tuple(undecided))


def _formats_of(texts: Counter[str]) -> list[tuple[str, ...]]:
    """Return the formats that read a column's texts; each with the other order of day and month that reads as much."""
    nothing = ("", *MISSING_WORDS)
    left = Counter({text: n for text, n in texts.items() if text not in nothing and not NO_DATE.fullmatch(text)})
    likely = Counter({text: n for text, n in left.items() if _COULD_BE.fullmatch(text)})
    if not likely or likely.total() < _READ_SHARE * left.total():
        return []
    return _cover(likely)


def _cover(texts: Counter[str]) -> list[tuple[str, ...]]:
    total = texts.total()
    formats: list[tuple[str, ...]] = []
    candidates = _likely_formats(list(texts)[:_TRIED])
    while len(formats) < _MOST_FORMATS and texts and candidates:
        read = {written: _read(texts, written) for written in candidates}
        best = max(candidates, key=lambda written: read[written].total())
        gain = read[best].total()
        if gain < max(_SMALLEST_GAIN * total, 1):
            break
        turned = _turned(best)
        alike = [turned] if turned in read and read[turned].total() == gain else []
        formats.append((best, *alike))
        texts = Counter({text: count for text, count in texts.items() if text not in read[best]})
    return formats if texts.total() <= (1 - _READ_SHARE) * total else []


def _likely_formats(texts: Sequence[str]) -> list[str]:
    return [written for written in FORMATS if any(date_pattern_of(written).fullmatch(text) for text in texts)]


def _read(texts: Counter[str], written: str) -> Counter[str]:
    """Return the texts that a format reads as dates of the calendar."""
    low, high = _PLAUSIBLE_DAYS if written == "YYYYMMDD" else (float("-inf"), float("inf"))
    pattern = date_pattern_of(written)
    found: Counter[str] = Counter()
    for text, count in texts.items():
        match = pattern.fullmatch(text)
        days = days_of(match) if match else None
        if days is not None and low <= days <= high:
            found[text] = count
    return found


def _turned(written: str) -> str:
    """Return the format with day and month changed round; the same where the order cannot be mistaken.

    >>> _turned("D/M/YYYY HH:MM")
    'M/D/YYYY HH:MM'
    """
    day, blank, time = written.partition(" H")
    if "YYYY" in day[:4] or "MON" in day or day.startswith("YY"):
        return ""
    return day.translate(str.maketrans("DM", "MD")) + blank + time


@cache
def date_pattern_of(written: str) -> re.Pattern[str]:
    """Return the pattern of a format, made once."""
    return date_pattern(written)
