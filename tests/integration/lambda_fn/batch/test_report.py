"""The report and the metrics: counts that add up, and drift that is seen."""

import json
from typing import Any

import pytest

from cdk.environments import AlarmLimits
from lambda_fn import contract
from tests import csv_files, factories
from tests.integration.lambda_fn.batch.conftest import DATA_BUCKET, KEY, Shop, read_csv


def emitted(output: str) -> list[dict[str, Any]]:
    """Return the metrics that were written to the standard output, in embedded metric format."""
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return [line for line in lines if "_aws" in line]


def flat_file(count: int, **fixed: str) -> bytes:
    """Return a file whose inputs are spread as in training, but for the ``fixed`` ones."""
    spread = {
        "impulse_buying_score": lambda i: i % 10 + 0.5 if i % 2 else i % 10,
        "average_order_value": lambda i: 10 + i * 37 % 490,
    }
    lines = []
    for i in range(count):
        fields = {
            "user_id": f"u{i}",
            "impulse_buying_score": (i * 7) % 11,
            "stress_from_financial_decisions": (i * 3) % 11,
            "average_order_value": spread["average_order_value"](i),
            "ad_views_per_day": i % 51,
            "ad_clicks_per_day": i % 21,
            "weekend_shopper": i % 2,
            "shopping_time_of_day": ("Morning", "Afternoon", "Evening", "Night")[i % 4],
            "last_purchase_date": f"2026-0{1 + i % 6}-15",
            "note": "",
            **fixed,
        }
        lines.append(",".join(str(fields[name]) for name in csv_files.HEADER).encode())
    return csv_files.file_of(lines)


def test_the_report_says_what_became_of_every_row(shop: Shop) -> None:
    body = csv_files.file_of([*csv_files.rows(90), b"bad", b"worse", b""])
    shop.drop(body)
    shop.run()

    report = shop.report()
    scored = read_csv(shop.results()[0])
    head = shop.s3.head_object(Bucket=DATA_BUCKET, Key=KEY)

    assert (report["rows"], report["scored"], report["rejected"]) == (92, 90, 2)
    assert report["risk_levels"] == {
        level: sum(row["risk_level"] == level for row in scored) for level in ("LOW", "MEDIUM", "HIGH")
    }
    assert report["interventions"] == {
        choice: sum(row["recommended_intervention"] == choice for row in scored)
        for choice in ("none", "reminder", "discount_10", "discount_15")
    }
    assert report["expected_margin"] == round(sum(float(row["estimated_margin_impact"]) for row in scored), 2)
    at_stake = [  # 0.4 is the policy's gross margin rate, 255 the order's value in training where it is missing
        0.4 * float(row["abandonment_risk"]) * float(order["average_order_value"] or 255)
        for row, order in zip(scored, read_csv(body), strict=False)
    ]
    assert report["recoverable_margin"] == pytest.approx(sum(at_stake), abs=len(at_stake) * 0.01)
    assert report["currency"] == "USD"
    assert report["model_version"] == factories.VERSION
    assert report["as_of"] == factories.AS_OF.isoformat()
    assert report["input"]["version_id"] == head["VersionId"]
    assert report["input"]["size_bytes"] == len(body)
    assert report["input"]["checksum"].startswith("CRC")
    assert report["outputs"] == {"scored": "scored/shoppers.csv", "rejected": "rejected/shoppers.csv"}
    assert set(report["durations_seconds"]) == {"elapsed", "scoring_sum", "scoring_longest", "finalize"}


def test_a_finished_file_emits_its_counts(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.drop(csv_files.file_of([*csv_files.rows(19), b"bad"]))
    shop.run()

    (metrics,) = emitted(capsys.readouterr().out)

    assert metrics[contract.METRIC_ROWS_SCORED] == [19]
    assert metrics[contract.METRIC_ROWS_REJECTED] == [1]
    assert metrics[contract.METRIC_REJECTED_SHARE] == [5]
    assert metrics[contract.METRIC_EXPECTED_MARGIN] == [shop.report()["expected_margin"]]
    assert metrics[contract.METRIC_RECOVERABLE_MARGIN] == [shop.report()["recoverable_margin"]]
    assert contract.METRIC_DRIFT not in metrics  # twenty rows say nothing about a population


def test_a_file_like_the_training_data_does_not_drift(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.drop(flat_file(2000))
    shop.run()
    drift = emitted(capsys.readouterr().out)[1]
    assert drift[contract.METRIC_DRIFT][0] < AlarmLimits().drift / 2
    assert drift[contract.DIMENSION_MODEL_VERSION] == factories.VERSION


def test_a_shifted_file_rings_the_alarm(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.drop(flat_file(2000, shopping_time_of_day="Night", ad_views_per_day=""))
    shop.run()

    drift = emitted(capsys.readouterr().out)[1]
    report = shop.report()

    assert drift[contract.METRIC_DRIFT][0] > AlarmLimits().drift
    assert next(iter(report["drift"])) == "shopping_time_of_day"
    assert report["largest_stability_index"] == pytest.approx(drift[contract.METRIC_DRIFT][0])
    assert report["drift"]["ad_views_per_day"] == {
        "stability_index": None,
        "missing_share": 1.0,
        "missing_share_in_training": 0.0,
    }


@pytest.mark.parametrize(("every", "rings"), [(5, True), (6, False)])
def test_an_input_that_is_missing_more_often_than_in_training_rings_where_drift_does_not(
    shop: Shop, capsys: pytest.CaptureFixture[str], every: int, rings: bool
) -> None:
    # Given a file like the training data, but for one input that every fifth, or sixth, row lacks
    header, *lines = flat_file(2000).splitlines(keepends=True)
    place = csv_files.HEADER.index("average_order_value")
    cells = [line.split(b",") for line in lines]
    for row in cells[::every]:
        row[place] = b""
    # When it is dropped and scored
    shop.drop(header + b"".join(b",".join(row) for row in cells))
    shop.run()
    # Then the metric of the alarm has the rise, and drift is as before
    emitted_last = emitted(capsys.readouterr().out)[1]
    report = shop.report()
    rise = round(len(cells[::every]) / len(cells), 6)
    assert emitted_last[contract.METRIC_BLANKS] == [rise]
    assert (rise >= AlarmLimits().blanks) == rings
    assert emitted_last[contract.METRIC_DRIFT][0] < AlarmLimits().drift
    assert report["largest_rise_in_blanks"] == rise
    assert report["drift"]["average_order_value"]["missing_share"] == rise
    assert report["drift"]["average_order_value"]["missing_share_in_training"] == 0
