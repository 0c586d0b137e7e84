"""Print what the environments cost a month: ``python -m cdk.ops.costs``, with ``--write`` into docs/costs.md."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cdk.app import add_stacks, make_app
from cdk.build.function_code import sources_only
from cdk.environments import ENVIRONMENTS, Environment
from cdk.ops.costs.bill import Footprint, Use
from cdk.ops.costs.report import DOCUMENT, SHOWN, document, report


def footprint_of(environment: Environment) -> Footprint:
    """Synthesize an environment and read what costs money."""
    app = make_app()
    stacks = add_stacks(app, environment, sources_only)
    assembly = app.synth()
    return Footprint.of(environment, [assembly.get_stack_by_name(stack.stack_name).template for stack in stacks])


def main(
    predictions: Annotated[int, typer.Option(help="A month, one a request.")] = Use.predictions,
    files: Annotated[int, typer.Option(help="A month.")] = Use.files,
    rows_per_file: Annotated[int, typer.Option(help="Of each file.")] = Use.rows_per_file,
    rows_per_second: Annotated[int, typer.Option(help="Of one worker, by make bench.")] = Use.rows_per_second,
    write: Annotated[bool, typer.Option("--write", help="Into docs/costs.md, which shows the defaults.")] = False,
) -> None:
    """Say what the environments cost a month."""
    use = Use(predictions=predictions, files=files, rows_per_file=rows_per_file, rows_per_second=rows_per_second)
    if write and use != Use():
        sys.exit("error: docs/costs.md shows the defaults; change them in cdk/ops/costs/bill.py")
    footprints = {name: footprint_of(ENVIRONMENTS[name]) for name in SHOWN}
    if write:
        DOCUMENT.write_text(document(footprints, use), encoding="utf-8")
    else:
        sys.stdout.write(report(footprints, use))


if __name__ == "__main__":
    typer.run(main)
