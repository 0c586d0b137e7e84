"""A simulation in words."""

from dataclasses import replace

import numpy as np

from console.tabs import simulated_file
from lambda_fn.scoring.offers.budget import Allocation
from training.offers.simulate import Simulation

FOUND = Simulation(
    user_ids=np.array(["a", "b", "c"], object),
    choices=("none", "discount_10"),
    currency="USD",
    margins=np.array([[1.0], [2.5], [-1.0]]),
    allocation=Allocation(choice=np.array([1, 1, 0]), cost=4.0, margin=3.5),
    curve=((0.0, 0.0), (4.0, 3.5)),
    unlimited=(4.0, 3.5),
    same_for_all=("discount_10", 6.0, 2.5),
    left_out={"not UTF-8": 2},
)


def test_the_tried_policy_stands_beside_the_champion_s_no_offer_and_the_same_for_all() -> None:
    champion = replace(FOUND, allocation=Allocation(choice=np.array([0, 1, 0]), cost=2.0, margin=2.5))
    shown = simulated_file.contrast_html(champion, FOUND)
    for name, spend, margin, customers in (
        ("These numbers", "4.00", "3.50", "2"),
        ("The champion&#x27;s numbers", "2.00", "2.50", "1"),
        ("No offer at all", "0.00", "0.00", "0"),
        ("Discount 10 for everybody", "6.00", "2.50", "3"),
    ):
        cells = "".join(f"<td class='number'>{cell}</td>" for cell in (spend, margin, customers))
        assert f"<td>{name}</td>{cells}" in shown
    who = simulated_file.offers_html(champion, FOUND)
    assert "<td>Discount 10</td><td class='number'>2</td><td class='number'>1</td>" in who


def test_rows_that_were_left_out_are_counted_by_reason() -> None:
    shown = simulated_file.facts_html(FOUND, 100.0)
    assert "of a budget of 100.00 USD" in shown
    assert "2 left out: not UTF-8" in shown
    many = replace(FOUND, left_out={"a": 1, "b": 9, "c": 5, "d": 2, "e": 1})
    assert "9 left out: b; 5 left out: c; 2 left out: d; 2 more for other reasons" in simulated_file.facts_html(many, 1)
    assert "no limit" in simulated_file.facts_html(FOUND, simulated_file.NO_LIMIT)


def test_the_same_for_all_is_drawn_unless_it_would_flatten_the_curve() -> None:
    names = [one.name for one in simulated_file.curve_figure(FOUND).data]
    assert "Discount 10 for all" in names
    far = replace(FOUND, same_for_all=("discount_10", 600.0, 2.5))
    assert "Discount 10 for all" not in [one.name for one in simulated_file.curve_figure(far).data]
