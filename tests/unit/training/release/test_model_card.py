"""The card says what was measured."""

from training.release import model_card
from training.shops.shopper import RECIPE


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
