"""Errors that explain themselves are printed without a traceback."""

import errno
import os

import pytest
import typer
from botocore.exceptions import NoCredentialsError

from lambda_fn.scoring.errors import PolicyError, RegistryUnreachable
from training.cli.console import plain_errors, result, say
from training.errors import DataRefused


def failing(error: Exception, cause: Exception | None = None) -> None:
    with plain_errors():
        raise error from cause


@pytest.mark.parametrize(
    ("error", "cause", "shown"),
    [
        (DataRefused("no [rows]"), None, "DataRefused: no [rows]"),
        (PolicyError("unknown tier"), ValueError("inside"), "PolicyError: unknown tier"),
        (RegistryUnreachable("no answer"), PermissionError("denied"), "RegistryUnreachable: no answer: denied"),
        (NoCredentialsError(), None, "AWS cannot be used: Unable to locate credentials"),
    ],
)
def test_an_error_on_purpose_is_one_line_and_exit_code_1(
    error: Exception, cause: Exception | None, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        failing(error, cause)
    assert ended.value.exit_code == 1
    out, err = capsys.readouterr()
    assert (out, err.strip()) == ("", shown)


def test_an_error_by_mistake_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        failing(ZeroDivisionError())


def test_results_go_to_the_standard_output_and_progress_to_the_error_stream(capsys: pytest.CaptureFixture[str]) -> None:
    say("read [bold] 3 rows")
    result("v1")
    assert capsys.readouterr() == ("v1\n", "  read [bold] 3 rows\n")


@pytest.mark.parametrize(
    ("number", "file", "line"),
    [
        (errno.ENOSPC, None, "the disk: No space left on device"),
        (errno.ENOSPC, "model.onnx", "model.onnx: No space left on device"),
        (errno.EDQUOT, None, "the disk: Disk quota exceeded"),
        (errno.EROFS, "out", "out: Read-only file system"),
        (errno.EACCES, "out", "out: Permission denied"),
        (errno.EEXIST, "out", "out: File exists"),
        (errno.EISDIR, "report.json", "report.json: Is a directory"),
    ],
)
def test_a_disk_that_takes_nothing_is_told_in_one_line(
    number: int, file: str | None, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, plain_errors():
        raise OSError(number, os.strerror(number), file)
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err == f"{line}\n"


def test_another_error_of_the_system_is_a_defect() -> None:
    with pytest.raises(FileNotFoundError), plain_errors():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "events.json")
