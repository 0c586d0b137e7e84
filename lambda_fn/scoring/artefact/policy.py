"""The intervention policy, as data: margins, offers, guardrails, and what they depend on."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from lambda_fn.scoring.artefact.recipe import Bin, Recipe
from lambda_fn.scoring.errors import PolicyError
from lambda_fn.scoring.frozen import FrozenFinite

NO_INTERVENTION: Final = "none"


class _Sourced(FrozenFinite):
    """A number and where it comes from. An assumption says so in its source."""

    source: str = Field(min_length=1)


class Share(_Sourced):
    """A share of one, between 0 and 1."""

    value: float = Field(ge=0, le=1)


LEAST_KNOWN: Final = Share(
    value=0.5,
    source="Chosen: a paid offer needs a shopper of whom at least half of what the model goes by is known.",
)


class Amount(_Sourced):
    """A non-negative amount in the policy's currency."""

    value: float = Field(ge=0)


class Gain(_Sourced):
    """A change of a recovery rate per unit of discount sensitivity."""

    value: float = Field(ge=-1, le=1)


class Eligibility(FrozenFinite):
    """Who may receive an intervention.

    minimum_risk: the lowest risk; None admits every risk.
    value_tiers: labels of the value tier; None admits all.
    recency_segments: labels of the recency segment; None admits all.
    """

    minimum_risk: Share | None = None
    value_tiers: tuple[str, ...] | None = None
    recency_segments: tuple[str, ...] | None = None


class NoPurchase(_Sourced):
    """The chance that a shopper without an offer does not buy, by risk.

    risks, chances: rising knots, between which it is linear.

    The label that the model learnt is a trait of the shopper. What an offer can recover is an order that would not come
    within the attribution window, and how often that is, only outcomes tell.
    """

    risks: tuple[float, ...] = Field(min_length=1)
    chances: tuple[float, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_knots(self) -> Self:
        rising = list(self.risks) == sorted(self.risks) and list(self.chances) == sorted(self.chances)
        inside = min(*self.risks, *self.chances) >= 0 and max(*self.risks, *self.chances) <= 1
        if len(self.risks) != len(self.chances) or not rising or not inside:
            raise PolicyError("no_purchase: give as many chances as risks, both rising and between 0 and 1")
        return self


class Attribution(FrozenFinite):
    """Which orders count for a decision.

    window_days: orders within so many days after it.
    lag_days: how late an order may still be reported.
    """

    window_days: float = Field(default=14, gt=0)
    lag_days: float = Field(default=3, ge=0)


class Intervention(FrozenFinite):
    """One thing the shop can do to recover a cart.

    discount_share: share of the order value that is given away.
    discount_amount: amount that is given away, in the policy's currency, at most the order value.
    fixed_cost: cost per shopper who gets the offer, in currency.
    base_recovery_rate, gain_per_sensitivity: ``base + gain * sensitivity``, kept in [0, 1], is the assumed share of
        abandoning shoppers who then buy. Without a gain, sensitivity does not count.
    eligibility: who may receive it.
    caution: of this offer, instead of the policy's.
    cool_down_days: days after a shopper's last offer before this one is allowed again.
    """

    name: str = Field(min_length=1, pattern=r"^[a-z0-9_]+$")
    discount_share: Share | None = None
    discount_amount: Amount | None = None
    fixed_cost: Amount
    base_recovery_rate: Share
    gain_per_sensitivity: Gain | None = None
    eligibility: Eligibility = Eligibility()
    caution: Share | None = None
    cool_down_days: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.name == NO_INTERVENTION:
            raise PolicyError(f"{NO_INTERVENTION!r} (do nothing) is always available; do not list it")
        if (self.discount_share is None) == (self.discount_amount is None):
            raise PolicyError(f"offer {self.name!r}: give either discount_share or discount_amount")
        return self

    @property
    def gain(self) -> float:
        """Return the change of the recovery rate per unit of sensitivity; 0 where sensitivity does not count."""
        return self.gain_per_sensitivity.value if self.gain_per_sensitivity else 0.0

    @property
    def share(self) -> float:
        """Return the discount that is a share of the order's value; 0 where it is an amount."""
        return self.discount_share.value if self.discount_share else 0.0

    @property
    def amount(self) -> float:
        """Return the discount that is an amount; 0 where it is a share of the order's value."""
        return self.discount_amount.value if self.discount_amount else 0.0


class Policy(FrozenFinite):
    """Margins, offers and guardrails, and the names in the recipe that they depend on.

    currency: ISO 4217.
    gross_margin_rate: share of the order value that is margin before any discount.
    caution: share by which assumed recovery rates are cut, because no experiment has measured them yet. It counts
        when an offer is chosen and its margin estimated, not when its cost is estimated.
    minimum_margin_rate: guardrail. A discount must leave this share of the order value as margin.
    maximum_discount_high_value: guardrail. The largest discount for shoppers of ``high_value_tier``, as a share of the
        order value.
    order_value: name of the input that holds the value of the order at stake, in currency, or a constant amount.
    sensitivity: name of the step that holds the discount sensitivity, in [0, 1]. Without it everybody's is 0.
    value_tier, recency_segment: names of bin steps, whose labels an offer's eligibility may name.
    interventions: the offers to choose from, beside doing nothing.
    least_known: largest share of the model's information that may be missing where an offer costs more than a message.
        An input's share of the information is its share of the sum of ``Manifest.importance``. A model without
        importance, which imputes, has no such measure: then every offer may be made.
    no_purchase: translates risk into the chance of no purchase. None takes the risk for that chance.
    attribution: which orders count for a decision.
    last_offer_date: the input with the date of a shopper's last offer, which cool-downs count from.
    """

    currency: str = Field(min_length=3, max_length=3)
    gross_margin_rate: Share
    caution: Share
    minimum_margin_rate: Share
    maximum_discount_high_value: Share | None = None
    high_value_tier: str | None = None
    order_value: str | Amount
    sensitivity: str | None = None
    value_tier: str | None = None
    recency_segment: str | None = None
    interventions: Annotated[tuple[Intervention, ...], Field(min_length=1)]
    least_known: Share = LEAST_KNOWN
    no_purchase: NoPurchase | None = None
    attribution: Attribution = Attribution()
    last_offer_date: str = Field(default="last_offer_date", min_length=1)

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        names = [intervention.name for intervention in self.interventions]
        if repeated := {name for name in names if names.count(name) > 1}:
            raise PolicyError(f"intervention {', '.join(map(repr, sorted(repeated)))} is listed twice")
        if (self.high_value_tier is None) != (self.maximum_discount_high_value is None):
            raise PolicyError("give both high_value_tier and maximum_discount_high_value, or neither")
        return self

    @property
    def choices(self) -> tuple[str, ...]:
        """Names of everything that can be recommended; doing nothing is the first."""
        return (NO_INTERVENTION, *(intervention.name for intervention in self.interventions))

    def check_against(self, recipe: Recipe) -> None:
        """Raise PolicyError unless the recipe has every input, step and label that this policy names."""
        numbers = {field.name for field in recipe.inputs if field.kind == "number"}
        if isinstance(self.order_value, str) and self.order_value not in numbers:
            raise PolicyError(f"order_value names {self.order_value!r}, which is not a numeric input of the recipe")
        if self.sensitivity is not None and self.sensitivity not in {step.name for step in recipe.steps}:
            raise PolicyError(f"sensitivity names {self.sensitivity!r}, which is not a step of the recipe")
        if self.sensitivity is None and any(offer.gain_per_sensitivity for offer in self.interventions):
            raise PolicyError("an offer has a gain_per_sensitivity, but sensitivity names no step")
        self._check_cool_downs(recipe)
        rules = [offer.eligibility for offer in self.interventions]
        tiers = {tier for rule in rules for tier in rule.value_tiers or ()} | {*filter(None, [self.high_value_tier])}
        segments = {segment for rule in rules for segment in rule.recency_segments or ()}
        _check_labels("tier", tiers, self.tiers(recipe))
        _check_labels("segment", segments, self.segments(recipe))

    def _check_cool_downs(self, recipe: Recipe) -> None:
        cooled = [offer.name for offer in self.interventions if offer.cool_down_days]
        known = recipe.last_offer.name if recipe.last_offer else None
        if cooled and known != self.last_offer_date:
            raise PolicyError(
                f"offer {cooled[0]!r} has cool_down_days, which count from the input {self.last_offer_date!r}: add it "
                "to the shop file's inputs as a date that no feature reads, or let last_offer_date name the one there"
            )

    def tiers(self, recipe: Recipe) -> tuple[str, ...]:
        """Return the labels of the value tiers; none where the policy has no tiers."""
        return _labels(recipe, "value_tier", self.value_tier)

    def segments(self, recipe: Recipe) -> tuple[str, ...]:
        """Return the labels of the recency segments; none where the policy has no segments."""
        return _labels(recipe, "recency_segment", self.recency_segment)


def _labels(recipe: Recipe, role: str, name: str | None) -> tuple[str, ...]:
    if name is None:
        return ()
    step = next((step for step in recipe.steps if step.name == name), None)
    if not isinstance(step, Bin):
        raise PolicyError(f"{role} names {name!r}, which is not a bin step of the recipe")
    return step.labels


def _check_labels(what: str, named: set[str], known: tuple[str, ...]) -> None:
    if unknown := sorted(named - set(known)):
        have = f"{what}s are {', '.join(known)}" if known else f"the offers name no step for {what}s"
        raise PolicyError(f"unknown {what} {', '.join(map(repr, unknown))}; {have}")
