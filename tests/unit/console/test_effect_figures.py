"""The charts of effects show every effect, and nothing twice."""

import plotly.graph_objects as go
import pytest

from console import effect_figures, figures
from console.effects import InputEffects


def trace(figure: go.Figure, place: int = 0) -> go.Figure:
    return figure.data[place]


def test_a_waterfall_leads_from_the_base_to_the_risk_and_leaves_nothing_out() -> None:
    shown = trace(effect_figures.waterfall(0.6, [("Impulse = 8", 0.3), ("Age = 30", -0.1)], 0.85))
    assert list(shown.y) == ["nothing known", "Impulse = 8", "Age = 30", "all other inputs", "this shopper"]
    assert list(shown.x) == pytest.approx([60, 30, -10, 5, 85])
    assert list(shown.measure) == ["absolute", "relative", "relative", "relative", "total"]


def test_sums_that_leave_what_a_risk_can_be_on_the_way_are_in_the_picture() -> None:
    figure = effect_figures.waterfall(0.6, [("Impulse = 1", -0.65), ("Age = 30", 0.1)], 0.05)
    low, high = figure.layout.xaxis.range
    assert low < -5
    text = trace(figure, 1)
    assert list(text.x) == pytest.approx([60, 60, 5, 5])  # the right end of each bar
    assert [one.strip() for one in text.text] == ["60\u00a0%", "-65.0", "+10.0", "5\u00a0%"]
    assert high > 100
    assert list(figure.layout.xaxis.tickvals) == [0, 50, 100]


def test_a_waterfall_whose_reasons_are_complete_has_no_rest() -> None:
    assert list(trace(effect_figures.waterfall(0.6, [("Age = 30", 0.1)], 0.7)).y) == [
        "nothing known",
        "Age = 30",
        "this shopper",
    ]


def test_a_beeswarm_has_a_row_an_input_and_a_dot_a_customer() -> None:
    inputs = [
        InputEffects("a", (5.0, 7.0, 9.0), (0.1, 0.1, -0.2)),
        InputEffects("b", ("x", "y", "x"), (0.0,) * 3),
        InputEffects("c", ("2026-01-31", "2025-12-31"), (0.0, 0.1)),
    ]
    figure = effect_figures.beeswarm(inputs)
    assert [one.name for one in figure.data] == ["A", "B", "C"]
    assert list(trace(figure).x) == pytest.approx([10, 10, -20])
    assert len(set(trace(figure).y)) == 2  # dots of one value do not hide each other
    assert all(abs(y - 1) < 0.5 for y in trace(figure, 1).y)  # and stay in their row
    assert [trace(figure, place).marker.color for place in range(3)] == [(0.0, 0.5, 1.0), figures.QUIET, (1.0, 0.0)]


def test_dots_of_one_value_stay_in_their_row_however_many_there_are() -> None:
    crowd = effect_figures.beeswarm([InputEffects("a", (1.0,) * 500, (0.1,) * 500)])
    places = list(trace(crowd).y)
    assert len(set(places)) == 500
    assert max(map(abs, places)) <= effect_figures.SPREAD


def test_a_dependence_has_a_dot_a_customer_in_points() -> None:
    shown = trace(effect_figures.dependence(InputEffects("a", (5.0, 7.0), (0.1, -0.2)), "A (points)"))
    assert list(shown.x) == [5, 7]
    assert list(shown.y) == pytest.approx([10, -20])
