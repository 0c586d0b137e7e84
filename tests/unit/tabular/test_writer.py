"""The writer: what is written is what the scorer said, and no spreadsheet runs it."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.csv_io.decimals import write_decimals
from lambda_fn.csv_io.text import cell, cells
from lambda_fn.scoring.columns import Columns
from lambda_fn.scoring.service import MONEY_DECIMALS, RISK_DECIMALS, RISK_LEVELS, Scorer
from lambda_fn.tables.reader import Rejected, TableReader
from lambda_fn.tables.rejected_rows import REJECTED_COLUMNS, frame, unframe
from lambda_fn.tables.scored_lines import SCORED_COLUMNS, ScoredWriter
from tests import csv_files, factories


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    manifest, files = factories.artefact()
    return Scorer(manifest, files["model.onnx"])


def written(scorer: Scorer, ids: list[str], columns: Columns) -> list[dict[str, str]]:
    scores = scorer.score(columns, factories.AS_OF)
    body = ScoredWriter(scorer).lines(np.array([name.encode() for name in ids]), scores)
    return list(csv.DictReader(io.StringIO(body.decode(), newline=""), SCORED_COLUMNS, strict=True))


def test_each_line_says_what_the_scorer_said(scorer: Scorer) -> None:
    text = b"".join(line + b"\n" for line in csv_files.rows(300))
    table = TableReader(csv_files.HEADER, scorer.layout).read(text)
    scores = scorer.score(table.columns, factories.AS_OF)

    found = written(scorer, [name.decode() for name in table.ids.tolist()], table.columns)

    assert found == [
        {
            "user_id": f"u{row}",
            "abandonment_risk": f"{scores.risk[row]:.{RISK_DECIMALS}f}",
            "risk_level": RISK_LEVELS[scores.level[row]],
            "recommended_intervention": scorer.choices[scores.choice[row]],
            "estimated_margin_impact": f"{scores.margin.round(MONEY_DECIMALS)[row]:.{MONEY_DECIMALS}f}",
            "confidence": f"{scores.confidence[row]:.{RISK_DECIMALS}f}",
            "model_version": scorer.version,
            "warnings": " | ".join(f"{note.field}: {note.detail}" for note in scores.notes.of(row)),
        }
        for row in range(300)
    ]
    assert len({row["recommended_intervention"] for row in found}) > 2
    assert any(row["warnings"] for row in found)
    assert any(" | " in row["warnings"] for row in found)


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(
    st.lists(st.one_of(texts, st.sampled_from(["=1+1", "-5", "@x", '"', "a,b", "\n", "\tx"])), min_size=1, max_size=9)
)
def test_ids_come_back_as_they_were_unless_a_spreadsheet_would_run_them(scorer: Scorer, ids: list[str]) -> None:
    defaults = scorer.imputer.defaults()
    found = written(scorer, ids, defaults.take(np.zeros(len(ids), dtype=np.intp)))
    assert [row["user_id"] for row in found] == [f"'{name}" if name[0] in "=+-@\t\r" else name for name in ids]


@given(st.lists(texts, min_size=1, max_size=9))
def test_an_array_of_texts_is_written_as_each_of_them_is(names: list[str]) -> None:
    encoded = [name.encode() for name in names]
    assert cells(np.array(encoded)).tolist() == [cell(name) for name in encoded]


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=20), st.sampled_from([1, 2, 3, 4, 6]))
def test_decimals_are_those_of_numpy_rounding(values: list[float], places: int) -> None:
    pieces = write_decimals(np.array(values), places)
    found = [row.tobytes().replace(b"\0", b"").decode() for row in np.concatenate(pieces, axis=1)]
    assert found == [f"{round(x * 10**places) / 10**places:.{places}f}" for x in np.array(values).tolist()]


rejected = st.builds(
    Rejected, st.integers(0, 10**6), st.sampled_from(["a reason", 'with "quotes", and commas']), st.binary(max_size=30)
)


@given(st.lists(rejected, max_size=8), st.integers(1, 40), st.integers(0, 10**9))
def test_rejected_rows_get_the_line_numbers_of_the_whole_file(rows: list[Rejected], piece: int, before: int) -> None:
    framed = frame(rows)
    pieces = (framed[start : start + piece] for start in range(0, len(framed), piece))

    body = b"".join(unframe(pieces, before)).decode()

    found = list(csv.DictReader(io.StringIO(body, newline=""), REJECTED_COLUMNS, strict=True))
    assert [int(row["line"]) for row in found] == [2 + before + row.line for row in rows]
    assert [row["reason"] for row in found] == [row.reason for row in rows]
    for row, line in zip(rows, found, strict=True):
        shown = row.text.replace(b"\0", b"\\x00").decode(errors="backslashreplace")
        assert line["text"].removeprefix("'") == shown.removeprefix("'")
        assert line["text"][:1] not in tuple("=+-@\t\r")


def test_a_part_of_rejected_rows_that_was_cut_off_is_noticed() -> None:
    framed = frame([Rejected(0, "reason", b"text")])
    with pytest.raises(ValueError, match="cut off"):
        list(unframe([framed[:-1]], 0))
