"""Shoppers for the demo and the tests: a first one to ask about, some rows to drop."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from cdk.local.table_lines import first_rows_as_written
from cdk.ops.client import ShopClient
from lambda_fn.registry import Registry
from lambda_fn.scoring.artefact.manifest import Manifest
from lambda_fn.scoring.artefact.recipe import CategoryInput, DateInput, NumberInput
from lambda_fn.scoring.columns import NumericInput, date_of
from lambda_fn.tables.files import PIECE_BYTES, layout_of, read_table

LOOKED_AT_ROWS: Final = 1000  # for one that can be scored


def first_rows(data: Path, rows: int, country: str) -> list[dict[str, str]]:
    """Return the first ``rows`` public shoppers of a country in a CSV, all cells as text."""
    with data.open(encoding="utf-8", newline="") as source:
        return list(islice((row for row in csv.DictReader(source) if row["country"] == country), rows))


def as_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Write rows, which all have the columns of the first one, as a CSV."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def champion(client: ShopClient) -> Manifest:
    """Return what the model in service says of itself. Raises ModelUnavailable, RegistryUnreachable."""
    registry = Registry(client.outputs.registry_bucket, client.s3)
    routing, _ = registry.routing()
    return registry.manifest(routing.champion)


def first_request(client: ShopClient, data: Path) -> dict[str, Any]:
    """Turn the first good row of a shop's table into a request to the champion. Raises as ``as_request`` does."""
    manifest = champion(client)
    rows, _ = first_rows_as_written(data, manifest, LOOKED_AT_ROWS)
    return as_request(rows, manifest)


def as_request(table: bytes, manifest: Manifest) -> dict[str, Any]:
    """Turn the first row of a table that a model can score into the JSON that its API asks for.

    What is missing stays out, and so does the id where the shop has none. Raises UnusableHeader, and ValueError where
    no row is good.
    """
    inputs = manifest.recipe.inputs
    layout = layout_of(inputs)
    categories = [field.name for field in inputs if isinstance(field, CategoryInput)]
    pieces = (table[start : start + PIECE_BYTES] for start in range(0, len(table), PIECE_BYTES))
    for rows in read_table(pieces, layout, manifest.dialect, id_column=manifest.id_column, texts=categories):
        if not len(rows):
            continue
        numbers = zip(layout.numeric, rows.columns.numbers[0].tolist(), strict=True)
        known = {field.name: _typed(field, number) for field, number in numbers if not math.isnan(number)}
        known |= {name: rows.texts[name][0].decode() for name in categories if rows.texts[name][0]}
        record = {field.name: known[field.name] for field in inputs if field.name in known}
        return {manifest.id_column: rows.ids[0].decode(), **record} if manifest.id_column else record
    raise ValueError("the model can score none of the table's first rows")


def _typed(field: NumericInput, number: float) -> Any:
    if isinstance(field, DateInput):
        return date_of(number).isoformat()
    return number if isinstance(field, NumberInput) and not field.integer else int(number)
