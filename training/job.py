"""The training job: from a CSV to a published model."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from lambda_fn.registry import Artefact, Registry
from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.artefact.recipe import InputField
from lambda_fn.scoring.errors import ArtefactRejected, ModelUnavailable
from lambda_fn.scoring.offers.decider import Decider
from training.clock import Clock
from training.data.load import Dataset
from training.data.options import DataOptions, Progress, Say
from training.data.prepare import prepare_rows, read_rows
from training.data.prepared import Prepared
from training.errors import DataRefused
from training.evaluation.baselines import refuse_leakage, single_feature_aucs
from training.evaluation.evaluate import Metrics
from training.evaluation.metrics_document import metrics_document
from training.models.candidate import Candidate
from training.models.compare import MOST_ROWS, Comparison, compare
from training.models.cross_fit import cross_fit, is_small
from training.models.families import AUTO, NETWORK, Parameters, find_family
from training.models.train import train
from training.release import package
from training.release.champion import champion_of, compare_on_holdout
from training.release.run_record import record_run
from training.release.tracking import Experiment, Tracker, open_experiment


@dataclass(frozen=True)
class RunOptions:
    """What to train, from what, and where the result goes.

    ``family``: the name of a model family; AUTO compares them all.
    ``parameters``: of that family's estimator.
    ``registry``: where to publish; None publishes nowhere.
    ``out``: the folder to write the artefact to, below its version; None writes none.
    ``track``: record the run in MLflow.
    """

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
    """A packaged model, its metrics, and the seconds that each step took."""

    artefact: Artefact
    metrics: Metrics
    steps_seconds: dict[str, float]

    @property
    def version(self) -> str:
        """Return the version."""
        return self.artefact.manifest.model_version


@dataclass(frozen=True)
class Surroundings:
    """What a run meets outside its data.

    ``champion``: of the registry; None where there is none, or none that can be loaded.
    ``experiment``: of MLflow; None where the run is not recorded.
    """

    champion: Artefact | None
    experiment: Experiment | None


def run(options: RunOptions, say: Say = lambda _: None, progress: Progress | None = None) -> Result:
    """Train, check and publish one model.

    Raise TrainingError where its user would be misled by it, and ScoringError where policy or registry cannot be used.
    """
    clock = Clock()
    around = check_options(options, say)
    with clock.step("prepare"):
        dataset = read_rows(options.data, say, progress, also=_inputs(around.champion))
        prepared = prepare_rows(options.data, dataset, say)
        _show_findings(prepared, say)
    with clock.step("scan"):
        features = single_feature_aucs(prepared.train, prepared.recipe.feature_names)
        refuse_leakage(features)
        say(f"no leakage found; the best single feature is {features[0].name} (AUC {features[0].auc:.3f})")
    with clock.step("train"):
        candidate, comparison = _train(options, prepared, say)
        if is_small(prepared):
            prepared, candidate = cross_fit(dataset, prepared, candidate.family, options.seed, options.parameters, say)
    with clock.step("measure"):
        metrics = metrics_document(prepared, candidate, features[0], comparison, options.seed)
    with _tracked(around.experiment, prepared, candidate, say) as tracker:
        artefact = _package(options.policy, prepared, candidate, metrics, tracker)
        with clock.step("check"):
            package.check_served_alike(artefact, prepared, candidate)
            say("the scoring core gives the holdout the same probabilities")
        with clock.step("champion"):
            artefact = _with_comparison(artefact, around.champion, dataset, say)
        if tracker:
            with clock.step("track"):
                record_run(tracker, prepared, candidate, artefact)
        with clock.step("publish"):
            _deliver(options, artefact, say)
        if tracker:
            with clock.step("register"):  # after publishing: MLflow gets no model that was never published
                tracker.register(artefact)
    return Result(artefact, artefact.manifest.metrics, clock.seconds)


def check_options(options: RunOptions, say: Say = lambda _: None) -> Surroundings:
    """Check all that needs no data, and return what was found around the run.

    Raise TrainingError or ScoringError where the run would fail whatever the data are.
    """
    for offer in Decider(options.policy, options.data.recipe).never_offered:
        say(f"warning: policy: no tier or segment can ever get {offer}; see its eligibility and the guardrails")
    if options.family not in (AUTO, NETWORK):
        find_family(options.family).built(options.seed, options.parameters or {})
    if options.out is not None:
        package.check_folder(options.out)
    champion = _champion(options.registry, say) if options.registry else None
    return Surroundings(champion, open_experiment() if options.track else None)


def _champion(registry: Registry, say: Say) -> Artefact | None:
    version = champion_of(registry)
    if version is None:
        return None
    try:
        return registry.load(version)
    except (ArtefactRejected, ModelUnavailable) as error:  # a broken champion is there to be replaced
        say(f"not compared with the champion: {error}")
        return None


def _inputs(champion: Artefact | None) -> tuple[InputField, ...]:
    return champion.manifest.recipe.inputs if champion else ()


def _show_findings(prepared: Prepared, say: Say) -> None:
    for finding in prepared.report.findings:
        say(f"{finding.level}: {finding.check}: {finding.message}")


def _train(options: RunOptions, prepared: Prepared, say: Say) -> tuple[Candidate, Comparison | None]:
    if options.family != AUTO:
        candidate = train(prepared, options.family, options.seed, options.parameters)
        say(f"trained {options.family} in {candidate.fit_seconds:.1f} s; calibration: {candidate.calibration_name}")
        return candidate, None
    comparison = compare(prepared, options.seed, say=say)
    say(comparison.reason)
    chosen = comparison.chosen.candidate
    if len(prepared.train) > MOST_ROWS and chosen.family != NETWORK:  # the network has seen all the rows that it takes
        chosen = train(prepared, chosen.family, options.seed)
    return chosen, comparison


def _package(
    policy: Policy, prepared: Prepared, candidate: Candidate, metrics: Metrics, tracker: Tracker | None
) -> Artefact:
    created = dt.datetime.now(dt.UTC).replace(microsecond=0)
    run_id = tracker.run_id if tracker else None
    return package.package(prepared, candidate, policy, metrics, created=created, mlflow_run_id=run_id)


def _with_comparison(artefact: Artefact, champion: Artefact | None, dataset: Dataset, say: Say) -> Artefact:
    """Add to the metrics how the model compares with the champion, where there is one."""
    if champion is None:
        return artefact
    try:
        found = compare_on_holdout(artefact, champion, dataset.with_extra())
    except DataRefused as error:
        say(f"not compared with the champion: {error}")
        return artefact
    say(f"F1 {found.f1_difference:+.4f}, AUC {found.roc_auc_difference:+.4f} beside {found.champion}")
    return package.with_metrics(artefact, {"champion_comparison": found.model_dump(mode="json")})


def _tracked(
    experiment: Experiment | None, prepared: Prepared, candidate: Candidate, say: Say
) -> AbstractContextManager[Tracker | None]:
    if experiment is None:
        return nullcontext()
    tags = {"family": candidate.family, "data_sha256": prepared.fingerprint.sha256}
    return experiment.track(f"{candidate.family} on {prepared.fingerprint.source}", tags, say)


def _deliver(options: RunOptions, artefact: Artefact, say: Say) -> None:
    if options.out is not None:
        say(f"wrote {package.write(artefact, options.out)}")
    if options.registry is not None:
        options.registry.publish(artefact)
        say(f"published {artefact.manifest.model_version}")
