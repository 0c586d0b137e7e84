"""A CSV becomes three parts with their labels."""

import datetime as dt
from pathlib import Path

import pytest

from training.data.options import DataOptions
from training.data.prepare import prepare
from training.data.prepared import Prepared
from training.drafting.draft_file import draft_file
from training.errors import DataRefused
from training.shops.shop import Shop
from training.shops.validated_yaml import read_yaml


def test_recency_counts_to_the_newest_date_of_the_data_or_to_the_given_day(twin_csv: Path, prepared: Prepared) -> None:
    assert prepared.as_of == dt.date(2027, 1, 1)
    assert prepare(DataOptions(twin_csv, as_of=dt.date(2026, 5, 1))).as_of == dt.date(2026, 5, 1)


def test_the_steps_are_said_and_every_usable_row_is_in_one_part(small_csv: Path) -> None:
    said: list[str] = []
    found = prepare(DataOptions(small_csv), said.append)
    assert said[0] == "read 1,000 rows of few.csv (country USA)"
    assert said[1].startswith("label: cart_abandonment_rate >= 30 percent, read as percent: 6")
    assert len(found.train) + len(found.validation) + len(found.holdout) == len(found.report.usable) == 1_000
    assert list(found.recipe.unfitted()) == []


def test_errors_of_the_checks_stop_the_preparation(small_csv: Path, tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("".join(small_csv.read_text().splitlines(keepends=True)[:401]))
    with pytest.raises(DataRefused, match="400 usable rows; training needs at least 500"):
        prepare(DataOptions(path))
    with pytest.raises(DataRefused, match="under --strict"):
        prepare(DataOptions(small_csv, strict=True, as_of=dt.date(2026, 1, 1)))


def test_a_column_that_the_table_lacks_is_named_with_its_line_of_the_shop_file(tmp_path: Path) -> None:
    data, shop_file = tmp_path / "visits.csv", tmp_path / "shop.yaml"
    data.write_text("pages,outcome\n" + "".join(f"{n % 9},{'left' if n % 3 else 'bought'}\n" for n in range(600)))
    shop_file.write_text(str(draft_file(data, "outcome", ["left"])).replace("column: outcome", "column: result"))
    line = 1 + shop_file.read_text().splitlines().index("  column: result")
    options = DataOptions(data, read_yaml(shop_file, Shop), shop_file=shop_file)
    with pytest.raises(DataRefused, match=f"visits.csv: .*lacks the column result; .*yaml, line {line}, names result"):
        prepare(options)
