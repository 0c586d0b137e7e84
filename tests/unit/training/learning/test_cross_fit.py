"""Nobody is decided for by what their own outcome taught."""

import numpy as np

from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.offers.decider import Signals
from tests import factories
from tests.unit.training.learning.logs import observed
from training.learning.cross_fit import cross_fitted_choices
from training.learning.joined import decided
from training.learning.learnt_policy import learn_policy
from training.learning.observed import Observed, take_signals

POLICY: Policy = factories.policy()
ROWS = 4_000


def log() -> tuple[Observed, Signals]:
    seen, _ = observed(ROWS)
    ones = np.ones(ROWS)
    value = np.random.default_rng(7).uniform(20, 400, ROWS)
    return seen, Signals(seen.risk, value, seen.sensitivity, ones, ones)


def test_each_half_is_decided_for_by_what_the_other_taught() -> None:
    seen, signals = log()
    shopper = np.arange(ROWS) // 3
    found = cross_fitted_choices(POLICY, factories.recipe(), seen, signals, seen.eligible, shopper)
    for inside in (shopper % 2 == 0, shopper % 2 == 1):
        policy = learn_policy(POLICY, seen.take(~inside), "other").policy
        expected = decided(policy, factories.recipe(), take_signals(signals, inside), seen.eligible[inside])
        assert found[inside].tolist() == expected.tolist()
    own = decided(learn_policy(POLICY, seen, "all").policy, factories.recipe(), signals, seen.eligible)
    assert (found != own).any()


def test_one_shopper_alone_is_decided_for_as_assumed() -> None:
    seen, signals = log()
    found = cross_fitted_choices(POLICY, factories.recipe(), seen, signals, seen.eligible, np.zeros(ROWS, np.intp))
    assert found.tolist() == decided(POLICY, factories.recipe(), signals, seen.eligible).tolist()
