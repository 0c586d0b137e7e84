"""The writer: what is written is what the scorer said, and no spreadsheet runs it."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.scoring.columns import Columns
from lambda_fn.scoring.offers.assignment import EXPLOIT, Assignment
from lambda_fn.scoring.service import MONEY_DECIMALS, RISK_DECIMALS, RISK_LEVELS, Scorer
from lambda_fn.tables.decision_columns import DecisionColumns
from lambda_fn.tables.reader import TableReader
from lambda_fn.tables.scored_lines import ScoredWriter
from tests import csv_files, factories


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    manifest, files = factories.artefact()
    return Scorer(manifest, files["model.onnx"])


def writer_of(scorer: Scorer, *, with_reasons: bool = False) -> ScoredWriter:
    decisions = DecisionColumns(scorer, "job", "2026-07-01T12:00:00+00:00", Assignment())
    return ScoredWriter(scorer, decisions, with_reasons=with_reasons)


def written(scorer: Scorer, ids: list[str], columns: Columns) -> list[dict[str, str]]:
    scores = scorer.score(columns, factories.AS_OF)
    shoppers = np.array([name.encode() for name in ids])
    writer = writer_of(scorer)
    body = writer.header + writer.lines(shoppers, scores, scores.choice, np.full(len(ids), EXPLOIT))
    return list(csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True))


def test_each_line_says_what_the_scorer_said(scorer: Scorer) -> None:
    text = b"".join(line + b"\n" for line in csv_files.rows(300))
    table = TableReader(csv_files.HEADER, scorer.layout).read(text)
    scores = scorer.score(table.columns, factories.AS_OF)

    found = written(scorer, [name.decode() for name in table.ids.tolist()], table.columns)

    ids = [row["decision_id"] for row in found]
    assert len(set(ids)) == 300
    assert found == [
        {
            "user_id": f"u{row}",
            "abandonment_risk": f"{scores.risk[row]:.{RISK_DECIMALS}f}",
            "risk_level": RISK_LEVELS[scores.level[row]],
            "recommended_intervention": scorer.choices[scores.choice[row]],
            "estimated_margin_impact": f"{scores.margin.round(MONEY_DECIMALS)[row]:.{MONEY_DECIMALS}f}",
            "confidence": f"{scores.confidence[row]:.{RISK_DECIMALS}f}",
            "model_version": scorer.version,
            "decision_id": ids[row],
            "policy_group": "exploit",
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


@pytest.mark.parametrize("noted", [True, False], ids=["with warnings", "without"])
def test_reasons_stand_behind_the_warnings(scorer: Scorer, noted: bool) -> None:
    columns = scorer.imputer.defaults().take(np.zeros(3, dtype=np.intp))
    if noted:
        columns.numbers[1] = np.nan
    scores = scorer.score(columns, factories.AS_OF)
    ids = np.array([b"a", b"b\nc", b"d"])
    writer, groups = writer_of(scorer, with_reasons=True), np.full(3, EXPLOIT)

    body = writer.header + writer.lines(ids, scores, scores.choice, groups, [b"[]", b'"[""x""]"', b"[1]"])

    found = list(csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True))
    assert [(row["user_id"], row["reasons"]) for row in found] == [("a", "[]"), ("b\nc", '["x"]'), ("d", "[1]")]
    assert [bool(row["warnings"]) for row in found] == [False, noted, False]
    plain = writer_of(scorer)
    text = (plain.header + plain.lines(ids, scores, scores.choice, groups)).decode()
    shorter = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    assert [row | {"reasons": with_them["reasons"]} for row, with_them in zip(shorter, found, strict=True)] == found
