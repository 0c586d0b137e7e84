"""Moved numbers become a policy that the training command reads back."""

import gzip
from pathlib import Path

import pytest

from console import words
from console.tabs import simulator
from training.offers.policy_file import read_policy
from training.shops.public_shopper import public_shopper

POLICY = public_shopper().offers
DOCUMENT = POLICY.model_dump(mode="json")


def test_what_was_not_moved_stays_as_it_was_sourced() -> None:
    still = [(knob, knob.value) for found in simulator.knobs(DOCUMENT).values() for knob in found]
    assert simulator.changed_policy(DOCUMENT, still) == POLICY


def test_a_moved_number_says_that_it_was_tried_out_and_survives_the_export(tmp_path: Path) -> None:
    knob = simulator.knobs(DOCUMENT)["Shop"][1]
    moved = simulator.changed_policy(DOCUMENT, [(knob, 0.25)])
    assert (moved.caution.value, moved.caution.source) == (0.25, simulator.TRIED)
    assert DOCUMENT["caution"]["value"] == POLICY.caution.value  # the champion's is untouched
    file = tmp_path / "offers.yaml"
    file.write_text(simulator.as_yaml(moved), encoding="utf-8")
    assert read_policy(file) == moved


@pytest.mark.parametrize("offer", [one.name for one in POLICY.interventions])
def test_every_offer_has_its_sliders(offer: str) -> None:
    found = simulator.knobs(DOCUMENT)
    assert [knob.label.split(",")[0] for knob in found[words.offer(offer)]] == [
        "Discount", "Cost per customer", "Recovery rate",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_what_was_rejected_is_not_simulated(tmp_path: Path, name: str) -> None:
    data, rejected = tmp_path / name, tmp_path / "rejected.csv"
    pack = gzip.compress if name.endswith(".gz") else bytes
    data.write_bytes(pack(b'id,x\n1,2\n2,"a\nb"\n3,\xe9\n4,5\n'))
    rejected.write_text('line,reason,text\n3,two lines,"2,""a\nb"""\n5,not UTF-8,3\n')
    simulator.leave_out(data, simulator.rejected_lines(rejected))
    unpack = gzip.decompress if name.endswith(".gz") else bytes
    assert unpack(data.read_bytes()) == b"id,x\n1,2\n4,5\n"
