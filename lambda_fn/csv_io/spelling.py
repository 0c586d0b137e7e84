"""How cells are spelled, and what each text means: one by one, in plain Python. The fast readers must agree with it.

A number is an optional sign, digits with an optional decimal mark, an optional exponent; where the spelling has a
thousands mark, its digits may stand in groups of three. Signs such as a currency's, and blanks, may stand around it.
Anything else (``NaN``, ``0x1``, ``1_000``) is no number.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

NAN: Final = float("nan")
Parser = Callable[[bytes], float | None]  # the value of a text, NaN where it is missing, None where it has none
_EPOCH: Final = dt.date(1970, 1, 1).toordinal()
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CENTURY_TURNS: Final = 69  # as POSIX has it: 69 is 1969, 68 is 2068
_TIMES: Final = (
    ("HH:MM:SS", r"(?:[01][0-9]|2[0-4]):[0-5][0-9]:[0-6][0-9](?:[.,][0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"),
    ("HH:MM", r"(?:[01]?[0-9]|2[0-4]):[0-5][0-9]"),
)
_DATE_PARTS: Final = (
    ("YYYY", "(?P<year>[0-9]{4})"),
    ("MON", "(?P<month>[A-Za-z]{3})"),
    ("YY", "(?P<short>[0-9]{2})"),
    ("MM", "(?P<month>[0-9]{2})"),
    ("DD", "(?P<day>[0-9]{2})"),
    ("M", "(?P<month>[0-9]{1,2})"),
    ("D", "(?P<day>[0-9]{1,2})"),
)


@dataclass(frozen=True)
class Spelling:
    """The words and marks of a table. The defaults are RFC 4180 with a point and nothing else."""

    delimiter: bytes = b","
    decimal: bytes = b"."
    thousands: bytes = b""
    signs: tuple[bytes, ...] = ()
    missing: frozenset[bytes] = frozenset({b""})
    true: frozenset[str] = frozenset({"true"})  # casefolded, as are those of false
    false: frozenset[str] = frozenset({"false"})

    def number(self, text: bytes) -> float | None:
        """Return a number's value."""
        if text in self.missing:
            return NAN
        if text.isdigit():  # the pattern says the same, in ten times the time
            return float(text)
        bare = text.strip(b" ")
        if bare in self.missing or not bare:
            return NAN
        found = self._numeral.fullmatch(bare)
        if found is None:
            return None
        digits = found["digits"] if not self.thousands else found["digits"].replace(self.thousands, b"")
        return float((found["sign"] or found["inner"] or b"") + digits.replace(self.decimal, b"."))

    def flag(self, text: bytes) -> float | None:
        """Return 1 or 0 for the words of a flag, in any case, or what the text is as a number."""
        if text in self.missing:
            return NAN
        word = text.decode().strip(" ").casefold()
        if word in self.true:
            return 1.0
        return 0.0 if word in self.false else self.number(text)

    def dates(self, formats: Sequence[str]) -> Parser:
        """Return how dates of some formats are read: as days since 1970-01-01."""
        shapes = [date_pattern(written) for written in formats]

        def read(text: bytes) -> float | None:
            if text in self.missing:
                return NAN
            shown = text.decode().strip(" ")
            for shape in shapes:
                if (found := shape.fullmatch(shown)) and (days := days_of(found)) is not None:
                    return days
            return None

        return read

    @cached_property
    def _numeral(self) -> re.Pattern[bytes]:
        point, mark = re.escape(self.decimal), re.escape(self.thousands)
        grouped = rb"[0-9]{1,3}(?:%b[0-9]{3})+(?:%b[0-9]*)?|" % (mark, point) if mark else b""
        digits = rb"(?P<digits>(?:%b[0-9]+%b?[0-9]*|%b[0-9]+)(?:[eE][+-]?[0-9]+)?)" % (grouped, point, point)
        if not self.signs:
            return re.compile(rb"(?P<sign>[+-])?(?P<inner>)" + digits)
        around = b"(?:%b)" % b"|".join(re.escape(sign) for sign in sorted(self.signs, key=len, reverse=True))
        before = rb"(?P<sign>[+-])? *%b? *(?P<inner>(?(sign)|[+-]?)) *" % around
        return re.compile(before + digits + rb" *%b?" % around)


def date_pattern(written: str) -> re.Pattern[str]:
    """Return the pattern of a date format, with the groups year or short, month and day.

    >>> date_pattern("DD.MM.YYYY").fullmatch("24.12.2026").groupdict()
    {'day': '24', 'month': '12', 'year': '2026'}
    """
    pattern, rest = "", written
    while rest:
        token, piece = next(
            ((token, piece) for token, piece in (*_TIMES, *_DATE_PARTS) if rest.startswith(token)),
            (rest[0], re.escape(rest[0])),
        )
        pattern += piece
        rest = rest[len(token) :]
    return re.compile(pattern)


def days_of(found: re.Match[str]) -> float | None:
    """Return the days from 1970-01-01 to a date that a pattern found; None where the calendar does not have it."""
    parts = found.groupdict()
    month = parts["month"]
    number = int(month) if month.isdigit() else _MONTHS.index(month.lower()) + 1 if month.lower() in _MONTHS else 0
    if "year" in parts:
        year = int(parts["year"])
    else:
        short = int(parts["short"])
        year = short + (1900 if short >= _CENTURY_TURNS else 2000)
    try:
        return float(dt.date(year, number, int(parts["day"])).toordinal() - _EPOCH)
    except ValueError:
        return None
