"""The label, with its unit made explicit: 1 where a shopper abandons at least so many percent of the carts.

The published pipeline compared a column in percent with 0.3, so that its label meant "at least 1 %": 94.5 % positive,
and its headline F1 of 0.97 was the score of a constant. Here the unit is detected or stated, and never guessed.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np

from lambda_fn.scoring.arrays import Floats, Labels
from training.errors import LabelRefused

Unit = Literal["auto", "percent", "fraction"]

THRESHOLD_PERCENT: Final = 30.0
SMALLEST_MINORITY: Final = 0.10
MOST_BELOW_ONE: Final = 0.05  # share of a percent column's positive rates below 1 %; more looks like fractions mixed in
DECIMALS: Final = 9  # of a percentage that was a fraction


def as_unit(text: str) -> Unit:
    """Return the unit that a text names; raise LabelRefused for any other text."""
    for unit in get_args(Unit):
        if text == unit:
            return text  # type: ignore[return-value]
    raise LabelRefused(f"no label unit {text!r}; choose auto, percent or fraction")


def in_percent(rates: Floats, unit: Unit = "auto", column: str = "the label column") -> tuple[Floats, str]:
    """Return the rates in percent and the unit they came in; raise LabelRefused where that is ambiguous.

    ``auto``: a column that never exceeds 1 is a fraction, any other is in percent. Missing rates (NaN) are ignored.
    Fractions are rounded once multiplied: 0.29 * 100 is less than 29, and would miss that threshold.

    >>> percent, unit = in_percent(np.array([0.0, 0.29, 0.8]))
    >>> percent.tolist(), unit
    ([0.0, 29.0, 80.0], 'fraction')
    >>> in_percent(np.array([0.0, 29.0, 80.0]))[1]
    'percent'
    """
    known = rates[~np.isnan(rates)]
    if not known.size:
        raise LabelRefused(f"{column} has no values")
    low, high = float(known.min()), float(known.max())
    if low < 0 or high > 100:
        raise LabelRefused(f"{column} runs from {low:g} to {high:g}; a rate lies in 0-100 percent or 0-1")
    if unit == "auto":
        unit = _detect(known, column)
    if unit == "fraction" and high > 1:
        raise LabelRefused(f"{column} is said to be a fraction, but reaches {high:g}")
    return (np.round(rates * 100, DECIMALS) if unit == "fraction" else rates), unit


def _detect(known: Floats, column: str) -> Unit:
    advice = "say which with --label-unit percent or --label-unit fraction"
    if known.max() <= 1:
        if np.isin(known, (0.0, 1.0)).all():
            raise LabelRefused(f"{column} holds only 0 and 1: whole percentages, or all and nothing? {advice}")
        return "fraction"
    positive = known[known > 0]
    below_one = float((positive < 1).mean())
    if below_one > MOST_BELOW_ONE:
        raise LabelRefused(
            f"{column} reaches {known.max():g}, but {below_one:.0%} of its rates lie between 0 and 1: fractions among "
            f"percentages? Mend them, or {advice}"
        )
    return "percent"


def binarise(percent: Floats, threshold_percent: float = THRESHOLD_PERCENT) -> Labels:
    """Return 1 where the rate is at least the threshold, 0 elsewhere.

    >>> binarise(np.array([0.0, 29.9, 30.0, 80.0])).tolist()
    [0, 0, 1, 1]
    """
    return (percent >= threshold_percent).astype(np.int8)


def constant_f1(positive_share: float) -> float:
    """Return the F1 of always answering "will abandon": recall 1, precision equal to the share of positives.

    >>> round(constant_f1(0.945), 4)  # the headline of the published pipeline
    0.9717
    """
    return 2 * positive_share / (1 + positive_share) if positive_share else 0.0


def check_balance(labels: Labels, threshold_percent: float, *, allow_imbalance: bool = False) -> None:
    """Raise LabelRefused where fewer than SMALLEST_MINORITY of the rows are of one class."""
    share = float(labels.mean())
    minority = min(share, 1 - share)
    if minority >= SMALLEST_MINORITY or (allow_imbalance and minority > 0):
        return
    if not minority:
        raise LabelRefused(
            f"the label 'rate >= {threshold_percent:g} %' is {round(share)} in all {len(labels):,} rows: there is "
            "nothing to learn. Check the threshold and the column's unit (both are in percent)."
        )
    raise LabelRefused(
        f"the label 'rate >= {threshold_percent:g} %' is positive in {share:.1%} of {len(labels):,} rows: the minority "
        f"is below {SMALLEST_MINORITY:.0%}. Always answering 'will abandon' scores F1 {constant_f1(share):.4f} on it, "
        "so a high F1 would prove nothing. Check the threshold's unit (it is in percent); if the label is what you "
        "mean, pass --allow-imbalance."
    )
