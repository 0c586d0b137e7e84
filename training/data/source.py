"""What to read of a file: which columns, how they are written, which rows count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from lambda_fn.scoring.artefact.manifest import Manifest
from lambda_fn.scoring.artefact.recipe import CategoryInput, InputField
from training.shops.shop import Label, RateLabel, Shop, read_label


@dataclass(frozen=True)
class Source:
    """What to read of a file.

    ``inputs``: the columns that a recipe reads.
    ``label``: what the label's column says; None reads no label.
    ``id_column``: None where a row's position in the file tells it apart.
    ``rows``: column -> the values to keep.
    """

    inputs: tuple[InputField, ...]
    label: Label | None = None
    id_column: str | None = "user_id"
    dialect: Dialect = DEFAULT_DIALECT
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of_shop(cls, shop: Shop) -> Self:
        """Return what training reads of a shop's table."""
        return cls(shop.recipe.inputs, shop.label, shop.table.id_column, shop.table.dialect, shop.table.rows)

    @classmethod
    def of_model(cls, manifest: Manifest, rows: Mapping[str, tuple[str, ...]] | None = None) -> Self:
        """Return what a model reads; ``rows`` instead of those that it was trained on."""
        label, kept = label_and_rows(manifest)
        inputs = manifest.recipe.inputs
        return cls(inputs, label, manifest.id_column, manifest.dialect, kept if rows is None else rows)

    def without_label(self) -> Source:
        """Return the same without a label: to score, and not to learn."""
        return Source(self.inputs, None, self.id_column, self.dialect, self.rows)

    @property
    def numeric(self) -> tuple[InputField, ...]:
        """Return the inputs that are numbers, flags and dates."""
        return tuple(item for item in self.inputs if not isinstance(item, CategoryInput))

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the columns that are read as they are written."""
        labels = [self.label.column] if self.label and not isinstance(self.label, RateLabel) else []
        categories = (item.name for item in self.inputs if isinstance(item, CategoryInput))
        return tuple(dict.fromkeys((*categories, *self.rows, *labels)))

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column that the file must have."""
        ids = [self.id_column] if self.id_column else []
        rates = [self.label.column] if isinstance(self.label, RateLabel) else []
        return tuple(dict.fromkeys((*ids, *(item.name for item in self.numeric), *rates, *self.texts)))


def label_and_rows(manifest: Manifest) -> tuple[Label, Mapping[str, tuple[str, ...]]]:
    """Return the label that a model learnt and the rows that it learnt from, as its metrics say."""
    metrics: dict[str, Any] = dict(manifest.metrics)
    if "label_definition" in metrics:
        kept = {name: tuple(values) for name, values in metrics.get("rows_kept", {}).items()}
        return read_label(metrics["label_definition"]), kept
    country = manifest.data.country  # a model from before there were shop files
    label = RateLabel(
        column=str(metrics["label_column"]),
        unit=metrics["label_unit"],
        threshold_percent=float(metrics["threshold_percent"]),
    )
    return label, {"country": (country,)} if country and country != "all" else {}
