"""The network is trained, exported and calibrated over blanks."""

import numpy as np
import pytest

from lambda_fn.scoring.columns import Columns
from training.data.prepared import Prepared
from training.errors import TrainingError
from training.evaluation.blanked import on_holdout
from training.evaluation.explained import explained
from training.models import blanks, export, pupil, teacher
from training.models.families import NETWORK
from training.models.train import train


def only(known: dict[str, float], prepared: Prepared) -> Columns:
    """Return one shopper of whom nothing else is known."""
    nobody = blanks.nobody(prepared.columns(prepared.split.holdout[:1]))
    for name, value in known.items():
        nobody.numbers[0, prepared.layout.numeric_names.index(name)] = value
    return nobody


def test_it_takes_missing_as_a_value_and_says_the_base_rate_of_nobody(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teacher, "MOST_COPIES", 2)
    monkeypatch.setattr(pupil, "LESSONS", 4)
    candidate = train(prepared, NETWORK, 0)
    assert (candidate.family, candidate.missing) == ("network", "value")
    assert candidate.largest_difference <= export.LARGEST_DIFFERENCE
    nobody = on_holdout(prepared, candidate)["blanked"][-1]
    base_rate = prepared.train.labels.mean()
    assert nobody["mean_risk"] == pytest.approx(base_rate, abs=0.05)
    # And of a shopper of whom only the order is known (README), or only age and income
    for known in ({"average_order_value": 180.0}, {"age": 35.0, "income_level": 50_000.0}):
        assert candidate.risk(prepared, only(known, prepared))[0] == pytest.approx(base_rate, abs=0.06)
    # And it explains up to 500 shoppers of the holdout: effects add up, importance follows from them
    found = explained(prepared, candidate)
    rows = found["explained"]
    effects = np.array(rows["effects"])
    np.testing.assert_allclose(effects.sum(axis=1), np.array(rows["risk"]) - rows["nobody"], atol=1e-4)
    assert len(effects) == 500
    means = dict(zip(rows["inputs"], np.abs(effects).mean(axis=0), strict=True))
    assert found["importance"] == pytest.approx(means, abs=1e-5)
    assert next(iter(found["importance"])) == max(means, key=lambda name: means[name])


def test_parameters_are_refused_by_name(prepared: Prepared) -> None:
    with pytest.raises(TrainingError, match="network takes no parameters; leave out depth"):
        train(prepared, NETWORK, 0, {"depth": 3})
