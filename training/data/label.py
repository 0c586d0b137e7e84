"""The label, with its unit made explicit: 1 where a shopper abandons at least so many percent of the carts.

The published pipeline compared a column in percent with 0.3, so that its label meant "at least 1 %": 94.5 % positive,
and its headline F1 of 0.97 was the score of a constant. Here the unit is detected or stated, and never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Labels
from training.errors import LabelRefused
from training.shops.shop import Label, RateLabel, Unit

THRESHOLD_PERCENT: Final = 30.0
SMALLEST_MINORITY: Final = 0.10
SMALLEST_CLASS: Final = 20  # rows of the rarer class
MOST_BELOW_ONE: Final = 0.05  # share of a percent column's positive rates below 1 %; more looks like fractions mixed in
DECIMALS: Final = 9  # of a percentage that was a fraction


@dataclass(frozen=True)
class Labels01:
    """The labels of rows, (n,): 1 where the shopper abandons. ``unit``: how the column was read."""

    values: Labels
    unit: str


def labels_of(label: Label, column: Floats) -> Labels01:
    """Return the labels of the label's column as it was read; raise LabelRefused where its unit is ambiguous."""
    if isinstance(label, RateLabel):
        percent, unit = in_percent(column, label.unit, label.column)
        return Labels01(binarise(percent, label.threshold_percent), unit)
    return Labels01(column.astype(np.int8), "values")


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


def check_balance(labels: Labels, label: Label, *, allow_imbalance: bool = False) -> str:
    """Return what is to be said of a rare class, if anything; raise LabelRefused where the label cannot be learnt.

    A rate whose minority is below SMALLEST_MINORITY is refused: most often its threshold or its unit is wrong.
    Values say themselves what they mean, so a class may be as rare as SMALLEST_CLASS rows.
    """
    share = float(labels.mean())
    minority = min(share, 1 - share)
    if not minority:
        raise LabelRefused(
            f"the label '{label}' is {round(share)} in all {len(labels):,} rows: there is nothing to learn. "
            + (
                "Check the threshold and the column's unit (both are in percent)."
                if isinstance(label, RateLabel)
                else "Check which values mean abandoned."
            )
        )
    if isinstance(label, RateLabel) and minority < SMALLEST_MINORITY and not allow_imbalance:
        raise LabelRefused(
            f"the label '{label}' is positive in {share:.1%} of {len(labels):,} rows: the minority is below "
            f"{SMALLEST_MINORITY:.0%}. Always answering 'will abandon' scores F1 {constant_f1(share):.4f} on it, so a "
            "high F1 would prove nothing. Check the threshold's unit (it is in percent); if the label is what you "
            "mean, pass --allow-imbalance."
        )
    if round(minority * len(labels)) < SMALLEST_CLASS:
        raise LabelRefused(
            f"the label '{label}' has {round(minority * len(labels))} rows of its rarer class; training needs at least "
            f"{SMALLEST_CLASS}"
        )
    if minority >= SMALLEST_MINORITY:
        return ""
    rare = "abandoned" if share < 0.5 else "completed"
    return (
        f"only {minority:.1%} of the carts are {rare}: always answering 'will abandon' scores F1 "
        f"{constant_f1(share):.4f}, so look at the AUC and the log loss beside the constant's, not at F1"
    )
