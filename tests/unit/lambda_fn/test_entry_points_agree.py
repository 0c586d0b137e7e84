"""A shopper is the same at both entry points: JSON and CSV give the same columns, and refuse the same values."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.api.parsing.records import RecordReader
from lambda_fn.scoring.artefact.recipe import ID_FIELD
from lambda_fn.scoring.columns import Columns, Layout
from lambda_fn.scoring.errors import InvalidRecords
from lambda_fn.tables.reader import TableReader
from tests import factories

RECIPE = factories.recipe()
LAYOUT = Layout(RECIPE)
JSON_READER = RecordReader(RECIPE, LAYOUT)
HEADER = [ID_FIELD, *(field.name for field in RECIPE.inputs)]

whole = st.integers(-3, 1_000_000)
numbers = st.one_of(
    whole, st.floats(-10, 200_000, allow_nan=False), st.sampled_from([0, 10, 11, 100_000, 1000, 1001, 0.5])
)
values = {
    ID_FIELD: st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=130),
    "number": numbers,
    "flag": st.sampled_from([0, 1, True, False, 2, 0.5, -1]),
    "category": st.sampled_from(["Evening", "Night", "Noon", "evening", "Abend\u00e4", "Morning or so, perhaps"]),
    "date": st.one_of(st.dates().map(str), st.sampled_from(["2026-02-30", "2026-6-1", "yesterday", "2026-06-20"])),
}


@st.composite
def shoppers(draw: st.DrawFn) -> dict[str, Any]:
    record: dict[str, Any] = {ID_FIELD: draw(values[ID_FIELD])}
    for field in RECIPE.inputs:
        record[field.name] = draw(st.one_of(st.none(), values[field.kind]))
    return record


def through_json(record: dict[str, Any]) -> Columns | None:
    """Return what the API makes of a record; None where it is refused."""
    try:
        return JSON_READER.columns([JSON_READER.read_one(json.dumps(record).encode())])
    except InvalidRecords:
        return None


def through_csv(record: dict[str, Any]) -> Columns | None:
    """Return what the batch makes of a record; None where it is rejected."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["" if record[name] is None else record[name] for name in HEADER])
    table = TableReader(HEADER, LAYOUT).read(stream.getvalue().encode(), final=True)
    return table.columns if len(table) else None


@given(shoppers())
def test_both_entry_points_read_the_same_and_refuse_the_same(record: dict[str, Any]) -> None:
    from_json, from_csv = through_json(record), through_csv(record)

    assert (from_json is None) == (from_csv is None)
    if from_json and from_csv:
        np.testing.assert_array_equal(from_json.numbers, from_csv.numbers)
        np.testing.assert_array_equal(from_json.codes, from_csv.codes)
