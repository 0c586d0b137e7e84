"""What the report says follows from its formulas; each alarm rings for its reason alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from lambda_fn.registry import Artefact
from lambda_fn.scoring.offers.decider import Signals
from lambda_fn.scoring.offers.decision_log import DecisionRecord
from tests import factories
from tests.unit.training.experiment.trials import trial
from training.experiment.sequential import mean_sequence
from training.learning.watch import calibration, compare_margins, expected_margin, to_metrics, watch
from training.logged.outcomes import Outcomes, read_outcomes
from training.logged.periods import parse_period
from training.logged.records import Decisions
from training.logged.sources import SourceFile

MODEL = Artefact(*factories.artefact())
VERSION = MODEL.manifest.model_version
POLICY = MODEL.manifest.policy
ROWS = 4_000


def log(*, drawn: float = 0.5, worth: float = 1.0) -> tuple[Decisions, Outcomes]:
    """Return a log of reminders for half of the shoppers, who respond as assumed, times ``worth``."""
    rng = np.random.default_rng(2)
    risk = rng.uniform(0.2, 0.9, ROWS).round(6)
    reminded = rng.random(ROWS) < drawn
    expected = (1 - POLICY.caution.value) * POLICY.interventions[0].base_recovery_rate.value
    bought = rng.random(ROWS) < 1 - risk + risk * worth * expected * reminded
    records = tuple(
        DecisionRecord(
            decision_id=f"d{i}", shopper=f"s{i}", time="2026-01-01T00:00:00Z", p=float(risk[i]), order_value=100.0,
            sensitivity=0.5, tier="Mid", segment="Active", allowed=("none", "reminder"), propensities=(0.5, 0.5),
            offer="reminder" if reminded[i] else "none", model=VERSION,
        )
        for i in range(ROWS)
    )  # fmt: skip
    orders = "".join(f"d{i},2026-01-02,100\n" for i in np.flatnonzero(bought))
    return Decisions(records, 3, {}), outcomes(orders)


def outcomes(orders: str) -> Outcomes:
    period = parse_period("2026-01-01/2026-03-01")
    return read_outcomes([SourceFile("o.csv", f"decision_id,time,order_value\n{orders}".encode())], period=period)


def report(**changes: Any) -> dict[str, Any]:
    return watch(*log(**changes), MODEL)


def test_where_all_is_as_expected_nothing_rings() -> None:
    found = report()
    assert found["alarms"] == []
    assert (found["matured"], found["pending_share"], found["without_signals"]) == (ROWS, 0.0, 0)
    assert found["log"] == {
        "decided": None, "logged": ROWS, "repeats": 3, "lost": None, "named_by_outcomes_only": 0
    }  # fmt: skip
    assert found["offer_mix_expected"]["reminder"] == pytest.approx(0.5)
    assert found["offer_mix"]["reminder"] == pytest.approx(0.5, abs=0.03)
    assert found["calibration"]["slope"] == pytest.approx(1, abs=0.15)
    assert found["calibration"]["intercept"] == pytest.approx(0, abs=0.15)
    assert {one["offer"] for one in found["margins"]} == {"none", "reminder"}
    assert found["challengers"] == []


def test_a_broken_split_rings() -> None:
    assert report(drawn=0.4)["alarms"] == ["sample-ratio"]


def test_an_offer_that_costs_orders_rings() -> None:
    assert report(worth=-8.0)["alarms"] == ["margin-below-expected"]


def test_decisions_that_the_log_lacks_ring() -> None:
    decisions, orders = log()
    assert watch(decisions, orders, MODEL, decided=ROWS)["alarms"] == []
    found = watch(decisions, orders, MODEL, decided=ROWS + 7)
    assert (found["alarms"], found["log"]["lost"]) == (["decisions-lost"], 7)
    # And an order that names a decision which nobody logged is counted
    named = watch(decisions, outcomes("d0,2026-01-02,100\nd9999999,2026-01-02,100\n"), MODEL)
    assert named["log"]["named_by_outcomes_only"] == 1


def test_records_without_signals_are_counted_and_leave_the_rest() -> None:
    decisions, orders = log()
    records = (replace(decisions.records[0], p=None), *decisions.records[1:])
    found = watch(replace(decisions, records=records), orders, MODEL)
    assert (found["without_signals"], found["matured"]) == (1, ROWS)
    assert sum(one["shoppers"] for one in found["margins"]) == ROWS - 1


def test_what_has_not_matured_is_pending() -> None:
    decisions, orders = log()
    late = tuple(replace(one, time="2026-02-25T00:00:00Z") for one in decisions.records[:1_000])
    found = watch(replace(decisions, records=late + decisions.records[1_000:]), orders, MODEL)
    assert (found["matured"], found["pending"], found["pending_share"]) == (ROWS - 1_000, 1_000, 0.25)


def test_before_anything_has_matured_all_is_pending_and_nothing_rings() -> None:
    decisions, orders = log()
    late = tuple(replace(one, time="2026-02-25T00:00:00Z") for one in decisions.records)
    found = watch(replace(decisions, records=late), orders, MODEL)
    assert (found["matured"], found["pending_share"], found["alarms"], found["sample_ratio"]) == (0, 1.0, [], None)
    assert set(to_metrics(found)) == {
        "MaturedDecisions",
        "PendingShare",
        "OffersBelowExpected",
        "OutcomesRejected",
        "OutcomeFilesUnusable",
    }


def test_a_file_that_cannot_be_read_is_reported_and_rings_no_alarm_for_the_orders_that_it_hides() -> None:
    # Given outcomes none of which can be read
    decisions, _ = log()
    found = watch(decisions, read_outcomes([SourceFile("o.csv", b"time")]), MODEL)
    # Then nobody is taken for one who did not buy
    assert (found["matured"], found["outside_the_periods"], found["alarms"]) == (0, ROWS, [])
    assert list(found["outcomes"]["unusable_files"]) == ["o.csv"]
    assert to_metrics(found)["OutcomeFilesUnusable"] == 1


def test_outcomes_are_counted_row_by_row() -> None:
    decisions, _ = log()
    found = watch(decisions, outcomes("d0,2026-01-02,100\nd0,2026-01-02,100\nd1,soon,1\n,2026-01-02,1\n"), MODEL)
    assert found["outcomes"] == {
        "rows": 4, "taken": 1, "repeats": 1, "rejected": {"time is not ISO 8601": 1, "no id": 1},
        "unusable_files": {}, "period_stated": True,
    }  # fmt: skip
    assert to_metrics(found)["OutcomesRejected"] == 2


def test_slope_and_intercept_are_those_of_a_logistic_regression() -> None:
    rng = np.random.default_rng(1)
    q = rng.uniform(0.05, 0.95, 2_000)
    bought = rng.random(2_000) > 1 / (1 + np.exp(-(0.3 + 0.7 * np.log(q / (1 - q)))))
    fitted = sm.GLM(1.0 - bought, sm.add_constant(np.log(q / (1 - q))), family=sm.families.Binomial()).fit()
    found = calibration(q, bought)
    assert found is not None
    assert (found["intercept"], found["slope"]) == pytest.approx(tuple(fitted.params), abs=1e-3)
    assert found["log_loss"] == pytest.approx(-np.mean(np.where(bought, np.log(1 - q), np.log(q))))
    assert calibration(q[:50], bought[:50]) is None
    assert calibration(q, np.ones(2_000, bool)) is None


def test_margins_are_compared_by_the_confidence_sequence_of_their_difference() -> None:
    data = trial()
    assert data.margin is not None
    expected = np.full(len(data.arm), 3.0)
    found = compare_margins(data, expected, 2_000)
    for arm, one in enumerate(found):
        sequence = mean_sequence(data.margin[data.arm == arm] - 3.0, 2_000)
        assert one["difference"] == pytest.approx(sequence.estimate)
        assert one["interval"] == pytest.approx(list(sequence.interval))
        assert one["below_expected"] == (sequence.interval[1] < 0)


def test_the_expected_margin_is_the_policys_formula() -> None:
    value, risk = np.array([100.0, 100.0]), np.array([0.8, 0.8])
    ones = np.ones(2)
    arms = POLICY.choices
    data = trial(2, arms=arms, arm=np.array([0, 1]), propensities=np.full((2, len(arms)), 0.25))
    found = expected_margin(data, POLICY, Signals(risk, value, 0.5 * ones, ones, ones), risk)
    m, offer = POLICY.gross_margin_rate.value, POLICY.interventions[0]
    rate = (1 - POLICY.caution.value) * (offer.base_recovery_rate.value + offer.gain * 0.5)
    assert found == pytest.approx(
        [0.2 * m * 100, (0.2 + 0.8 * rate) * (m - offer.share) * 100 - offer.fixed_cost.value]
    )


def test_what_is_not_known_is_no_metric() -> None:
    decisions, orders = log()
    found = to_metrics(watch(decisions, orders, MODEL))
    assert set(found) == {
        "MaturedDecisions", "PendingShare", "SampleRatioPValue", "CalibrationSlope", "CalibrationIntercept",
        "OffersBelowExpected", "OutcomesRejected", "OutcomeFilesUnusable",
    }  # fmt: skip
    assert to_metrics(watch(decisions, orders, MODEL, decided=ROWS + 7))["DecisionsLost"] == 7
