"""What is wrong with the data is found before anything is learnt from them."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from training.shops.shopper import LABEL_COLUMN, RECIPE

from lambda_fn.scoring.manifest import DataFingerprint
from training.data.checks import check
from training.data.load import Dataset
from training.errors import DataRefused
from training.offers.synthetic_world import twin_table

AS_OF = dt.date(2027, 1, 1)
ROWS = 1_000


def dataset(**columns: Any) -> Dataset:
    table = twin_table(RECIPE, ROWS, 2, "USA")
    table.insert(0, "user_id", [str(i) for i in range(ROWS)])
    table[LABEL_COLUMN] = 40.0
    for name, value in columns.items():
        table[name] = value
    return Dataset(table, {}, DataFingerprint(source="t", sha256="0" * 64, rows=ROWS), 0)


def found(data: Dataset, as_of: dt.date = AS_OF) -> list[tuple[str, str, int]]:
    return [(item.level, item.check, item.rows) for item in check(data, RECIPE, LABEL_COLUMN, as_of).findings]


def with_first(values: pd.Series, *first: object) -> pd.Series:
    changed = values.copy()
    changed.iloc[: len(first)] = list(first)
    return changed


def test_good_data_have_no_findings() -> None:
    report = check(dataset(), RECIPE, LABEL_COLUMN, AS_OF)
    assert report.findings == ()
    assert len(report.usable) == ROWS
    report.raise_errors(strict=True)


def test_rows_that_scoring_would_refuse_are_left_out() -> None:
    data = dataset()
    ages = with_first(data.table["age"], 130.0, 30.5)  # out of bounds, and not whole
    report = check(dataset(age=ages), RECIPE, LABEL_COLUMN, AS_OF)
    assert [(item.level, item.check, item.rows) for item in report.findings] == [("warning", "bounds", 2)]
    assert len(report.usable) == ROWS - 2
    assert report.usable.index.tolist() == list(range(ROWS - 2))


def test_repeated_absent_and_unlabelled_shoppers_are_left_out() -> None:
    data = dataset()
    ids = with_first(data.table["user_id"], "5", None)
    labels = with_first(data.table[LABEL_COLUMN], *[40.0] * 7, np.nan)
    assert found(dataset(user_id=ids, **{LABEL_COLUMN: labels})) == [
        ("warning", "user_id", 1),
        ("warning", "duplicate user_id", 1),
        ("warning", "label", 1),
    ]


def test_future_dates_are_counted_from_the_as_of_day() -> None:
    assert found(dataset()) == []
    (level, name, rows) = found(dataset(), dt.date(2026, 1, 1))[0]
    assert (level, name) == ("warning", "future date")
    assert rows == pytest.approx(ROWS / 2, rel=0.1)


def test_missing_values_are_reported_and_an_empty_column_is_an_error() -> None:
    data = dataset()
    some = with_first(data.table["age"], *[np.nan] * 300)
    assert found(dataset(age=some)) == [("warning", "missing", 300)]
    report = check(dataset(age=np.nan), RECIPE, LABEL_COLUMN, AS_OF)
    with pytest.raises(DataRefused, match=r"missing: age: 100.00% missing"):
        report.raise_errors(strict=False)


def test_too_many_unusable_rows_are_an_error() -> None:
    ages = with_first(dataset().table["age"], *[200.0] * 11)
    report = check(dataset(age=ages), RECIPE, LABEL_COLUMN, AS_OF)
    with pytest.raises(DataRefused, match=r"1\.1% of the rows cannot be used, more than 1%"):
        report.raise_errors(strict=False)


def test_strict_turns_warnings_into_errors() -> None:
    ages = with_first(dataset().table["age"], 200.0)
    report = check(dataset(age=ages), RECIPE, LABEL_COLUMN, AS_OF)
    report.raise_errors(strict=False)
    with pytest.raises(DataRefused, match=r"bounds: age: 1 rows outside 13 to 120.*under --strict"):
        report.raise_errors(strict=True)


def test_too_few_rows_are_an_error() -> None:
    data = dataset()
    few = Dataset(data.table.iloc[:100], {"age": 3}, data.fingerprint, 0)
    assert found(few) == [("warning", "type", 3), ("error", "volume", 100)]
