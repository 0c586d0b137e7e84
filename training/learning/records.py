"""Decision records of many files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lambda_fn.scoring.decision_log import DecisionRecord, RecordError, read_file, without_repeats
from training.errors import DataRefused
from training.learning.sources import SourceFile


def read_records(files: Iterable[SourceFile]) -> list[DecisionRecord]:
    """Return each decision once; raise DataRefused naming the file and line that is no record."""
    return list(without_repeats(_all(files)))


def _all(files: Iterable[SourceFile]) -> Iterator[DecisionRecord]:
    for file in files:
        try:
            yield from read_file(file.data)
        except RecordError as error:
            raise DataRefused(f"{file.name}: {error}") from error
