"""From a table's texts to the lines of a shop file."""

import pandas as pd
import pytest

from lambda_fn.scoring.artefact.dialect import Dialect
from training.drafting.draft import MOST_NAMED, draft
from training.drafting.shop_text import ShopText
from training.drafting.text_table import TextTable
from training.errors import DataRefused
from training.shops.shop import Shop
from training.shops.validated_yaml import validate_yaml
from training.shops.yaml_lines import parse_yaml

ROWS = 400


def table(**columns: list[str]) -> TextTable:
    return TextTable(pd.DataFrame(columns, dtype="str"), ROWS, 1, 0)


def label() -> list[str]:
    return ["yes" if n * 7919 % 10 < 4 else "no" for n in range(ROWS)]


def shop_of(text: ShopText) -> Shop:
    return validate_yaml(parse_yaml(str(text), "shop.yaml"), Shop)


def test_each_column_is_an_input_or_left_out_with_its_reason() -> None:
    spend = [f"{n * 31 % 97}.5" for n in range(ROWS)]
    columns = {
        "customer_id": [f"c{n}" for n in range(ROWS)],
        "spend": spend,
        "spent": spend,
        "outcome": ["left" if text == "yes" else "stayed" for text in label()],
        "shop": ["web"] * ROWS,
        "left": label(),
    }
    text = draft("few", table(**columns), Dialect(), "left", ["yes"])
    shop = shop_of(text)
    assert (shop.table.id, [item.name for item in shop.inputs]) == ("customer_id", ["spend"])
    assert shop.leakage == ("outcome",)
    written = str(text)
    assert "spent: a copy of spend: it says the same in every row" in written
    assert "shop: constant: every row is 'web'" in written
    assert any("outcome gives the label away (AUC 1.0000)" in question for _, question in text.questions)


def test_a_label_that_is_no_column_is_refused_with_the_nearest_name_and_few_others() -> None:
    columns = {f"c{n}": ["1", "2"] * (ROWS // 2) for n in range(MOST_NAMED)}
    with pytest.raises(DataRefused, match=r"no column 'lefft'; did you mean 'left'\? the columns are .* and 1 more$"):
        draft("few", table(**columns, left=label()), Dialect(), "lefft", ["yes"])
