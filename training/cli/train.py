"""`run`: train one model and publish it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from training.cli.console import console, plain_errors, result, say
from training.cli.options import Bucket, Country, Data, Endpoint, Region, Seed, open_registry
from training.label import THRESHOLD_PERCENT

if TYPE_CHECKING:
    from training.job import Result


def run(
    data: Data,
    country: Country = "USA",
    bucket: Bucket = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write the artefact to, below its version.")] = None,
    summary_json: Annotated[Path | None, typer.Option(help="File for version, metrics and seconds a step.")] = None,
    model: Annotated[str, typer.Option(help="Model family.")] = "mlp",
    policy: Annotated[Path | None, typer.Option(help="Policy file (YAML); the default policy when absent.")] = None,
    threshold_percent: Annotated[
        float, typer.Option(help="Abandonment rate, in percent, from which the label is 1.")
    ] = THRESHOLD_PERCENT,
    label_unit: Annotated[str, typer.Option(help="Unit of the rate column: auto, percent or fraction.")] = "auto",
    as_of: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day recency counts to; the data's newest date.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Treat warnings about the data as errors.")] = False,
    allow_imbalance: Annotated[
        bool, typer.Option("--allow-imbalance", help="Accept a label with a minority below 10 %.")
    ] = False,
    seed: Seed = 0,
    endpoint: Endpoint = None,
    region: Region = None,
) -> None:
    """Train a model, check it, and publish it. The last line of the standard output is its version."""
    with plain_errors():
        from training.families import FAMILIES
        from training.job import Job
        from training.job import run as run_job
        from training.label import as_unit
        from training.policies import DEFAULT, read_policy
        from training.prepare import DataOptions

        if model not in FAMILIES:
            raise typer.BadParameter(f"choose one of {', '.join(FAMILIES)}", param_hint="--model")
        if bucket is None and out is None:
            raise typer.BadParameter("say where the model goes: --bucket, --out, or both")
        job = Job(
            data=DataOptions(
                path=data,
                country=country,
                threshold_percent=threshold_percent,
                label_unit=as_unit(label_unit),
                as_of=as_of.date() if as_of else None,
                strict=strict,
                allow_imbalance=allow_imbalance,
            ),
            policy=read_policy(policy or DEFAULT),
            family=model,
            seed=seed,
            registry=open_registry(bucket, endpoint, region) if bucket else None,
            out=out,
        )
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task(f"reading {data.name}", total=None)
            finished = run_job(job, say, lambda rows: progress.update(task, completed=rows))
        _show(finished)
        if summary_json is not None:
            summary_json.write_text(json.dumps(_summary(finished), indent=1), encoding="utf-8")
        result(finished.version)


def _summary(finished: Result) -> dict[str, object]:
    return {
        "model_version": finished.version,
        "metrics": finished.metrics,
        "steps_seconds": finished.steps_seconds,
    }


def _show(finished: Result) -> None:
    metrics = finished.metrics
    table = Table("holdout", "model", "95 %", "constant", f"best single: {metrics['best_single_feature']}", "limit")
    for name in ("f1", "roc_auc", "average_precision", "accuracy", "brier", "log_loss", "expected_calibration_error"):
        low, high = metrics["intervals_95"][name]
        others = [metrics.get(f"{prefix}_{name}") for prefix in ("constant", "best_single_feature", "limit")]
        shown = ["" if value is None else f"{value:.4f}" for value in others]
        table.add_row(name, f"{metrics[name]:.4f}", f"{low:.4f}-{high:.4f}", *shown)
    console.print(table)
