"""`check` finds whatever `run` would refuse."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from training.data.checks import Report
from training.data.options import DataOptions
from training.errors import DataRefused
from training.inspection import inspect
from training.shops.overrides import overridden
from training.shops.public_shopper import public_shopper

SHOP = public_shopper()
LABEL_COLUMN = SHOP.label.column
TRAP = overridden(SHOP, threshold_percent=0.3)


def changed(twin_csv: Path, tmp_path: Path, **columns: Callable[[pd.DataFrame], pd.Series]) -> DataOptions:
    path = tmp_path / "changed.csv"
    pd.read_csv(twin_csv).assign(**columns).to_csv(path, index=False)
    return DataOptions(path)


def errors(report: Report) -> list[tuple[str, str]]:
    return [(finding.check, finding.message) for finding in report.findings if finding.level == "error"]


def test_good_data_have_no_errors(twin_csv: Path) -> None:
    assert errors(inspect(DataOptions(twin_csv))) == []


def test_a_label_of_unclear_unit_is_an_error(twin_csv: Path, tmp_path: Path) -> None:
    zero_one = {LABEL_COLUMN: lambda table: (table[LABEL_COLUMN] >= 30).astype(int)}
    found = errors(inspect(changed(twin_csv, tmp_path, **zero_one)))
    assert [name for name, _ in found] == ["label"]
    assert "only 0 and 1" in found[0][1]


def test_a_label_that_a_constant_answers_is_an_error(twin_csv: Path) -> None:
    found = errors(inspect(DataOptions(twin_csv, TRAP)))
    assert [name for name, _ in found] == ["label"]
    assert "Always answering 'will abandon'" in found[0][1]
    assert errors(inspect(DataOptions(twin_csv, TRAP, allow_imbalance=True))) == []


def test_a_feature_that_gives_the_label_away_is_an_error(twin_csv: Path, tmp_path: Path) -> None:
    # Given an input that was recorded after the outcome
    report = inspect(changed(twin_csv, tmp_path, age=lambda table: 20 + table[LABEL_COLUMN] // 2))
    # Then it is named, and raised as `run` would
    assert [name for name, _ in errors(report)] == ["features"]
    with pytest.raises(DataRefused, match=r"leakage: age_raw"):
        report.raise_errors(strict=False)
