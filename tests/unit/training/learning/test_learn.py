"""A log is analysed from its files to the figures; what it cannot tell is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from lambda_fn.registry import Artefact
from lambda_fn.scoring.offers.assignment import Assigner, Assignment, choose, with_none
from lambda_fn.scoring.offers.decider import Decider, Signals
from lambda_fn.scoring.offers.decision_log import DecisionRecord, write_line
from tests import factories
from training.cli.app import app
from training.release.package import read, write

KEY = b"k" * 32
SHARES = Assignment(control_share=0.2, explore_share=0.5)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(Artefact(*factories.artefact()), tmp_path_factory.mktemp("model"))


def log_files(model: Path, folder: Path, rows: int = 6_000, worth: float = 0.5) -> None:
    """Write a log of the model's policy, and its outcomes by raw id, in which half of the assumptions come true."""
    manifest = read(model).manifest
    rng, policy = np.random.default_rng(4), manifest.policy
    signals = Signals(
        rng.random(rows), rng.uniform(20, 400, rows), rng.random(rows), rng.integers(0, 3, rows).astype(float),
        rng.integers(0, 4, rows).astype(float),
    )  # fmt: skip
    decider, assigner = Decider(policy, manifest.recipe), Assigner(SHARES, KEY)
    ids = [b"%d" % number for number in range(rows)]
    allowed = with_none(decider.eligible(signals))
    greedy = decider.decide(signals).choice
    chosen = choose(allowed, greedy, assigner.draw(ids), SHARES)
    rates = np.column_stack([np.zeros(rows), decider.assumed_rates(signals.sensitivity)])
    recovered = worth * rates[np.arange(rows), chosen.choice]
    lost = 0.4 + 0.5 * signals.risk
    bought = rng.random(rows) < 1 - lost + lost * recovered
    lines = [
        write_line(DecisionRecord(
            decision_id=f"d{i}", shopper=assigner.shopper_hash(ids[i]), time="2026-01-01T10:00:00Z",
            p=signals.risk[i], order_value=signals.order_value[i], sensitivity=signals.sensitivity[i],
            tier=("Low", "Mid", "High")[int(signals.value_tier[i])],
            segment=("Active", "Warm", "Cold", "Dormant")[int(signals.recency_segment[i])],
            allowed=tuple(name for name, may in zip(policy.choices, allowed[i], strict=True) if may),
            propensities=tuple(chosen.propensities[i][allowed[i]].tolist()), offer=policy.choices[chosen.choice[i]],
        ))
        for i in range(rows)
    ]  # fmt: skip
    (folder / "decisions").mkdir()
    (folder / "decisions" / "a.jsonl").write_bytes(b"".join(lines[: rows // 2]))
    (folder / "decisions" / "b.jsonl").write_bytes(b"".join(lines[rows // 2 - 10 :]))
    orders = [f"{i},2026-01-03,{signals.order_value[i]}\n" for i in np.flatnonzero(bought)]
    (folder / "outcomes.csv").write_text("user_id,time,order_value\n" + "".join(orders))
    (folder / "key").write_bytes(KEY)


def command(name: str, folder: Path, *more: object, code: int = 0) -> tuple[str, str]:
    places = ("--decisions", folder / "decisions", "--outcomes", folder / "outcomes.csv")
    outcome = CliRunner().invoke(app, [str(one) for one in (name, *places, *more)])
    assert outcome.exit_code == code, outcome.output
    return outcome.stdout.strip(), " ".join(outcome.stderr.split())


def trial_files(folder: Path, *, skewed: bool = False) -> None:
    """Write a trial from elsewhere: no p, no signals, ids as they are, two mails that half are sent."""
    rng = np.random.default_rng(6)
    arms = rng.choice(["none", "mail_a", "mail_b"], size=3_000, p=[0.6, 0.2, 0.2] if skewed else [0.5, 0.25, 0.25])
    pi = {"none": 0.5, "mail_a": 0.25, "mail_b": 0.25}
    lines = [
        json.dumps({"decision_id": i, "shopper": i, "time": "2026-01-01", "offer": arm, "propensities": pi})
        for i, arm in enumerate(arms)
    ]
    (folder / "decisions").write_text("\n".join(lines))
    rate = {"none": 0.1, "mail_a": 0.16, "mail_b": 0.11}
    orders = [f"{i},2026-01-02,{rng.lognormal(4, 0.4)}" for i, arm in enumerate(arms) if rng.random() < rate[arm]]
    (folder / "outcomes.csv").write_text("shopper,time,order_value\n" + "\n".join(orders))


def test_a_trial_from_elsewhere_gives_effects_only(tmp_path: Path) -> None:
    trial_files(tmp_path)
    stdout, _ = command("learn", tmp_path, "--out", tmp_path / "learnt", "--json", tmp_path / "learnt.json")
    found = json.loads((tmp_path / "learnt.json").read_text())
    assert stdout == "effects"
    assert found == json.loads((tmp_path / "learnt" / "learnt.json").read_text())
    assert found["arms"] == ["none", "mail_a", "mail_b"]
    assert [(one["offer"], one["plain"], one["margin"]) for one in found["effects"]] == [
        ("mail_a", True, None), ("mail_b", True, None)
    ]  # fmt: skip
    assert found["effects"][0]["conversion"]["interval"][0] > 0
    assert found["counts"]["matured"] == 3_000
    assert found["counts"]["outcome_rows"] == found["counts"]["conversions"]
    assert any("no model was named" in note for note in found["notes"])
    assert (found["rates"], found["evaluation"], found["may_challenge"]) == (None, None, False)


def test_a_broken_sample_ratio_stops_everything(tmp_path: Path) -> None:
    trial_files(tmp_path, skewed=True)
    _, stderr = command("learn", tmp_path, "--out", tmp_path, code=1)
    found = json.loads((tmp_path / "learnt.json").read_text())
    assert "NOT as planned" in stderr
    assert found["effects"] == []
    assert found["refusals"][0].startswith("sample-ratio")


def learnt(folder: Path, model: Path, *more: object) -> tuple[str, dict[str, Any]]:
    options = ("--model", model, "--key", folder / "key", "--out", folder / "learnt", "--respond", "sensitivity")
    stdout, _ = command("learn", folder, *options, *more)
    return stdout, json.loads((folder / "learnt" / "learnt.json").read_text())


def test_a_log_teaches_a_policy_that_waits_at_the_gate(tmp_path: Path, model: Path) -> None:
    # Given 6,000 decisions, ten of which were delivered twice
    log_files(model, tmp_path)
    stdout, found = learnt(tmp_path, model)
    # Then each counts once, and 6,000 are too few
    assert stdout == "none"
    assert (found["counts"]["decisions"], found["counts"]["orders_without_a_decision"]) == (6_000, 0)
    assert {tuple(gate) for gate in found["gates"]} == {("name", "passed", "found")}
    assert [(gate["name"], gate["passed"]) for gate in found["gates"]][:2] == [
        ("matured decisions", False), ("its value can be told", True)
    ]  # fmt: skip
    assert 0 < found["chance_of_gain"] < 1
    assert [rate["offer"] for rate in found["rates"]] == ["reminder", "discount_10", "discount_15"]
    assert found["no_purchase"]["line"]["slope"] == pytest.approx(0.5, abs=0.1)
    assert {one["signal"] for one in found["responders"]} == {"sensitivity"}
    assert found["effects"][0]["margin_adjusted"] is not None
    # And by force, with a reason, the same model gets another policy
    version, forced = learnt(tmp_path, model, "--force", "--why", "a test")
    artefact: Artefact = read(tmp_path / "learnt" / version)
    assert forced["forced_because"] == "a test"
    assert artefact.onnx == read(model).onnx
    assert artefact.manifest.policy.no_purchase is not None
    assert "matured decisions with this offer" in artefact.manifest.policy.interventions[1].base_recovery_rate.source


def test_force_needs_a_reason(tmp_path: Path, model: Path) -> None:
    _, stderr = command("learn", tmp_path, "--out", tmp_path, "--force", code=2)
    assert "--force needs --why" in stderr
    del model


def test_watch_rings_where_less_is_earned_than_expected(tmp_path: Path, model: Path) -> None:
    log_files(model, tmp_path, worth=0.0)
    report = tmp_path / "report.json"
    stdout, _ = command("watch", tmp_path, "--model", model, "--key", tmp_path / "key", "--json", report, code=1)
    found = json.loads(report.read_text())
    assert stdout == "margin-below-expected"
    assert found["alarms"] == ["margin-below-expected"]
    assert found["sample_ratio"]["broken"] is False
    assert sum(found["offer_mix"].values()) == pytest.approx(1)
    assert set(found["calibration"]) == {"slope", "intercept", "log_loss", "decisions"}
