"""What a budget buys."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lambda_fn.registry import Artefact
from training.offers.simulate import simulate


def test_a_budget_is_kept_and_the_curve_rises_ever_more_slowly(model: Artefact, twin_csv: Path, tmp_path: Path) -> None:
    found = simulate(model, twin_csv, 1_000, {})
    assert found.allocation.cost <= 1_000
    assert sum(found.counts().values()) == 6_000
    spends, margins = (np.array(values) for values in zip(*found.curve, strict=True))
    gains = np.diff(margins)
    assert (np.diff(spends) > 0).all()
    assert (gains >= 0).all()
    assert (np.diff(gains) <= gains[0] * 1e-6).all()
    at_budget = np.interp(1_000, spends, margins)
    assert found.allocation.margin == pytest.approx(at_budget, rel=0.01)
    assert found.allocation.margin <= found.unlimited[1]
    assert found.same_for_all is not None
    name, spend, margin = found.same_for_all
    assert (name, margin < 0 < spend) == ("discount_10", True)
    found.write(tmp_path / "offers.csv")
    with (tmp_path / "offers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6_000
    total = sum(float(row["expected_margin"]) for row in rows)
    assert total == pytest.approx(found.allocation.margin, abs=0.6)


def test_rows_that_are_left_out_are_counted_by_reason_and_nobody_counts_twice(
    model: Artefact, twin_csv: Path, tmp_path: Path
) -> None:
    # Given a file with a shopper listed twice, one without an id, and one of an impossible age
    table = pd.read_csv(twin_csv, dtype={"user_id": "str"}).head(1_000)
    table["user_id"] = ["1", "1", None, *map(str, range(4, 1_001))]
    table.loc[3, "age"] = 200
    table.to_csv(tmp_path / "some.csv", index=False)
    # When a budget is spent on it, then three rows are left out, each for its reason
    found = simulate(model, tmp_path / "some.csv", 100)
    assert found.left_out == {
        "user_id: expected 1 to 128 characters": 1,
        "age: expected a whole number from 13 to 120 (years)": 1,
        "repeated user_id": 1,
    }
    assert len(found.user_ids) == len(set(found.user_ids)) == 997
