"""Worlds in which the truth about outcomes is known, for the loop of decisions, outcomes and learning to run in.

Shoppers of the twin. Risk is a trait: how often a shopper buys without an offer is ``0.60 - 0.50 risk``, so that taking
risk for the chance of no purchase is wrong in every world. An offer recovers a share of the orders that would not come.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import norm

from lambda_fn.registry import Artefact
from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.artefact.recipe import Recipe
from lambda_fn.scoring.features import FeaturePlan
from lambda_fn.scoring.imputation import Imputer
from lambda_fn.scoring.offers.assignment import with_none
from lambda_fn.scoring.offers.decider import Decider, Signals
from lambda_fn.scoring.service import Scorer
from training.data import fit_recipe
from training.data.columns import to_columns
from training.data.label import THRESHOLD_PERCENT
from training.learning.observed import take_signals
from training.learning.terms import terms_of
from training.offers.synthetic_world import twin_table
from training.shops.public_shopper import public_shopper
from training.synthetic import twin
from training.synthetic.best_possible import posterior

UNSEEN_SPREAD: Final = 0.5  # of the logarithm of a shopper's own factor on all recovery rates
NO_OFFER_WORKS: Final = "no offer works"
WORLDS: Final = ("as assumed", "half as assumed", "reshuffled", "15 % offer strong", NO_OFFER_WORKS)
STRONG_DISCOUNT: Final = 0.15
_BUYS_AT_NO_RISK: Final = 0.60
_LESS_PER_RISK: Final = 0.50
_AS_OF: Final = dt.date(2027, 1, 1)  # the twin's last date


@dataclass(frozen=True)
class Shoppers:
    """A policy, the recipe it is compiled against, and n shoppers as the policy sees them."""

    policy: Policy
    recipe: Recipe
    signals: Signals


@dataclass(frozen=True)
class LoopWorld:
    """n shoppers and the truth about them.

    ``seen``: as the policy sees them
    ``lost``: true chance of no purchase without an offer, shape (n,)
    ``rates``: true recovery rates, each shopper's own factor included, shape (n, offers)
    ``margins``: what each choice is expected to earn beyond "none", averaged over the own factor, which nothing that is
    logged tells of, in currency, shape (n, 1 + offers)
    ``eligible``: who may get which offer, shape (n, offers)
    """

    seen: Signals
    lost: Floats
    rates: Floats
    margins: Floats
    eligible: Bools

    def earned(self, choice: Indices) -> float:
        """Return the true expected margin a shopper of these choices."""
        return float(self.margins[np.arange(len(choice)), choice].mean())

    def buys(self, choice: Indices, rng: np.random.Generator) -> Bools:
        """Draw who buys after these choices."""
        rates = np.column_stack([np.zeros(len(choice)), self.rates])[np.arange(len(choice)), choice]
        return np.asarray(rng.random(len(choice)) < 1 - self.lost + self.lost * rates)

    def best(self) -> float:
        """Return the true expected margin a shopper of the best choices that the rules allow."""
        return float(np.where(with_none(self.eligible), self.margins, -np.inf).max(axis=1).mean())

    def take(self, rows: slice | Indices) -> LoopWorld:
        """Return some of the shoppers."""
        return LoopWorld(
            take_signals(self.seen, rows), self.lost[rows], self.rates[rows], self.margins[rows], self.eligible[rows]
        )


def model_shoppers(model: Artefact, rows: int, seed: int) -> Shoppers:
    """Return twin shoppers as a model sees them."""
    scorer = Scorer(model.manifest, model.onnx)
    table = twin_table(model.manifest.recipe, rows, seed, model.manifest.data.country or twin.ALL_COUNTRIES)
    seen = scorer.score(to_columns(scorer.layout, table), model.manifest.as_of).signals
    return Shoppers(model.manifest.policy, model.manifest.recipe, seen)


def twin_shoppers(policy: Policy, rows: int, seed: int) -> Shoppers:
    """Return twin shoppers without a model: the risk is the twin's exact posterior."""
    shop = public_shopper()
    table = twin_table(shop.recipe, rows, seed, twin.ALL_COUNTRIES)
    recipe = fit_recipe.fit(shop.recipe, table, _AS_OF)
    plan = FeaturePlan(recipe)
    complete, _ = Imputer(plan.layout).complete(to_columns(plan.layout, table))
    values = plan.values(complete, _AS_OF)
    order_value = complete.numbers[:, plan.layout.numeric_names.index(str(policy.order_value))]
    names = (policy.sensitivity, policy.value_tier, policy.recency_segment)
    risk = posterior(table, THRESHOLD_PERCENT)
    return Shoppers(policy, recipe, Signals(risk, order_value, *(values[plan.slots[str(name)]] for name in names)))


def make_loop_world(shoppers: Shoppers, name: str, seed: int, spread: float = UNSEEN_SPREAD) -> LoopWorld:
    """Return one of WORLDS. Each shopper's rates are multiplied by a lognormal factor of mean 1 that nobody sees."""
    rng = np.random.default_rng([seed, WORLDS.index(name)])
    decider = Decider(shoppers.policy, shoppers.recipe)
    seen = shoppers.signals
    factor = np.exp(rng.normal(-(spread**2) / 2, spread, size=(len(seen.risk), 1)))
    typical = _true_rates(shoppers.policy, decider.assumed_rates(seen.sensitivity), name, rng)
    lost = 1 - (_BUYS_AT_NO_RISK - _LESS_PER_RISK * seen.risk)
    margins = true_margins(shoppers.policy, lost, seen.order_value, _mean_of_clipped(typical, spread))
    return LoopWorld(seen, lost, np.clip(typical * factor, 0, 1), margins, decider.eligible(seen))


def _mean_of_clipped(rates: Floats, spread: float) -> Floats:
    """Return E[min(rate * factor, 1)] for a lognormal factor of mean 1 (the capped call of Black and Scholes)."""
    if not spread:
        return rates
    log = np.log(np.maximum(rates, 1e-12))
    below = rates * norm.cdf(-log / spread - spread / 2)
    return np.asarray(below + norm.cdf(log / spread - spread / 2))


def _true_rates(policy: Policy, assumed: Floats, name: str, rng: np.random.Generator) -> Floats:
    if name == "as assumed":
        return assumed
    if name == "half as assumed":
        return assumed * 0.5
    if name == "reshuffled":
        return assumed[:, rng.permutation(assumed.shape[1])]
    if name == NO_OFFER_WORKS:
        return np.zeros_like(assumed)
    strong = [offer.share >= STRONG_DISCOUNT for offer in policy.interventions]
    return assumed * np.where(strong, 2.0, 0.5)


def true_margins(policy: Policy, lost: Floats, order_value: Floats, rates: Floats) -> Floats:
    """Return what each choice earns beyond "none", shape (n, 1 + offers): the policy's formula with the truth in it."""
    terms = terms_of(policy, policy.choices)
    discount = terms.discounts(order_value)
    recovered = lost[:, None] * np.column_stack([np.zeros(len(lost)), rates])
    earned = recovered * (terms.margin_rate * order_value[:, None] - discount)
    return np.asarray(earned - (1 - lost)[:, None] * discount - terms.cost)
