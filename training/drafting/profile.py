"""What the texts of one column look like: how many, how varied, and what they parse as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Floats
from lambda_fn.scoring.artefact.dialect import Dialect
from training.drafting.parsing import parse_dates, parse_numbers

MOSTLY: Final = 0.5  # of the known texts that are numbers, where the others deserve a question
NEARLY_ALL: Final = 0.99  # of the known texts that must parse as a kind; the others would be refused row by row


@dataclass(frozen=True)
class Profile:
    """One column of the sample.

    ``texts``: the known texts, each with its count, the most frequent first.
    ``rows``: rows of the sample.
    ``step``: the sample holds every ``step``-th row of the file.
    ``numbers``: one a row, NaN where missing or no number; None where too few texts are numbers.
    ``not_numbers``: the texts that keep a column of mostly numbers from being one.
    ``days``: days since 1970-01-01, likewise for dates; ``date_format`` is how they are written.
    """

    name: str
    texts: pd.Series
    rows: int
    numbers: Floats | None
    days: Floats | None
    date_format: str | None
    average_length: float
    not_numbers: tuple[str, ...] = ()
    step: int = 1

    @property
    def known(self) -> int:
        """Return how many rows have a value."""
        return int(self.texts.sum())

    @property
    def missing_share(self) -> float:
        """Return the share of rows without a value."""
        return 1 - self.known / self.rows if self.rows else 1.0

    @property
    def distinct(self) -> int:
        """Return how many different texts there are."""
        return len(self.texts)

    @property
    def unique_share(self) -> float:
        """Return the share of the known texts that are different ones."""
        return self.distinct / self.known if self.known else 0.0

    @property
    def whole(self) -> bool:
        """Return whether every number is a whole one."""
        if self.numbers is None:
            return False
        known = self.numbers[~np.isnan(self.numbers)]
        return bool(known.size) and bool((known == np.floor(known)).all())

    def covered_by(self, most: int) -> float:
        """Return the share of the known rows that the ``most`` most frequent texts cover."""
        return float(self.texts.iloc[:most].sum() / self.known) if self.known else 0.0


def profile(name: str, cells: pd.Series, dialect: Dialect, step: int = 1) -> Profile:
    """Look at one column of texts, of every ``step``-th row of the file."""
    missing = cells.isin({"", *dialect.missing})
    counts = cells[~missing].value_counts()
    texts = counts.index.to_numpy(dtype=object)
    parsed = parse_numbers(texts, dialect)
    numbers = _spread(cells, texts, parsed, counts)
    dates = parse_dates(texts, dialect, name) if numbers is None or name in dialect.column_dates else None
    days = None if dates is None else _spread(cells, texts, dates[0], counts)
    lengths = np.array([len(text) for text in texts])
    return Profile(
        name=name,
        texts=counts,
        rows=len(cells),
        numbers=numbers,
        days=days,
        date_format=dates[1] if dates and days is not None else None,
        average_length=float(np.average(lengths, weights=counts.to_numpy())) if len(counts) else 0.0,
        not_numbers=_not_numbers(texts, parsed, counts) if numbers is None and days is None else (),
        step=step,
    )


def _not_numbers(texts: np.ndarray, parsed: Floats, counts: pd.Series) -> tuple[str, ...]:
    """Return the texts that are no numbers, the most frequent first; none where the column is hardly of numbers."""
    odd = np.isnan(parsed)
    if not len(counts) or counts.to_numpy()[~odd].sum() < MOSTLY * counts.sum():
        return ()
    return tuple(str(text) for text in texts[odd])


def _spread(cells: pd.Series, texts: np.ndarray, values: Floats, counts: pd.Series) -> Floats | None:
    """Return the values of all rows; None where too few of the texts have one."""
    parsed = ~np.isnan(values)
    if not len(counts) or counts.to_numpy()[parsed].sum() < NEARLY_ALL * counts.sum():
        return None
    table = dict(zip(texts.tolist(), values.tolist(), strict=True))
    return cells.map(table).to_numpy(dtype=np.float64, na_value=np.nan)
