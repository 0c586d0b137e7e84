"""The twin has the columns and the published statistics of the public file."""

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest

from training.synthetic import twin


@pytest.fixture(scope="module")
def table() -> twin.Table:
    return twin.generate(60_000, seed=3)


@pytest.mark.parametrize(
    ("one", "other", "published"),
    [
        ("impulse_buying_score", "stress_from_financial_decisions", 0.92),
        ("stress_from_financial_decisions", "overall_stress_level", 0.92),
        ("impulse_buying_score", "overall_stress_level", 0.84),
        ("impulse_buying_score", "impulse_purchases_per_month", 0.88),
    ],
)
def test_the_correlations_are_the_published_ones(table: twin.Table, one: str, other: str, published: float) -> None:
    assert np.corrcoef(table[one], table[other])[0, 1] == pytest.approx(published, abs=0.01)


def test_the_abandonment_rate_is_distributed_as_published(table: twin.Table) -> None:
    rate = table["cart_abandonment_rate"]
    assert (rate < 30).mean() == pytest.approx(0.381, abs=0.01)
    assert (rate >= 60).mean() == pytest.approx(0.281, abs=0.01)
    assert rate.mean() == pytest.approx(40.2, abs=0.5)
    assert rate.max() == 90
    assert (rate >= 1).mean() == pytest.approx(0.941, abs=0.01)


@pytest.mark.parametrize(("name", "mean"), [("has_children", 0.399), ("premium_subscription", 0.359)])
def test_the_flags_have_the_published_shares(table: twin.Table, name: str, mean: float) -> None:
    assert table[name].mean() == pytest.approx(mean, abs=0.01)


@pytest.mark.parametrize(
    ("name", "mean"),
    [
        ("weekly_purchases", 10.0),
        ("average_order_value", 255.03),
        ("monthly_spend", 2_498.78),
        ("daily_session_time_minutes", 60.0),
        ("product_views_per_day", 25.0),
    ],
)
def test_the_amounts_have_the_published_means(table: twin.Table, name: str, mean: float) -> None:
    assert table[name].mean() == pytest.approx(mean, rel=0.01)


def test_the_file_has_the_sixty_columns_in_order_and_readable_cells(tmp_path: Path) -> None:
    path = tmp_path / "twin.csv"
    written = list(twin.write_csv(path, 120, seed=5))
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert written == [120]
    assert len(rows[0]) == 60
    assert (rows[0][:4], rows[0][-1]) == (["user_id", "age", "gender", "country"], "return_rate")
    assert len(rows) == 121
    first = dict(zip(rows[0], rows[1], strict=True))
    assert first["user_id"] == "1"
    assert 18 <= int(first["age"]) <= 80
    assert first["country"] in twin.COUNTRIES
    assert first["last_purchase_date"][:3] == "202"


def test_the_file_holds_what_the_generator_drew(tmp_path: Path) -> None:
    path = tmp_path / "twin.csv"
    list(twin.write_csv(path, 500, seed=5, country="Japan"))
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    table = twin.generate(500, seed=5, country="Japan")
    assert [int(row["income_level"]) for row in rows] == table["income_level"].tolist()
    assert {row["country"] for row in rows} == {"Japan"}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    digests = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        list(twin.write_csv(tmp_path / name, 300, seed))
        digests.append(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert digests[0] == digests[1] != digests[2]


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(ValueError, match="no country 'Atlantis'"):
        twin.generate(1, 0, "Atlantis")
