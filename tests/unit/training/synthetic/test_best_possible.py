"""On the twin, a model comes as close to the Bayes optimum as its card says."""

from pathlib import Path

import numpy as np
import pytest

from training.data.options import DataOptions
from training.data.prepare import prepare
from training.evaluation.baselines import baseline_metrics, single_feature_aucs
from training.models.candidate import DECISION_THRESHOLD
from training.models.metrics import Ranking
from training.models.train import train
from training.offers.synthetic_world import twin_table
from training.shops.public_shopper import public_shopper
from training.synthetic import twin
from training.synthetic.best_possible import bayes_optimum_metrics, is_twin, posterior

SHOP = public_shopper()
RECIPE = SHOP.recipe


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float | str]:
    """Return the metrics of a logistic model, its baselines and the Bayes optimum, on a holdout of 6,000 rows."""
    path = tmp_path_factory.mktemp("reach") / "usa.csv"
    list(twin.write_csv(path, 30_000, seed=7, country="USA"))
    data = prepare(DataOptions(path))
    p = train(data, "logistic", 0).probabilities(data.holdout.matrix)
    best = single_feature_aucs(data.train, data.recipe.feature_names)[0]
    return {
        **Ranking(data.holdout.labels, p, DECISION_THRESHOLD).metrics(),
        **baseline_metrics(best, data.train, data.validation, data.holdout),
        **bayes_optimum_metrics(data.table(data.split.holdout), data.holdout.labels, 30),
    }


def test_f1_auc_and_calibration_reach_the_bayes_optimum(metrics: dict[str, float]) -> None:
    assert metrics["f1"] >= metrics["limit_f1"] - 0.002
    assert metrics["roc_auc"] >= metrics["limit_roc_auc"] - 0.001
    assert metrics["expected_calibration_error"] <= 0.01


def test_the_model_beats_the_constant_and_the_best_single_feature(metrics: dict[str, float]) -> None:
    assert metrics["f1"] > metrics["constant_f1"] + 0.15
    assert metrics["roc_auc"] > metrics["best_single_feature_roc_auc"]


def test_the_posterior_is_the_share_of_positives_among_alike_shoppers() -> None:
    table = twin_table(RECIPE, 40_000, 9, "all")
    rate = twin.generate(40_000, 9)["cart_abandonment_rate"]
    p = posterior(table, 30)
    for value in np.unique(p):
        rows = p == value
        assert (rate[rows] >= 30).mean() == pytest.approx(value, abs=5 * np.sqrt(0.25 / rows.sum()) + 1e-9)


def test_the_twin_is_recognised_and_one_wrong_row_is_enough_to_doubt_it(tmp_path: Path) -> None:
    del tmp_path
    drawn = twin.generate(2_000, 1)
    table = twin_table(RECIPE, 2_000, 1, "all")
    table["cart_abandonment_rate"] = drawn["cart_abandonment_rate"]
    assert is_twin(table)
    table.loc[0, "cart_abandonment_rate"] = 100
    assert not is_twin(table)
    assert not is_twin(table.drop(columns="impulse_buying_score"))


def test_shuffling_alike_shoppers_beats_the_bayes_optimum_by_chance_only() -> None:
    # Given predictors that know the posterior, and order alike shoppers by chance
    table = twin_table(RECIPE, 5_000, 9, "all")
    labels = (twin.generate(5_000, 9)["cart_abandonment_rate"] >= 30).astype(np.int8)
    p = posterior(table, 30)
    rng = np.random.default_rng(1)
    found = [Ranking(labels, p + rng.random(len(p)) * 1e-3, 0.5).metrics()["average_precision"] for _ in range(9)]
    # Then they are on both sides of the Bayes optimum
    assert min(found) < bayes_optimum_metrics(table, labels, 30)["limit_average_precision"] < max(found)
