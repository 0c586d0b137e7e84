"""An offer is made only where it is expected to pay, and never a dearer one than needed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.scoring.offers.decider import Decider, Signals, rested
from tests import factories
from tests.offers import offer, sourced

RECIPE = factories.recipe()


def decider(**changes: Any) -> Decider:
    return Decider(factories.policy(**changes), RECIPE)


def shopper(
    risk: float = 0.8, value: float = 100, sensitivity: float = 0.5, tier: int = 1, segment: int = 0
) -> Signals:
    return Signals(*(np.array([float(x)]) for x in (risk, value, sensitivity, tier, segment)))


def chosen(policy: Decider, signals: Signals) -> tuple[str, float]:
    decisions = policy.decide(signals)
    return policy.choices[decisions.choice[0]], float(decisions.margin[0])


def test_the_margin_is_the_formula_worked_out_by_hand() -> None:
    # p=0.8, V=100, m=0.4, d=0.1, c=0.05, r = 0.15 + 0.3*0.5 = 0.3
    # 0.8*0.3*(40-10) - 0.2*10 - 0.05 = 7.2 - 2 - 0.05
    margins = decider().margins(shopper())
    assert margins[0, 1] == pytest.approx(5.15)


def test_abandonment_is_expected_to_cost_the_margin_of_the_order_at_its_risk() -> None:
    assert decider().recoverable(shopper()) == pytest.approx([0.8 * 0.4 * 100])


@given(st.floats(0, 1), st.floats(0, 1000), st.floats(0, 1))
def test_no_offer_is_expected_to_bring_more_than_can_be_recovered(
    risk: float, value: float, sensitivity: float
) -> None:
    signals = shopper(risk, value, sensitivity)
    assert chosen(decider(), signals)[1] <= decider().recoverable(signals)[0] + 1e-9


def test_a_shopper_who_will_buy_anyway_gets_nothing() -> None:
    assert chosen(decider(), shopper(risk=0.001)) == ("none", 0.0)


def test_a_discount_is_not_given_where_a_reminder_earns_the_same() -> None:
    # Given a discount whose higher recovery is eaten exactly by what it costs, when everybody abandons
    offers = [offer("discount", 0.2, 0.0, 0.2), offer("reminder", 0.0, 0.0, 0.1)]
    policy = decider(interventions=offers)
    assert np.ptp(policy.margins(shopper(risk=1.0))) == pytest.approx(0)
    # Then the one that costs less is chosen, whatever the order of the list
    name, margin = chosen(policy, shopper(risk=1.0))
    assert name == "reminder"
    assert margin == pytest.approx(4.0)


def test_caution_cuts_the_assumed_recovery() -> None:
    assert decider(caution=sourced(0.5)).recovery_rates(np.array([0.5])) == pytest.approx(
        decider().recovery_rates(np.array([0.5])) / 2
    )


def test_recovery_rates_stay_within_zero_and_one() -> None:
    eager = [{**offer("all_in", 0.1, 0, 0.9), "gain_per_sensitivity": sourced(1)}]
    shy = [{**offer("all_out", 0.1, 0, 0.1), "gain_per_sensitivity": sourced(-1)}]
    assert decider(interventions=eager).recovery_rates(np.array([1.0])) == 1
    assert decider(interventions=shy).recovery_rates(np.array([1.0])) == 0


def test_high_value_customers_are_not_over_discounted() -> None:
    policy = decider()
    names = np.array([o.name for o in factories.policy().interventions])
    assert set(names[policy.eligible(shopper(tier=2))[0]]) == {"reminder", "discount_10"}
    assert set(names[policy.eligible(shopper(tier=1))[0]]) == {"reminder", "discount_10", "discount_15"}


def test_a_discount_that_leaves_too_little_margin_is_never_offered() -> None:
    policy = decider(minimum_margin_rate=sourced(0.28))
    assert policy.eligible(shopper())[0].tolist() == [True, True, False]


def test_eligibility_by_tier_recency_and_risk() -> None:
    rule: dict[str, Any] = {
        "value_tiers": ["Low"],
        "recency_segments": ["Cold", "Dormant"],
        "minimum_risk": sourced(0.6),
    }
    policy = decider(interventions=[offer("win_back", 0.1, 0, 0.5, **rule)])
    assert policy.eligible(shopper(tier=0, segment=2, risk=0.6)).item()
    assert not policy.eligible(shopper(tier=1, segment=2, risk=0.6)).item()
    assert not policy.eligible(shopper(tier=0, segment=1, risk=0.6)).item()
    assert not policy.eligible(shopper(tier=0, segment=2, risk=0.59)).item()


@given(
    risk=st.floats(0, 1),
    value=st.floats(0, 100_000),
    sensitivity=st.floats(0, 1),
    tier=st.integers(0, 2),
    segment=st.integers(0, 3),
)
def test_a_recommendation_is_never_worse_than_doing_nothing_nor_than_any_eligible_offer(
    risk: float, value: float, sensitivity: float, tier: int, segment: int
) -> None:
    policy = decider()
    signals = shopper(risk, value, sensitivity, tier, segment)
    name, margin = chosen(policy, signals)
    eligible = policy.eligible(signals)[0]
    margins = policy.margins(signals)[0]
    assert margin >= 0
    assert margin >= max(margins[eligible], default=0.0) - 1e-6
    if name != "none":
        position = policy.choices.index(name) - 1
        assert eligible[position]
        assert margin == pytest.approx(margins[position], abs=1e-6)


def test_the_spend_is_expected_at_the_assumed_rates() -> None:
    # p=0.8, V=100, d=0.1, c=0.05, r = 0.15 + 0.3*0.5 = 0.3: (0.8*0.3 + 0.2) * 10 + 0.05, however cautious
    for caution in (0.0, 0.5):
        assert decider(caution=sourced(caution)).costs(shopper())[0, 1] == pytest.approx(4.45)


def test_a_discount_that_leaves_exactly_the_least_margin_is_offered() -> None:
    # 0.30 - 0.20 is 0.09999999999999998
    guarded = {"gross_margin_rate": sourced(0.3), "minimum_margin_rate": sourced(0.1)}
    policy = decider(**guarded, interventions=[offer("fifth", 0.2, 0, 0.9)])
    assert policy.eligible(shopper()).item()
    assert policy.never_offered == ()


def test_offers_that_nobody_can_get_are_named() -> None:
    offers = [
        offer("reminder", 0, 0, 0.1),
        offer("half_price", 0.5, 0, 0.9),
        offer("best_only", 0.2, 0, 0.9, value_tiers=["High"]),
    ]
    assert decider(interventions=offers).never_offered == ("half_price", "best_only")


PLAIN: dict[str, Any] = {
    "order_value": {"value": 80, "source": "the average of last year"},
    "sensitivity": None,
    "value_tier": None,
    "recency_segment": None,
    "high_value_tier": None,
    "maximum_discount_high_value": None,
}


def amount(name: str, value: float, base: float = 0.5, **rule: Any) -> dict[str, Any]:
    """Return an offer of an amount whose recovery does not depend on sensitivity."""
    plain = offer(name, 0, 0, base, **rule)
    return {**plain, "discount_share": None, "gain_per_sensitivity": None, "discount_amount": sourced(value)}


def test_an_amount_is_given_away_up_to_the_orders_value() -> None:
    policy = decider(interventions=[amount("five", 5), offer("tenth", 0.1, 0, 0.5)])
    assert policy.discounts(np.array([100.0, 5.0, 3.0, 0.0])).tolist() == [
        [5, 5, 3, 0],
        [10, 0.5, pytest.approx(0.3), 0],
    ]


def test_the_margin_and_cost_of_an_amount_are_the_formula_worked_out_by_hand() -> None:
    policy = decider(interventions=[amount("five", 5)])
    # p=0.8, V=100, m=0.4, D=5, r=0.5: 0.8*0.5*(40-5) - 0.2*5 = 14 - 1; the spend is (0.8*0.5 + 0.2) * 5
    assert policy.margins(shopper()).tolist() == [[pytest.approx(13)]]
    assert policy.costs(shopper()).tolist() == [[pytest.approx(3)]]


def test_the_guardrails_hold_an_amount_against_each_order() -> None:
    # Given 5 off, of which 30 % of the order may go (0.4 - 0.1), and in the high tier 10 %
    policy = decider(interventions=[amount("five", 5)])
    assert [policy.eligible(shopper(value=value, tier=1)).item() for value in (1, 16.6, 16.7, 100)] == [
        *(False, False, True, True)
    ]
    assert [policy.eligible(shopper(value=value, tier=2)).item() for value in (16.7, 49.9, 50, 100)] == [
        *(False, False, True, True)
    ]
    # And an offer that gives nothing away is held back by neither
    free = decider(interventions=[amount("five", 5), offer("reminder", 0, 0, 0.1)])
    assert free.eligible(shopper(value=1)).tolist() == [[False, True]]


def test_an_amount_that_some_order_can_bear_is_not_called_an_offer_that_nobody_can_get() -> None:
    assert decider(interventions=[amount("five", 5)]).never_offered == ()


def test_without_tiers_segments_and_sensitivity_an_offer_is_a_rate_a_cost_and_a_discount() -> None:
    offers = [{**offer("tenth", 0.1, 0.05, 0.2), "gain_per_sensitivity": None}, amount("five", 5, base=0.1)]
    policy = decider(**PLAIN, interventions=offers)
    anyone = shopper(value=80, sensitivity=0, tier=0, segment=0)
    assert policy.eligible(anyone).tolist() == [[True, True]]
    # p=0.8, V=80, m=0.4: 0.8*0.2*(32-8) - 0.2*8 - 0.05 and 0.8*0.1*(32-5) - 0.2*5
    assert policy.margins(anyone).tolist() == [[pytest.approx(2.19), pytest.approx(1.16)]]
    name, margin = chosen(policy, anyone)
    assert name == "tenth"
    assert margin == pytest.approx(2.19)


@given(risk=st.floats(0, 1), value=st.floats(0, 10_000), off=st.floats(0, 500), tier=st.integers(0, 2))
def test_an_amount_that_is_offered_leaves_the_least_margin_and_never_loses(
    risk: float, value: float, off: float, tier: int
) -> None:
    policy = decider(interventions=[amount("off", off)])
    signals = shopper(risk, value, 0, tier)
    name, margin = chosen(policy, signals)
    assert margin >= 0
    if name == "off":
        discount = policy.discounts(signals.order_value).item()
        assert 0 <= discount <= value
        assert discount == 0 or 0.4 * value - discount >= 0.1 * value - 1e-6 * max(value, 1)


def test_an_offer_rests_for_its_days_after_the_last_one() -> None:
    since = np.array([np.nan, 0.0, 6.9, 7.0])
    assert rested(since, [None, 7.0]).tolist() == [[True, True], [True, False], [True, False], [True, True]]
