"""`check`, `signals`: look at the data before trusting a model of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.cli import options
from training.cli.console import console, plain_errors, result, say


def check(
    data: options.Data,
    shop: options.ShopFile = None,
    country: options.Country = None,
    threshold_percent: options.ThresholdPercent = None,
    label_unit: options.LabelUnit = None,
    as_of: options.AsOf = None,
    strict: options.Strict = False,
    allow_imbalance: options.AllowImbalance = False,
) -> None:
    """Check data, label and leakage as `run` does, without training. Fails where `run` would refuse them."""
    with plain_errors():
        from training.cli.tables import findings_table
        from training.inspection import inspect

        report = inspect(
            options.data_options(data, shop, country, threshold_percent, label_unit, as_of, strict, allow_imbalance),
            say,
        )
        say(f"{report.rows_read:,} rows read, {len(report.usable):,} usable")
        if report.findings:
            console.print(findings_table(report))
        report.raise_errors(strict=strict)
        result(f"{len(report.findings)} finding{'s' * (len(report.findings) != 1)}")


def signals(
    data: options.Data,
    out: Annotated[Path, typer.Option(help="Folder for signals.csv, correlations.csv and the plots.")],
    shop: options.ShopFile = None,
    country: options.Country = None,
    model: Annotated[str, typer.Option(help="Model family whose importances are measured.")] = "logistic",
    threshold_percent: options.ThresholdPercent = None,
    label_unit: options.LabelUnit = None,
    as_of: options.AsOf = None,
    seed: options.Seed = 0,
) -> None:
    """Show which inputs carry signal: correlation, mutual information, permutation importance; tables and plots."""
    options.check_family(model)
    with plain_errors():
        import pandas as pd

        from training.cli.tables import importance_table
        from training.data.prepare import prepare
        from training.evaluation.baselines import single_feature_aucs
        from training.evaluation.feature_importance import correlations
        from training.evaluation.metrics_document import metrics_document
        from training.evaluation.plots import write_plots
        from training.models.train import train

        prepared = prepare(
            options.data_options(
                data, shop, country, threshold_percent, label_unit, as_of, strict=False, allow_imbalance=False
            ),
            say,
        )
        candidate = train(prepared, model, seed)
        features = single_feature_aucs(prepared.train, prepared.recipe.feature_names)
        metrics = metrics_document(prepared, candidate, features[0], None, seed)
        console.print(importance_table(metrics["signals"]))
        write_plots(prepared, candidate, metrics, out)
        pd.DataFrame(metrics["signals"]).to_csv(out / "signals.csv", index=False)
        names, matrix = correlations(prepared)
        pd.DataFrame(matrix, index=names, columns=names).round(4).to_csv(out / "correlations.csv")
        result(str(out))
