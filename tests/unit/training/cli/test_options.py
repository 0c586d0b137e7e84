"""Options that several commands share are checked in one place."""

import datetime as dt
from pathlib import Path

import pytest
import typer

from training.cli.options import check_family, data_options
from training.data.options import DataOptions
from training.errors import LabelRefused


def test_options_about_data_are_handed_on() -> None:
    path, day = Path("a.csv"), dt.datetime(2026, 5, 1)  # noqa: DTZ001  # as typer parses it
    assert data_options(path, "all", 40.0, "fraction", day, strict=True, allow_imbalance=True) == DataOptions(
        path=path,
        country="all",
        threshold_percent=40.0,
        label_unit="fraction",
        as_of=dt.date(2026, 5, 1),
        strict=True,
        allow_imbalance=True,
    )
    assert data_options(path, "USA", 30.0, "auto", None, strict=False, allow_imbalance=False) == DataOptions(path)


def test_a_unit_that_does_not_exist_is_refused() -> None:
    with pytest.raises(LabelRefused, match="no label unit 'permille'"):
        data_options(Path("a.csv"), "USA", 30.0, "permille", None, strict=False, allow_imbalance=False)


def test_a_family_is_one_of_the_known_or_of_the_others() -> None:
    check_family("mlp")
    check_family("auto", "auto")
    with pytest.raises(typer.BadParameter, match="choose one of logistic"):
        check_family("auto")
