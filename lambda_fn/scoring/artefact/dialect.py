"""How a shop writes its tables: as data, since it travels with the model."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

ISO_DATE: Final = "YYYY-MM-DD"
DATE_TOKENS: Final = ("YYYY", "MON", "YY", "MM", "DD", "M", "D")
TIMES: Final = ("HH:MM:SS", "HH:MM")

Delimiter = Literal[",", ";", "\t", "|"]
EncodingName = Literal["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
Word = Annotated[str, Field(max_length=40)]


class Dialect(BaseModel):
    """How a table's cells are written. The default is the public shopper's: RFC 4180 in UTF-8, ISO 8601 dates.

    ``delimiter``: between fields.
    ``encoding``: of the file; a byte order mark is passed over, and ``utf-16`` needs one.
    ``decimal_mark``: before a number's fraction.
    ``thousands_mark``: between groups of three digits; empty: none.
    ``signs``: what may stand before or behind a number and changes nothing, such as a currency sign.
    ``missing``: cells that hold nothing, as written.
    ``true`` and ``false``: words of a flag beside 1 and 0; case does not count.
    ``dates``: formats, tried in order; made of YYYY, YY, MM, M, MON, DD, D and a time, HH:MM or HH:MM:SS.
    ``column_dates``: the formats of single columns, where they differ.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    delimiter: Delimiter = ","
    encoding: EncodingName = "utf-8"
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal["", ",", ".", " ", "'", "\u2019", "\u00a0", "\u202f"] = ""
    signs: tuple[Word, ...] = ()
    missing: tuple[Word, ...] = ("",)
    true: tuple[Word, ...] = ("true",)
    false: tuple[Word, ...] = ("false",)
    dates: tuple[str, ...] = Field(default=(ISO_DATE,), min_length=1)
    column_dates: dict[str, tuple[str, ...]] = {}

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.thousands_mark == self.decimal_mark:
            raise ValueError(f"the thousands mark and the decimal mark are both {self.decimal_mark!r}; change one")
        if both := {word.casefold() for word in self.true} & {word.casefold() for word in self.false}:
            raise ValueError(f"{', '.join(sorted(both))} cannot mean both true and false")
        for written in (*self.dates, *(each for several in self.column_dates.values() for each in several)):
            _check_date_format(written)
        return self

    def dates_of(self, column: str) -> tuple[str, ...]:
        """Return the formats of a column's dates."""
        return self.column_dates.get(column, self.dates)


def _check_date_format(written: str) -> None:
    rest = written
    for time in TIMES:
        rest = rest.replace(time, "")
    found = []
    for token in DATE_TOKENS:
        if token in rest:
            found.append(token[0])
            rest = rest.replace(token, "", 1)
    if sorted(found) != ["D", "M", "Y"]:
        raise ValueError(f"{written!r} is no date format; write a year, a month and a day, such as DD.MM.YYYY")


DEFAULT_DIALECT: Final = Dialect()
