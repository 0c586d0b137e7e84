"""`learn`, `watch`: what logged decisions and their outcomes say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from training.cli import options
from training.cli.console import console, plain_errors, result, say

if TYPE_CHECKING:
    from lambda_fn.registry import Artefact
    from lambda_fn.scoring.offers.assignment import Assigner
    from training.learning.learn import Findings, Question
    from training.logged.outcomes import Outcomes
    from training.logged.records import Decisions

DecisionPlaces = Annotated[
    list[str],
    typer.Option("--decisions", help="File, folder or s3://bucket/prefix of JSON lines or scored files; repeatable."),
]
OutcomePlaces = Annotated[
    list[str],
    typer.Option("--outcomes", help="File, folder or s3://bucket/prefix of CSV files; repeatable."),
]
ModelPlace = Annotated[
    str | None, typer.Option("--model", help="Folder of an artefact, or a version in the registry (--bucket).")
]
Key = Annotated[
    Path | None,
    typer.Option(
        help="File with the key that turns raw ids (of outcomes and scored files) into the log's; that of the routing "
        "in --bucket when absent; with neither, ids match as they are."
    ),
]
PeriodOption = Annotated[
    str | None, typer.Option(help="START/END that the outcomes cover, ISO 8601, where the files do not state it.")
]
JsonPath = Annotated[Path | None, typer.Option("--json", help="File to write all figures to.")]


def learn(
    decisions: DecisionPlaces,
    outcomes: OutcomePlaces,
    out: Annotated[Path, typer.Option(help="Folder for the learnt version and learnt.json.")],
    model: ModelPlace = None,
    json_path: JsonPath = None,
    bucket: options.Bucket = None,
    assumed: Annotated[
        Path | None, typer.Option(help="Policy file with the assumptions; the model's own if absent.")
    ] = None,
    respond: Annotated[
        list[str] | None, typer.Option(help="Signal declared beforehand (p, order_value, sensitivity); repeatable.")
    ] = None,
    key: Key = None,
    period: PeriodOption = None,
    window_days: Annotated[
        float | None, typer.Option(min=0, help="Attribution window instead of the policy's.")
    ] = None,
    lag_days: Annotated[float | None, typer.Option(min=0, help="Lag of outcomes instead of the policy's.")] = None,
    confidence: Annotated[float, typer.Option(help="Confidence of the intervals.")] = 0.95,
    force: Annotated[
        bool, typer.Option("--force", help="Write the learnt version past the gates; needs --why.")
    ] = False,
    why: Annotated[str | None, typer.Option(help="The reason, kept in learnt.json.")] = None,
    endpoint: options.Endpoint = None,
    region: options.Region = None,
) -> None:
    """Estimate what each offer does, learn the policy's numbers, and write a new version if it may become challenger.

    Rejected rows of outcomes are written to rejected_outcomes.csv in the folder --out. Files of outcomes that cannot be
    read stop it, all named.
    With --bucket the version is published there, too. Prints the version, or "effects" where only effects could be
    estimated, or "none" where a gate failed.
    """
    if force and not why:
        raise typer.BadParameter("--force needs --why", param_hint="--force")
    with plain_errors():
        from training.learning import learn as learning
        from training.logged.outcomes import require_usable

        artefact = _model(model, bucket, endpoint, region)
        hasher = _hasher(key, bucket, endpoint, region)
        records, found = _read(decisions, outcomes, hasher, period, _id_name(artefact), endpoint, region)
        require_usable(found)
        _write_rejected(found, out)
        data = ", ".join(decisions)
        question = _question(artefact, assumed, respond, window_days, lag_days, confidence, data)
        findings = learning.learn(records, found, question)
        _show(findings)
        document = {**learning.to_document(findings, question), "forced_because": why if force else None}
        learnt = _write_version(findings, artefact, out) if findings.may_challenge or force else None
        if learnt is not None and bucket is not None:
            options.open_registry(bucket, endpoint, region).publish(learnt)
            say(f"published; on trial by `python -m training promote --challenger {learnt.manifest.model_version}`")
        version = learnt.manifest.model_version if learnt else None
        document["model_version"] = version
        _write_json(document, out / "learnt.json", json_path)
        if findings.sample_ratio.broken:
            raise typer.Exit(1)
        result(version or ("none" if findings.learnt else "effects"))


def watch(
    decisions: DecisionPlaces,
    outcomes: OutcomePlaces,
    model: ModelPlace = None,
    json_path: JsonPath = None,
    bucket: options.Bucket = None,
    key: Key = None,
    period: PeriodOption = None,
    decided: Annotated[
        int | None, typer.Option(min=0, help="How many decisions the log should hold, as the API counted them.")
    ] = None,
    planned: Annotated[
        float, typer.Option(min=1, help="Shoppers where the confidence sequences are narrowest.")
    ] = 50_000,
    endpoint: options.Endpoint = None,
    region: options.Region = None,
) -> None:
    """Report on matured decisions: sample ratio, offer mix, calibration, realised against expected margin.

    Rejected rows of outcomes are written to rejected_outcomes.csv beside the file of --json. A file of outcomes that
    cannot be read is named in the report, and the others are read.

    Prints the alarms that ring, or "quiet". Fails where one rings.
    """
    with plain_errors():
        from training.learning.watch import watch as report_on

        artefact = _model(model, bucket, endpoint, region)
        if artefact is None:
            raise typer.BadParameter("name a model", param_hint="--model")
        hasher = _hasher(key, bucket, endpoint, region)
        records, found = _read(decisions, outcomes, hasher, period, _id_name(artefact), endpoint, region)
        report = report_on(records, found, artefact, planned, decided)
        if json_path is not None:
            _write_json(report, json_path)
            _write_rejected(found, json_path.parent)
        for one in report["margins"]:
            low, high = one["interval"]
            say(f"{one['offer']}: realised less expected {one['difference']:+.3f}, {low:+.3f} to {high:+.3f}")
        for one in report["challengers"]:
            low, high = one["interval"]
            earned = f"{one['difference']:+.3f} a shopper, {low:+.3f} to {high:+.3f}"
            say(f"{one['challenger']} against {one['champion']}: {earned}: {one['verdict']}")
        if (calibrated := report["calibration"]) is not None:
            say(f"chance of no purchase: slope {calibrated['slope']:.2f}, intercept {calibrated['intercept']:+.2f}")
        say(f"{report['matured']:,} matured decisions, {report['pending_share']:.1%} pending")
        result(" ".join(report["alarms"]) or "quiet")
        if report["alarms"]:
            raise typer.Exit(1)


def _model(place: str | None, bucket: str | None, endpoint: str | None, region: str | None) -> Artefact | None:
    from training.release.package import read

    if place is None:
        return None
    if Path(place).is_dir():
        return read(Path(place))
    if bucket is None:
        raise typer.BadParameter(f"{place} is no folder; for a version in the registry name its --bucket")
    registry = options.open_registry(bucket, endpoint, region)
    artefact: Artefact = registry.load_whole(place)
    return artefact


def _hasher(key: Path | None, bucket: str | None, endpoint: str | None, region: str | None) -> Assigner | None:
    """Return what knows shoppers as the log does: by the key of a file, else of the registry's routing."""
    from lambda_fn.scoring.offers.assignment import Assigner, Assignment

    if key is not None:
        return Assigner(Assignment(), key.read_bytes())
    found = options.open_registry(bucket, endpoint, region).find_routing() if bucket else None
    return found[0].assigner() if found else None


def _id_name(model: Artefact | None) -> str | None:
    return model.manifest.id_name if model else None


def _read(
    decisions: list[str], outcomes: list[str], hasher: Assigner | None, period: str | None, id_name: str | None,
    endpoint: str | None, region: str | None,
) -> tuple[Decisions, Outcomes]:  # fmt: skip
    from training.logged.outcomes import read_outcomes
    from training.logged.periods import parse_period
    from training.logged.records import read_records
    from training.logged.sources import S3_SCHEME, read_files

    client = None
    if any(place.startswith(S3_SCHEME) for place in (*decisions, *outcomes)):
        import boto3

        client = boto3.client("s3", endpoint_url=endpoint, region_name=region)

    def hash_id(text: str) -> str:
        return hasher.shopper_hash(text.encode()) if hasher else text

    records = read_records((file for place in decisions for file in read_files(place, client)), hash_id)
    found = read_outcomes(
        (file for place in outcomes for file in read_files(place, client)),
        hash_id,
        parse_period(period) if period else None,
        id_name,
    )
    say(f"{len(records.records):,} decisions, {records.repeats:,} repeats dropped")
    for name, rows in records.left_out.items():
        say(f"left out: {name}: {rows:,} rows, scored without control group and exploration")
    _tell(found)
    return records, found


def _tell(found: Outcomes) -> None:
    parts = f"{found.taken:,} taken + {found.repeats:,} repeats + {len(found.wrong):,} rejected"
    say(f"outcomes: {found.rows:,} rows = {parts}")
    for reason, rows in found.rejected.items():
        say(f"rejected: {rows:,} rows ({reason})")
    for reason in found.unusable.values():
        say(f"not read: {reason}")
    if found.taken and not found.periods:
        say("no file states the period it covers: every decision counts as matured (give --period START/END)")


def _write_rejected(found: Outcomes, folder: Path) -> None:
    from training.logged.rejected_outcomes import write_rejected

    if path := write_rejected(found.wrong, folder):
        say(f"rejected rows, with their reasons: {path}")


def _question(
    artefact: Artefact | None,
    assumed: Path | None,
    respond: list[str] | None,
    window_days: float | None,
    lag_days: float | None,
    confidence: float,
    data: str,
) -> Question:
    from lambda_fn.scoring.artefact.policy import Attribution
    from training.learning.learn import Question
    from training.offers.policy_file import read_policy

    terms = artefact.manifest.policy.attribution if artefact else Attribution()
    changes = {"window_days": window_days, "lag_days": lag_days}
    return Question(
        model=artefact,
        assumed=read_policy(assumed) if assumed else None,
        respond=tuple(respond or ()),
        attribution=Attribution.model_validate(
            terms.model_dump() | {name: value for name, value in changes.items() if value is not None}
        ),
        confidence=confidence,
        data=data,
    )


def _show(found: Findings) -> None:
    ratio = found.sample_ratio
    planned = "NOT as planned: nothing else is estimated" if ratio.broken else "as planned"
    say(f"{found.counts['matured']:,} matured decisions, {found.counts['pending_share']:.1%} pending")
    say(f"sample ratio: {planned} (p-value {ratio.p_value:.4g})")
    table = Table("offer", "measure", "difference", "interval", "p, Holm")
    for effect in found.effects:
        for measure in ("conversion", "revenue", "margin", "margin_adjusted"):
            one = getattr(effect, measure)
            if one is not None:
                low, high = one.interval
                interval = f"{low:+.4f} to {high:+.4f}"
                table.add_row(effect.offer, measure, f"{one.difference:+.4f}", interval, f"{one.p_holm:.4g}")
    if found.effects:
        console.print(table)
    for gate in found.gates:
        say(f"gate: {gate.name}: {'passed' if gate.passed else 'FAILED'} ({gate.detail})")
    for text in (*found.refusals, *found.notes):
        say(text)


def _write_version(found: Findings, artefact: Artefact | None, out: Path) -> Artefact | None:
    import datetime as dt

    from training.release.learnt import with_learnt_policy
    from training.release.package import write

    if found.learnt is None or artefact is None:
        return None
    learnt = with_learnt_policy(artefact, found.learnt.policy, dt.datetime.now(dt.UTC))
    write(learnt, out)
    return learnt


def _write_json(document: dict[str, Any], *paths: Path | None) -> None:
    for path in paths:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")
