"""Dropped files that ask why: a column of reasons, by a model that takes missing as a value."""

import json
from collections.abc import Callable

import pytest

from lambda_fn import contract
from lambda_fn.registry import Artefact
from tests import csv_files, factories
from tests.integration.lambda_fn.batch.conftest import AS_OF, FileRefused, Shop, read_csv

EXPLAINS = "v20260801T120000-00000003"
FILE = csv_files.file_of([*csv_files.rows(40), b"bad", b"nobody,,,,,,,,,"])


@pytest.fixture
def explaining(shop: Shop) -> Shop:
    """A shop whose champion can give reasons."""
    shop.registry.publish(Artefact(*factories.artefact(EXPLAINS, missing="value")))
    shop.registry.promote(EXPLAINS)
    return shop


def test_each_row_names_the_inputs_that_moved_its_risk_most(
    explaining: Shop, chunk_bytes: Callable[[int], None]
) -> None:
    # Given a file scored without reasons
    explaining.drop(FILE)
    explaining.run()
    plain = explaining.results()
    assert explaining.report()["reasons"] == 0
    # When it is dropped with reasons asked for, scored in chunks, and scored again
    explaining.drop(FILE, metadata={**AS_OF, "reasons": "1"})
    explaining.run()
    whole = explaining.results()
    chunk_bytes(700)
    explaining.run()
    # Then every run gives the same bytes, and the column is all that is new
    assert explaining.results() == whole
    assert explaining.report()["chunks"] > 1
    assert explaining.report()["reasons"] == 1
    rows = read_csv(whole[0])
    assert [{name: text for name, text in row.items() if name != "reasons"} for row in rows] == read_csv(plain[0])
    assert whole[1] == plain[1]
    assert list(rows[0])[-1] == "reasons"
    found = [json.loads(row["reasons"]) for row in rows]
    assert {reason["field"] for row in found for reason in row} == {
        "impulse_buying_score",
        "stress_from_financial_decisions",
    }
    assert found[-1] == []  # of the last row, nothing is known
    assert max(map(len, found)) == 1


def test_a_budget_and_reasons_go_together(explaining: Shop) -> None:
    explaining.drop(FILE, metadata={**AS_OF, "reasons": "2", "budget": "40"})
    explaining.run()
    assert explaining.report()["budget"]["limit"] == 40
    assert max(len(json.loads(row["reasons"])) for row in read_csv(explaining.results()[0])) == 2


def test_a_chunk_whose_rows_are_explained_is_smaller(explaining: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given that a worker has the time to explain half of the file's rows
    monkeypatch.setattr(contract, "EXPLAINED_CHUNK_BYTES", len(FILE) // 2)
    # When it is dropped with and without reasons asked for
    for asked, chunks in (("0", 1), ("1", 2)):
        explaining.drop(FILE, metadata={**AS_OF, "reasons": asked})
        explaining.run()
        # Then it is cut where reasons are
        assert explaining.report()["chunks"] == chunks


def test_no_reasons_asked_for_is_no_column(explaining: Shop) -> None:
    explaining.drop(FILE, metadata={**AS_OF, "reasons": "0"})
    explaining.run()
    assert "reasons" not in read_csv(explaining.results()[0])[0]


@pytest.mark.parametrize("asked", ["21", "-1", "three", "", "1.5"])
def test_another_number_of_reasons_is_refused_with_what_may_be_asked_for(explaining: Shop, asked: str) -> None:
    explaining.drop(FILE, metadata={"reasons": asked})
    assert explaining.attempt()["message"] == f"x-amz-meta-reasons is {asked!r}; give a whole number from 0 to 20"
    assert json.loads(explaining.get("failed/shoppers.json"))["what_to_do"] == "Correct the file and drop it again."


def test_a_model_that_imputes_refuses_to_give_reasons(shop: Shop) -> None:
    shop.drop(FILE, metadata={"reasons": "3"})
    with pytest.raises(FileRefused, match=r"can give none, because it imputes .*; drop the file without it"):
        shop.run()
