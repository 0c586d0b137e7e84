"""The simulator shows the numbers of ``training.offers.simulate``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import httpx

from cdk.ops.client import ShopClient
from console import words
from lambda_fn.registry import Registry
from tests.browser.visit import Visit
from training.offers.policy_file import read_policy
from training.offers.simulate import simulate
from training.release.package import with_policy

BUDGET = 400


def test_moved_sliders_give_the_numbers_of_the_training_command(
    visit: Visit, client: ShopClient, scored: dict[str, Any], url: str, tmp_path: Path
) -> None:
    # Given a scored file, a budget, and no caution
    visit.tab("Simulator")
    visit.page.locator("#sim-file input").click()
    visit.page.get_by_role("option", name="autumn", exact=True).click()
    visit.page.locator("#sim-budget textarea").fill(str(BUDGET))
    caution = visit.page.get_by_label("number input for Shop: caution: cut of assumed rates")
    caution.fill("0.2")
    caution.press("Enter")

    # When it is simulated
    visit.page.locator("#simulate").click()
    visit.page.locator("#sim-result .facts").wait_for()

    # Then spend and margin are those of the training's simulator under the exported offers
    address = visit.page.locator("#sim-export a").get_attribute("href")
    offers = tmp_path / "offers.yaml"
    offers.write_bytes(httpx.get(url.rstrip("/") + str(address), trust_env=False).raise_for_status().content)
    policy = read_policy(offers)
    assert policy.caution.value == 0.2
    data = tmp_path / "autumn.csv"
    data.write_bytes(client.fetch("incoming/autumn.csv") or b"")
    registry = Registry(client.outputs.registry_bucket, client.s3)
    model = with_policy(registry.load(registry.routing()[0].champion), policy)
    expected = simulate(model, data, BUDGET, {}, dt.date.fromisoformat(scored["as_of"]))
    shown = visit.text("sim-result")
    assert words.money(expected.allocation.margin, "USD") in shown
    assert words.money(expected.allocation.cost, "USD") in shown
    assert words.count(len(expected.user_ids)) in shown
    assert len(expected.user_ids) == scored["scored"]
    tables = visit.text("sim-tables")
    for name, number in expected.counts().items():
        assert f"{words.offer(name)}\t{words.count(number)}\t" in tables
