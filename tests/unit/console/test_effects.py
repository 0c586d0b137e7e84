"""The explained rows of a metrics document, by input."""

from typing import Any

import pytest

from console.effects import InputEffects, read_effects


def metrics(**changes: Any) -> dict[str, Any]:
    rows = {
        "inputs": ["age", "device"],
        "nobody": 0.6,
        "risk": [0.65, 0.5],
        "values": [[20.0, "phone"], [None, "laptop"]],
        "effects": [[0.01, 0.04], [0.0, -0.1]],
    }
    return {"explained": {**rows, **changes}}


def test_effects_are_ranked_by_size_and_hold_known_values_only() -> None:
    found = read_effects(metrics())
    assert found is not None
    assert (found.nobody, found.shoppers) == (0.6, 2)
    assert found.inputs == (
        InputEffects("device", ("phone", "laptop"), (0.04, -0.1)),
        InputEffects("age", (20.0,), (0.01,)),
    )
    assert found.rows == ({"age": 20.0, "device": "phone"}, {"device": "laptop"})
    assert found.of("age") == InputEffects("age", (20.0,), (0.01,))
    assert found.of("town") is None


@pytest.mark.parametrize("document", [{}, metrics(risk=[], values=[], effects=[])])
def test_a_model_without_reasons_has_none(document: dict[str, Any]) -> None:
    assert read_effects(document) is None
