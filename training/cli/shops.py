"""`draft`, `schema`, `score`: from a table nobody here has seen to a shop file, from a model to a scored file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from lambda_fn.scoring.reasons import MOST_REASONS
from training.cli import options
from training.cli.console import console, plain_errors, result, say

ModelFolder = Annotated[
    Path, typer.Option("--model", help="Folder of an artefact that `run --out` wrote: models/VERSION.")
]


def draft(
    data: Annotated[Path, typer.Option("--data", help="Table to look at: CSV, or CSV packed with gzip.")],
    label: Annotated[str, typer.Option("--label", help="Column that says what became of a cart.")],
    out: Annotated[Path, typer.Option("--out", help="Shop file to write (YAML).")],
    abandoned: Annotated[
        list[str] | None,
        typer.Option("--abandoned", help="Value of the label that means abandoned; repeat the option for several."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
) -> None:
    """Draft a shop file: each guess with its reason. Prints what is unsure, with the line to look at."""
    if out.exists() and not force:
        raise typer.BadParameter(f"{out} exists already; name another file, or pass --force", param_hint="--out")
    with plain_errors():
        from training.drafting.draft_file import draft_file
        from training.drafting.questions import shortened

        with Progress(console=console, transient=True) as progress:
            task = progress.add_task(f"reading {data.name}", total=data.stat().st_size if data.is_file() else None)
            text = draft_file(data, label, abandoned or [], lambda done: progress.update(task, completed=done), say)
        out.write_text(str(text), encoding="utf-8")
        if text.questions:
            say("unsure of:")
        for line, question in shortened(text.questions):
            say(f"  {out}:{line}: {question}")
        say("nothing has to be changed to go on:")
        say(f"  python -m training check --shop {out} --data {data}")
        say(f"  python -m training run --shop {out} --data {data} --out models --summary-json run.json --no-track")
        result(str(out))


def schema() -> None:
    """Print the JSON Schema of a shop file, which editors complete and check with."""
    from training.shops.schema import shop_schema

    result(json.dumps(shop_schema(), indent=1))


def score(
    model: ModelFolder,
    data: options.Data,
    out: Annotated[Path, typer.Option("--out", help="Folder for scored.csv, rejected.csv and report.json.")],
    as_of: options.AsOf = None,
    budget: Annotated[float | None, typer.Option(min=0, help="Expected spend on offers at most.")] = None,
    reasons: Annotated[
        int, typer.Option(min=0, max=MOST_REASONS, help="Inputs that moved its risk most, named in each row.")
    ] = 0,
) -> None:
    """Score a file on this machine as the bucket would, with the batch's own code. Prints rows = scored + rejected."""
    with plain_errors():
        from training.offline.score_file import score_file

        metadata = {"as-of": f"{as_of:%Y-%m-%d}"} if as_of else {}
        if budget is not None:
            metadata["budget"] = f"{budget:g}"
        if reasons:
            metadata["reasons"] = str(reasons)
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task(f"scoring {data.name}", total=None)
            found = score_file(
                model, data, out, metadata, lambda done, of: progress.update(task, completed=done, total=of)
            )
        report = found.report
        result(f"{report['rows']:,} rows in = {report['scored']:,} scored + {report['rejected']:,} rejected")
