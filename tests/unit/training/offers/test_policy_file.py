"""A file of offers is read and checked."""

from pathlib import Path

import pytest

from training.errors import ShopRefused
from training.offers.policy_file import read_policy
from training.shops.public_shopper import public_shopper

OFFERS = """\
currency: EUR
order_value: {value: 80, source: the average of last year}
gross_margin_rate: {value: 0.3, source: books}
caution: {value: 0, source: measured}
minimum_margin_rate: {value: 0.1, source: books}
interventions:
  - name: five_euros
    discount_amount: {value: 5, source: the offer}
    fixed_cost: {value: 0.1, source: the message}
    base_recovery_rate: {value: 0.2, source: an experiment}
"""


def test_a_file_of_offers_may_leave_out_tiers_segments_and_sensitivity(tmp_path: Path) -> None:
    path = tmp_path / "offers.yaml"
    path.write_text(OFFERS)
    offers = read_policy(path)
    assert offers.choices == ("none", "five_euros")
    assert (offers.sensitivity, offers.value_tier, offers.recency_segment) == (None, None, None)
    offers.check_against(public_shopper().recipe)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("{value: 0.3,", "{value: 2,", r"offers\.yaml, line 3: gross_margin_rate\.value: input should be less than"),
        ("currency: EUR", "currency: [", r"offers\.yaml"),
        ("currency: EUR", "currenzy: EUR", r"offers\.yaml, line 1: unknown key currenzy; did you mean currency"),
    ],
)
def test_a_file_that_cannot_be_used_names_line_key_and_fault(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    path = tmp_path / "offers.yaml"
    path.write_text(OFFERS.replace(right, wrong))
    with pytest.raises(ShopRefused, match=message):
        read_policy(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShopRefused, match=r"nowhere\.yaml"):
        read_policy(tmp_path / "nowhere.yaml")
