"""The training job: prepare, train, calibrate, evaluate, package, publish."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lambda_fn.registry import Artefact, Registry
from lambda_fn.scoring.policy import Policy
from training import calibrate, export, package
from training.baselines import best_single_feature, refuse_leakage, single_feature_aucs
from training.evaluate import Candidate, Metrics, evaluate
from training.families import FAMILIES, Parameters
from training.load import Progress
from training.model_card import model_card
from training.prepare import DataOptions, Prepared, Say, prepare


@dataclass(frozen=True)
class Job:
    """What to train, from what, and where the result goes."""

    data: DataOptions
    policy: Policy
    family: str
    seed: int = 0
    parameters: Parameters | None = None
    registry: Registry | None = None
    out: Path | None = None


@dataclass(frozen=True)
class Result:
    """A packaged model and the seconds that each step took."""

    artefact: Artefact
    metrics: Metrics
    steps_seconds: dict[str, float]

    @property
    def version(self) -> str:
        """Return the version."""
        return self.artefact.manifest.model_version


class Clock:
    """Seconds of each step, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, name: str, step: Callable[[], Any]) -> Any:
        """Run a step and note its seconds."""
        start = time.perf_counter()
        result = step()
        self.seconds[name] = round(time.perf_counter() - start, 2)
        return result


def run(job: Job, say: Say = lambda _: None, progress: Progress | None = None) -> Result:
    """Train, check and publish one model; raise TrainingError where its user would be fooled by it."""
    clock = Clock()
    prepared: Prepared = clock.time("prepare", lambda: prepare(job.data, say, progress))
    features = single_feature_aucs(prepared.train, prepared.recipe.feature_names)
    refuse_leakage(features)
    say(f"no leakage; the best single feature is {features[0].name} (AUC {features[0].auc:.3f})")
    candidate: Candidate = clock.time("train", lambda: train(prepared, job.family, job.seed, job.parameters))
    say(f"trained {job.family} in {candidate.fit_seconds:.1f} s; calibration: {candidate.calibration.method}")
    single = best_single_feature(features, prepared.validation)
    metrics: Metrics = clock.time("evaluate", lambda: evaluate(prepared, candidate, single))
    created = dt.datetime.now(dt.UTC).replace(microsecond=0)
    card = model_card(prepared, metrics, job.policy)
    artefact = package.package(prepared, candidate, job.policy, metrics, card, created=created)
    clock.time("check", lambda: package.check_served_alike(artefact, prepared, candidate))
    say("the scoring core gives the holdout the same probabilities")
    clock.time("publish", lambda: _deliver(artefact, job, say))
    return Result(artefact, metrics, clock.seconds)


def train(prepared: Prepared, family: str, seed: int, parameters: Parameters | None = None) -> Candidate:
    """Train one family on the training part, export it, and calibrate it on the validation part."""
    start = time.perf_counter()
    estimator = FAMILIES[family].train(prepared.train.matrix, prepared.train.labels, seed, parameters)
    seconds = time.perf_counter() - start
    onnx = export.to_onnx(estimator, prepared.train.matrix.shape[1])
    difference = export.check_parity(estimator, onnx, prepared.holdout.matrix)
    scores = export.probabilities(onnx, prepared.validation.matrix)
    calibration = calibrate.choose(prepared.validation.labels, scores)
    return Candidate(family, estimator, onnx, calibration, seconds, difference)


def _deliver(artefact: Artefact, job: Job, say: Say) -> None:
    if job.out is not None:
        say(f"wrote {package.write(artefact, job.out)}")
    if job.registry is not None:
        job.registry.publish(artefact)
        say(f"published {artefact.manifest.model_version}")
