"""The arithmetic of the bill adds up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cdk.ops.costs import prices
from cdk.ops.costs.bill import Footprint, Use, monthly, scoring
from tests.infrastructure.synthesis import Synthesis


def footprint(synthesis: Synthesis) -> Footprint:
    return Footprint.of(synthesis.environment, [synthesis.storage, synthesis.service])


def test_what_is_there_without_any_use(prod: Synthesis) -> None:
    # Given an environment that nobody uses, and that keeps nothing
    idle = Use(predictions=0, files=0, models_gb=0, metrics=0)
    bill = {line.item: line.dollars for line in monthly(footprint(prod), idle)}
    # Then what stands there is paid for, and what would be used is not
    assert bill["CloudWatch: alarms"] == pytest.approx(0.10 * len(prod.of_type("AWS::CloudWatch::Alarm")))
    assert bill["CloudWatch: dashboards"] == 2 * 3
    assert bill["WAF: firewall, rules, requests"] == 5 + 4 * 1
    assert bill["API Gateway: REST requests"] == bill["X-Ray: traces"] == bill["Step Functions: state transitions"] == 0


def test_twice_the_predictions_cost_twice_the_requests(prod: Synthesis) -> None:
    once, twice = (
        {line.item: line.dollars for line in monthly(footprint(prod), Use(predictions=predictions))}
        for predictions in (1_000_000, 2_000_000)
    )
    assert once["API Gateway: REST requests"] == 3.5
    assert twice["API Gateway: REST requests"] == 7
    assert twice["Lambda: API, requests and GB-seconds"] == pytest.approx(
        2 * once["Lambda: API, requests and GB-seconds"]
    )


def test_a_file_on_more_workers_takes_less_time_for_the_same_money(prod: Synthesis) -> None:
    # Given a file of 407 million rows
    few, many = (scoring(footprint(prod), Use(), 407_000_000, workers) for workers in (100, 1000))
    # Then 1,492 chunks take 15 turns of 100 workers, or 2 of 1,000
    assert few.chunks == many.chunks == 1492
    turn_seconds = Use.worker_start_seconds + few.rows / few.chunks / Use.rows_per_second
    assert few.seconds - many.seconds == pytest.approx(13 * turn_seconds)
    assert few.dollars == many.dollars


def test_a_faster_worker_costs_less(prod: Synthesis) -> None:
    slow, fast = (
        scoring(footprint(prod), replace(Use(), rows_per_second=speed), 10_000_000) for speed in (50_000, 200_000)
    )
    saved_gb_seconds = (10_000_000 / 50_000 - 10_000_000 / 200_000) * 2  # a chunk's function has 2 GB
    assert slow.lambda_dollars - fast.lambda_dollars == pytest.approx(saved_gb_seconds * prices.LAMBDA_GB_SECOND)
