"""Record runs in MLflow, and keep its registry's ``champion`` alias with the model that answers."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import subprocess
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lambda_fn.registry import Artefact
from lambda_fn.scoring.artefact.manifest import MANIFEST_FILE, Manifest
from training.errors import TrainingError

if TYPE_CHECKING:
    from mlflow import MlflowClient

ENV_TRACKING_URI: Final = "MLFLOW_TRACKING_URI"
EXPERIMENT: Final = "cart-abandonment"
CHAMPION_ALIAS: Final = "champion"
MODEL_FOLDER: Final = "model"
DEFAULT_FOLDER: Final = Path(".local")
# MLflow's own would have a command wait for minutes where a server is gone.
_PATIENCE: Final = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "30", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2"}  # seconds
_BRIEFLY: Final = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "5", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
_VERSION_TAG: Final = "model_version"


def tracking_uri() -> str:
    """Return where runs are recorded: MLFLOW_TRACKING_URI, or a SQLite file below ``.local``."""
    return os.environ.get(ENV_TRACKING_URI) or f"sqlite:///{(DEFAULT_FOLDER / 'mlflow.db').resolve()}"


def registered_name(family: str) -> str:
    """Return the name that a family's models are registered under."""
    return f"cart_abandonment_{family}"


@dataclass
class Tracker:
    """One MLflow run. Where MLflow goes away, ``warn`` is told once, and the rest is not recorded."""

    client: MlflowClient
    run_id: str
    warn: Callable[[str], None]
    lost: bool = False

    def parameters(self, values: dict[str, Any]) -> None:
        """Record what went into the run."""
        for name, value in values.items():
            self._attempt(partial(self.client.log_param, self.run_id, name, value))

    def metrics(self, values: dict[str, Any]) -> None:
        """Record every number of a metrics document; the rest travels in metrics.json."""
        for name, value in values.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                self._attempt(partial(self.client.log_metric, self.run_id, name, float(value)))

    def files(self, folder: Path, below: str | None = None) -> None:
        """Record every file of a folder."""
        self._attempt(partial(self.client.log_artifacts, self.run_id, str(folder), below))

    def register(self, artefact: Artefact) -> None:
        """Record the artefact and register it as a model version."""
        self._attempt(partial(self._register, artefact))

    def end(self, status: str) -> None:
        """Close the run."""
        self._attempt(partial(self.client.set_terminated, self.run_id, status))

    def _attempt(self, step: Callable[[], object]) -> None:
        """Record one thing: hours of training are not lost for it."""
        if self.lost:
            return
        try:
            step()
        except Exception as error:  # noqa: BLE001  # any store may stand behind the URI, each with errors of its own
            self.lost = True
            self.warn(f"warning: {_unusable(error)}. The run is not recorded any further; the model is saved")

    def _register(self, artefact: Artefact) -> None:
        manifest = artefact.manifest
        for name, data in {**artefact.files, MANIFEST_FILE: manifest.model_dump_json(indent=1).encode()}.items():
            self._write(name, data)
        name = registered_name(manifest.family)
        _ensure_registered(self.client, name)
        source = f"{self.client.get_run(self.run_id).info.artifact_uri}/{MODEL_FOLDER}"
        tags = {_VERSION_TAG: manifest.model_version, "data_sha256": manifest.data.sha256}
        self.client.create_model_version(name, source, self.run_id, tags=tags)

    def _write(self, name: str, data: bytes) -> None:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(data)
            self.client.log_artifact(self.run_id, str(path), MODEL_FOLDER)


@dataclass(frozen=True)
class Experiment:
    """The MLflow experiment that runs are recorded in."""

    client: MlflowClient
    experiment_id: str

    @contextlib.contextmanager
    def track(self, name: str, tags: dict[str, str], warn: Callable[[str], None]) -> Iterator[Tracker | None]:
        """Open a run, and close it as finished or failed; ``warn``, and go on with None, where MLflow has gone."""
        tracker = self._open(name, tags, warn)
        try:
            yield tracker
        except BaseException:
            if tracker:
                tracker.end("FAILED")
            raise
        if tracker:
            tracker.end("FINISHED")

    def _open(self, name: str, tags: dict[str, str], warn: Callable[[str], None]) -> Tracker | None:
        try:
            run = self.client.create_run(self.experiment_id, run_name=name, tags={"git_commit": git_commit(), **tags})
        except Exception as error:  # noqa: BLE001  # as in ``Tracker``
            warn(f"warning: {_unusable(error)}. The run is not recorded; the model is saved")
            return None
        return Tracker(self.client, run.info.run_id, warn)


def open_experiment() -> Experiment:
    """Return the experiment, made where it is not there yet.

    Raise TrainingError, after seconds, where MLflow cannot be used: it is asked before a training, which takes minutes.
    """
    try:
        with _variables(_BRIEFLY), _alone():
            client = _client()
            experiment = client.get_experiment_by_name(EXPERIMENT)
            return Experiment(client, experiment.experiment_id if experiment else _create_experiment(client))
    except Exception as error:  # any store may stand behind the URI, each with errors of its own
        raise TrainingError(f"{_unusable(error)}; --no-track does without") from error


def _unusable(error: Exception) -> str:
    return f"MLflow at {tracking_uri()} cannot be used ({error})"


@contextlib.contextmanager
def _variables(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for the body."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def set_champion(manifest: Manifest) -> bool:
    """Move the alias ``champion`` to a promoted model; return whether this MLflow knows the model."""
    if manifest.mlflow_run_id is None:
        return False
    client = _client()
    name = registered_name(manifest.family)
    for version in client.search_model_versions(f"name = '{name}'"):
        if version.run_id == manifest.mlflow_run_id:
            client.set_registered_model_alias(name, CHAMPION_ALIAS, version.version)
            _withdraw_alias(client, name)
            return True
    return False


def _withdraw_alias(client: MlflowClient, champion: str) -> None:
    """Take the alias from the other families: there is one champion, of whatever family."""
    for model in client.search_registered_models(f"name LIKE '{registered_name('')}%'"):
        if model.name != champion and CHAMPION_ALIAS in model.aliases:
            client.delete_registered_model_alias(model.name, CHAMPION_ALIAS)


def git_commit() -> str:
    """Return the commit of the working tree with ``-dirty`` where files differ; ``unknown`` outside a repository."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time make the local database: two at once both create its tables, and one fails."""
    uri = tracking_uri()
    if not uri.startswith("sqlite:///"):
        yield
        return
    lock = Path(uri.removeprefix("sqlite:///")).with_suffix(".lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _client() -> MlflowClient:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow imports deprecated parts of its own dependencies
        from mlflow import MlflowClient
    logging.getLogger("alembic").setLevel(logging.WARNING)  # a new database reports every migration
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)
    for name, value in _PATIENCE.items():
        os.environ.setdefault(name, value)
    uri = tracking_uri()
    if uri.startswith("sqlite:///"):
        Path(uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return MlflowClient(uri)


def _create_experiment(client: MlflowClient) -> str:
    """Create the experiment, with artefacts beside the database where that is a local file."""
    uri = tracking_uri()
    location = None
    if uri.startswith("sqlite:///"):
        location = Path(uri.removeprefix("sqlite:///")).with_name("mlflow-artifacts").resolve().as_uri()
    return str(client.create_experiment(EXPERIMENT, location))


def _ensure_registered(client: MlflowClient, name: str) -> None:
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode

    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != ErrorCode.Name(RESOURCE_ALREADY_EXISTS):
            raise
