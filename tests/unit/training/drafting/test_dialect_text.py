"""A dialect is written into a shop file as far as it differs from the default, and is read back the same."""

from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from training.drafting.dialect_text import described
from training.shops.yaml_lines import parse_yaml


def test_the_default_needs_no_words() -> None:
    assert list(described(DEFAULT_DIALECT)) == []


def test_what_differs_is_written_and_read_back_the_same() -> None:
    dialect = Dialect(
        delimiter=";",
        encoding="cp1252",
        decimal_mark=",",
        thousands_mark=".",
        signs=("€",),
        missing=("", "NA", "\\N"),
        true=("ja",),
        false=("nein",),
        dates=("DD.MM.YYYY",),
        column_dates={"no: date": ("YYYY-MM-DD",)},
    )
    lines = [f"{key}: {value}" for key, value, meaning in described(dialect) if meaning]
    assert len(lines) == 10
    assert Dialect.model_validate(parse_yaml("\n".join(lines), "shop.yaml").data) == dialect
