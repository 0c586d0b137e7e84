"""A file in the shop's own dialect gives what the same file gives in the default one, in chunks of any size."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lambda_fn.registry import Artefact
from lambda_fn.scoring.artefact.dialect import Dialect
from tests import csv_files, factories
from tests.integration.lambda_fn.batch.conftest import Shop, read_csv

ROWS = [*csv_files.rows(60), b"u60,x,7,180,20,2,1,Evening,2026-06-20,note", *csv_files.rows(20, seed=2)]
LOCAL = Dialect(
    delimiter=";",
    encoding="cp1252",
    decimal_mark=",",
    thousands_mark=".",
    signs=("€",),
    missing=("", "k.A."),
    true=("ja",),
    false=("nein",),
    dates=("DD.MM.YYYY",),
)
VERSION = "v20260702T120000-0123abcd"


def local(line: bytes) -> str:
    """Write a row as a German shop's spreadsheet does."""
    cells = line.decode().replace("☕", "-").split(",")
    cells[3] = f"{cells[3].replace('.', ',')} €" if cells[3] else "k.A."
    cells[6] = {"0": "Nein", "1": "JA"}[cells[6]]
    cells[8] = ".".join(reversed(cells[8].split("-")))
    return ";".join(cells)


def scored(shop: Shop) -> list[dict[str, str]]:
    return [row | {"model_version": "", "decision_id": ""} for row in read_csv(shop.results()[0])]


@pytest.mark.parametrize(
    "dialect",
    [
        LOCAL,
        LOCAL.model_copy(update={"encoding": "utf-16"}),
        LOCAL.model_copy(update={"encoding": "utf-8"}),
    ],
    ids=lambda dialect: dialect.encoding,
)
def test_a_file_is_read_in_the_dialect_of_the_model(
    shop: Shop, chunk_bytes: Callable[[int], None], dialect: Dialect
) -> None:
    # Given what the file gives in the default dialect
    shop.drop(csv_files.file_of(ROWS))
    shop.run()
    expected = scored(shop)

    # When the same rows come as the shop writes them
    shop.registry.publish(Artefact(*factories.artefact(VERSION, dialect=dialect)))
    shop.registry.promote(VERSION)
    text = "\n".join([csv_files.HEADER_LINE.decode().strip().replace(",", ";"), *map(local, ROWS), ""])
    chunk_bytes(1500)
    shop.drop(text.encode(dialect.encoding))
    shop.run()

    # Then the answers are the same, and a reason speaks the shop's words
    assert shop.report()["chunks"] > 2
    assert scored(shop) == expected
    assert [(row["line"], row["reason"]) for row in read_csv(shop.results()[1])] == [
        ("62", "impulse_buying_score: expected a whole number from 0 to 10 (points), found 'x'")
    ]


def test_a_line_that_names_the_separator_is_obeyed_and_counted(shop: Shop) -> None:
    shop.drop(csv_files.file_of(ROWS))
    shop.run()
    expected = scored(shop)

    shop.drop(b"sep=;\r\n" + csv_files.file_of(ROWS).replace(b",", b";"))
    shop.run()

    assert scored(shop) == expected
    assert [row["line"] for row in read_csv(shop.results()[1])] == ["63"]
