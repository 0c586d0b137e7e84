"""What to read of a file: by a shop, or by a model that learnt from one."""

import dataclasses

from lambda_fn.scoring.artefact.dialect import Dialect
from tests import factories
from training.data.source import Source, label_and_rows
from training.shops.public_shopper import public_shopper
from training.shops.shop import RateLabel, ValueLabel

SHOP = public_shopper()
LABEL = ValueLabel(column="end", abandoned=("left",))


def test_training_reads_the_shops_table() -> None:
    found = Source.of_shop(SHOP)
    assert (found.inputs, found.label, found.id_column) == (SHOP.inputs, SHOP.label, "user_id")
    assert (found.dialect, found.rows) == (SHOP.table.dialect, {"country": ("USA",)})
    assert set(found.columns) == set(SHOP.columns_needed())
    assert len(found.columns) == len(set(found.columns))


def test_a_label_of_values_is_read_as_texts_and_a_rate_as_a_number() -> None:
    source = Source.of_shop(SHOP)
    assert "cart_abandonment_rate" not in source.texts
    of_values = dataclasses.replace(source, label=LABEL)
    assert "end" in of_values.texts
    assert "cart_abandonment_rate" in source.columns
    assert "end" in of_values.columns


def test_to_score_no_label_is_read() -> None:
    source = Source.of_shop(SHOP)
    assert source.without_label() == dataclasses.replace(source, label=None)


def test_without_an_id_no_column_of_one_is_needed() -> None:
    source = Source.of_shop(SHOP)
    assert set(source.columns) - set(dataclasses.replace(source, id_column=None).columns) == {"user_id"}


def test_a_model_says_which_label_and_rows_it_learnt_from_and_how_its_table_is_written() -> None:
    metrics = {"label_definition": LABEL.model_dump(mode="json"), "rows_kept": {"country": ["Japan", "USA"]}}
    dialect = Dialect(delimiter=";")
    manifest, _ = factories.artefact(metrics=metrics, id_column="Kunden-Nr.", dialect=dialect)
    found = Source.of_model(manifest)
    assert (found.label, found.rows) == (LABEL, {"country": ("Japan", "USA")})
    assert (found.id_column, found.dialect) == ("Kunden-Nr.", dialect)
    assert Source.of_model(manifest, {}).rows == {}


def test_a_model_from_before_there_were_shop_files_learnt_a_rate_of_one_country() -> None:
    old = {"label_column": "rate", "label_unit": "percent", "threshold_percent": 30.0}
    for country, rows in (("USA", {"country": ("USA",)}), ("all", {}), (None, {})):
        data = {"source": "t", "sha256": "0" * 64, "rows": 9, "country": country}
        manifest, _ = factories.artefact(metrics=old, data=data)
        assert label_and_rows(manifest) == (RateLabel(column="rate", unit="percent"), rows)
