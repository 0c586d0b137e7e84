"""The training job: prepare, scan, train, measure, package, track, publish."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from lambda_fn.registry import Artefact, Registry
from lambda_fn.scoring.decider import Decider
from lambda_fn.scoring.errors import ArtefactRejected, ModelUnavailable
from lambda_fn.scoring.policy import Policy
from training.data.load import Progress
from training.data.prepare import DataOptions, Prepared, Say, prepare
from training.errors import DataRefused
from training.evaluation.baselines import refuse_leakage, single_feature_aucs
from training.evaluation.evaluate import Candidate, Metrics
from training.evaluation.metrics_document import measure
from training.models.compare import MOST_ROWS, Comparison, compare
from training.models.families import AUTO, Parameters, settings
from training.models.train import train
from training.release import package
from training.release.champion import champion_of, compare_on_holdout
from training.release.tracking import Tracker, track

T = TypeVar("T")


@dataclass(frozen=True)
class Job:
    """What to train, from what, and where the result goes. ``family``: a family's name, or AUTO."""

    data: DataOptions
    policy: Policy
    family: str = AUTO
    seed: int = 0
    parameters: Parameters | None = None
    registry: Registry | None = None
    out: Path | None = None
    track: bool = True


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

    def time(self, name: str, step: Callable[[], T]) -> T:
        """Run a step and note its seconds."""
        start = time.perf_counter()
        result = step()
        self.seconds[name] = round(time.perf_counter() - start, 2)
        return result


def run(job: Job, say: Say = lambda _: None, progress: Progress | None = None) -> Result:
    """Train, check and publish one model; raise TrainingError where its user would be fooled by it."""
    clock = Clock()
    if job.registry is not None:
        champion_of(job.registry)  # a registry that cannot be used is told before the training, not after it
    prepared = clock.time("prepare", lambda: prepare(job.data, say, progress))
    for finding in prepared.report.findings:
        say(f"{finding.level}: {finding.check}: {finding.message}")
    for offer in Decider(job.policy, prepared.recipe).never_offered:
        say(f"warning: policy: no tier or segment can ever get {offer}; see its eligibility and the guardrails")
    features = clock.time("scan", lambda: single_feature_aucs(prepared.train, prepared.recipe.feature_names))
    refuse_leakage(features)
    say(f"no leakage found; the best single feature is {features[0].name} (AUC {features[0].auc:.3f})")
    candidate, comparison = clock.time("train", lambda: _train(job, prepared, say))
    metrics = clock.time("measure", lambda: measure(prepared, candidate, features[0], comparison, job.seed))
    with _tracker(job, prepared, candidate) as tracker:
        artefact = _package(job, prepared, candidate, metrics, tracker)
        clock.time("check", lambda: package.check_served_alike(artefact, prepared, candidate))
        say("the scoring core gives the holdout the same probabilities")
        artefact = clock.time("champion", lambda: _beside_champion(job, artefact, say))
        if tracker:
            clock.time("track", lambda: _record(tracker, prepared, candidate, artefact))
        clock.time("publish", lambda: _deliver(job, artefact, say))
        if tracker:
            clock.time("register", lambda: tracker.register(artefact))  # no model that was never published
    return Result(artefact, artefact.manifest.metrics, clock.seconds)


def _train(job: Job, prepared: Prepared, say: Say) -> tuple[Candidate, Comparison | None]:
    if job.family != AUTO:
        candidate = train(prepared, job.family, job.seed, job.parameters)
        say(f"trained {job.family} in {candidate.fit_seconds:.1f} s; calibration: {candidate.calibration_name}")
        return candidate, None
    comparison = compare(prepared, job.seed, say=say)
    say(comparison.reason)
    chosen = comparison.chosen.candidate
    if len(prepared.train) > MOST_ROWS:  # compared on some rows, trained on all
        chosen = train(prepared, chosen.family, job.seed)
    return chosen, comparison


def _package(job: Job, prepared: Prepared, candidate: Candidate, metrics: Metrics, tracker: Tracker | None) -> Artefact:
    created = dt.datetime.now(dt.UTC).replace(microsecond=0)
    run_id = tracker.run_id if tracker else None
    return package.package(prepared, candidate, job.policy, metrics, created=created, mlflow_run_id=run_id)


def _beside_champion(job: Job, artefact: Artefact, say: Say) -> Artefact:
    """Add to the metrics how the model compares with the champion of the registry, where there is one."""
    champion = champion_of(job.registry) if job.registry else None
    if job.registry is None or champion is None:
        return artefact
    try:
        comparison = compare_on_holdout(artefact, job.registry.load(champion), job.data.path)
    except (ArtefactRejected, ModelUnavailable, DataRefused) as error:  # a broken champion is there to be replaced
        say(f"not compared with the champion: {error}")
        return artefact
    say(f"F1 {comparison.f1_difference:+.4f}, AUC {comparison.roc_auc_difference:+.4f} beside {champion}")
    return package.with_metrics(artefact, {"champion_comparison": comparison.model_dump(mode="json")})


def _tracker(job: Job, prepared: Prepared, candidate: Candidate) -> AbstractContextManager[Tracker | None]:
    if not job.track:
        return nullcontext()
    tags = {"family": candidate.family, "data_sha256": prepared.fingerprint.sha256}
    return track(f"{candidate.family} on {prepared.fingerprint.source}", tags)


def _record(tracker: Tracker, prepared: Prepared, candidate: Candidate, artefact: Artefact) -> None:
    from training.evaluation.plots import write_plots

    options = prepared.options
    tracker.parameters(
        {
            "family": candidate.family,
            "data": options.path.name,
            "rows": prepared.fingerprint.rows,
            "country": options.country,
            "label": artefact.manifest.metrics["label"],
            "as_of": prepared.as_of,
            "features": len(prepared.recipe.feature_names),
            "calibration": candidate.calibration_name,
        }
        | {f"estimator__{name}": value for name, value in settings(candidate.estimator).items() if value is not None}
    )
    tracker.metrics(artefact.manifest.metrics)
    with tempfile.TemporaryDirectory() as folder:
        write_plots(prepared, candidate, artefact.manifest.metrics, Path(folder))
        tracker.files(Path(folder), "plots")


def _deliver(job: Job, artefact: Artefact, say: Say) -> None:
    if job.out is not None:
        say(f"wrote {package.write(artefact, job.out)}")
    if job.registry is not None:
        job.registry.publish(artefact)
        say(f"published {artefact.manifest.model_version}")
