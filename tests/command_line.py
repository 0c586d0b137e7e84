"""The training job's command line, called in this process."""

from typer.testing import CliRunner

from training.cli.app import app


def invoke(*arguments: object, code: int = 0) -> tuple[str, str]:
    """Return what a command printed on the standard output, and its error stream with single spaces."""
    outcome = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert outcome.exit_code == code, outcome.output
    return outcome.stdout, " ".join(outcome.stderr.split())


def ask(*arguments: object, code: int = 0) -> tuple[str, str]:
    """Return what ``invoke`` does, the standard output without the end of its last line."""
    stdout, stderr = invoke(*arguments, code=code)
    return stdout.strip(), stderr
