"""Rounding as numpy does, of few numbers as of many: with one shopper numpy takes longer to begin than to round."""

from __future__ import annotations

from typing import Final

from lambda_fn.scoring.arrays import Floats

FEW: Final = 8  # from here on numpy is the faster one
_EXACT: Final = 2.0**30  # below it, a product with a million has no more digits than a float64 holds


def rounded(values: Floats, decimals: int) -> list[float]:
    """Return the numbers rounded to at most 6 ``decimals``, to even where two are as near, as ``values.round`` does.

    >>> import numpy as np
    >>> rounded(np.array([0.125, 2.5]), 2)
    [0.12, 2.5]
    """
    if len(values) >= FEW:
        listed: list[float] = values.round(decimals).tolist()
        return listed
    scale = 10.0**decimals
    return [
        round(value * scale) / scale if abs(value) < _EXACT else float(exact.round(decimals))
        for value, exact in zip(values.tolist(), values, strict=True)
    ]
