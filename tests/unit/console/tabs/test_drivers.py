"""What the drivers' charts are made of."""

from typing import Any

from console.effects import read_effects
from console.tabs import drivers

SIGNALS = [{"input": name, "importance": value} for name, value in (("a", 0.1), ("b", 0.3), ("c", 0.00001))]
EXPLAINED: dict[str, Any] = {
    "importance": {"spend": 0.3, "age": 0.015, "town": 0.0},
    "explained": {
        "inputs": ["age", "spend", "town"],
        "nobody": 0.6,
        "risk": [0.21, 0.82],
        "values": [[20.0, 1.0, None], [30.0, 3.0, None]],
        "effects": [[0.01, -0.4, 0.0], [0.02, 0.2, 0.0]],
    },
    "signals": SIGNALS,
}


def test_without_effects_importance_is_the_auc_lost_and_negligible_inputs_are_left_out() -> None:
    figure = drivers.importance_figure({"signals": SIGNALS})
    assert list(figure.data[0].y) == ["B", "A"]
    assert figure.layout.xaxis.title.text == "AUC lost when shuffled"
    assert "validation rows" in drivers.importance_about({"signals": SIGNALS})


def test_with_effects_importance_is_their_mean_in_points() -> None:
    figure = drivers.importance_figure(EXPLAINED)
    assert (list(figure.data[0].y), list(figure.data[0].x)) == (["Spend", "Age"], [30, 1.5])
    assert "explained holdout rows" in drivers.importance_about(EXPLAINED)
    assert drivers.strongest(EXPLAINED) == ["spend", "age", "town"]
    assert drivers.strongest({"signals": SIGNALS}) == ["b", "a", "c"]


def test_single_customers_are_shown_by_the_size_of_their_effects() -> None:
    effects = read_effects(EXPLAINED)
    assert effects is not None
    figure = drivers.beeswarm_figure(effects)
    assert [one.name for one in figure.data] == ["Spend", "Age"]  # of the town nothing is known
    assert list(figure.data[0].marker.color) == [0.0, 1.0]
