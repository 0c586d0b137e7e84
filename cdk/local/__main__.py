"""Command line of the local AWS; the Makefile's targets call it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from cdk.local import console as console_run
from cdk.local import demo as demo_run
from cdk.local import invoke as invoke_run
from cdk.local import up as up_run
from cdk.local.paths import UP_RECORD
from cdk.local.steps import StepFailed
from cdk.ops.client import JobError, ShopClient
from cdk.ops.outputs import OutputsError
from lambda_fn.scoring.reasons import MOST_REASONS

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(stderr=False)
problems = Console(stderr=True)

Data = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, resolve_path=True, help="A shop's table; made up where absent."),
]
Shop = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, resolve_path=True, help="Its shop file; the public shopper's if absent."),
]


@app.command()
def demo(data: Data = None, shop: Shop = None) -> None:
    """Tell the whole story: deploy, train, predict, score a dropped file, clean up."""
    _check_named(data, shop)
    with _telling_interruption():
        demo_run.run(data, console, shop)


@app.command()
def up(data: Data = None, shop: Shop = None) -> None:
    """Deploy to a local AWS that stays up."""
    _check_named(data, shop)
    with _telling_interruption():
        up_run.up(data, console, shop)


@app.command()
def down() -> None:
    """Stop the local AWS that stays up."""
    up_run.down(console)


@app.command()
def invoke(
    event: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    record: Annotated[Path, typer.Option(help="What says which stack is up.")] = UP_RECORD,
) -> None:
    """Run a recorded payload against its handler."""
    console.print_json(data=invoke_run.invoke(event, up_run.UpRecord.get(record)))


@app.command()
def drop(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    reasons: Annotated[
        int, typer.Option(min=0, max=MOST_REASONS, help="Inputs that moved its risk most, named in each row.")
    ] = 0,
) -> None:
    """Have a file scored by the local AWS that stays up."""
    up_run.drop(file, console, reasons)


@app.command("console-environment")
def console_environment() -> None:
    """Print, one a line, the environment variables with which the console opens on the local AWS that stays up."""
    record = up_run.UpRecord.get()
    with closing(ShopClient(record.stack_outputs, record.endpoint)) as client:
        for name, value in console_run.console_environment(client, record.endpoint).items():
            sys.stdout.write(f"{name}={value}\n")


def main() -> None:
    """Run the command line; failures end it with a message instead of a traceback, and never leave a process behind."""
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ending) is not signal.SIG_IGN:  # as `nohup` asks for
            signal.signal(ending, _end)
    try:
        app()
    except StepFailed as failure:
        problems.print(f"[red]failed[/] at: {failure.step}", highlight=False)
        problems.print(str(failure), markup=False, highlight=False)
        problems.print(f"log: {failure.log}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
    except (OutputsError, JobError, up_run.AlreadyUp, up_run.NotUp, invoke_run.InvokeError) as failure:
        problems.print(str(failure), markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
    except OSError as failure:  # outside a step: a full disk, most often
        if failure.errno is None:
            raise
        problems.print(f"{failure.filename or 'a temporary file'}: {failure.strerror}", markup=False, highlight=False)
        sys.exit(1)


def _check_named(data: Path | None, shop: Path | None) -> None:
    """Refuse a shop file without a table: there is nothing to train on."""
    if shop is not None and data is None:
        raise typer.BadParameter("name the shop's table, too: SHOP=shop.yaml DATA=customers.csv", param_hint="SHOP")


class _Ended(SystemExit):
    """A signal told the command to end. Not a KeyboardInterrupt, on which typer exits by itself."""


@contextmanager
def _telling_interruption() -> Iterator[None]:
    """Say that a command that cleans up after itself has done so; the others just end."""
    try:
        yield
    except _Ended:
        problems.print("interrupted; what was started is stopped")
        raise


def _end(number: int, frame: object) -> NoReturn:  # noqa: ARG001
    raise _Ended(128 + number)


main()
