"""The label's unit is explicit, and a label that a constant answers is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data import label
from training.errors import LabelRefused
from training.shops.shop import RateLabel, ValueLabel
from training.synthetic import twin

F = np.float64
RATE = RateLabel(column="rate")
TRAP = RateLabel(column="rate", threshold_percent=0.3)
VALUES = ValueLabel(column="bought", abandoned=("FALSE",))


def test_the_published_trap_is_refused_with_the_constants_f1() -> None:
    # Given the published label on the real file's figures: "rate >= 0.3" on a column in percent,
    # 94,495 of 99,996 positive
    labels = np.zeros(99_996, dtype=np.int8)
    labels[:94_495] = 1
    # When it is checked, then it is refused, and the message names the published headline for what it is
    with pytest.raises(LabelRefused, match=r"94\.5%.*F1 0\.9717"):
        label.check_balance(labels, TRAP)


def test_the_trap_is_refused_on_the_twin_too() -> None:
    rates = twin.generate(20_000, seed=1)["cart_abandonment_rate"].astype(F)
    percent, unit = label.in_percent(rates)
    assert unit == "percent"
    with pytest.raises(LabelRefused, match="minority is below 10%"):
        label.check_balance(label.binarise(percent, 0.3), TRAP)
    label.check_balance(label.binarise(percent, 30), RATE)


def test_imbalance_is_accepted_when_asked_for_but_a_constant_label_never() -> None:
    rare = np.zeros(1_000, dtype=np.int8)
    rare[:20] = 1
    label.check_balance(rare, RATE, allow_imbalance=True)
    with pytest.raises(LabelRefused, match="is 0 in all 1,000 rows"):
        label.check_balance(np.zeros(1_000, dtype=np.int8), RATE, allow_imbalance=True)


def test_a_column_that_never_exceeds_one_is_a_fraction() -> None:
    percent, unit = label.in_percent(np.array([0.0, 0.25, 1.0, np.nan]))
    assert unit == "fraction"
    np.testing.assert_array_equal(percent, [0, 25, 100, np.nan])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0.0, 1.0, 1.0], "only 0 and 1"),
        ([0.1, 0.2, 0.3, 0.4, 55.0], "reaches 55, but 80% of its rates lie between 0 and 1"),
        ([40.0, 0.4, 60.0, 0.6, 0.0], "fractions among percentages"),
        ([-1.0, 50.0], "runs from -1 to 50"),
        ([50.0, 101.0], "runs from 50 to 101"),
        ([np.nan], "has no values"),
    ],
)
def test_an_ambiguous_column_is_an_error(values: list[float], message: str) -> None:
    with pytest.raises(LabelRefused, match=message):
        label.in_percent(np.array(values))


def test_a_stated_unit_settles_what_is_ambiguous() -> None:
    zero_one = np.array([0.0, 1.0])
    assert label.in_percent(zero_one, "percent")[0].tolist() == [0, 1]
    assert label.in_percent(zero_one, "fraction")[0].tolist() == [0, 100]
    with pytest.raises(LabelRefused, match="said to be a fraction, but reaches 40"):
        label.in_percent(np.array([0.1, 40.0]), "fraction")


@given(st.lists(st.integers(2, 100), min_size=1, max_size=50))
def test_whole_percentages_and_their_fractions_give_the_same_label(rates: list[int]) -> None:
    percent = np.array(rates, dtype=F)
    as_fraction, unit = label.in_percent(percent / 100, "fraction")
    assert unit == "fraction"
    np.testing.assert_allclose(as_fraction, percent)
    np.testing.assert_array_equal(label.in_percent(percent)[0], percent)


def test_the_constants_f1_is_the_published_one() -> None:
    assert label.constant_f1(94_495 / 99_996) == pytest.approx(0.9717, abs=1e-4)
    assert label.constant_f1(0.619) == pytest.approx(0.765, abs=1e-3)
    assert label.constant_f1(0.0) == 0.0


@pytest.mark.parametrize("threshold", range(1, 101))
def test_a_fraction_reaches_the_threshold_that_it_equals(threshold: int) -> None:
    percent, _ = label.in_percent(np.array([threshold / 100, (threshold - 1) / 100]), "fraction")
    assert label.binarise(percent, threshold).tolist() == [1, 0]


def test_values_may_be_as_rare_as_a_class_that_can_be_measured_and_it_is_said_what_that_means_for_f1() -> None:
    rare = np.zeros(2_000, dtype=np.int8)
    rare[:20] = 1
    said = label.check_balance(rare, VALUES)
    assert said == (
        "only 1.0% of the carts are abandoned: always answering 'will abandon' scores F1 0.0198, so look at the AUC "
        "and the log loss beside the constant's, not at F1"
    )
    assert label.check_balance(1 - rare, VALUES).startswith("only 1.0% of the carts are completed: ")
    assert label.check_balance(np.array([0, 1] * 20, dtype=np.int8), VALUES) == ""
    with pytest.raises(LabelRefused, match=r"bought in \(FALSE\).* has 19 rows of its rarer class.* at least 20"):
        label.check_balance(rare[1:], VALUES)


def test_a_label_of_values_is_read_as_it_stands_and_a_rate_by_its_unit() -> None:
    rates, stands = np.array([0.1, 0.3, 0.5]), np.array([0.0, 1.0, 1.0])
    found = [label.labels_of(RATE, rates), label.labels_of(VALUES, stands)]
    assert [(labels.values.tolist(), labels.unit) for labels in found] == [
        ([0, 1, 1], "fraction"),
        ([0, 1, 1], "values"),
    ]
