"""The charts show the numbers that they are given."""

import plotly.graph_objects as go
import pytest

from console import figures
from console.effects import InputEffects


def trace(figure: go.Figure, place: int = 0) -> go.Figure:
    return figure.data[place]


def test_a_waterfall_leads_from_the_base_to_the_risk_and_leaves_nothing_out() -> None:
    shown = trace(figures.waterfall(0.6, [("Impulse = 8", 0.3), ("Age = 30", -0.1)], 0.85))
    assert list(shown.y) == ["nothing known", "Impulse = 8", "Age = 30", "all other inputs", "this shopper"]
    assert list(shown.x) == pytest.approx([60, 30, -10, 5, 85])
    assert list(shown.measure) == ["absolute", "relative", "relative", "relative", "total"]


def test_a_waterfall_whose_reasons_are_complete_has_no_rest() -> None:
    assert list(trace(figures.waterfall(0.6, [("Age = 30", 0.1)], 0.7)).y) == [
        "nothing known",
        "Age = 30",
        "this shopper",
    ]


def test_bars_keep_their_order() -> None:
    shown = trace(figures.bars({"Low risk": 3, "High risk": 1}, "customers"))
    assert (list(shown.y), list(shown.x), list(shown.text)) == (["Low risk", "High risk"], [3, 1], ["3", "1"])


def test_a_beeswarm_has_a_row_an_input_and_a_dot_a_customer() -> None:
    inputs = [
        InputEffects("a", (5.0, 7.0, 9.0), (0.1, 0.1, -0.2)),
        InputEffects("b", ("x", "y", "x"), (0.0,) * 3),
        InputEffects("c", ("2026-01-31", "2025-12-31"), (0.0, 0.1)),
    ]
    figure = figures.beeswarm(inputs)
    assert [one.name for one in figure.data] == ["A", "B", "C"]
    assert list(trace(figure).x) == pytest.approx([10, 10, -20])
    assert len(set(trace(figure).y)) == 2  # dots of one value do not hide each other
    assert all(abs(y - 1) < 0.5 for y in trace(figure, 1).y)  # and stay in their row
    assert [trace(figure, place).marker.color for place in range(3)] == [(0.0, 0.5, 1.0), figures.QUIET, (1.0, 0.0)]


def test_dots_of_one_value_stay_in_their_row_however_many_there_are() -> None:
    crowd = figures.beeswarm([InputEffects("a", (1.0,) * 500, (0.1,) * 500)])
    places = list(trace(crowd).y)
    assert len(set(places)) == 500
    assert max(map(abs, places)) <= figures.SPREAD


def test_a_dependence_has_a_dot_a_customer_in_points() -> None:
    shown = trace(figures.dependence(InputEffects("a", (5.0, 7.0), (0.1, -0.2)), "A (points)"))
    assert (list(shown.x), list(shown.y)) == ([5, 7], pytest.approx([10, -20]))


def test_calibration_is_beside_the_line_of_a_perfect_model() -> None:
    figure = figures.calibration([{"predicted": 0.2, "observed": 0.25, "rows": 40}])
    assert (list(trace(figure, 1).x), list(trace(figure, 1).y)) == ([20], [25])
    assert (list(trace(figure).x), list(trace(figure).y)) == ([0, 100], [0, 100])


def test_a_budget_curve_marks_the_budget_no_offer_and_the_same_for_all() -> None:
    figure = figures.budget_curve([(0, 0), (10, 5)], (10, 5), ("discount_10", 20, -1), "USD")
    marks = {one.name: (one.x[0], one.y[0]) for one in figure.data[1:]}
    assert marks == {"this budget": (10, 5), "no offer": (0, 0), "Discount 10 for all": (20, -1)}


def test_an_interval_reaches_from_low_to_high() -> None:
    shown = trace(figures.interval([("mail", 0.02, 0.01, 0.05)], "difference"))
    assert list(shown.error_x.array) == pytest.approx([0.03])
    assert list(shown.error_x.arrayminus) == pytest.approx([0.01])


@pytest.mark.parametrize("values", [["no", "yes"], [0.0, 1.0]])
def test_a_response_shows_risks_in_percent(values: list[str] | list[float]) -> None:
    assert list(trace(figures.response(values, [0.1, 0.4], "x")).y) == pytest.approx([10, 40])


def test_numbers_by_time_are_stacked_in_the_given_order() -> None:
    figure = figures.by_time(["2026-11-23"], {"Low risk": [3], "High risk": [1]}, "customers a day")
    assert [(one.name, list(one.y)) for one in figure.data] == [("Low risk", [3]), ("High risk", [1])]
    assert figure.layout.barmode == "stack"
