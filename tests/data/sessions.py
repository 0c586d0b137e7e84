"""Sessions of a shop as shops write them, with a label and a little signal: what a draft must train on unedited."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Final, NamedTuple

from tests.data.tables import Row, written

ROWS: Final = 600
_FIRST_DAY: Final = dt.date(2025, 1, 1)
_CITIES: Final = ("Köln", "Malmö", "Paris", "São Paulo")


class Session(NamedTuple):
    """What one shopper did. ``chance``: drawn from [0, 1), for whatever a table leaves to chance."""

    number: int
    pages: int
    seconds: float
    city: str
    day: dt.date
    left: bool
    chance: float


class Sessions(NamedTuple):
    """A table, its label, and the value that means abandoned."""

    data: bytes
    label: str
    abandoned: str


def draw_sessions(rows: int = ROWS, share: float = 0.4, seed: int = 1) -> list[Session]:
    """Return sessions of which a share is abandoned, the more pages the likelier."""
    draw = random.Random(seed)
    found = []
    for number in range(rows):
        pages, seconds, city = draw.randint(0, 40), draw.expovariate(1 / 90), draw.choice(_CITIES)
        day = _FIRST_DAY + dt.timedelta(draw.randrange(500))
        left = draw.random() < share * (1 + (pages - 20) / 40)
        found.append(Session(number, pages, seconds, city, day, left, draw.random()))
    return found


def _table(header: Row, row: Callable[[Session], Row], share: float = 0.4, **written_as: str | bool) -> bytes:
    return written(header, [row(each) for each in draw_sessions(share=share)], **written_as)  # type: ignore[arg-type]


def few_abandoned() -> Sessions:
    """One cart in twenty is abandoned."""
    data = _table(
        ["id", "pages", "city", "Left"],
        lambda s: [str(s.number), str(s.pages), s.city, "yes" if s.left else "no"],
        share=0.05,
    )
    return Sessions(data, "Left", "yes")


def nearly_empty_columns() -> Sessions:
    """Two columns of which 96 of 100 cells are missing."""

    def row(s: Session) -> Row:
        rare = s.chance > 0.96
        return [str(s.number), str(s.pages), str(s.pages) if rare else "", s.city if rare else "NA", str(int(s.left))]

    return Sessions(_table(["id", "pages", "a", "b", "Left"], row), "Left", "1")


def integer_codes_and_no_id() -> Sessions:
    """Codes that are whole numbers, with and without a zero before them."""

    def row(s: Session) -> Row:
        codes = [f"0{s.number % 9}", str(1 + s.number % 8), str((1, 2, 13, 20)[s.number % 4])]
        return [*codes, str(s.pages), "FALSE" if s.left else "TRUE"]

    return Sessions(_table(["Region", "OS", "Browser", "pages", "Revenue"], row), "Revenue", "FALSE")


def undecided_dates() -> Sessions:
    """No day is above 12."""

    def row(s: Session) -> Row:
        day = f"{1 + s.number % 12:02}/{1 + s.number * 7 % 12:02}/2025"
        return [str(s.number), str(s.pages), day, "yes" if s.left else "no"]

    return Sessions(_table(["id", "pages", "seen", "Left"], row), "Left", "yes")


def mark_and_separator_line() -> Sessions:
    """UTF-8 with a byte order mark, a first line ``sep=;``, CRLF, German names, numbers, dates and words."""

    def row(s: Session) -> Row:
        seconds, answer = f"{s.seconds:.2f}".replace(".", ","), "Ja" if s.left else "Nein"
        return [f"K{s.number}", str(s.pages), seconds, s.city, f"{s.day:%d.%m.%Y}", answer]

    header = ["Kunden-Nr.", "Seiten", "Sekunden", "Stadt", "Letzter Kauf", "Abbruch"]
    return Sessions(b"\xef\xbb\xbfsep=;\r\n" + _table(header, row, delimiter=";", end="\r\n"), "Abbruch", "Ja")


def utf16() -> Sessions:
    """UTF-16 with tabs, as spreadsheets save "Unicode text"."""

    def row(s: Session) -> Row:
        return [f"N{s.number}", str(s.pages), s.city, "ja" if s.left else "nein"]

    header = ["Name", "Seiten", "Stadt", "Abbruch"]
    return Sessions(_table(header, row, delimiter="\t", encoding="utf-16"), "Abbruch", "ja")


def windows_1252_with_decimal_commas() -> Sessions:
    """One byte a character, points between thousands, a euro sign behind amounts, no id."""

    def row(s: Session) -> Row:
        amount = f"{s.seconds * 100:,.2f} €".translate(str.maketrans(",.", ".,"))
        return [s.city, amount, f"{s.pages / 7:.3f}".replace(".", ","), "Ja" if s.left else "Nein"]

    header = ["Straße", "Umsatz", "Größe", "Kündigung"]
    return Sessions(_table(header, row, delimiter=";", encoding="cp1252"), "Kündigung", "Ja")


def quoted_with_dotted_names() -> Sessions:
    """Every cell quoted; names with dots, blanks and a quote."""

    def row(s: Session) -> Row:
        return [str(s.number), str(s.pages + 18), f"{s.seconds:.3f}", f"{s.chance:.3f}", "yes" if s.left else "no"]

    header = ["client.id", "age", "emp var.rate", 'cons.price""idx', "y"]
    return Sessions(_table(header, row, delimiter=";", quoted=True), "y", "yes")


def blanks_as_missing() -> Sessions:
    """A blank where an amount or a contract is not known."""

    def row(s: Session) -> Row:
        amount = " " if s.chance < 0.3 else f"{s.seconds:.2f}"
        contract = ("Month-to-month", "One year", "")[s.number % 3]
        return [f"{s.number:04}-AB", str(s.pages), amount, contract, "Yes" if s.left else "No"]

    return Sessions(_table(["customerID", "tenure", "Total", "Contract", "Churn"], row), "Churn", "Yes")


def zero_dates() -> Sessions:
    """``0000-00-00 00:00:00`` where there was no order."""

    def row(s: Session) -> Row:
        day = "0000-00-00" if s.chance < 0.3 else str(s.day)
        return [str(s.number), str(s.pages), f"{day} 00:00:00", str(int(s.left))]

    return Sessions(_table(["id", "pages", "last_order", "Left"], row), "Left", "1")


def dollars_and_short_dates() -> Sessions:
    """Amounts as ``"$84,835.00 "`` below a name with blanks around it, dates as ``9/4/25``."""

    def row(s: Session) -> Row:
        day = f"{s.day.month}/{s.day.day}/{s.day:%y}"
        return [str(s.number), f"${s.seconds * 500:,.2f} ", day, str(s.pages), str(int(s.left))]

    return Sessions(_table(["ID", " Income ", "Dt_Customer", "pages", "Response"], row), "Response", "1")


def label_of_three_values() -> Sessions:
    """One of three values means abandoned; ``?`` stands for what is not known."""

    def row(s: Session) -> Row:
        end = "<30" if s.left else ("NO", ">30")[s.number % 2]
        return [str(s.number * 17), ("Caucasian", "?", "Asian")[s.number % 3], str(s.pages), end]

    return Sessions(_table(["encounter", "race", "num_meds", "readmitted"], row), "readmitted", "<30")


def unlabelled_rows() -> Sessions:
    """A tenth of the rows says nothing of the cart."""

    def row(s: Session) -> Row:
        return [str(s.number), str(s.pages), "" if s.chance < 0.1 else "yes" if s.left else "no"]

    return Sessions(_table(["id", "pages", "Left"], row), "Left", "yes")


def large_and_negative_numbers() -> Sessions:
    """Balances far below zero and far above."""

    def row(s: Session) -> Row:
        return [str(s.number), str(s.pages), f"{(s.chance - 0.5) * 1e12:.0f}", "yes" if s.left else "no"]

    return Sessions(_table(["id", "pages", "balance", "Left"], row), "Left", "yes")


ALL: Final[tuple[Callable[[], Sessions], ...]] = (
    few_abandoned,
    nearly_empty_columns,
    integer_codes_and_no_id,
    undecided_dates,
    mark_and_separator_line,
    utf16,
    windows_1252_with_decimal_commas,
    quoted_with_dotted_names,
    blanks_as_missing,
    zero_dates,
    dollars_and_short_dates,
    label_of_three_values,
    unlabelled_rows,
    large_and_negative_numbers,
)
