"""Decision records of many files: JSON lines as the API logs them, and scored files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lambda_fn.scoring.offers.decision_log import DecisionRecord, RecordError, read_file, without_repeats
from training.errors import DataRefused
from training.logged.scored_files import is_undecided, read_table, records_of
from training.logged.sources import SourceFile


@dataclass(frozen=True)
class Decisions:
    """Each decision once, and what was not taken.

    ``repeats``: records of a decision that was read before; delivery is at least once
    ``left_out``: files that say no propensities, scored before control group or exploration were on, with their rows
    """

    records: tuple[DecisionRecord, ...]
    repeats: int
    left_out: dict[str, int]


def read_records(files: Iterable[SourceFile], hash_id: Callable[[str], str] = str) -> Decisions:
    """Return the decisions of JSON lines and scored files, plain or gzip.

    ``hash_id`` turns the raw id of a scored file into what the log knows the shopper by. Raise DataRefused naming the
    file and line that is no record, or where only files without propensities were found.
    """
    found: list[DecisionRecord] = []
    left_out = {}
    for file in files:
        if file.text()[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b""):
            found += _lines_of(file)
            continue
        table = read_table(file)
        if is_undecided(table):
            left_out[file.name] = len(table)
        else:
            found += records_of(table, file.name, hash_id)
    if not found:
        raise DataRefused(_nothing(left_out))
    records = tuple(without_repeats(found))
    return Decisions(records, len(found) - len(records), left_out)


def _nothing(left_out: dict[str, int]) -> str:
    if not left_out:
        return "the files of --decisions hold no decision"
    return (
        f"{', '.join(left_out)}: scored without control group and exploration, so that nobody can tell what offers do; "
        "set them with `python -m training assignment --control 0.02 --explore 0.05` and score again"
    )


def _lines_of(file: SourceFile) -> list[DecisionRecord]:
    try:
        return list(read_file(file.text()))
    except RecordError as error:
        raise DataRefused(f"{file.name}: {error}") from error
