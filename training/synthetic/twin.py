"""The statistical twin of the public data set: same columns, ranges and statistics, none of its rows.

Every column is independent and uniform over its range (or has the given frequencies), except one chain that carries all
the signal (see ``_chain``). Source of ranges and statistics: the published description of the public file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

Wholes = NDArray[np.int64]
Table = dict[str, Wholes]  # one array a column, one value a row

BLOCK_ROWS: Final = 50_000  # rows generated and written at a time
ALL_COUNTRIES: Final = "all"
FIRST_DATE: Final = dt.date(2025, 1, 1)


@dataclass(frozen=True)
class Whole:
    """Whole numbers, uniform from low to high, both included."""

    low: int
    high: int

    def draw(self, rng: np.random.Generator, rows: int) -> Wholes:
        """Return one value a row."""
        return rng.integers(self.low, self.high, size=rows, endpoint=True)

    def texts(self) -> list[str]:
        """Return the text of every value, from low to high."""
        return [str(value) for value in range(self.low, self.high + 1)]


@dataclass(frozen=True)
class Flag:
    """0 or 1.

    ``share``: of ones.
    """

    share: float = 0.5
    low: int = 0

    def draw(self, rng: np.random.Generator, rows: int) -> Wholes:
        """Return one value a row."""
        return (rng.random(rows) < self.share).astype(np.int64)

    def texts(self) -> list[str]:
        """Return the text of both values."""
        return ["0", "1"]


@dataclass(frozen=True)
class Choice:
    """One of several texts; a row holds the text's position.

    ``weights``: the probability of each text; equal ones when absent.
    """

    values: tuple[str, ...]
    weights: tuple[float, ...] | None = None
    low: int = 0

    def draw(self, rng: np.random.Generator, rows: int) -> Wholes:
        """Return one position a row."""
        return rng.choice(len(self.values), size=rows, p=self.weights).astype(np.int64)

    def texts(self) -> list[str]:
        """Return the texts."""
        return list(self.values)


@dataclass(frozen=True)
class Day:
    """A date, uniform over ``days`` days from FIRST_DATE; a row holds the number of days since then."""

    days: int
    low: int = 0

    def draw(self, rng: np.random.Generator, rows: int) -> Wholes:
        """Return one day number a row."""
        return rng.integers(0, self.days, size=rows)

    def texts(self) -> list[str]:
        """Return every date in ISO 8601."""
        return [(FIRST_DATE + dt.timedelta(days=day)).isoformat() for day in range(self.days)]


Spec = Whole | Flag | Choice | Day

PERCENT: Final = Whole(0, 100)
SCORE: Final = Whole(0, 10)
COUNTRIES: Final = (
    "USA", "Canada", "Brazil", "UK", "Germany", "France", "India", "China", "Japan", "Australia",
)  # fmt: skip

# In the file's order. The chain's five columns are listed for their place and range; `_chain` draws them.
COLUMNS: Final[dict[str, Spec]] = {
    "user_id": Whole(1, 1),  # numbered in order
    "age": Whole(18, 80),
    "gender": Choice(("Male", "Female", "Non-binary", "Other"), (0.45, 0.45, 0.05, 0.05)),
    "country": Choice(COUNTRIES),
    "urban_rural": Choice(("Urban", "Suburban", "Rural")),
    "income_level": Whole(10_000, 200_000),
    "employment_status": Choice(("Employed", "Self-employed", "Unemployed", "Student", "Retired")),
    "education_level": Choice(
        ("High School", "Associate Degree", "Bachelor", "Master", "PhD"), (0.3, 0.15, 0.3, 0.15, 0.1)
    ),
    "relationship_status": Choice(("Single", "Married", "Divorced", "Widowed", "In a relationship")),
    "has_children": Flag(0.399),
    "household_size": Whole(1, 9),
    "occupation": Choice(("Engineering", "Education", "Marketing", "Finance", "Retail", "Healthcare", "IT", "Other")),
    "ethnicity": Choice(("Caucasian", "African American", "Hispanic", "Asian", "Other")),
    "language_preference": Choice(("English", "Spanish", "French", "German", "Mandarin", "Hindi")),
    "device_type": Choice(("Mobile", "Desktop", "Tablet"), (0.6, 0.25, 0.15)),
    "weekly_purchases": Whole(0, 20),
    "monthly_spend": Whole(0, 5_000),
    "cart_abandonment_rate": PERCENT,
    "review_writing_frequency": Whole(0, 7),
    "average_order_value": Whole(10, 500),
    "preferred_payment_method": Choice(
        ("Credit Card", "Debit Card", "PayPal", "Apple Pay", "Google Pay", "Bank Transfer")
    ),
    "coupon_usage_frequency": Whole(0, 3),
    "loyalty_program_member": Flag(0.5),
    "referral_count": Whole(0, 10),
    "product_category_preference": Choice(
        ("Electronics", "Fashion", "Beauty", "Books", "Toys", "Sports", "Groceries", "Home & Kitchen")
    ),
    "shopping_time_of_day": Choice(("Morning", "Afternoon", "Evening", "Night")),
    "weekend_shopper": Flag(0.5),
    "impulse_purchases_per_month": Whole(0, 7),
    "browse_to_buy_ratio": PERCENT,
    "return_frequency": Whole(0, 12),
    "budgeting_style": Choice(("Strict", "Moderate", "Loose")),
    "brand_loyalty_score": SCORE,
    "impulse_buying_score": SCORE,
    "environmental_consciousness": SCORE,
    "health_conscious_shopping": Flag(0.5),
    "travel_frequency": Whole(0, 12),
    "hobby_count": Whole(0, 5),
    "social_media_influence_score": SCORE,
    "reading_habits": Whole(12, 24),
    "exercise_frequency": Whole(0, 7),
    "stress_from_financial_decisions": SCORE,
    "overall_stress_level": SCORE,
    "sleep_quality": Whole(4, 9),
    "physical_activity_level": SCORE,
    "mental_health_score": SCORE,
    "daily_session_time_minutes": Whole(0, 120),
    "product_views_per_day": Whole(0, 50),
    "ad_views_per_day": Whole(0, 20),
    "ad_clicks_per_day": Whole(0, 5),
    "wishlist_items_count": Whole(0, 20),
    "cart_items_average": Whole(1, 10),
    "checkout_abandonments_per_month": Whole(0, 10),
    "purchase_conversion_rate": PERCENT,
    "app_usage_frequency": Whole(0, 7),
    "notification_response_rate": PERCENT,
    "account_age_months": Whole(1, 120),
    "last_purchase_date": Day(731),  # until 2027-01-01: some lie in the future, as in the real file
    "social_sharing_frequency": Whole(0, 7),
    "premium_subscription": Flag(0.359),
    "return_rate": PERCENT,
}


def generate(rows: int, seed: int, country: str = ALL_COUNTRIES) -> Table:
    """Return the columns of ``rows`` customers as whole numbers.

    Texts and dates are positions; ``texts`` returns what stands for them in a CSV.

    >>> drawn = generate(3, seed=1, country="USA")
    >>> drawn["user_id"].tolist(), texts("country", drawn["country"]).tolist()
    ([1, 2, 3], [b'USA', b'USA', b'USA'])
    >>> len(drawn)
    60
    """
    blocks = list(_blocks(rows, seed, country))
    return {name: np.concatenate([block[name] for block in blocks]) for name in COLUMNS}


def texts(name: str, values: Wholes) -> NDArray[np.bytes_]:
    """Return the CSV text of each value of a column."""
    if name == "user_id":
        return values.astype("S")
    spec = COLUMNS[name]
    return np.array([text.encode() for text in spec.texts()])[values - spec.low]


def write_csv(path: Path, rows: int, seed: int, country: str = ALL_COUNTRIES) -> Iterator[int]:
    """Write the twin as CSV, block by block; yield the rows written after each."""
    written = 0
    with path.open("wb") as file:
        file.write(",".join(COLUMNS).encode() + b"\n")
        for block in _blocks(rows, seed, country):
            file.write(_csv_lines(block))
            written += len(block["user_id"])
            yield written


def _blocks(rows: int, seed: int, country: str) -> Iterator[Table]:
    """Yield tables of at most BLOCK_ROWS, each from a generator of its own: any size in bounded memory."""
    if country != ALL_COUNTRIES and country not in COUNTRIES:
        raise ValueError(f"no country {country!r}; there are {', '.join(COUNTRIES)} and {ALL_COUNTRIES!r}")
    for number, start in enumerate(range(0, rows, BLOCK_ROWS)):
        size = min(BLOCK_ROWS, rows - start)
        rng = np.random.default_rng([seed, number])
        table = {name: spec.draw(rng, size) for name, spec in COLUMNS.items()}
        table["user_id"] = np.arange(start + 1, start + size + 1)
        table |= _chain(rng, size)
        if country != ALL_COUNTRIES:
            table["country"] = np.full(size, COUNTRIES.index(country))
        yield table


def _chain(rng: np.random.Generator, rows: int) -> Table:
    """Draw the five columns that depend on each other and carry all the signal."""
    overall = rng.integers(0, 10, size=rows, endpoint=True)
    financial = np.clip(overall + rng.integers(-2, 2, size=rows, endpoint=True), 0, 10)
    impulse = np.clip(financial + rng.integers(-2, 2, size=rows, endpoint=True), 0, 10)
    noise = rng.integers(-10, 10, size=rows, endpoint=True)
    return {
        "overall_stress_level": overall,
        "stress_from_financial_decisions": financial,
        "impulse_buying_score": impulse,
        "impulse_purchases_per_month": impulse // 2 + rng.integers(0, 2, size=rows, endpoint=True),
        "cart_abandonment_rate": np.clip(5 * impulse + 3 * financial + noise, 0, 100),
    }


def _csv_lines(table: Table) -> bytes:
    """Return the table's CSV lines.

    Cells are laid side by side at fixed width, padded with NUL, and the padding is dropped: ten times as fast as
    formatting row by row. No text of the twin holds a NUL, a quote or a comma.
    """
    rows = len(table["user_id"])
    cells = []
    for position, name in enumerate(COLUMNS):
        end = b"\n" if position == len(COLUMNS) - 1 else b","
        cell = texts(name, table[name])
        cells.append(cell.view(np.uint8).reshape(rows, cell.dtype.itemsize))
        cells.append(np.full((rows, 1), ord(end), dtype=np.uint8))
    matrix = np.concatenate(cells, axis=1)
    return bytes(matrix[matrix != 0].tobytes())
