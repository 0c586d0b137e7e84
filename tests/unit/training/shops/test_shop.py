"""A shop file is whole: its parts fit, and nothing that gives the label away is a feature."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from lambda_fn.scoring.errors import PolicyError, RecipeError
from training.shops.shop import ROW, RateLabel, Shop, Slice, Table, ValueLabel, read_label

NUMBER = {"kind": "number", "name": "pages", "unit": "count", "minimum": 0, "maximum": 99}
VALUE = {"value": 1, "source": "a test"}


def sourced(value: float) -> dict[str, Any]:
    return {**VALUE, "value": value}


def shop(**changes: Any) -> Shop:
    return Shop.model_validate(
        {
            "label": {"kind": "values", "column": "end", "abandoned": ["left"]},
            "inputs": [NUMBER],
            "features": [{"op": "passthrough", "name": "pages value", "source": "pages"}],
            "offers": {
                "currency": "EUR",
                "order_value": sourced(50),
                "gross_margin_rate": sourced(0.3),
                "caution": sourced(0.5),
                "minimum_margin_rate": sourced(0.1),
                "interventions": [
                    {
                        "name": "mail",
                        "discount_share": sourced(0),
                        "fixed_cost": sourced(0),
                        "base_recovery_rate": sourced(0.1),
                    }
                ],
            },
            **changes,
        }
    )


def test_without_an_id_a_row_is_told_apart_by_its_position() -> None:
    assert (shop().table.id, shop().table.id_column) == (ROW, None)
    assert shop(table={"id": "Kunden-Nr."}).table.id_column == "Kunden-Nr."


def test_the_columns_that_training_reads_are_named_once() -> None:
    found = shop(table={"id": "nr", "rows": {"country": ["USA"], "pages": ["1"]}})
    assert list(found.columns_needed()) == ["nr", "pages", "end", "country"]


def test_the_label_counts_as_leakage() -> None:
    assert shop(leakage=["later"]).recipe.leakage == ("end", "later")
    read = {"op": "passthrough", "name": "end value", "source": "end"}
    with pytest.raises(RecipeError, match="'end value' is built from end"):
        _ = shop(inputs=[NUMBER, {**NUMBER, "name": "end"}], features=[read])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"format": 2}, ValidationError, "format 2 is not known to this release; it reads format 1"),
        ({"inputs": [{**NUMBER, "default": 3}]}, ValidationError, "'pages': default is learnt from the data"),
        ({"table": {"id": "pages"}}, RecipeError, "the id 'pages' cannot be an input"),
        ({"inputs": []}, ValidationError, "at least 1 item"),
        ({"sliced": []}, ValidationError, "Extra inputs are not permitted"),
    ],
)
def test_a_shop_whose_parts_do_not_fit_is_refused(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        shop(**change)


def test_offers_that_name_what_the_recipe_lacks_are_refused() -> None:
    offers = shop().offers.model_copy(update={"order_value": "basket"}).model_dump()
    with pytest.raises(PolicyError, match="order_value names 'basket'"):
        shop(offers=offers)


def test_values_mean_abandoned_completed_or_neither() -> None:
    cells = pd.Categorical(["left", "bought", "returned", None])
    stated = ValueLabel(column="end", abandoned=("left",), completed=("bought",))
    np.testing.assert_array_equal(stated.values_of(cells), [1, 0, np.nan, np.nan])
    open_ended = ValueLabel(column="end", abandoned=("left",))
    np.testing.assert_array_equal(open_ended.values_of(cells), [1, 0, 0, np.nan])
    with pytest.raises(ValidationError, match="left cannot mean both abandoned and completed"):
        ValueLabel(column="end", abandoned=("left",), completed=("left",))


@pytest.mark.parametrize(
    ("label", "said"),
    [
        (RateLabel(column="rate", unit="fraction", threshold_percent=12.5), "rate >= 12.5 percent"),
        (ValueLabel(column="end", abandoned=("left", "lost")), "end in (left, lost)"),
    ],
)
def test_a_label_survives_its_document_and_says_what_it_is(label: RateLabel | ValueLabel, said: str) -> None:
    assert read_label(label.model_dump(mode="json")) == label
    assert str(label) == said


def test_bands_rise() -> None:
    with pytest.raises(ValidationError, match="the bands must rise"):
        Slice(column="age", bands=(30, 20))


def test_a_tables_dialect_is_apart_from_what_its_rows_mean() -> None:
    dialect = Table(id="nr", delimiter=";", rows={"country": ("USA",)}).dialect
    assert dialect.delimiter == ";"
    assert "rows" not in dialect.model_dump()


LAST_OFFER = {"kind": "date", "name": "last_offer_date", "minimum": "2000-01-01", "maximum": "2100-01-01"}


def offers_with(**changes: Any) -> dict[str, Any]:
    offers = shop().offers.model_dump()
    return {**offers, "interventions": [{**offers["interventions"][0], "cool_down_days": 14}], **changes}


def test_the_date_of_the_last_offer_is_no_input_of_the_model_and_training_does_not_need_it() -> None:
    found = shop(inputs=[NUMBER, LAST_OFFER], offers=offers_with())
    assert [field.name for field in found.recipe.inputs] == ["pages"]
    assert found.recipe.last_offer is not None
    assert found.recipe.last_offer.name == "last_offer_date"
    assert "last_offer_date" not in found.columns_needed()


def test_it_may_have_another_name() -> None:
    found = shop(inputs=[NUMBER, {**LAST_OFFER, "name": "Angebot"}], offers=offers_with(last_offer_date="Angebot"))
    assert found.recipe.last_offer is not None
    assert found.recipe.last_offer.name == "Angebot"


def test_a_date_that_a_feature_reads_is_an_input_like_the_others() -> None:
    days = {"op": "days_since", "name": "days", "source": "last_offer_date"}
    found = shop(inputs=[LAST_OFFER], features=[days])
    assert [field.name for field in found.recipe.inputs] == ["last_offer_date"]
    assert found.recipe.last_offer is None
    with pytest.raises(PolicyError, match="as a date that no feature reads"):
        shop(inputs=[LAST_OFFER], features=[days], offers=offers_with())


def test_a_cool_down_without_its_input_is_refused() -> None:
    with pytest.raises(PolicyError, match="'mail' has cool_down_days, which count from the input 'last_offer_date'"):
        shop(offers=offers_with())
