"""Trials that others ran go through the command; every figure equals an analysis written without our code."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.unit.training.learning import independent
from training.cli.app import app

THIRDS = {"none": 1 / 3, "Mens E-Mail": 1 / 3, "Womens E-Mail": 1 / 3}
UNEVEN = {"none": 0.6, "mail": 0.25, "call": 0.15}
SENT = {"none": 0.5, "mail": 0.5}


def write_trial(
    folder: Path,
    chances: dict[str, float],
    rows: int = 4_000,
    *,
    rates: tuple[float, ...] = (0.02, 0.04, 0.03),
    drawn: dict[str, float] | None = None,
    repeats: float = 0.0,
    with_p: bool = False,
    margin: bool = False,
    pack: bool = False,
) -> None:
    """Write a trial as two files.

    ``drawn``: the chances that the arms were drawn with, where they are not those logged
    ``repeats``: share of the decisions that are of a shopper seen before
    """
    rng = np.random.default_rng(17)
    arms = list(chances)
    arm = rng.choice(len(arms), rows, p=list((drawn or chances).values()))
    shopper = np.arange(rows)
    again = rng.random(rows) < repeats
    shopper[again] = rng.integers(0, rows // 2, int(again.sum()))
    p, value = rng.random(rows).round(4), rng.lognormal(4, 0.6, rows).round(2)
    lines, orders = [], []
    for i in range(rows):
        record: dict[str, Any] = {
            "decision_id": f"d{i}", "shopper": f"{shopper[i]:08x}", "time": f"2026-03-0{1 + i * 7 // rows}T08:00:00Z",
            "offer": arms[arm[i]], "propensities": chances, "group": "explore",
        }  # fmt: skip
        if with_p:
            record |= {"p": p[i], "order_value": value[i]}
        lines.append(json.dumps(record))
        if rng.random() < rates[arm[i]]:
            kept = round(0.3 * value[i] - 0.5 * arm[i], 4)
            orders.append(f"d{i},2026-03-12T09:30:00Z,{value[i]},{kept}")
    text = "\n".join([*lines, lines[5]]) + "\n"  # delivery is at least once
    (folder / "decisions.jsonl").write_text(text)
    if pack:
        (folder / "decisions.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    header = "decision_id,time,order_value" + (",margin" if margin else "")
    kept_rows = orders if margin else [row.rsplit(",", 1)[0] for row in orders]
    (folder / "outcomes.csv").write_text("\n".join([header, *kept_rows]) + "\n")


def learn(folder: Path, *, code: int = 0, decisions: str = "decisions.jsonl") -> tuple[str, dict[str, Any]]:
    places = ["--decisions", str(folder / decisions), "--outcomes", str(folder / "outcomes.csv")]
    outcome = CliRunner().invoke(app, ["learn", *places, "--out", str(folder / "learnt")])
    assert outcome.exit_code == code, outcome.output
    return outcome.stdout.strip(), json.loads((folder / "learnt" / "learnt.json").read_text())


def assert_same(folder: Path, found: dict[str, Any]) -> set[str]:
    """Assert that all figures equal the independent ones; return the measures that were compared."""
    trial = independent.read_trial(folder / "decisions.jsonl", folder / "outcomes.csv")
    expected, ours = independent.analyse(trial), independent.found_by(found)
    statistic, p_value = independent.sample_ratio(trial)
    assert found["sample_ratio"]["statistic"] == pytest.approx(statistic, abs=1e-9)
    assert found["sample_ratio"]["p_value"] == pytest.approx(p_value, abs=1e-9)
    assert ours.keys() == expected.keys()
    for offer, measures in expected.items():
        assert ours[offer].keys() == measures.keys()
        for measure, figures in measures.items():
            assert ours[offer][measure] == pytest.approx(figures, abs=1e-9, rel=1e-9), (offer, measure)
    for effect in found["effects"]:
        for name, arm in (("treated", effect["offer"]), ("none", "none")):
            mine = trial[trial["offer"] == arm]
            assert effect[name]["decisions"] == len(mine)
            assert effect[name]["conversion_rate"] == pytest.approx(mine["bought"].mean(), abs=1e-9)
            assert effect[name]["mean_revenue"] == pytest.approx(mine["revenue"].mean(), abs=1e-9)
    return {measure for measures in ours.values() for measure in measures}


def test_three_arms_of_a_third_each_without_p(tmp_path: Path) -> None:
    write_trial(tmp_path, THIRDS)
    stdout, found = learn(tmp_path)
    assert stdout == "effects"
    assert assert_same(tmp_path, found) == {"conversion", "revenue"}
    assert {effect["plain"] for effect in found["effects"]} == {True}
    assert (found["counts"]["decisions"], found["counts"]["repeats"]) == (4_000, 1)
    assert found["refusals"] == []


@pytest.mark.parametrize("pack", [False, True])
def test_unequal_arms_with_p_and_stated_margins(tmp_path: Path, pack: bool) -> None:
    write_trial(tmp_path, UNEVEN, with_p=True, margin=True, pack=pack)
    _, found = learn(tmp_path, decisions="decisions.jsonl.gz" if pack else "decisions.jsonl")
    assert assert_same(tmp_path, found) == {"conversion", "revenue", "margin", "margin_adjusted"}


def test_shoppers_who_come_twice_are_clustered(tmp_path: Path) -> None:
    write_trial(tmp_path, UNEVEN, repeats=0.3, with_p=True, margin=True)
    _, found = learn(tmp_path)
    assert_same(tmp_path, found)
    assert found["counts"]["shoppers"] < 3_600
    assert {effect["plain"] for effect in found["effects"]} == {False}


def test_wrong_and_repeated_rows_are_told_and_change_no_figure(tmp_path: Path) -> None:
    write_trial(tmp_path, SENT)
    _, clean = learn(tmp_path)
    assert not (tmp_path / "learnt" / "rejected_outcomes.csv").exists()
    # Given the same orders, one of them twice, and two wrong rows
    path = tmp_path / "outcomes.csv"
    orders = path.read_text()
    path.write_text(f"{orders}{orders.splitlines()[1]}\n,2026-03-12,5\nd7,soon,much\n")
    # When they are learnt from
    _, found = learn(tmp_path)
    # Then the figures are the same, and what was not taken lies beside them
    counts = found["counts"]
    taken = counts["outcome_rows_taken"]
    assert taken == clean["counts"]["outcome_rows"] == counts["outcome_rows"] - 3
    assert counts["outcome_rows_repeated"] == 1
    assert counts["outcome_rows_rejected"] == {"no id": 1, "time is not ISO 8601": 1}
    assert (found["effects"], found["sample_ratio"]) == (clean["effects"], clean["sample_ratio"])
    assert (tmp_path / "learnt" / "rejected_outcomes.csv").read_text().splitlines() == [
        "file,line,reason,text",
        f'{path},{taken + 3},no id,",2026-03-12,5"',
        f'{path},{taken + 4},time is not ISO 8601; order_value is not a number of at least 0,"d7,soon,much"',
    ]


def test_files_that_cannot_be_read_stop_it_and_are_all_named(tmp_path: Path) -> None:
    write_trial(tmp_path, SENT)
    folder = tmp_path / "orders"
    folder.mkdir()
    (tmp_path / "outcomes.csv").rename(folder / "good.csv")
    (folder / "empty.csv").write_bytes(b"")
    (folder / "cut.csv.gz").write_bytes(gzip.compress(b"id,time,order_value\n" * 99)[:40])
    places = ["--decisions", str(tmp_path / "decisions.jsonl"), "--outcomes", str(folder)]
    outcome = CliRunner().invoke(app, ["learn", *places, "--out", str(tmp_path / "learnt")])
    assert outcome.exit_code == 1
    told = " ".join(outcome.stderr.split())
    assert "2 of the files of --outcomes cannot be read" in told
    assert f"{folder / 'empty.csv'}: line 1 must name the columns, and is empty" in told
    assert f"{folder / 'cut.csv.gz'}: the gzip is damaged" in told
    assert not (tmp_path / "learnt").exists()


def test_an_arm_in_which_nobody_buys(tmp_path: Path) -> None:
    write_trial(tmp_path, THIRDS, rates=(0.03, 0.0, 0.03))
    _, found = learn(tmp_path)
    assert_same(tmp_path, found)
    assert found["effects"][0]["treated"]["conversions"] == 0


def test_a_trial_in_which_nobody_buys_has_no_interval_of_amounts(tmp_path: Path) -> None:
    write_trial(tmp_path, SENT, rates=(0.0, 0.0))
    _, found = learn(tmp_path)
    effect = found["effects"][0]
    assert effect["conversion"]["interval"] == pytest.approx(independent.newcombe(0, effect["treated"]["decisions"], 0,
                                                             effect["none"]["decisions"])[1:3], abs=1e-9)  # fmt: skip
    assert (effect["revenue"]["interval"], effect["revenue"]["p_value"]) == ([None, None], 1.0)


def test_an_arm_of_one_decision_is_counted_and_not_compared(tmp_path: Path) -> None:
    write_trial(tmp_path, {"none": 0.5, "mail": 0.4997, "call": 0.0003})
    _, found = learn(tmp_path)
    assert_same(tmp_path, found)
    call = next(effect for effect in found["effects"] if effect["offer"] == "call")
    assert call["treated"]["decisions"] == 1
    assert call["not_compared"].startswith("not compared: 1 decisions with it")
    assert call["conversion"] is None
    assert any(note.startswith("call: not compared") for note in found["notes"])


def test_a_split_that_is_not_the_logged_one_stops_everything(tmp_path: Path) -> None:
    write_trial(tmp_path, SENT, drawn={"none": 0.53, "mail": 0.47})
    _, found = learn(tmp_path, code=1)
    statistic, p_value = independent.sample_ratio(
        independent.read_trial(tmp_path / "decisions.jsonl", tmp_path / "outcomes.csv")
    )
    assert p_value < 0.001
    assert found["sample_ratio"]["p_value"] == pytest.approx(p_value, rel=1e-9)
    assert found["sample_ratio"]["statistic"] == pytest.approx(statistic, abs=1e-9)
    assert (found["effects"], found["rates"], found["may_challenge"]) == ([], None, False)
    assert found["refusals"][0].startswith("sample-ratio: p-value")
