"""`sample`: make the twin data set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from training.cli.console import console, plain_errors, result, say
from training.cli.options import Seed
from training.synthetic import twin


def sample(
    out: Annotated[Path, typer.Option("--out", help="CSV to write.")],
    rows: Annotated[int, typer.Option(min=1, help="Rows to write.")] = 100_000,
    seed: Seed = 0,
    country: Annotated[
        str, typer.Option("--country", help="Country of every row, such as USA; 'all': ten countries, a tenth each.")
    ] = twin.ALL_COUNTRIES,
    all_countries: Annotated[bool, typer.Option("--all-countries", help="The same as --country all.")] = False,
) -> None:
    """Write the statistical twin of the public data set: its 60 columns, its statistics, none of its rows."""
    chosen = twin.ALL_COUNTRIES if all_countries else country
    if chosen != twin.ALL_COUNTRIES and chosen not in twin.COUNTRIES:
        raise typer.BadParameter(f"choose one of {', '.join(twin.COUNTRIES)} or all", param_hint="--country")
    with plain_errors():
        out.parent.mkdir(parents=True, exist_ok=True)
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task(f"writing {out.name}", total=rows)
            for written in twin.write_csv(out, rows, seed, chosen):
                progress.update(task, completed=written)
        say(f"wrote {rows:,} rows (country {chosen}, seed {seed}), {out.stat().st_size / 1e6:.1f} MB")
        result(str(out))
