"""Random blanks: what a shopper of whom less is known would look like. Everything is drawn from a seeded generator."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lambda_fn.scoring.arrays import Bools, Labels
from lambda_fn.scoring.columns import MISSING, Columns

SHARES: Final = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)  # of blanks, at which a model is measured
COMPLETE: Final = 0.25  # of the rows, left as they are
SCARCE: Final = 0.35  # of the rows, of which less than half is known
EMPTY: Final = 0.05  # of the rows, blanked altogether
MIXED_ROWS: Final = 0.5  # of the rows, some of whose inputs come from another row
MIXED_INPUTS: Final = 0.3  # of the inputs of a mixed row

Shares = NDArray[np.float32]


def draw_shares(rng: np.random.Generator, rows: int) -> Shares:
    """Return the share of blanks of each row, (rows,): from none to all, with more rows at either end than between.

    The shares are spread evenly over the rows, so that each kind of row is as frequent as it should be.
    """
    place = (rng.permutation(rows) + rng.random(rows)) / rows
    shares = np.interp(place, [0.0, COMPLETE, 1 - EMPTY - SCARCE, 1 - EMPTY], [0.0, 0.0, 1.0, 1.0])
    scarce = place > 1 - EMPTY - SCARCE
    shares[scarce] = 0.5 + (place[scarce] - (1 - EMPTY - SCARCE)) / (2 * SCARCE)
    return shares.clip(0.0, 1.0).astype(np.float32)


def draw_shares_alike(rng: np.random.Generator, labels: Labels) -> Shares:
    """Return shares as ``draw_shares`` does, alike for both labels.

    The rows of which nothing is known then have the base rate; else a model would learn the luck of the draw.
    """
    shares = np.empty(len(labels), np.float32)
    for label in (0, 1):
        of_label = labels == label
        shares[of_label] = draw_shares(rng, int(of_label.sum()))
    return shares


def blank(columns: Columns, shares: float | Shares, rng: np.random.Generator) -> Columns:
    """Return the columns with each input missing with the given probability, one for all rows or one a row.

    A value that is missing already stays so.
    """
    gone = _chosen(columns, np.reshape(np.float32(shares), (-1, 1)), rng)
    numeric = columns.numbers.shape[1]
    return Columns(
        np.where(gone[:, :numeric], np.nan, columns.numbers), np.where(gone[:, numeric:], MISSING, columns.codes)
    )


def mix(columns: Columns, rng: np.random.Generator) -> Columns:
    """Return the columns with some inputs of some rows taken from another row.

    A teacher has seen the labels of its training rows. Asked about rows that nobody has seen, it says what it has
    learnt, and not what it remembers.
    """
    rows = len(columns)
    other = columns.take(rng.permutation(rows))
    shares = np.where(rng.random((rows, 1)) < MIXED_ROWS, MIXED_INPUTS, 0.0)
    taken = _chosen(columns, shares.astype(np.float32), rng)
    numeric = columns.numbers.shape[1]
    return Columns(
        np.where(taken[:, :numeric], other.numbers, columns.numbers),
        np.where(taken[:, numeric:], other.codes, columns.codes),
    )


def nobody(columns: Columns) -> Columns:
    """Return one record of which nothing is known."""
    return Columns(np.full_like(columns.numbers[:1], np.nan), np.full_like(columns.codes[:1], MISSING))


def stacked(parts: list[Columns]) -> Columns:
    """Return the rows of all parts, one part after the other."""
    return Columns(np.concatenate([part.numbers for part in parts]), np.concatenate([part.codes for part in parts]))


def _chosen(columns: Columns, shares: NDArray[np.float32], rng: np.random.Generator) -> Bools:
    """Return which inputs of which rows are drawn, bool (n, numeric and categorical inputs)."""
    width = columns.numbers.shape[1] + columns.codes.shape[1]
    drawn: Bools = rng.random((len(columns), width), dtype=np.float32) < shares
    return drawn
