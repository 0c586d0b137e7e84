"""The nine feature groups as a tutorial writes them: pandas columns computed before the pipeline's encoders."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from lambda_fn.scoring.artefact.recipe import CategoryInput
from training.shops.public_shopper import public_shopper

AS_OF: Final = pd.Timestamp("2027-01-01")
_CATEGORIES: Final = {
    field.name: field.categories for field in public_shopper().inputs if isinstance(field, CategoryInput)
}
TIMES: Final = {name: position for position, name in enumerate(_CATEGORIES["shopping_time_of_day"])}
EDUCATION: Final = {name: position for position, name in enumerate(_CATEGORIES["education_level"])}
CATEGORIES: Final = [
    "gender",
    "country",
    "urban_rural",
    "employment_status",
    "relationship_status",
    "device_type",
]
RAW: Final = [
    "age",
    "income_level",
    "has_children",
    "household_size",
    "impulse_buying_score",
    "stress_from_financial_decisions",
    "overall_stress_level",
    "impulse_purchases_per_month",
    "average_order_value",
    "loyalty_program_member",
    "premium_subscription",
    "account_age_months",
]
DERIVED: Final = [
    "engagement",
    "inverse_browse_to_buy",
    "weekly_engagement_index",
    "ad_response_rate",
    "ad_exposure",
    "purchase_intent",
    "discount_affinity",
    "value_tier",
    "monthly_spend",
    "days_since_purchase",
    "recency_segment",
    "loyalty_and_advocacy",
    "stress_index",
    "time_of_day",
    "shopping_regularity",
    "education",
]


def add_features(frame: Any) -> Any:
    """Return the data frame with the derived columns."""
    f = frame.copy()
    f["engagement"] = f[["daily_session_time_minutes", "product_views_per_day", "app_usage_frequency"]].mean(axis=1)
    f["inverse_browse_to_buy"] = 1 / (1 + f["browse_to_buy_ratio"])
    f["weekly_engagement_index"] = f["engagement"] * 7 * f["inverse_browse_to_buy"]
    f["ad_response_rate"] = (f["ad_clicks_per_day"] / f["ad_views_per_day"].replace(0, float("nan"))).fillna(0)
    f["ad_exposure"] = f["product_views_per_day"] / 50 * f["ad_response_rate"]
    f["purchase_intent"] = f[["cart_items_average", "inverse_browse_to_buy", "weekly_purchases"]].mean(axis=1)
    f["discount_affinity"] = f[["coupon_usage_frequency", "impulse_purchases_per_month"]].mean(axis=1)
    f["value_tier"] = pd.cut(f["monthly_spend"], [-1, 1_666, 3_333, float("inf")], labels=False)
    f["days_since_purchase"] = (AS_OF - pd.to_datetime(f["last_purchase_date"])).dt.days.clip(lower=0)
    f["recency_segment"] = pd.cut(f["days_since_purchase"], [-1, 7, 30, 90, float("inf")], labels=False)
    loyalty = ["brand_loyalty_score", "review_writing_frequency", "social_sharing_frequency", "referral_count"]
    f["loyalty_and_advocacy"] = f[loyalty].mean(axis=1)
    f["stress_index"] = (
        f["stress_from_financial_decisions"]
        + f["overall_stress_level"]
        + (10 - f["mental_health_score"])
        + (10 - f["sleep_quality"])
    ) / 4
    f["time_of_day"] = f["shopping_time_of_day"].map(TIMES)
    f["shopping_regularity"] = f["time_of_day"] * (1 + f["weekend_shopper"])
    f["education"] = f["education_level"].map(EDUCATION)
    return f
