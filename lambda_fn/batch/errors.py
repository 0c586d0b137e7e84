"""Errors of the batch workflow. Step Functions knows them by their class names."""

from __future__ import annotations

from lambda_fn.scoring.errors import ScoringError


class UnusableFile(ScoringError):
    """A dropped file that no retry can score. The message says what to do.

    The workflow knows this class by its name, ``contract.ERROR_UNUSABLE_FILE``.
    """


class JobBroken(ScoringError):
    """What the workers wrote does not add up to the file. Nothing is published."""
