"""The table in the documentation is what the function says."""

import re
from pathlib import Path

import pytest

from training.offers.duration import weeks_until_shown

DOCUMENT = Path(__file__).parents[4] / "docs" / "experiments.md"


def test_the_documented_weeks_are_computed() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\d,]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    assert [int(row[0].replace(",", "")) for row in rows] == [2_000, 10_000, 50_000, 250_000]
    for week, *weeks in rows:
        shoppers = float(week.replace(",", ""))
        expected = [weeks_until_shown(0.30, 0.01, shoppers, share) for share in (0.02, 0.05, 0.10, 0.50)]
        assert [int(one) for one in weeks] == expected


def test_more_shoppers_or_a_larger_control_group_take_less_time() -> None:
    assert weeks_until_shown(0.3, 0.01, 1_000, 0.5) == pytest.approx(
        weeks_until_shown(0.3, 0.01, 2_000, 0.5) * 2, abs=2
    )
    assert weeks_until_shown(0.3, 0.01, 1_000, 0.1) > weeks_until_shown(0.3, 0.01, 1_000, 0.2)
