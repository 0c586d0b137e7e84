"""A dropped file's customers are read as the batch reads them: in the shop's dialect, by the model's inputs."""

from typing import Any

import pytest

from console.customers import first_customers
from lambda_fn.csv_io.header import UnusableHeader
from lambda_fn.scoring.artefact.manifest import Manifest
from tests import factories

HEADER = "user_id,impulse_buying_score,average_order_value,weekend_shopper,shopping_time_of_day,last_purchase_date"
ROWS = "u1,7,1250.5,true,Evening,2026-06-01\nu2,11,1,1,Night,2026-06-01\nu3,,,,Midnight,\n"
GERMAN = {
    "delimiter": ";",
    "encoding": "cp1252",
    "decimal_mark": ",",
    "thousands_mark": ".",
    "true": ["ja"],
    "false": ["nein"],
    "missing": ["", "k. A."],
    "dates": ["DD.MM.YYYY"],
}


def manifest(**changes: Any) -> Manifest:
    return factories.artefact(**changes)[0]


def test_cells_are_those_that_the_api_takes_and_rejected_rows_are_left_out() -> None:
    assert first_customers(f"{HEADER}\n{ROWS}".encode(), manifest(), 10) == {
        "u1": {
            "impulse_buying_score": "7",
            "average_order_value": "1250.5",
            "weekend_shopper": "1",
            "shopping_time_of_day": "Evening",
            "last_purchase_date": "2026-06-01",
        },
        "u3": {"shopping_time_of_day": "Midnight"},  # no known time: the API says so
    }


def test_a_shop_s_own_dialect_is_read() -> None:
    text = HEADER.replace(",", ";") + "\r\nu1;k. A.;1.250,50;nein;Grün;31.01.2026\r\n"
    assert first_customers(text.encode("cp1252"), manifest(dialect=GERMAN), 10) == {
        "u1": {
            "average_order_value": "1250.5",
            "weekend_shopper": "0",
            "shopping_time_of_day": "Grün",
            "last_purchase_date": "2026-01-31",
        }
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_last_line_that_is_cut_off_is_left_out(encoding: str) -> None:
    text = "user_id,impulse_buying_score\nu1,7\nu2,10"  # of 10 the file may go on with 0.5
    data = text.encode(encoding)
    found = first_customers(data, manifest(dialect={"encoding": encoding}), 10, cut=True)
    assert found == {"u1": {"impulse_buying_score": "7"}}


def test_there_are_at_most_as_many_as_asked_for_and_ids_may_be_positions() -> None:
    data = b"impulse_buying_score\n1\n2\n3\n"
    assert list(first_customers(data, manifest(id_column=None), 2)) == ["2", "3"]


def test_a_file_without_the_id_is_refused_with_what_to_do() -> None:
    with pytest.raises(UnusableHeader, match="user_id"):
        first_customers(b"name\nAda\n", manifest(), 2)
