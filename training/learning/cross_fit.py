"""Choices of policies that were learnt from other shoppers: what a policy gains on its own data flatters it."""

from __future__ import annotations

import numpy as np

from lambda_fn.scoring.arrays import Bools, Indices
from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.artefact.recipe import Recipe
from lambda_fn.scoring.offers.decider import Signals
from training.experiment.off_policy import FOLDS
from training.learning.joined import decided
from training.learning.learnt_policy import learn_policy
from training.learning.observed import Observed, take_signals


def cross_fitted_choices(
    assumed: Policy, recipe: Recipe, seen: Observed, signals: Signals, allowed: Bools, shopper: Indices
) -> Indices:
    """Return what is decided for each fold of shoppers by the policy learnt from the others.

    Folds are those of the doubly robust estimate: the parity of the shopper's number.
    """
    choice = np.zeros(len(shopper), np.intp)
    for fold in range(FOLDS):
        inside = shopper % FOLDS == fold
        if not inside.any() or inside.all():  # one shopper alone: there are no others to learn from
            return decided(assumed, recipe, signals, allowed)
        policy = learn_policy(assumed, seen.take(~inside), "the other fold").policy
        choice[inside] = decided(policy, recipe, take_signals(signals, inside), allowed[inside])
    return choice
