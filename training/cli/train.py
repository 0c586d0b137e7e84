"""`run`, `compare`, `tune`: from a CSV to a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from training.cli import options
from training.cli.console import console, plain_errors, result, say
from training.models.families import AUTO, NETWORK

if TYPE_CHECKING:
    from training.job import Result


def run(
    data: options.Data,
    shop: options.ShopFile = None,
    country: options.Country = None,
    bucket: options.Bucket = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write the artefact to, below its version.")] = None,
    summary_json: Annotated[Path | None, typer.Option(help="File for version, metrics and seconds a step.")] = None,
    model: Annotated[str, typer.Option(help="Model family, or auto: compare all, ties go to the simpler.")] = AUTO,
    parameters: Annotated[Path | None, typer.Option(help="JSON of estimator parameters, as `tune` writes it.")] = None,
    offers: Annotated[
        Path | None,
        typer.Option("--offers", "--policy", help="File of offers (YAML) instead of those of the shop file."),
    ] = None,
    threshold_percent: options.ThresholdPercent = None,
    label_unit: options.LabelUnit = None,
    as_of: options.AsOf = None,
    strict: options.Strict = False,
    allow_imbalance: options.AllowImbalance = False,
    track: Annotated[bool, typer.Option(help="Record the run in MLflow.")] = True,
    seed: options.Seed = 0,
    endpoint: options.Endpoint = None,
    region: options.Region = None,
) -> None:
    """Train a model, check it, and publish it. The last line of the standard output is its version."""
    if bucket is None and out is None:
        raise typer.BadParameter("say where the model goes: --bucket, --out, or both")
    if parameters is not None and model == AUTO:
        raise typer.BadParameter("parameters belong to one family: name it with --model", param_hint="--parameters")
    options.check_family(model, AUTO, NETWORK)
    with plain_errors():
        from training.job import RunOptions
        from training.job import run as run_job
        from training.offers.policy_file import read_policy

        of_data = options.data_options(
            data, shop, country, threshold_percent, label_unit, as_of, strict, allow_imbalance
        )
        chosen = RunOptions(
            data=of_data,
            policy=read_policy(offers) if offers else of_data.shop.offers,
            family=model,
            seed=seed,
            parameters=_read_parameters(parameters),
            registry=options.open_registry(bucket, endpoint, region) if bucket else None,
            out=out,
            track=track,
        )
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task(f"reading {data.name}", total=None)
            finished = run_job(chosen, say, lambda rows: progress.update(task, completed=rows))
        _report(finished)
        if summary_json is not None:
            summary_json.write_text(json.dumps(_summary(finished), indent=1), encoding="utf-8")
        result(finished.version)


def compare(
    data: options.Data,
    shop: options.ShopFile = None,
    country: options.Country = None,
    folds: Annotated[int, typer.Option(help="Folds of a cross-validation within the training part; 0: none.")] = 3,
    threshold_percent: options.ThresholdPercent = None,
    label_unit: options.LabelUnit = None,
    as_of: options.AsOf = None,
    strict: options.Strict = False,
    allow_imbalance: options.AllowImbalance = False,
    seed: options.Seed = 0,
) -> None:
    """Compare all model families on the same rows. Prints the chosen one; the holdout stays unseen."""
    with plain_errors():
        from training.cli.tables import comparison_table
        from training.data.prepare import prepare
        from training.models.compare import compare as compare_families

        prepared = prepare(
            options.data_options(data, shop, country, threshold_percent, label_unit, as_of, strict, allow_imbalance),
            say,
        )
        with console.status("training every family"):
            comparison = compare_families(prepared, seed, folds=folds, say=say)
        console.print(comparison_table(comparison))
        console.print(comparison.reason, markup=False)
        result(comparison.chosen.candidate.family)


def tune(
    data: options.Data,
    trials: Annotated[int, typer.Option(min=1, help="Trials the study shall have; earlier ones count.")] = 50,
    out: Annotated[Path | None, typer.Option(help="JSON for the best parameters, for `run --parameters`.")] = None,
    storage: Annotated[Path, typer.Option(help="SQLite file of the study.")] = Path(".local/tuning.db"),
    shop: options.ShopFile = None,
    country: options.Country = None,
    threshold_percent: options.ThresholdPercent = None,
    label_unit: options.LabelUnit = None,
    as_of: options.AsOf = None,
    strict: options.Strict = False,
    allow_imbalance: options.AllowImbalance = False,
    seed: options.Seed = 0,
) -> None:
    """Tune the network on validation F1, each trial on at most 20,000 training rows. Prints the best parameters.

    Interrupt it at will: the next call goes on.
    """
    with plain_errors():
        from training.data.prepare import prepare
        from training.models.tune import tune as tune_network

        prepared = prepare(
            options.data_options(data, shop, country, threshold_percent, label_unit, as_of, strict, allow_imbalance),
            say,
        )
        with Progress(console=console) as progress:
            task = progress.add_task("tuning", total=trials)

            def show(done: int, best: float) -> None:
                progress.update(task, completed=done, description=f"tuning, best F1 {best:.4f}")

            found = tune_network(prepared, trials, storage, seed, show)
        console.print(found.verdict, markup=False)
        best = json.dumps(found.best_parameters)
        if out is not None:
            out.write_text(best, encoding="utf-8")
        result(best)


def _read_parameters(path: Path | None) -> dict[str, object] | None:
    if path is None:
        return None
    from training.errors import TrainingError

    try:
        parameters = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path} is not JSON: {error}") from error
    if not isinstance(parameters, dict):
        raise TrainingError(f"{path} must hold one JSON object of parameters")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in parameters.items()}


def _summary(finished: Result) -> dict[str, object]:
    return {
        "model_version": finished.version,
        "metrics": finished.metrics,
        "steps_seconds": finished.steps_seconds,
    }


def _report(finished: Result) -> None:
    from training.cli.tables import metrics_table

    console.print(metrics_table(finished.metrics))
    for gap in finished.metrics["largest_gaps"]:
        say(f"largest gap: {gap}")
    seconds = ", ".join(f"{name} {value:.1f}" for name, value in finished.steps_seconds.items())
    say(f"seconds: {seconds}")
