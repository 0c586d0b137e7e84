"""Twin shoppers and one prepared data set, made once for all training tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.data.prepare import DataOptions, Prepared, prepare
from training.synthetic import twin


@pytest.fixture(scope="session")
def twin_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """6,000 shoppers of the USA."""
    path = tmp_path_factory.mktemp("twin") / "usa.csv"
    list(twin.write_csv(path, 6_000, seed=11, country="USA"))
    return path


@pytest.fixture(scope="session")
def prepared(twin_csv: Path) -> Prepared:
    return prepare(DataOptions(twin_csv))
