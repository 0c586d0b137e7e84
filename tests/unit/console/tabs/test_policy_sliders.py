"""Moved numbers become a policy that the training command reads back."""

from pathlib import Path

import pytest

from console import words
from console.tabs import policy_sliders
from training.offers.policy_file import read_policy
from training.shops.public_shopper import public_shopper

POLICY = public_shopper().offers
DOCUMENT = POLICY.model_dump(mode="json")


def test_what_was_not_moved_stays_as_it_was_sourced() -> None:
    still = [(knob, knob.value) for found in policy_sliders.knobs(DOCUMENT).values() for knob in found]
    assert policy_sliders.changed_policy(DOCUMENT, still) == POLICY


def test_a_moved_number_says_that_it_was_tried_out_and_survives_the_export(tmp_path: Path) -> None:
    knob = policy_sliders.knobs(DOCUMENT)["Shop"][1]
    moved = policy_sliders.changed_policy(DOCUMENT, [(knob, 0.25)])
    assert (moved.caution.value, moved.caution.source) == (0.25, policy_sliders.TRIED)
    assert DOCUMENT["caution"]["value"] == POLICY.caution.value  # the champion's is untouched
    file = tmp_path / "offers.yaml"
    file.write_text(policy_sliders.as_yaml(moved), encoding="utf-8")
    assert read_policy(file) == moved


@pytest.mark.parametrize("offer", [one.name for one in POLICY.interventions])
def test_every_offer_has_its_sliders(offer: str) -> None:
    found = policy_sliders.knobs(DOCUMENT)
    assert [knob.label.split(",")[0] for knob in found[words.offer(offer)]] == [
        "Discount", "Cost per customer", "Recovery rate",
    ]  # fmt: skip
