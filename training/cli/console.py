"""What the commands share: where they print, and how they fail."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

LOG_COLUMNS = 140
# What a user can mend: a full disk, a used-up quota, a read-only disk, a folder of somebody else's, a file in the place
# of a folder or the other way round.
_FULL_OR_CLOSED = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
_OF_THE_DISK = (*_FULL_OR_CLOSED, errno.EEXIST, errno.ENOTDIR, errno.EISDIR)

# Progress and tables go to the error stream, so that the standard output holds nothing but the command's result.
# A log has no width of its own; rich would assume 80 columns and cut the tables.
console = Console(stderr=True, highlight=False, emoji=False, width=None if sys.stderr.isatty() else LOG_COLUMNS)


def say(message: str) -> None:
    """Print one line of progress."""
    console.print(f"  {message}", markup=False, soft_wrap=True)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Print errors that explain themselves without a traceback, and exit with 1."""
    from lambda_fn.scoring.errors import RegistryUnreachable, RoutingBroken, ScoringError
    from training.errors import TrainingError

    try:
        yield
    except (TrainingError, ScoringError) as error:
        console.print(f"[bold red]{type(error).__name__}[/]: ", end="")
        # These say no more than may be shown outside; whoever sits here is inside.
        cause = f": {error.__cause__}" if isinstance(error, RegistryUnreachable | RoutingBroken) else ""
        console.print(f"{error}{cause}", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            raise
        where = error.filename or "the disk"  # writing to an open file, Python does not say to which
        console.print(f"{where}: {error.strerror}", style="bold red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    except Exception as error:
        if not type(error).__module__.startswith("botocore"):  # asked by name: its import is slow
            raise
        console.print(f"AWS cannot be used: {error}", style="bold red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


def result(text: str) -> None:
    """Print the command's result on the standard output."""
    typer.echo(text)
