"""The command line. Each module holds the commands of one subject; none imports a heavy library before it is needed."""

from training.cli.app import app

__all__ = ["app"]
