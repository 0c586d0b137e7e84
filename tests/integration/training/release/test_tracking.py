"""Runs are recorded in MLflow, and its alias follows the champion of the registry in S3 (in process)."""

import json
from pathlib import Path

import pytest

from lambda_fn.registry import Registry
from lambda_fn.scoring.errors import RegistryConflict
from tests.command_line import ask


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
