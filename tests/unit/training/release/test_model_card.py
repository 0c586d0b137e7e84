"""The card says what was measured."""

from training.evaluation.evaluate import Metrics
from training.release import model_card
from training.shops.public_shopper import public_shopper

SHOP = public_shopper()
RECIPE = SHOP.recipe


def test_the_card_says_of_the_signal_what_was_measured() -> None:
    def limits(**importance: float) -> str:
        signals = [{"input": name, "importance": value} for name, value in importance.items()]
        return model_card._limits(RECIPE, {"signals": signals})

    # Given one input that carries nearly all the signal, from a questionnaire
    few = limits(impulse_buying_score=0.2, age=0.002, income_level=0.001, household_size=-0.001)
    assert "`impulse_buying_score`, `age`, `income_level` carry nearly all the signal: 100% of the AUC" in few
    assert "Scores such as `impulse_buying_score` come from questionnaires" in few
    # And signal that many inputs share, none of them a score
    many = limits(age=0.1, income_level=0.1, household_size=0.1, monthly_spend=0.1)
    assert "`age`, `income_level`, `household_size` carry the most signal: 75% of the AUC" in many
    assert "questionnaires" not in many
    assert "the model has learnt nothing" in limits(age=0.0)


def test_the_bayes_optimum_stands_beside_the_model_where_it_is_known(metrics: Metrics) -> None:
    card = model_card._metrics(metrics)
    row = next(line for line in card.splitlines() if line.startswith("| f1 |"))
    assert row.endswith(f" {metrics['limit_f1']:.4f} |")
    assert "The Bayes optimum is the exact posterior" in card
    unknown = {name: value for name, value in metrics.items() if not name.startswith("limit_")}
    assert "The Bayes optimum is known for the simulated twin only." in model_card._metrics(unknown)


def test_the_calibration_plot_has_a_dot_a_bin_with_its_area_by_the_bins_rows() -> None:
    bins = [{"rows": 400.0, "predicted": 0.0, "observed": 0.0}, {"rows": 100.0, "predicted": 1.0, "observed": 0.5}]
    plot = model_card.calibration_svg(bins)
    assert '<circle cx="40.0" cy="280.0" r="10.0"/><circle cx="280.0" cy="160.0" r="6.0"/>' in plot
