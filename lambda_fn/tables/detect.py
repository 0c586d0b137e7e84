"""A file's bytes -> the dialect it is written in, with the evidence. Pure and deterministic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from lambda_fn.csv_io.header import check_names, find_header
from lambda_fn.csv_io.sniff import guess_delimiter, guess_encoding, sample_rows, sample_text
from lambda_fn.scoring.artefact.dialect import ISO_DATE, Dialect
from lambda_fn.tables.detect_dates import Dates, find_dates
from lambda_fn.tables.detect_words import find_flag_words, find_marks, find_missing

Distinct = Mapping[str, Counter[str]]  # by column: each text, without blanks around it, and how often it stands there
_BEGINNING: Final = 2 * 1024 * 1024


class Hint(NamedTuple):
    """One thing that was found: about what, of which column (empty: the whole file), why, and whether it is sure."""

    trait: str
    column: str
    message: str
    sure: bool = True


@dataclass(frozen=True)
class Evidence:
    """Why a dialect was told so.

    ``columns``: names of the columns, without the empty ones at the end.
    ``hints``: what was found, in the order of the file's columns.
    ``dates``: the formats of each column of dates.
    ``undecided``: columns of dates whose values do not tell day from month.
    ``rows``: how many rows were looked at.
    """

    columns: tuple[str, ...]
    hints: tuple[Hint, ...]
    dates: Mapping[str, tuple[str, ...]]
    undecided: tuple[str, ...]
    rows: int

    @property
    def unsure(self) -> tuple[Hint, ...]:
        """What somebody should look at."""
        return tuple(hint for hint in self.hints if not hint.sure)


def detect_dialect(data: bytes) -> tuple[Dialect, Evidence]:
    r"""Tell the dialect of a table from its bytes: a sample, or the whole file.

    Raises UnusableHeader where the file is no table, or its columns have no names of their own.

    >>> dialect, evidence = detect_dialect(b"name;price;since\nA;1,50;24.12.2025\nB;2,75;31.01.2026\n")
    >>> dialect.delimiter, dialect.decimal_mark, dialect.dates
    (';', ',', ('DD.MM.YYYY',))
    """
    encoding = guess_encoding(data)
    text = sample_text(data, encoding.value)
    delimiter = guess_delimiter(text)
    check_names(find_header([data[:_BEGINNING]], (), delimiter.value.encode(), encoding.value).names)
    header, rows = sample_rows(text, delimiter.value)
    columns = tuple(name for name in header if name)
    distinct = {name: _counted(rows, place) for place, name in enumerate(header) if name}
    dates = find_dates(distinct)
    missing, missing_hints = find_missing(distinct, dates)
    missing = (*missing, *_with_blanks(rows, missing))
    values = {name: _without(counts, missing) for name, counts in distinct.items() if name not in dates.formats}
    marks, marks_hints = find_marks(values)
    true, false = find_flag_words(values)
    usual = _usual(dates)
    dialect = Dialect.model_validate(
        {
            "delimiter": delimiter.value,
            "encoding": encoding.value,
            **marks,
            "missing": missing,
            "true": true,
            "false": false,
            "dates": usual,
            "column_dates": {name: formats for name, formats in dates.formats.items() if formats != usual},
        }
    )
    hints = (
        Hint("encoding", "", encoding.reason, encoding.sure),
        Hint("delimiter", "", delimiter.reason, delimiter.sure),
        *(Hint(*hint) for hint in (*missing_hints, *marks_hints)),
        *_about_dates(dates),
    )
    return dialect, Evidence(columns, hints, dates.formats, dates.undecided, len(rows))


def _counted(rows: Sequence[Sequence[str]], place: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text, count in Counter(row[place] for row in rows).items():
        counts[text.strip(" ")] += count
    return counts


def _with_blanks(rows: Sequence[Sequence[str]], missing: Sequence[str]) -> list[str]:
    """Return words for missing cells as they stand, with blanks around them: a text column keeps its blanks."""
    found = {cell for row in rows for cell in row if cell[:1] == " " or cell[-1:] == " "}
    return sorted(cell for cell in found if cell.strip(" ") in missing)


def _without(counts: Counter[str], missing: Sequence[str]) -> Counter[str]:
    return Counter({text: count for text, count in counts.items() if text and text not in missing})


def _usual(dates: Dates) -> tuple[str, ...]:
    """Return the formats of most columns; of equals, the first column's."""
    counted = Counter(dates.formats.values())
    return max(counted, key=lambda formats: counted[formats]) if counted else (ISO_DATE,)


def _about_dates(dates: Dates) -> Iterator[Hint]:
    for name, formats in dates.formats.items():
        undecided = name in dates.undecided
        doubt = "; no value tells day from month: say which" if undecided else ""
        yield Hint("date", name, f"dates as {' or '.join(formats)}{doubt}", not undecided)
