"""The shopper recipe: inputs, the nine feature groups, and the label of the public shopper data set. Data, not code.

Nothing here is learnt from data. ``training.data.fit_recipe`` fills in medians, modes, ranges, bin edges and
categories, from the training part only. ``ethnicity`` and ``language_preference`` are left out on purpose: they carry
no signal and an offer must not depend on them.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from lambda_fn.scoring.recipe import (
    Bin,
    CategoryInput,
    Complement,
    DateInput,
    DaysSince,
    FlagInput,
    InputField,
    Inverse,
    Mean,
    MinMax,
    NumberInput,
    OneHot,
    Ordinal,
    Passthrough,
    Product,
    Ratio,
    Recipe,
    Step,
)

LABEL_COLUMN: Final = "cart_abandonment_rate"
LEAKAGE: Final = (LABEL_COLUMN, "checkout_abandonments_per_month", "purchase_conversion_rate")
SLICES: Final = ("gender", "age", "income_level", "device_type")

SCORE_UNIT: Final = "score, 0-10"
TIMES_OF_DAY: Final = ("Morning", "Afternoon", "Evening", "Night")
EDUCATION_LEVELS: Final = ("High School", "Associate Degree", "Bachelor", "Master", "PhD")


def _count(name: str, maximum: float, description: str, unit: str = "count") -> NumberInput:
    """Return a number from 0 that need not be whole: a shop may record an average."""
    return NumberInput(name=name, minimum=0, maximum=maximum, unit=unit, description=description)


def _score(name: str, description: str) -> NumberInput:
    return _count(name, 10, description, SCORE_UNIT)


def _percent(name: str, description: str) -> NumberInput:
    return _count(name, 100, description, "percent, 0-100")


INPUTS: Final[tuple[InputField, ...]] = (
    # Demographics
    NumberInput(name="age", minimum=13, maximum=120, integer=True, unit="years", description="Age of the shopper."),
    CategoryInput(name="gender", description="Gender as the shopper states it."),
    CategoryInput(name="country", description="Country of residence."),
    CategoryInput(name="urban_rural", description="Kind of area the shopper lives in."),
    _count("income_level", 10_000_000, "Yearly income.", "currency per year"),
    CategoryInput(name="employment_status", description="Employment status."),
    CategoryInput(name="education_level", categories=EDUCATION_LEVELS, description="Highest degree."),
    CategoryInput(name="relationship_status", description="Relationship status."),
    FlagInput(name="has_children", description="Whether children live in the household."),
    _count("household_size", 50, "People in the household.", "people"),
    CategoryInput(name="device_type", description="Device used most."),
    # Engagement
    _count("daily_session_time_minutes", 1_440, "Time on site a day.", "minutes per day"),
    _count("product_views_per_day", 10_000, "Product pages viewed a day.", "views per day"),
    _count("app_usage_frequency", 1_000, "App sessions a week.", "sessions per week"),
    _percent("browse_to_buy_ratio", "Browsing sessions per hundred that end without buying."),
    # Advertising
    _count("ad_views_per_day", 10_000, "Advertisements seen a day.", "views per day"),
    _count("ad_clicks_per_day", 10_000, "Advertisements clicked a day.", "clicks per day"),
    # Purchase intent and discounts
    _count("cart_items_average", 1_000, "Items in an average cart.", "items"),
    _count("weekly_purchases", 1_000, "Purchases a week.", "purchases per week"),
    _count("coupon_usage_frequency", 1_000, "Coupons used a month.", "coupons per month"),
    _count("impulse_purchases_per_month", 1_000, "Unplanned purchases a month.", "purchases per month"),
    # Revenue
    _count("monthly_spend", 10_000_000, "Spend in the shop a month.", "currency per month"),
    _count("average_order_value", 10_000_000, "Value of an average order; the order at stake.", "currency"),
    # Recency
    DateInput(
        name="last_purchase_date",
        minimum=dt.date(2000, 1, 1),
        maximum=dt.date(2100, 1, 1),
        description="Day of the last purchase.",
    ),
    # Loyalty and advocacy
    _score("brand_loyalty_score", "How loyal the shopper is to brands."),
    _count("review_writing_frequency", 1_000, "Reviews written a month.", "reviews per month"),
    _count("social_sharing_frequency", 1_000, "Products shared a month.", "shares per month"),
    _count("referral_count", 10_000, "Shoppers referred so far.", "people"),
    FlagInput(name="loyalty_program_member", description="Whether the shopper is in the loyalty programme."),
    FlagInput(name="premium_subscription", description="Whether the shopper pays for the premium subscription."),
    _count("account_age_months", 1_200, "Age of the account.", "months"),
    # Stress and impulse
    _score("stress_from_financial_decisions", "Stress from financial decisions."),
    _score("overall_stress_level", "Overall stress."),
    _score("mental_health_score", "Mental health; higher is better."),
    _score("sleep_quality", "Sleep quality; higher is better."),
    _score("impulse_buying_score", "Inclination to buy on impulse."),
    # Shopping regularity
    CategoryInput(name="shopping_time_of_day", categories=TIMES_OF_DAY, description="Usual time of shopping."),
    FlagInput(name="weekend_shopper", description="Whether the shopper mostly buys on weekends."),
)


def _raw(*names: str, group: str) -> tuple[Step, ...]:
    return tuple(Passthrough(name=f"{name}_raw", source=name, group=group) for name in names)


ENGAGEMENT: Final[tuple[Step, ...]] = (
    Mean(
        name="engagement",
        of=("daily_session_time_minutes", "product_views_per_day", "app_usage_frequency"),
        group="engagement",
    ),
    Inverse(name="inverse_browse_to_buy", source="browse_to_buy_ratio", group="engagement"),
    # A conversion rate here would leak the outcome; the inverse browse-to-buy ratio stands in for it.
    Product(name="weekly_engagement_index", of=("engagement", "inverse_browse_to_buy"), factor=7.0, group="engagement"),
)
ADVERTISING: Final[tuple[Step, ...]] = (
    Ratio(name="ad_response_rate", numerator="ad_clicks_per_day", denominator="ad_views_per_day", group="advertising"),
    MinMax(name="normalised_views", source="product_views_per_day", feature=False, group="advertising"),
    Product(name="ad_exposure", of=("normalised_views", "ad_response_rate"), group="advertising"),
)
PURCHASE_INTENT: Final[tuple[Step, ...]] = (
    Mean(
        name="purchase_intent",
        of=("cart_items_average", "inverse_browse_to_buy", "weekly_purchases"),
        group="purchase intent",
    ),
)
DISCOUNT_SENSITIVITY: Final[tuple[Step, ...]] = (
    Mean(
        name="discount_affinity",
        of=("coupon_usage_frequency", "impulse_purchases_per_month"),
        feature=False,
        group="discount sensitivity",
    ),
    MinMax(name="discount_sensitivity", source="discount_affinity", group="discount sensitivity"),
)
REVENUE: Final[tuple[Step, ...]] = (
    MinMax(name="normalised_spend", source="monthly_spend", group="revenue"),
    Bin(
        name="value_tier",
        source="monthly_spend",
        edge_quantiles=(1 / 3, 2 / 3),
        labels=("Low", "Mid", "High"),
        group="revenue",
    ),
)
RECENCY: Final[tuple[Step, ...]] = (
    DaysSince(name="days_since_purchase", source="last_purchase_date", group="recency"),
    Bin(
        name="recency_segment",
        source="days_since_purchase",
        edges=(7, 30, 90),
        labels=("Active", "Warm", "Cold", "Dormant"),
        group="recency",
    ),
)
LOYALTY: Final[tuple[Step, ...]] = (
    Mean(
        name="loyalty_and_advocacy",
        of=("brand_loyalty_score", "review_writing_frequency", "social_sharing_frequency", "referral_count"),
        group="loyalty and advocacy",
    ),
)
STRESS: Final[tuple[Step, ...]] = (
    Complement(name="inverted_mental_health", source="mental_health_score", whole=10, feature=False, group="stress"),
    Complement(name="inverted_sleep_quality", source="sleep_quality", whole=10, feature=False, group="stress"),
    Mean(
        name="stress_index",
        of=(
            "stress_from_financial_decisions",
            "overall_stress_level",
            "inverted_mental_health",
            "inverted_sleep_quality",
        ),
        group="stress",
    ),
)
REGULARITY: Final[tuple[Step, ...]] = (
    Ordinal(name="time_of_day", source="shopping_time_of_day", order=TIMES_OF_DAY, group="shopping regularity"),
    # 1 + weekend, as 2 - (1 - weekend)
    Complement(name="weekday_shopper", source="weekend_shopper", whole=1, feature=False, group="shopping regularity"),
    Complement(name="weekend_weight", source="weekday_shopper", whole=2, feature=False, group="shopping regularity"),
    Product(name="shopping_regularity", of=("time_of_day", "weekend_weight"), group="shopping regularity"),
)
DEMOGRAPHICS: Final[tuple[Step, ...]] = (
    *_raw("age", "income_level", "has_children", "household_size", group="demographics"),
    Ordinal(name="education", source="education_level", order=EDUCATION_LEVELS, group="demographics"),
    *(
        OneHot(name=f"{name}_is", source=name, group="demographics")
        for name in ("gender", "country", "urban_rural", "employment_status", "relationship_status", "device_type")
    ),
)
RAW_SIGNALS: Final[tuple[Step, ...]] = _raw(
    "impulse_buying_score",
    "stress_from_financial_decisions",
    "overall_stress_level",
    "impulse_purchases_per_month",
    "average_order_value",
    "loyalty_program_member",
    "premium_subscription",
    "account_age_months",
    group="raw signals",
)

RECIPE: Final = Recipe(
    inputs=INPUTS,
    steps=(
        *ENGAGEMENT,
        *ADVERTISING,
        *PURCHASE_INTENT,
        *DISCOUNT_SENSITIVITY,
        *REVENUE,
        *RECENCY,
        *LOYALTY,
        *STRESS,
        *REGULARITY,
        *DEMOGRAPHICS,
        *RAW_SIGNALS,
    ),
    leakage=LEAKAGE,
)
