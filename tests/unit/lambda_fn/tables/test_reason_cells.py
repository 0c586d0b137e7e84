"""A cell of reasons is JSON that a script reads and a CSV reader unpacks."""

import csv
import io
import json
import math

from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.scoring.reasons import Reason
from lambda_fn.scoring.service import RISK_DECIMALS
from lambda_fn.tables.reason_cells import reason_cells

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
values = st.one_of(texts, st.floats(allow_nan=False, allow_infinity=False))
reasons = st.builds(Reason, texts, values, st.floats(-1, 1))


def test_a_cell_reads_well_in_a_spreadsheet() -> None:
    [cell] = reason_cells([[Reason("age", 41.0, 0.12345678), Reason("Gerät", "Händy", -1e-9)]])
    [[shown]] = csv.reader([cell.decode()])
    assert shown == (
        '[{"field": "age", "value": 41, "effect": 0.123457}, {"field": "Gerät", "value": "Händy", "effect": 0.0}]'
    )


@given(st.lists(st.lists(reasons, max_size=3), max_size=4))
def test_what_is_read_back_is_what_was_found(rows: list[list[Reason]]) -> None:
    text = b"".join(b"%b\n" % cell for cell in reason_cells(rows)).decode()
    found = [json.loads(cell) for [cell] in csv.reader(io.StringIO(text, newline=""), strict=True)]
    assert found == [
        [reason._replace(effect=round(reason.effect, RISK_DECIMALS))._asdict() for reason in r] for r in rows
    ]
    assert all(math.copysign(1, reason["effect"]) == 1 for row in found for reason in row if reason["effect"] == 0)
