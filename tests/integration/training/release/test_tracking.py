"""Runs are recorded in MLflow, and its alias follows the champion of the registry in S3 (in process)."""

import json
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from lambda_fn.registry import Registry
from lambda_fn.scoring.errors import RegistryConflict
from tests.command_line import ask
from training.cli.app import app
from training.release import tracking


@pytest.mark.filterwarnings("ignore")  # MLflow's own use of deprecated parts of its dependencies
def test_a_run_is_tracked_and_the_alias_follows_the_champion(
    registry: Registry, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an MLflow of our own
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    # When a model is trained and promoted
    version = ask("run", "--data", data, "--model", "logistic")[0]
    _, stderr = ask("promote", version)
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
    assert len(client.list_artifacts(manifest.mlflow_run_id, "plots")) == 6
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
        version = ask("run", "--data", data, "--model", family)[0]
        ask("promote", version, "--force", "--why", "a change of family")
    # When MLflow is asked, then one registered model has the alias
    from mlflow import MlflowClient

    def champions() -> list[str]:
        return [model.name for model in MlflowClient(uri).search_registered_models() if "champion" in model.aliases]

    assert champions() == ["cart_abandonment_lightgbm"]
    # And the alias goes back with the champion
    ask("rollback")
    assert champions() == ["cart_abandonment_logistic"]
    # And what could not be published is not registered
    monkeypatch.setattr(Registry, "publish", lambda *_: (_ for _ in ()).throw(RegistryConflict("written already")))
    ask("run", "--data", data, "--model", "logistic", code=1)
    assert len(MlflowClient(uri).search_model_versions("name = 'cart_abandonment_logistic'")) == 1


@pytest.mark.filterwarnings("ignore")  # see above
def test_promotion_does_not_depend_on_the_tracking_server(
    registry: Registry, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    version = ask("run", "--data", data, "--model", "logistic")[0]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////dev/null/mlflow.db")
    _, stderr = ask("run", "--data", data, "--model", "logistic", code=1)
    assert "cannot be used" in stderr
    assert "--no-track does without" in stderr
    _, stderr = ask("promote", version)
    assert "MLflow's alias was not moved" in stderr
    assert registry.routing()[0].champion == version


def train(data: Path, out: Path) -> tuple[int, str, str]:
    arguments = ["run", "--data", str(data), "--out", str(out), "--model", "logistic"]
    outcome = CliRunner().invoke(app, arguments)
    return outcome.exit_code, outcome.stdout.strip(), " ".join(outcome.stderr.split())


class FailingClient:
    """An MLflow client whose server goes away at the call ``fails_at``. It keeps the names of the calls."""

    def __init__(self, fails_at: str) -> None:
        self._fails_at = fails_at
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def call(*_: object, **__: object) -> Any:
            self.calls.append(name)
            if name == self._fails_at:
                raise ConnectionError("the server has gone")
            return SimpleNamespace(experiment_id="1", info=SimpleNamespace(run_id="r-1", artifact_uri="s3://a"))

        return call


@pytest.mark.filterwarnings("ignore")  # MLflow's own use of deprecated parts of its dependencies
def test_a_server_that_is_not_there_is_told_before_the_training(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given the address of a server that does not run, and a training that would take minutes
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers, and nobody else can
        uri = f"http://127.0.0.1:{closed.getsockname()[1]}"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        monkeypatch.setattr("training.job.read_rows", lambda *_: pytest.fail("the training began"))
        # When it is started
        code, out, told = train(data, tmp_path)
    # Then it ends before it began, with what to do, and asked once
    assert (code, out) == (1, "")
    assert f"TrainingError: MLflow at {uri} cannot be used (" in told
    assert "--no-track does without" in told


@pytest.mark.parametrize(
    ("fails_at", "warning"),
    [
        ("create_run", "The run is not recorded; the model is saved"),
        ("log_param", "The run is not recorded any further; the model is saved"),
        ("create_registered_model", "The run is not recorded any further; the model is saved"),
        ("set_terminated", "The run is not recorded any further; the model is saved"),
    ],
)
def test_a_server_that_goes_away_costs_a_warning_and_no_model(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: str, warning: str
) -> None:
    # Given a server that goes away while the run is recorded
    client = FailingClient(fails_at)
    monkeypatch.setattr(tracking, "_client", lambda: client)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    # When a model is trained
    code, version, told = train(data, tmp_path)
    # Then it is saved, one warning says what is missing, and nothing more is asked of the server
    assert code == 0, told
    assert (tmp_path / version / "manifest.json").exists()
    assert told.count("the server has gone") == 1
    assert warning in told
    assert client.calls[-1] == fails_at
