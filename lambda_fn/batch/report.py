"""The report on a file: what the workers' reports add up to, after proof that nothing is lost and nothing twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pydantic import ValidationError

from lambda_fn.batch.errors import JobBroken
from lambda_fn.batch.job import ChunkReport, InputFile, Job
from lambda_fn.batch.keys import Outputs
from lambda_fn.batch.objects import DataBucket
from lambda_fn.scoring.artefact.manifest import Manifest
from lambda_fn.scoring.artefact.policy import NO_INTERVENTION
from lambda_fn.scoring.drift import (
    SHARE_DECIMALS,
    add_counts,
    missing_in_training,
    rises_in_blanks,
    stability_indices,
)
from lambda_fn.scoring.frozen import Frozen
from lambda_fn.scoring.service import MONEY_DECIMALS, RISK_LEVELS


class InputDrift(Frozen):
    """One input of the file against the training data.

    stability_index: population stability index; null where the file has too few rows.
    missing_share: share of the scored rows in which it is missing.
    missing_share_in_training: the same of the training rows; null where the model's manifest does not say.
    """

    stability_index: float | None
    missing_share: float
    missing_share_in_training: float | None = None


class BudgetUse(Frozen):
    """Spend on offers, in the policy's currency.

    limit: the largest expected spend that was asked for.
    expected_spend: what the chosen offers are expected to cost.
    """

    limit: float
    expected_spend: float


class Durations(Frozen):
    """Seconds.

    elapsed: from the plan to the report.
    scoring_sum: of all workers together.
    scoring_longest: of the slowest worker.
    finalize: of joining and checking.
    """

    elapsed: float
    scoring_sum: float
    scoring_longest: float
    finalize: float


class Report(Frozen):
    """What became of a dropped file. Everything but ``execution`` and ``durations_seconds`` is the same on a rerun.

    expected_margin: of the offers, over doing nothing.
    recoverable_margin: what abandonment is expected to cost; null in reports of earlier releases.
    nothing_known: scored rows of which every input is missing.
    reasons: how many inputs that moved its risk each scored row names; 0: the scored file has no such column.
    unknown_metadata: keys of the object's metadata that mean nothing here; a misspelt one had no effect.
    largest_rise_in_blanks: by how much the share of missing values of an input exceeds that in training, at most; null
        where the file has too few rows.
    """

    input: InputFile
    outputs: dict[str, str]
    rows: int
    scored: int
    rejected: int
    model_version: str
    as_of: dt.date
    nothing_known: int = 0
    reasons: int = 0
    unknown_metadata: tuple[str, ...] = ()
    risk_levels: dict[str, int]
    interventions: dict[str, int]
    expected_margin: float
    recoverable_margin: float | None = None
    currency: str
    budget: BudgetUse | None
    largest_stability_index: float | None
    largest_rise_in_blanks: float | None = None
    drift: dict[str, InputDrift]
    chunks: int
    execution: str
    durations_seconds: Durations

    @property
    def rejected_percent(self) -> float:
        """Rejected rows in percent of all."""
        return 100 * self.rejected / self.rows if self.rows else 0.0


def find_report(bucket: DataBucket, key: str) -> Report | None:
    """Return the report under a key; None where there is none that this release can read."""
    try:
        return bucket.find(key, Report)
    except ValidationError:
        return None


def check_complete(job: Job, reports: Sequence[ChunkReport]) -> None:
    """Raise JobBroken unless every byte after the header, and every line, belongs to exactly one chunk's rows."""
    place = job.first_line
    followed = True  # to the end of the last line seen
    for report in reports:
        if report.lines - report.joined != report.scored + report.rejected:
            raise JobBroken(
                f"chunk {report.index}: {report.lines - report.joined} rows in, but {report.scored} scored and "
                f"{report.rejected} rejected"
            )
        if report.first_byte is None or report.end_byte is None:
            continue
        if report.first_byte != place and (followed or report.first_byte < place):
            raise JobBroken(f"chunk {report.index} begins at byte {report.first_byte}, the one before ends at {place}")
        place, followed = report.end_byte, not report.ends_mid_line
    if followed and not job.input.compressed and place != job.input.size_bytes:
        raise JobBroken(f"the chunks end at byte {place} of {job.input.size_bytes}")


def make_report(job: Job, reports: Sequence[ChunkReport], manifest: Manifest, finalize_seconds: float) -> Report:
    """Add up the workers' reports."""
    outputs = Outputs.of(job.input.key)
    inputs = add_counts(report.inputs for report in reports)
    indices = stability_indices(inputs, manifest.histograms)
    scored = sum(report.scored for report in reports)
    names = (NO_INTERVENTION, *(offer.name for offer in manifest.policy.interventions))
    return Report(
        input=job.input,
        outputs={"scored": outputs.scored, "rejected": outputs.rejected},
        rows=sum(report.lines - report.joined for report in reports),
        scored=scored,
        rejected=sum(report.rejected for report in reports),
        model_version=job.pins.model_version,
        as_of=job.pins.as_of,
        nothing_known=sum(report.nothing_known for report in reports),
        reasons=job.reasons,
        unknown_metadata=job.unknown_metadata,
        risk_levels=_sums(RISK_LEVELS, [report.levels for report in reports]),
        interventions=_sums(names, [report.choices for report in reports]),
        expected_margin=sum(report.margin_minor for report in reports) / 10**MONEY_DECIMALS,
        recoverable_margin=sum(report.recoverable_minor for report in reports) / 10**MONEY_DECIMALS,
        currency=manifest.policy.currency,
        budget=_budget_use(job, reports),
        largest_stability_index=max(indices.values(), default=None),
        largest_rise_in_blanks=max(rises_in_blanks(inputs, manifest.histograms).values(), default=None),
        drift={
            name: InputDrift(
                stability_index=round(indices[name], 6) if name in indices else None,
                missing_share=round(inputs[name].missing / scored, SHARE_DECIMALS) if scored else 0.0,
                missing_share_in_training=_rounded(missing_in_training(manifest.histograms[name])),
            )
            for name in [*indices, *(name for name in inputs if name not in indices)]
        },
        chunks=len(reports),
        execution=job.execution,
        durations_seconds=Durations(
            elapsed=round((dt.datetime.now(dt.UTC) - job.planned_at).total_seconds(), 3),
            scoring_sum=round(sum(report.seconds for report in reports), 3),
            scoring_longest=max((report.seconds for report in reports), default=0.0),
            finalize=round(finalize_seconds, 3),
        ),
    )


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, SHARE_DECIMALS)


def _budget_use(job: Job, reports: Sequence[ChunkReport]) -> BudgetUse | None:
    if job.budget is None:
        return None
    return BudgetUse(limit=job.budget, expected_spend=round(sum(report.spend for report in reports), MONEY_DECIMALS))


def _sums(names: Sequence[str], counts: Sequence[Sequence[int]]) -> dict[str, int]:
    return {name: sum(count[i] for count in counts) for i, name in enumerate(names)}
