"""Experiment: sizes and effects of ``training.offers.ab_test``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from console import words
from tests.browser.visit import Visit
from training.offers.ab_test import analyse, sample_size


def test_a_test_is_planned_and_its_outcomes_analysed_by_the_training_s_statistics(visit: Visit, tmp_path: Path) -> None:
    # Given outcomes of two arms
    rng = np.random.default_rng(5)
    treated = rng.random(3_000) < 0.5
    bought = (rng.random(3_000) < np.where(treated, 0.09, 0.05)).astype(np.float64)
    file = tmp_path / "outcomes.csv"
    pd.DataFrame({"arm": np.where(treated, "mail", "control"), "outcome": bought}).to_csv(file, index=False)
    visit.tab("Experiment")

    # When a test is planned, then the page shows its size
    visit.page.locator("#plan").click()
    visit.page.locator("#planned .facts").wait_for()
    needed = sample_size(0.05, 0.01)
    assert words.count(needed.control) in visit.text("planned")

    # When the outcomes are analysed, then the page shows effect and interval
    visit.page.locator("#outcomes input[type=file]").set_input_files(file)
    visit.page.locator("#outcomes").get_by_text("outcomes").first.wait_for()
    visit.page.locator("#outcomes a").first.wait_for()
    visit.page.locator("#analyse").click()
    visit.page.locator("#effect .facts").first.wait_for()
    found = analyse(bought[~treated], bought[treated])
    shown = visit.text("effect")
    assert f"{found.difference:+.5g}" in shown
    assert f"{found.interval[0]:+.5g} to {found.interval[1]:+.5g}" in shown
    assert "mail does better" in shown
