"""What the drivers' charts are made of."""

from hypothesis import given
from hypothesis import strategies as st

from console.inputs import Field
from console.tabs import drivers


@given(st.floats(-1e6, 1e6), st.floats(0.01, 1e6), st.booleans())
def test_steps_are_few_rising_and_inside(low: float, width: float, whole: bool) -> None:
    steps = drivers.even_steps(low, low + width, whole)
    assert 1 <= len(steps) <= 13
    assert steps == sorted(set(steps))
    if len(steps) > 1:
        assert low <= steps[0]
        assert steps[-1] <= low + width


def test_a_grid_spans_the_rows_and_not_the_bounds() -> None:
    field = Field("spend", "number", minimum=0, maximum=10_000_000)
    rows = [{"spend": "10"}, {"spend": "120"}, {"spend": ""}, {"spend": "abc"}, {"spend": "99999999"}]
    assert drivers.grid(field, rows) == [10.0 * tens for tens in range(1, 13)]
    assert drivers.grid(Field("member", "flag")) == ["no", "yes"]
    assert drivers.grid(Field("device", "category", known=("a", "b"))) == ["a", "b"]
    assert drivers.grid(Field("since", "date")) == []


def test_the_most_important_inputs_come_first_and_negligible_ones_not_at_all() -> None:
    signals = [{"input": name, "importance": value} for name, value in (("a", 0.1), ("b", 0.3), ("c", 0.00001))]
    assert list(drivers.importance_figure(signals).data[0].y) == ["B", "A"]


def test_single_customers_are_shown_by_the_size_of_their_effects() -> None:
    rows = [
        {"effects": {"age": 0.01, "spend": -0.4}, "values": {"age": 20, "spend": 1}},
        {"effects": {"age": 0.02, "spend": 0.2}, "values": {"age": 30, "spend": 3}},
    ]
    figure = drivers.beeswarm_figure(rows)
    assert [one.name for one in figure.data] == ["Spend", "Age"]
    assert list(figure.data[0].marker.color) == [0.0, 1.0]
