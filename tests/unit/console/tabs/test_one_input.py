"""What one input's values are, and whose risk is asked for."""

from hypothesis import given
from hypothesis import strategies as st

from console.inputs import Field
from console.tabs import one_input


@given(st.floats(-1e6, 1e6), st.floats(0.01, 1e6), st.booleans())
def test_steps_are_few_rising_and_inside(low: float, width: float, whole: bool) -> None:
    steps = one_input.even_steps(low, low + width, whole)
    assert 1 <= len(steps) <= 13
    assert steps == sorted(set(steps))
    if len(steps) > 1:
        assert low <= steps[0]
        assert steps[-1] <= low + width


def test_a_grid_spans_the_rows_and_not_the_bounds() -> None:
    field = Field("spend", "number", minimum=0, maximum=10_000_000)
    rows = [{"spend": "10"}, {"spend": "120"}, {"spend": ""}, {"spend": "abc"}, {"spend": "99999999"}]
    assert one_input.grid(field, rows) == [10.0 * tens for tens in range(1, 13)]
    assert one_input.grid(Field("member", "flag")) == ["no", "yes"]
    assert one_input.grid(Field("device", "category", known=("a", "b"))) == ["a", "b"]
    assert one_input.grid(Field("since", "date")) == []
