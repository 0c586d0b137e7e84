"""From a CSV to a champion in S3 (in process)."""

import json
from pathlib import Path
from typing import NoReturn

import boto3
import pytest

from lambda_fn.registry import Registry
from lambda_fn.scoring.errors import RegistryUnreachable
from tests.command_line import ask

BUCKET = "registry"


def train(data: Path, *more: object) -> str:
    return ask("run", "--data", data, "--no-track", *more)[0]


def logistic(tmp_path: Path, strength: float) -> tuple[object, ...]:
    """Return options for a logistic model; at a strength of 1e-6 it has hardly learnt anything."""
    path = tmp_path / f"{strength}.json"
    path.write_text(json.dumps({"C": strength}))
    return ("--model", "logistic", "--parameters", path)


def test_a_model_is_published_promoted_listed_and_rolled_back(registry: Registry, data: Path, tmp_path: Path) -> None:
    first = train(data, "--model", "logistic")
    assert registry.versions() == [first]
    assert ask("promote", first)[0] == f"champion {first}"
    second = train(data, *logistic(tmp_path, 0.5))
    assert registry.manifest(second).metrics["champion_comparison"]["champion"] == first  # type: ignore[index,call-overload]
    ask("promote", second)
    stdout, stderr = ask("list")
    assert stdout.splitlines() == sorted([first, second])
    assert "champion" in stderr
    assert stderr.count(str(boto3.client("sts").get_caller_identity()["Arn"])) == 2  # who promoted either
    assert ask("rollback")[0] == f"champion {first}"
    routing = registry.routing()[0]
    assert routing.champion == first
    assert {done.who for done in routing.log} == {boto3.client("sts").get_caller_identity()["Arn"]}


def test_a_worse_model_is_refused_unless_forced_with_a_recorded_reason(
    registry: Registry, data: Path, tmp_path: Path
) -> None:
    champion = train(data, "--model", "logistic")
    ask("promote", champion)
    candidate = train(data, *logistic(tmp_path, 1e-6))
    _, stderr = ask("promote", candidate, code=1)
    assert f"not worse than {champion}" in stderr
    _, stderr = ask("promote", candidate, "--force", code=1)
    assert "--why with a reason" in stderr
    assert registry.routing()[0].champion == champion
    ask("promote", candidate, "--force", "--why", "rehearsal of a rollback")
    routing, _ = registry.routing()
    assert (routing.champion, routing.history[-1].why) == (candidate, "rehearsal of a rollback")


@pytest.mark.usefixtures("registry")
def test_a_model_that_never_met_the_champion_is_compared_on_given_data(data: Path, tmp_path: Path) -> None:
    # Given two models that were published before either was champion
    one, two = train(data, "--model", "logistic"), train(data, *logistic(tmp_path, 0.5))
    ask("promote", one)
    # When the other is promoted, then the CSV to compare them on is asked for, and enough
    _, stderr = ask("promote", two, code=1)
    assert "give the CSV to compare them on with --data" in stderr
    assert ask("promote", two, "--data", data)[0] == f"champion {two}"


def test_a_challenger_gets_its_share_and_can_be_withdrawn(registry: Registry, data: Path, tmp_path: Path) -> None:
    one, two = train(data, "--model", "logistic"), train(data, *logistic(tmp_path, 0.5))
    ask("promote", one)
    assert ask("promote", "--challenger", two, "--share", 0.1)[0] == f"champion {one} challenger {two} 0.1"
    routing, _ = registry.routing()
    assert (routing.champion, routing.challenger, routing.challenger_share) == (one, two, 0.1)
    assert ask("promote", "--challenger", "none")[0] == f"champion {one}"
    # A share without a challenger is a slip: it would give the model all of the shoppers
    assert "--share" in ask("promote", two, "--share", 0.3, code=2)[1]
    assert "--share" in ask("promote", "--challenger", two, "--share", 0, code=2)[1]
    # What ends the experiment says so
    ask("promote", "--challenger", two)
    stderr = ask("promote", one, "--force", "--why", "rehearsal of a promotion")[1]
    assert f"this ended the experiment with {two} (10.0% of the shoppers)" in stderr


def test_a_challenger_passes_every_gate_but_the_comparison(registry: Registry, data: Path, tmp_path: Path) -> None:
    # Given a champion, a model that is worse, and one that hardly learnt anything
    champion = train(data, "--model", "logistic")
    ask("promote", champion)
    worse, hopeless = (train(data, *logistic(tmp_path, strength)) for strength in (1e-5, 1e-12))
    assert f"not worse than {champion}" in ask("promote", worse, code=1)[1]
    # When they are made challengers, then the worse one may be tried, but not on most shoppers
    assert ask("promote", "--challenger", worse)[0] == f"champion {champion} challenger {worse} 0.1"
    assert "share: 60.0%, at most 50%" in ask("promote", "--challenger", worse, "--share", 0.6, code=1)[1]
    # And the hopeless one may not, but for a reason, which is recorded
    assert "beats the constant" in ask("promote", "--challenger", hopeless, code=1)[1]
    assert "--why with a reason" in ask("promote", "--challenger", hopeless, "--force", code=1)[1]
    ask("promote", "--challenger", hopeless, "--share", 0.6, "--force", "--why", "rehearsal of an A/B test")
    routing, _ = registry.routing()
    assert (routing.challenger, routing.challenger_share) == (hopeless, 0.6)
    assert (routing.log[-1].action, routing.log[-1].why) == ("challenger", "rehearsal of an A/B test")
    # And data to compare on are not taken in silence
    assert "--data" in ask("promote", "--challenger", worse, "--data", data, code=2)[1]


def test_models_of_different_labels_are_not_compared(registry: Registry, data: Path) -> None:
    champion = train(data, "--model", "logistic")
    ask("promote", champion)
    version, stderr = ask("run", "--data", data, "--no-track", "--model", "logistic", "--threshold-percent", 60)
    assert "the champion answers another question" in stderr
    assert "champion_comparison" not in registry.manifest(version).metrics
    assert "cart_abandonment_rate >= 60 percent" in ask("promote", version, "--data", data, code=1)[1]
    # And a change of label is promoted for a reason
    _, stderr = ask("promote", version, "--data", data, "--force", "--why", "from now on 60 percent counts")
    assert "forced past: the champion answers another question" in stderr
    assert registry.routing()[0].champion == version


def test_a_broken_champion_keeps_no_model_from_being_trained(registry: Registry, data: Path) -> None:
    champion = train(data, "--model", "logistic")
    ask("promote", champion)
    boto3.client("s3").put_object(Bucket=BUCKET, Key=f"models/{champion}/model.onnx", Body=b"tampered")
    version, stderr = ask("run", "--data", data, "--no-track", "--model", "lightgbm")
    assert "not compared with the champion: model.onnx of" in stderr
    assert version in registry.versions()


@pytest.mark.usefixtures("registry")
def test_a_registry_that_does_not_answer_is_reported_before_training(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(_: Registry) -> NoReturn:
        raise RegistryUnreachable("the model registry does not answer") from PermissionError("AccessDenied")

    monkeypatch.setattr(Registry, "routing", unreachable)
    _, stderr = ask("run", "--data", data, "--no-track", "--model", "logistic", code=1)
    assert "AccessDenied" in stderr
    assert "read 8,000 rows" not in stderr


@pytest.mark.usefixtures("registry")
def test_what_is_not_there_is_said_plainly() -> None:
    _, stderr = ask("promote", "v20260101T000000-00000000", code=1)
    assert "the registry has no manifest.json of version" in stderr
    _, stderr = ask("list", "--bucket", "nowhere", code=1)
    assert "the registry bucket does not exist" in stderr


def test_control_and_exploration_are_asked_for_shown_and_kept(registry: Registry, data: Path) -> None:
    first = train(data, "--model", "logistic")
    ask("promote", first)
    assert ask("assignment")[0] == "control 0 explore 0"
    assert ask("promote", first, "--control", 0.02, "--explore", 0.05)[0] == f"champion {first}"
    assert ask("assignment", "--explore", 0.1)[0] == "control 0.02 explore 0.1"
    ask("promote", first, "--force", "--why", "a reason that is recorded")
    stdout, stderr = ask("assignment")
    assert stdout == "control 0.02 explore 0.1"
    assert str(registry.routing()[0].assignment_key) not in stdout + stderr
