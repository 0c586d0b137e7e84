"""The charts show the numbers that they are given."""

import plotly.graph_objects as go
import pytest

from console import figures


def trace(figure: go.Figure, place: int = 0) -> go.Figure:
    return figure.data[place]


def test_bars_keep_their_order() -> None:
    shown = trace(figures.bars({"Low risk": 3, "High risk": 1}, "customers"))
    assert (list(shown.y), list(shown.x), list(shown.text)) == (["Low risk", "High risk"], [3, 1], ["3", "1"])


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
