"""From a CSV to a champion in S3 (in process), with MLflow's registry following."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from lambda_fn.registry import Registry
from lambda_fn.scoring.errors import RegistryConflict, RegistryUnreachable
from training.cli import app
from training.synthetic import twin

BUCKET = "registry"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "usa.csv"
    list(twin.write_csv(path, 8_000, seed=11, country="USA"))
    return path


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("APP_REGISTRY_BUCKET", BUCKET)
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield Registry(BUCKET, client)


def invoke(*arguments: object, code: int = 0) -> tuple[str, str]:
    outcome = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert outcome.exit_code == code, outcome.output
    return outcome.stdout.strip(), " ".join(outcome.stderr.split())


def train(data: Path, *more: object) -> str:
    return invoke("run", "--data", data, "--no-track", *more)[0]


def logistic(tmp_path: Path, strength: float) -> tuple[object, ...]:
    """Return options for a logistic model; at a strength of 1e-6 it has hardly learnt anything."""
    path = tmp_path / f"{strength}.json"
    path.write_text(json.dumps({"C": strength}))
    return ("--model", "logistic", "--parameters", path)


def test_a_model_is_published_promoted_listed_and_rolled_back(registry: Registry, data: Path, tmp_path: Path) -> None:
    first = train(data, "--model", "logistic")
    assert registry.versions() == [first]
    assert invoke("promote", first)[0] == f"champion {first}"
    second = train(data, *logistic(tmp_path, 0.5))
    assert registry.manifest(second).metrics["champion_comparison"]["champion"] == first  # type: ignore[index,call-overload]
    invoke("promote", second)
    stdout, stderr = invoke("list")
    assert stdout.splitlines() == sorted([first, second])
    assert "champion" in stderr
    assert invoke("rollback")[0] == f"champion {first}"
    assert registry.routing()[0].champion == first


def test_a_worse_model_is_refused_unless_forced_with_a_recorded_reason(
    registry: Registry, data: Path, tmp_path: Path
) -> None:
    champion = train(data, "--model", "logistic")
    invoke("promote", champion)
    candidate = train(data, *logistic(tmp_path, 1e-6))
    _, stderr = invoke("promote", candidate, code=1)
    assert f"not worse than {champion}" in stderr
    _, stderr = invoke("promote", candidate, "--force", code=1)
    assert "--why with a reason" in stderr
    assert registry.routing()[0].champion == champion
    invoke("promote", candidate, "--force", "--why", "rehearsal of a rollback")
    routing, _ = registry.routing()
    assert (routing.champion, routing.history[-1].why) == (candidate, "rehearsal of a rollback")


@pytest.mark.usefixtures("registry")
def test_a_model_that_never_met_the_champion_is_compared_on_given_data(data: Path, tmp_path: Path) -> None:
    # Given two models that were published before either was champion
    one, two = train(data, "--model", "logistic"), train(data, *logistic(tmp_path, 0.5))
    invoke("promote", one)
    # When the other is promoted, then the CSV to compare them on is asked for, and enough
    _, stderr = invoke("promote", two, code=1)
    assert "give the CSV to compare them on with --data" in stderr
    assert invoke("promote", two, "--data", data)[0] == f"champion {two}"


def test_a_challenger_gets_its_share_and_can_be_withdrawn(registry: Registry, data: Path, tmp_path: Path) -> None:
    one, two = train(data, "--model", "logistic"), train(data, *logistic(tmp_path, 0.5))
    invoke("promote", one)
    assert invoke("promote", "--challenger", two, "--share", 0.1)[0] == f"champion {one} challenger {two} 0.1"
    routing, _ = registry.routing()
    assert (routing.champion, routing.challenger, routing.challenger_share) == (one, two, 0.1)
    assert invoke("promote", "--challenger", "none")[0] == f"champion {one}"
    # A share without a challenger is a slip: it would give the model all of the shoppers
    assert "--share" in invoke("promote", two, "--share", 0.3, code=2)[1]
    assert "--share" in invoke("promote", "--challenger", two, "--share", 0, code=2)[1]
    # What ends the experiment says so
    invoke("promote", "--challenger", two)
    stderr = invoke("promote", one, "--force", "--why", "rehearsal of a promotion")[1]
    assert f"this ended the experiment with {two} (10.0% of the shoppers)" in stderr


def test_a_challenger_passes_every_gate_but_the_comparison(registry: Registry, data: Path, tmp_path: Path) -> None:
    # Given a champion, a model that is worse, and one that hardly learnt anything
    champion = train(data, "--model", "logistic")
    invoke("promote", champion)
    worse, hopeless = (train(data, *logistic(tmp_path, strength)) for strength in (1e-7, 1e-12))
    assert f"not worse than {champion}" in invoke("promote", worse, code=1)[1]
    # When they are made challengers, then the worse one may be tried, but not on most shoppers
    assert invoke("promote", "--challenger", worse)[0] == f"champion {champion} challenger {worse} 0.1"
    assert "share: 60.0%, at most 50%" in invoke("promote", "--challenger", worse, "--share", 0.6, code=1)[1]
    # And the hopeless one may not, but for a reason, which is recorded
    assert "beats the constant" in invoke("promote", "--challenger", hopeless, code=1)[1]
    assert "--why with a reason" in invoke("promote", "--challenger", hopeless, "--force", code=1)[1]
    invoke("promote", "--challenger", hopeless, "--share", 0.6, "--force", "--why", "rehearsal of an A/B test")
    routing, _ = registry.routing()
    assert (routing.challenger, routing.challenger_share) == (hopeless, 0.6)
    assert (routing.log[-1].action, routing.log[-1].why) == ("challenger", "rehearsal of an A/B test")
    # And data to compare on are not taken in silence
    assert "--data" in invoke("promote", "--challenger", worse, "--data", data, code=2)[1]


def test_models_of_different_labels_are_not_compared(registry: Registry, data: Path) -> None:
    champion = train(data, "--model", "logistic")
    invoke("promote", champion)
    version, stderr = invoke("run", "--data", data, "--no-track", "--model", "logistic", "--threshold-percent", 60)
    assert "the champion answers another question" in stderr
    assert "champion_comparison" not in registry.manifest(version).metrics
    assert "cart_abandonment_rate >= 60 percent" in invoke("promote", version, "--data", data, code=1)[1]
    # And a change of label is promoted for a reason
    _, stderr = invoke("promote", version, "--data", data, "--force", "--why", "from now on 60 percent counts")
    assert "forced past: the champion answers another question" in stderr
    assert registry.routing()[0].champion == version


def test_a_broken_champion_keeps_no_model_from_being_trained(registry: Registry, data: Path) -> None:
    champion = train(data, "--model", "logistic")
    invoke("promote", champion)
    boto3.client("s3").put_object(Bucket=BUCKET, Key=f"models/{champion}/model.onnx", Body=b"tampered")
    version, stderr = invoke("run", "--data", data, "--no-track", "--model", "lightgbm")
    assert "not compared with the champion: model.onnx of" in stderr
    assert version in registry.versions()


@pytest.mark.usefixtures("registry")
def test_a_registry_that_does_not_answer_is_told_before_training(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(_: Registry) -> NoReturn:
        raise RegistryUnreachable("the model registry does not answer") from PermissionError("AccessDenied")

    monkeypatch.setattr(Registry, "routing", unreachable)
    _, stderr = invoke("run", "--data", data, "--no-track", "--model", "logistic", code=1)
    assert "AccessDenied" in stderr
    assert "read 8,000 rows" not in stderr


@pytest.mark.usefixtures("registry")
def test_what_is_not_there_is_said_plainly() -> None:
    _, stderr = invoke("promote", "v20260101T000000-00000000", code=1)
    assert "the registry has no manifest.json of version" in stderr
    _, stderr = invoke("list", "--bucket", "nowhere", code=1)
    assert "the registry bucket does not exist" in stderr


@pytest.mark.filterwarnings("ignore")  # MLflow's own use of deprecated parts of its dependencies
def test_a_run_is_tracked_and_the_alias_follows_the_champion(
    registry: Registry, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an MLflow of our own
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    # When a model is trained and promoted
    version = invoke("run", "--data", data, "--model", "logistic")[0]
    _, stderr = invoke("promote", version)
    assert "MLflow's alias champion moved" in stderr
    # Then the run holds parameters, metrics, plots and the artefact, and the registered model has the alias
    from mlflow import MlflowClient

    client = MlflowClient(uri)
    manifest = registry.manifest(version)
    registered = client.get_model_version_by_alias("cart_abandonment_logistic", "champion")
    assert registered.tags["model_version"] == version
    assert registered.run_id == manifest.mlflow_run_id
    assert manifest.mlflow_run_id is not None
    run = client.get_run(manifest.mlflow_run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics["f1"] == manifest.metrics["f1"]
    assert run.data.params["family"] == "logistic"
    assert run.data.tags["data_sha256"] == manifest.data.sha256
    assert len(run.data.tags["git_commit"].removesuffix("-dirty")) in {40, len("unknown")}
    names = {item.path for item in client.list_artifacts(manifest.mlflow_run_id, "model")}
    assert names == {f"model/{name}" for name in (*manifest.files, "manifest.json")}
    assert len(client.list_artifacts(manifest.mlflow_run_id, "plots")) == 5
    downloaded = Path(client.download_artifacts(manifest.mlflow_run_id, "model/manifest.json", str(tmp_path)))
    assert json.loads(downloaded.read_text())["model_version"] == version


@pytest.mark.usefixtures("registry")
@pytest.mark.filterwarnings("ignore")  # see above
def test_one_model_has_the_alias_whatever_its_family(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a champion, and then another one of another family
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    for family in ("logistic", "lightgbm"):
        version = invoke("run", "--data", data, "--model", family)[0]
        invoke("promote", version, "--force", "--why", "a change of family")
    # When MLflow is asked, then one registered model has the alias
    from mlflow import MlflowClient

    def champions() -> list[str]:
        return [model.name for model in MlflowClient(uri).search_registered_models() if "champion" in model.aliases]

    assert champions() == ["cart_abandonment_lightgbm"]
    # And the alias goes back with the champion
    invoke("rollback")
    assert champions() == ["cart_abandonment_logistic"]
    # And what could not be published is not registered
    monkeypatch.setattr(Registry, "publish", lambda *_: (_ for _ in ()).throw(RegistryConflict("written already")))
    invoke("run", "--data", data, "--model", "logistic", code=1)
    assert len(MlflowClient(uri).search_model_versions("name = 'cart_abandonment_logistic'")) == 1


@pytest.mark.filterwarnings("ignore")  # see above
def test_promotion_does_not_depend_on_the_tracking_server(
    registry: Registry, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    version = invoke("run", "--data", data, "--model", "logistic")[0]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////dev/null/mlflow.db")
    _, stderr = invoke("run", "--data", data, "--model", "logistic", code=1)
    assert "cannot be used" in stderr
    assert "--no-track does without" in stderr
    _, stderr = invoke("promote", version)
    assert "MLflow's alias was not moved" in stderr
    assert registry.routing()[0].champion == version
