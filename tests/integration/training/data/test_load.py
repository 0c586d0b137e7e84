"""Training refuses the very rows that scoring rejects, for the same reasons."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_fn.registry import Artefact
from lambda_fn.scoring.artefact.dialect import Dialect
from tests import factories
from training.data.load import ID, read
from training.data.source import Source
from training.offline.score_file import score_file
from training.release import package

HEADER = tuple(factories.record())
CELLS = {
    "user_id": ["u1", "ü2", "", "x" * 129],
    "impulse_buying_score": ["5", "10", "11", "5.5", "five", "", "NA", "1e1", "-0"],
    "average_order_value": ["180", "99.5", "1e300", "-1", "1,5", "$5", "", "nan", "inf", "1_000"],
    "weekend_shopper": ["0", "1", "true", "FALSE", "yes", "2", ""],
    "shopping_time_of_day": ["Evening", "Noon", "", "7", '"Eve"ning"', '"Even\ning"'],
    "last_purchase_date": ["2026-06-20", "2026-02-30", "20.06.2026", "", "1999-12-31"],
}
ROW = st.tuples(*(st.sampled_from(CELLS.get(name, ["3", "", "2"])) for name in HEADER)).map(",".join)
LINE = st.one_of(ROW, ROW, ROW, st.sampled_from(["", "only,three,cells", "1," * 20, '"open']))
DIALECTS = (Dialect(), Dialect(missing=("", "NA", "nan"), true=("true", "yes"), signs=("$",)))


def cut(reason: str) -> str:
    """Return a reason without the cell that it found."""
    return reason.partition(", found ")[0]


@settings(max_examples=60)
@given(lines=st.lists(LINE, max_size=12), dialect=st.sampled_from(DIALECTS), end=st.sampled_from(["\n", "\r\n"]))
def test_what_scoring_rejects_training_refuses_for_the_same_reasons(
    lines: list[str], dialect: Dialect, end: str
) -> None:
    # Given any table, with a good row so that something is left
    good = ",".join(str(value) for value in factories.record(user_id="good").values())
    text = end.join([",".join(HEADER), good, *lines, ""])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(text.encode())
        artefact = Artefact(*factories.artefact(dialect=dialect))
        # When it is scored, and read for training
        model = package.write(artefact, Path(folder) / "models")
        report = score_file(model, path, Path(folder) / "out", {"as-of": "2026-06-30"}).report
        source = Source(artefact.manifest.recipe.inputs, dialect=dialect)
        dataset = read(path, source)
        scored = rows_of(Path(folder) / "out" / "scored.csv")
        rejected = rows_of(Path(folder) / "out" / "rejected.csv")
    # Then the same rows are there, and the same reasons count the others
    ids = dataset.table[ID].tolist()
    refused = Counter({reason: each.rows for reason, each in dataset.refused.items()})
    assert [row["user_id"] for row in scored] == ids
    assert Counter(cut(row["reason"]) for row in rejected) == refused
    assert report["rows"] == len(ids) + refused.total()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
