"""Results as tables."""

from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table

from lambda_fn.scoring.artefact.manifest import IdentityCalibration
from training.cli.tables import comparison_table, findings_table, gates_table, importance_table, metrics_table
from training.data.checks import Finding, Report
from training.gate import Gate
from training.models.candidate import Candidate
from training.models.compare import Comparison, Entry
from training.models.metrics import Ranking


def cells(table: Table) -> list[tuple[Any, ...]]:
    return list(zip(*(column.cells for column in table.columns), strict=True))


def measured(**more: float) -> dict[str, Any]:
    names = Ranking(np.array([0, 1], dtype=np.int8), np.array([0.2, 0.8]), 0.5).metrics()
    return {
        **dict.fromkeys(names, 0.9),
        "intervals_95": {name: [0.8, 0.95] for name in names},
        "family": "mlp",
        "holdout_rows": 1_200,
        "best_single_feature": "age_raw",
        "constant_f1": 0.7,
        "best_single_feature_f1": 0.75,
        **more,
    }


def test_the_model_stands_beside_constant_and_single_feature() -> None:
    table = metrics_table(measured())
    assert table.columns[0].header == "mlp on 1,200 rows"
    assert [column.header for column in table.columns[1:]] == ["model", "95 % interval", "constant", "age_raw alone"]
    assert cells(table)[0] == ("f1", "0.9000", "0.8000 to 0.9500", "0.7000", "0.7500")
    assert cells(table)[1][3:] == ("", "")  # not measured


def test_the_bayes_optimum_has_a_column_where_it_is_known() -> None:
    table = metrics_table(measured(limit_f1=0.93))
    assert table.columns[-1].header == "Bayes optimum"
    assert cells(table)[0][-1] == "0.9300"


def test_the_chosen_family_is_marked() -> None:
    def entry(family: str, auc: float, folds: tuple[float, ...]) -> Entry:
        candidate = Candidate(family, None, b"x" * 2_048, IdentityCalibration(), "identity", 1.25, 0.0)
        return Entry(
            candidate, 0.3 if family == "mlp" else 0.4, 0.0, auc, (auc - 0.01, auc + 0.01), 0.9, 0.2, 3.0, folds
        )

    table = comparison_table(Comparison((entry("logistic", 0.9, ()), entry("mlp", 0.95, (0.94, 0.96))), 0.67))
    assert cells(table) == [
        ("logistic", "0.4000", "0.9000", "0.8900 to 0.9100", "", "0.9000", "0.2000", "1.2", "3.00", "2"),
        ("mlp (chosen)", "0.3000", "0.9500", "0.9400 to 0.9600", "0.9500", "0.9000", "0.2000", "1.2", "3.00", "2"),
    ]


def test_findings_show_rows_only_where_they_concern_some() -> None:
    found = (Finding("warning", "bounds", "age", 1_200), Finding("error", "label", "no unit"))
    assert cells(findings_table(Report(found, 2_000, pd.DataFrame()))) == [
        ("warning", "bounds", "1,200", "age"),
        ("error", "label", "", "no unit"),
    ]


def test_categories_have_no_correlation() -> None:
    rows = [
        {"input": "age", "importance": -0.00001, "mutual_information": 0.12, "correlation": -0.5},
        {"input": "gender", "importance": 0.2, "mutual_information": 0.0, "correlation": None},
    ]
    assert cells(importance_table(rows)) == [
        ("age", "0.0000", "0.1200", "-0.500"),
        ("gender", "0.2000", "0.0000", ""),
    ]


def test_a_gate_that_is_not_passed_stands_out() -> None:
    gates = [Gate("size", passed=True, detail="1 byte"), Gate("share", passed=False, detail="60 %")]
    assert cells(gates_table(gates)) == [("size", "yes", "1 byte"), ("share", "[bold red]no[/]", "60 %")]
