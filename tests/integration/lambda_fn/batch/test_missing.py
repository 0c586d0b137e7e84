"""Dropped files that do not tell everything: absent columns, rows of which nothing is known, metadata nobody knows."""

import pytest

from tests import csv_files
from tests.integration.lambda_fn.batch.conftest import FileRefused, Shop, read_csv

FEW = b"user_id,impulse_buying_score,average_order_value\n1,8,180\n2,,\n"


def test_absent_columns_are_scored_as_missing_where_the_metadata_ask_for_it(shop: Shop) -> None:
    # Given a file of two of the model's eight inputs, of which a row has none
    shop.drop(FEW, metadata={"absent-columns": "missing"})
    # When it is scored
    shop.run()
    # Then every row is, and the report counts the one of whom nothing is known
    scored, rejected = (read_csv(body) for body in shop.results())
    assert ([row["user_id"] for row in scored], rejected) == (["1", "2"], [])
    assert shop.report()["nothing_known"] == 1


def test_without_it_the_file_fails_and_the_reason_names_the_way_out(shop: Shop) -> None:
    shop.drop(FEW)
    with pytest.raises(FileRefused, match=r"lacks the columns .*with the metadata absent-columns=missing"):
        shop.run()


def test_another_value_or_a_file_without_any_input_is_refused(shop: Shop) -> None:
    shop.drop(FEW, metadata={"absent-columns": "yes"})
    with pytest.raises(FileRefused, match="absent-columns is 'yes'; the one value it may have is missing"):
        shop.run()
    shop.drop(b"user_id,colour\n1,red\n", metadata={"absent-columns": "missing"})
    with pytest.raises(FileRefused, match="none of the columns that the model reads"):
        shop.run()


def test_the_report_names_metadata_that_mean_nothing(shop: Shop) -> None:
    shop.drop(csv_files.good_file(3), metadata={"as_of": "2026-01-01", "bugdet": "5", "as-of": "2026-01-01"})
    shop.run()
    assert shop.report()["unknown_metadata"] == ["as_of", "bugdet"]
