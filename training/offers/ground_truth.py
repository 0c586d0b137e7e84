"""A world in which the truth is known, to show how far the policy is from the best possible one.

Shoppers of the twin, each with the true probability of abandoning (the twin's exact posterior) and the true recovery
rate of each offer. What an offer truly brings is its expected margin under both; only the coin flips stay unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lambda_fn.scoring.arrays import Floats
from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.artefact.recipe import Recipe
from lambda_fn.scoring.offers.decider import Decider, Signals
from training.offers.reference_offer import reference_offer


@dataclass(frozen=True)
class World:
    """n shoppers: what the policy sees of them, and the truth about them.

    ``seen``: what a decision depends on, with the model's risk.
    ``true_risk``: the probability of abandoning, (n,).
    ``true_rates``: the recovery rates, (n, offers).
    """

    seen: Signals
    true_risk: Floats
    true_rates: Floats


@dataclass(frozen=True)
class Outcome:
    """True expected margins of several ways to decide, in currency per shopper.

    ``policy``: as the policy decides.
    ``best``: knowing the true risk and the true rates, within the guardrails.
    ``best_without_guardrails``: knowing them, without guardrails.
    ``everyone``: the reference offer for all; NaN where the policy has none.
    ``policy_without_caution``: as the policy decides at a caution of 0.
    """

    policy: float
    best: float
    best_without_guardrails: float
    everyone: float
    policy_without_caution: float

    @property
    def share_of_best(self) -> float:
        """Return how much of the best possible margin the policy reaches."""
        return self.policy / self.best if self.best else 1.0

    @property
    def cost_of_caution(self) -> float:
        """Return what caution forgoes, in currency per shopper; negative where caution pays."""
        return self.policy_without_caution - self.policy


def make_world(
    policy: Policy,
    recipe: Recipe,
    seen: Signals,
    true_risk: Floats,
    *,
    truth: float = 1.0,
    spread: float = 0.0,
    seed: int = 0,
) -> World:
    """Return a world whose recovery rates are ``truth`` times the assumed ones.

    ``spread`` adds what no policy sees: each shopper's rates are multiplied by a lognormal factor of mean 1 and this
    standard deviation of the logarithm.
    """
    assumed = Decider(policy, recipe).assumed_rates(seen.sensitivity)
    rng = np.random.default_rng(seed)
    factor = np.exp(rng.normal(-(spread**2) / 2, spread, size=(len(true_risk), 1))) if spread else 1.0
    return World(seen, true_risk, np.clip(assumed * truth * factor, 0.0, 1.0))


def play(policy: Policy, recipe: Recipe, world: World) -> Outcome:
    """Return what each way to decide truly earns in a world."""
    true_margins = Decider(policy, recipe).margins(replace(world.seen, risk=world.true_risk), world.true_rates)
    everyone = reference_offer(policy)
    allowed = Decider(policy, recipe).eligible(replace(world.seen, risk=world.true_risk))
    return Outcome(
        policy=_earned(Decider(policy, recipe), world, true_margins),
        best=float(np.where(allowed, true_margins, 0.0).max(axis=1, initial=0.0).mean()),
        best_without_guardrails=float(true_margins.max(axis=1, initial=0.0).mean()),
        everyone=float(true_margins[:, everyone].mean()) if everyone is not None else float("nan"),
        policy_without_caution=_earned(_without_caution(policy, recipe), world, true_margins),
    )


def _earned(decider: Decider, world: World, true_margins: Floats) -> float:
    choice = decider.decide(world.seen).choice
    with_nothing = np.column_stack([np.zeros(len(choice)), true_margins])
    return float(with_nothing[np.arange(len(choice)), choice].mean())


def _without_caution(policy: Policy, recipe: Recipe) -> Decider:
    caution = policy.caution.model_copy(update={"value": 0.0})
    return Decider(policy.model_copy(update={"caution": caution}), recipe)
