"""Decision records of CSV files: what the batch scored with control group or exploration, or a trial as a table."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from lambda_fn.scoring.offers.decision_log import DecisionRecord, record_of
from training.errors import DataRefused
from training.logged.sources import SourceFile

FIELDS: Final = {  # column of a scored file: field of a record
    "abandonment_risk": "p",
    "recommended_intervention": "offer",
    "model_version": "model",
    "policy_group": "group",
    "decided_at": "time",
    "policy_version": "policy",
    "assignment_version": "assignment",
    "value_tier": "tier",
    "recency_segment": "segment",
    "greedy_intervention": "greedy",
    "allowed_interventions": "allowed",
}
LISTS: Final = ("allowed", "propensities")  # separated by blanks, or JSON
_SCORED: Final = "recommended_intervention"
_LED: Final = r"^'(?=[=+\-@\t\r])"  # the apostrophe that keeps a spreadsheet from running a cell


def is_undecided(table: pd.DataFrame) -> bool:
    """Return whether a file was scored without control group and exploration: it says no propensities."""
    return _SCORED in table.columns and "propensities" not in table.columns


def read_table(file: SourceFile) -> pd.DataFrame:
    """Return the cells of a CSV as text, empty ones as NaN; raise DataRefused where it is none."""
    try:
        table = pd.read_csv(
            io.BytesIO(file.text()), dtype="str", encoding="utf-8-sig", keep_default_na=False, na_values=[""],
            skipinitialspace=True,
        )  # fmt: skip
    except ValueError as error:
        raise DataRefused(f"{file.name} cannot be read as CSV: {error}") from error
    return table.rename(columns=str.strip)


def records_of(table: pd.DataFrame, name: str, hash_id: Callable[[str], str]) -> list[DecisionRecord]:
    """Return the records of a table; raise DataRefused naming the file and line of a row that is none.

    Columns are those of a scored file, or the fields of a record. A scored file's first column is the raw id, which
    ``hash_id`` turns into the log's.
    """
    if _SCORED in table.columns:
        raw = table.iloc[:, 0].str.replace(_LED, "", regex=True)
        table = table.rename(columns=FIELDS).assign(shopper=raw.map(hash_id, na_action="ignore"))
    wanted = [column for column in table.columns if column in DecisionRecord.__dataclass_fields__]
    table = table[wanted]
    columns = {column: table[column].tolist() for column in wanted}
    empty = {column: table[column].isna().tolist() for column in wanted}
    records = []
    for row in range(len(table)):
        fields = {column: columns[column][row] for column in wanted if not empty[column][row]}
        try:
            fields |= {column: _list(fields[column]) for column in LISTS if column in fields}
            records.append(record_of(fields))
        except ValueError as error:
            raise DataRefused(f"{name}: line {row + 2}: {error}") from error
    return records


def _list(text: str) -> Any:
    return json.loads(text) if text[:1] in "[{" else text.split()
