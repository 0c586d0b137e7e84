"""Names and numbers as a business user reads them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final

from lambda_fn.scoring.artefact.policy import NO_INTERVENTION

_THOUSANDS: Final = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_NARROW: Final = "\u00a0"  # no line ends before the sign
NO_MODEL: Final = (
    "No model answers yet. Train one, publish it, and promote it: python -m training run, then promote VERSION."
)
UNKNOWN: Final = "unknown"
LEVELS: Final = {"LOW": "Low risk", "MEDIUM": "Medium risk", "HIGH": "High risk"}
_CONFIDENCE: Final = (
    (0.9, "very sure"),
    (0.75, "fairly sure"),
    (0.6, "leaning one way"),
    (0.0, "close to a coin toss"),
)


class Unfit(Exception):
    """What was filled in cannot be used; the message says what to change."""


def amount(text: str | None) -> float | None:
    """Read an amount of money; None where it is blank. Raises Unfit."""
    if text is None or not text.strip():
        return None
    found = number(text)
    if found is None or not 0 <= found < float("inf"):
        raise Unfit(f"{text!r} is not an amount. Write the budget as 500 or 1,500.50, or leave it blank for no limit.")
    return found


def number(text: str) -> float | None:
    """Read a number, with commas between thousands or none; None where it is none. A comma may be a decimal one."""
    try:
        return float(text.replace(",", "") if _THOUSANDS.fullmatch(text.strip()) else text)
    except ValueError:
        return None


def label(name: str) -> str:
    """Return a field's name as a label.

    >>> label("average_order_value")
    'Average order value'
    """
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def offer(name: str) -> str:
    """Return an offer's name as a label."""
    return "No offer" if name == NO_INTERVENTION else label(name)


def value(found: float | str | None) -> str:
    """Return an input's value as it is shown; "blank" where it is missing."""
    if found is None:
        return "blank"
    return found if isinstance(found, str) else f"{found:,.6g}"


def percent(share: float, decimals: int = 0) -> str:
    r"""Return a share in percent.

    >>> percent(0.834), percent(0.0042, 1)
    ('83\xa0%', '0.4\xa0%')
    """
    return f"{100 * share:,.{decimals}f}{_NARROW}%"


def points(share: float) -> str:
    """Return a difference of shares in percentage points, with its sign."""
    return f"{100 * share:+.1f} points"


def money(amount: float, currency: str, decimals: int = 2) -> str:
    """Return an amount with its currency."""
    return f"{amount:,.{decimals}f} {currency}".strip()


def count(number: float) -> str:
    """Return a whole number with its thousands set apart."""
    return f"{number:,.0f}"


def when(moment: dt.datetime) -> str:
    """Return a moment to the minute, in UTC."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


def confidence(share: float) -> str:
    """Return how sure the model is, in words and in percent."""
    words = next(words for least, words in _CONFIDENCE if share >= least)
    return f"{words} ({percent(share)})"


def discount(terms: Mapping[str, Any] | None) -> str:
    """Return what an offer of a policy gives away, in words; empty where the offer is not known."""
    if terms is None:
        return ""
    if amount := terms.get("discount_amount"):
        return f"{float(amount['value']):,.2f} off the order"
    share = float(terms["discount_share"]["value"])
    return f"{percent(share)} off the order" if share else "no discount"
