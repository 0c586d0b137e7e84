"""The network is trained, exported and calibrated over blanks."""

import pytest

from training.data.prepared import Prepared
from training.errors import TrainingError
from training.evaluation.blanked import on_holdout
from training.models import export, pupil, teacher
from training.models.families import NETWORK
from training.models.train import train


def test_it_takes_missing_as_a_value_and_says_the_base_rate_of_nobody(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teacher, "MOST_COPIES", 2)
    monkeypatch.setattr(pupil, "LESSONS", 4)
    candidate = train(prepared, NETWORK, 0)
    assert (candidate.family, candidate.missing) == ("network", "value")
    assert candidate.largest_difference <= export.LARGEST_DIFFERENCE
    nobody = on_holdout(prepared, candidate)["blanked"][-1]
    assert nobody["mean_risk"] == pytest.approx(prepared.train.labels.mean(), abs=0.05)


def test_parameters_are_refused_by_name(prepared: Prepared) -> None:
    with pytest.raises(TrainingError, match="network takes no parameters; leave out depth"):
        train(prepared, NETWORK, 0, {"depth": 3})
