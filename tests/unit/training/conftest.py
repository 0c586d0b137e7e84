"""Twin shoppers, prepared data, a trained model and a finished run, each made once for all training tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambda_fn.registry import Artefact
from training.data.options import DataOptions
from training.data.prepare import prepare
from training.data.prepared import Prepared
from training.evaluation.baselines import single_feature_aucs
from training.evaluation.evaluate import Metrics
from training.evaluation.metrics_document import metrics_document
from training.job import Result, RunOptions, run
from training.models.candidate import Candidate
from training.models.train import train
from training.shops.public_shopper import public_shopper
from training.synthetic import twin


@pytest.fixture(scope="session")
def twin_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """6,000 shoppers of the USA."""
    path = tmp_path_factory.mktemp("twin") / "usa.csv"
    list(twin.write_csv(path, 6_000, seed=11, country="USA"))
    return path


@pytest.fixture(scope="session")
def small_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,000 shoppers of the USA, where the number of rows does not matter."""
    path = tmp_path_factory.mktemp("twin") / "few.csv"
    list(twin.write_csv(path, 1_000, seed=12, country="USA"))
    return path


@pytest.fixture(scope="session")
def prepared(twin_csv: Path) -> Prepared:
    return prepare(DataOptions(twin_csv))


@pytest.fixture(scope="session")
def small(small_csv: Path) -> Prepared:
    return prepare(DataOptions(small_csv))


@pytest.fixture(scope="session")
def logistic(prepared: Prepared) -> Candidate:
    return train(prepared, "logistic", 0)


@pytest.fixture(scope="session")
def metrics(prepared: Prepared, logistic: Candidate) -> Metrics:
    """The metrics document of the logistic model."""
    best = single_feature_aucs(prepared.train, prepared.recipe.feature_names)[0]
    return metrics_document(prepared, logistic, best, None, 0)


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where ``finished`` wrote its artefact."""
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="session")
def finished(twin_csv: Path, runs_folder: Path) -> Result:
    """A run of the logistic family, written to ``runs_folder``."""
    return run(RunOptions(DataOptions(twin_csv), public_shopper().offers, "logistic", out=runs_folder, track=False))


@pytest.fixture(scope="session")
def model(finished: Result) -> Artefact:
    return finished.artefact


@pytest.fixture(scope="session")
def artefact(finished: Result, runs_folder: Path) -> Path:
    """The folder of the finished run's artefact."""
    return runs_folder / finished.version
