"""What is wrong with the data is found before anything is learnt from them."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lambda_fn.scoring.artefact.manifest import DataFingerprint
from training.data.checks import Finding, check
from training.data.load import ID, Dataset, Refused
from training.errors import DataRefused
from training.offers.synthetic_world import twin_table
from training.shops.public_shopper import public_shopper
from training.shops.shop import ValueLabel

SHOP = public_shopper()
LABEL_COLUMN = SHOP.label.column
RECIPE = SHOP.recipe

AS_OF = dt.date(2027, 1, 1)
ROWS = 1_000


def dataset(**columns: Any) -> Dataset:
    table = twin_table(RECIPE, ROWS, 2, "USA")
    table.insert(0, ID, [str(i) for i in range(ROWS)])
    table[LABEL_COLUMN] = 40.0
    for name, value in columns.items():
        table[name] = value
    return Dataset(table, {}, DataFingerprint(source="t", sha256="0" * 64, rows=ROWS), 0)


def found(data: Dataset, as_of: dt.date = AS_OF) -> list[tuple[str, str, int]]:
    return [(item.level, item.check, item.rows) for item in check(data, SHOP, as_of).findings]


def with_first(values: pd.Series, *first: object) -> pd.Series:
    changed = values.copy()
    changed.iloc[: len(first)] = list(first)
    return changed


def test_good_data_have_no_findings() -> None:
    report = check(dataset(), SHOP, AS_OF)
    assert report.findings == ()
    assert len(report.usable) == ROWS
    report.raise_errors(strict=True)


def refusing(rows: int) -> Dataset:
    """Return good rows beside as many that the reader refused for their age."""
    good = dataset()
    return Dataset(good.table, {"age is outside 13 to 120": Refused(rows, ["130", "200"])}, good.fingerprint, 0)


def test_rows_that_the_reader_refuses_are_told_with_their_reason_and_examples() -> None:
    report = check(refusing(2), SHOP, AS_OF)
    message = "2 rows are left out: age is outside 13 to 120 (such as 130, 200)"
    assert report.findings == (Finding("warning", "refused", message, 2),)
    assert len(report.usable) == ROWS


def test_repeated_and_unlabelled_shoppers_are_left_out() -> None:
    data = dataset()
    ids = with_first(data.table[ID], "5")
    labels = with_first(data.table[LABEL_COLUMN], *[40.0] * 7, np.nan)
    assert found(dataset(**{ID: ids, LABEL_COLUMN: labels})) == [
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
    report = check(dataset(age=np.nan), SHOP, AS_OF)
    with pytest.raises(DataRefused, match=r"missing: age: 100.00% missing"):
        report.raise_errors(strict=False)


def test_too_many_refused_rows_are_an_error() -> None:
    check(refusing(10), SHOP, AS_OF).raise_errors(strict=False)
    with pytest.raises(DataRefused, match=r"refused rows: 1\.1% of the rows cannot be read, more than 1%"):
        check(refusing(11), SHOP, AS_OF).raise_errors(strict=False)


def test_too_many_unusable_rows_are_an_error() -> None:
    labels = with_first(dataset().table[LABEL_COLUMN], *[np.nan] * 11)
    report = check(dataset(**{LABEL_COLUMN: labels}), SHOP, AS_OF)
    with pytest.raises(DataRefused, match=r"1\.1% of the rows cannot be used, more than 1%"):
        report.raise_errors(strict=False)


def test_strict_turns_warnings_into_errors() -> None:
    report = check(refusing(1), SHOP, AS_OF)
    report.raise_errors(strict=False)
    with pytest.raises(DataRefused, match=r"refused: 1 row is left out: age is outside 13 to 120.*under --strict"):
        report.raise_errors(strict=True)


def test_too_few_rows_are_an_error() -> None:
    data = dataset()
    few = Dataset(data.table.iloc[:100], {}, data.fingerprint, 0)
    assert found(few) == [("error", "volume", 100)]


def test_values_that_are_neither_abandoned_nor_completed_are_left_out_without_an_error() -> None:
    # Given a label of values whose shop file says itself that other values do not count
    label = ValueLabel(column=LABEL_COLUMN, abandoned=("left",), completed=("bought",))
    labels = with_first(dataset().table[LABEL_COLUMN], *[np.nan] * 300)
    report = check(dataset(**{LABEL_COLUMN: labels}), SHOP.model_copy(update={"label": label}), AS_OF)
    # Then those rows are counted and left out
    message = f"{LABEL_COLUMN}: 300 rows have none and are left out"
    assert report.findings == (Finding("warning", "label", message, 300),)
    assert len(report.usable) == ROWS - 300
