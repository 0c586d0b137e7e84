"""Small tables as shops write them, made by code: one for each trait that a reader of CSV must know."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Callable
from typing import Final

ROWS: Final = 600
_FIRST_DAY: Final = dt.date(2025, 1, 1)
_CITIES: Final = ("Köln", "São Paulo", "Malmö", "Paris")

Row = list[str]


def written(
    header: Row,
    rows: list[Row],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    quoted: bool = False,
    end: str = "\n",
) -> bytes:
    """Return a table as bytes; cells that hold the delimiter are quoted."""

    def cell(text: str) -> str:
        return f'"{text}"' if quoted or delimiter in text else text

    return "".join(delimiter.join(map(cell, row)) + end for row in (header, *rows)).encode(encoding)


def semicolons_quotes_and_dotted_names() -> bytes:
    """Every cell quoted, `;` between, and names with dots and spaces."""
    draw = random.Random(1)
    rows = [
        [str(i), str(draw.randint(18, 80)), str(draw.randint(0, 9)), draw.choice(("yes", "no"))] for i in range(ROWS)
    ]
    return written(["client.id", "age", "emp var.rate", "y"], rows, delimiter=";", quoted=True)


def blanks_as_missing() -> bytes:
    """Half of the numbers are blank, some by a space."""
    draw = random.Random(2)
    rows = [[f"c{i}", draw.choice(("", " ", "12.5", "7")), draw.choice(("A", "B", "")), "1"] for i in range(ROWS)]
    return written(["id", "TotalCharges", "Contract", "Churn"], rows)


def local_dates() -> bytes:
    """Days before months, without leading zeros, and German ones."""
    draw = random.Random(3)
    days = [_FIRST_DAY + dt.timedelta(draw.randrange(500)) for _ in range(ROWS)]
    rows = [[str(i), f"{day.day}/{day.month}/{day.year}", f"{day:%d.%m.%Y}", "0"] for i, day in enumerate(days)]
    return written(["id", "joined", "Geburtstag", "left"], rows)


def months_first() -> bytes:
    """Months before days, with the time."""
    draw = random.Random(4)
    days = [_FIRST_DAY + dt.timedelta(draw.randrange(500)) for _ in range(ROWS)]
    return written(["id", "seen"], [[str(i), f"{day:%m/%d/%Y} 10:30"] for i, day in enumerate(days)])


def undecided_dates() -> bytes:
    """No day is above 12: nothing tells it from the month."""
    draw = random.Random(5)
    rows = [[str(i), f"{draw.randint(1, 12):02}/{draw.randint(1, 12):02}/2026"] for i in range(ROWS)]
    return written(["id", "seen"], rows)


def byte_order_mark() -> bytes:
    """UTF-8 with a mark, CRLF, and a `sep=` line."""
    table = written(["Name", "Wert"], [[_CITIES[i % 4], str(i)] for i in range(ROWS)], delimiter=";", end="\r\n")
    return b"\xef\xbb\xbfsep=;\r\n" + table


def utf16() -> bytes:
    """UTF-16 with a mark, tabs between, as spreadsheets save "Unicode text"."""
    return written(["Name", "Wert"], [[_CITIES[i % 4], str(i)] for i in range(ROWS)], delimiter="\t", encoding="utf-16")


def windows_1252() -> bytes:
    """Umlauts and a euro sign in one byte each."""
    rows = [[_CITIES[i % 4], f"{i},50 €"] for i in range(ROWS)]
    return written(["Straße", "Umsatz"], rows, delimiter=";", encoding="cp1252")


def decimal_commas() -> bytes:
    """Decimal commas, points between thousands, Ja/Nein."""
    draw = random.Random(6)
    rows = [
        [str(i), f"{draw.randint(1, 9)}.{draw.randint(100, 999)},{draw.randint(10, 99)}", draw.choice(("Ja", "Nein"))]
        for i in range(ROWS)
    ]
    return written(["Kunde", "Umsatz", "Kündigung"], rows, delimiter=";")


def dollars() -> bytes:
    """Amounts as ``"$84,835.00 "``."""
    draw = random.Random(7)
    rows = [[str(i), f"${draw.randint(1, 99)},{draw.randint(100, 999)}.00 "] for i in range(ROWS)]
    return written(["id", " Income "], rows)


def nearly_empty_columns() -> bytes:
    """96 of 100 cells of two columns are missing, spelled NA and \\N."""
    draw = random.Random(8)

    def sparse(nothing: str) -> str:
        return nothing if draw.random() < 0.96 else str(draw.randint(1, 50))

    return written(["id", "a", "b"], [[str(i), sparse("NA"), sparse("\\N")] for i in range(ROWS)])


def zero_dates() -> bytes:
    """``0000-00-00`` where there is no date."""
    rows = [[str(i), "0000-00-00" if i % 3 else f"{_FIRST_DAY + dt.timedelta(i)} 00:00:00"] for i in range(ROWS)]
    return written(["id", "last_order"], rows)


def integer_codes() -> bytes:
    """Categories that are whole numbers, some with a zero before them; none has an id."""
    return written(
        ["region", "os", "Revenue"], [[f"0{i % 9}", str(i % 4), "TRUE" if i % 7 else "FALSE"] for i in range(ROWS)]
    )


def german_shop(rows: int = ROWS) -> bytes:
    """Customers of a German shop, as its spreadsheet saves them: who bought, `gekauft`, follows from what they did."""
    draw = random.Random(9)
    return written(
        ["Kunden-Nr.", "Letzter Besuch", "Verweildauer (Min.)", "Warenkorb €", "Gerät", "Newsletter", "gekauft"],
        [_german_customer(draw, number) for number in range(rows)],
        delimiter=";",
        encoding="cp1252",
        end="\r\n",
    )


def _german_customer(draw: random.Random, number: int) -> Row:
    minutes, cart, days = draw.expovariate(1 / 12), draw.lognormvariate(4, 0.8), draw.randrange(300)
    device, letter = draw.choice(("Händy", "Rechner", "Täblet")), draw.random() < 0.4
    score = 0.16 * minutes - 0.012 * cart - 0.006 * days + 0.8 * letter + 0.7 * (device == "Rechner") - 0.6
    bought = draw.random() < 1 / (1 + math.exp(-1.6 * score))
    seen = dt.date(2026, 6, 30) - dt.timedelta(days)
    amount = f"{cart:,.2f}".translate(str.maketrans(",.", ".,"))
    return [
        f"K-{number:05}",
        f"{seen:%d.%m.%Y}",
        f"{minutes:.1f}".replace(".", ","),
        "" if draw.random() < 0.05 else amount,
        device,
        "ja" if letter else "nein",
        "ja" if bought else "nein",
    ]


ALL: Final[tuple[Callable[[], bytes], ...]] = (
    semicolons_quotes_and_dotted_names,
    blanks_as_missing,
    local_dates,
    months_first,
    undecided_dates,
    byte_order_mark,
    utf16,
    windows_1252,
    decimal_commas,
    dollars,
    nearly_empty_columns,
    zero_dates,
    integer_codes,
)
