"""`simulate`, `ground-truth`, `experiment`: what offers earn, in expectation, in a known world, and in a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from training.cli import options
from training.cli.console import console, plain_errors, result, say

if TYPE_CHECKING:
    from lambda_fn.registry import Artefact
    from lambda_fn.scoring.arrays import Floats
    from training.offers.ab_test import Analysis
    from training.offers.ground_truth import Outcome
    from training.offers.simulate import Simulation

experiment = typer.Typer(help="Size and analyse an A/B test of the policy.", no_args_is_help=True)

ModelFolder = Annotated[
    Path | None, typer.Option("--artefact", help="Folder of an artefact that `run --out` wrote, instead of --bucket.")
]
Version = Annotated[str | None, typer.Option(help="Version in the registry; the champion when absent.")]


def simulate(
    data: options.Data,
    budget: Annotated[float, typer.Option(min=0, help="Expected spend on offers, in the policy's currency.")],
    country: options.Country = None,
    artefact: ModelFolder = None,
    bucket: options.Bucket = None,
    version: Version = None,
    policy: Annotated[Path | None, typer.Option(help="Policy file to use instead of the model's own.")] = None,
    as_of: options.AsOf = None,
    out: Annotated[Path | None, typer.Option(help="CSV to write: one line a shopper with its offer.")] = None,
    endpoint: options.Endpoint = None,
    region: options.Region = None,
) -> None:
    """Choose offers within a budget so that the expected margin is largest. Prints that margin."""
    with plain_errors():
        from lambda_fn.scoring.offers.decider import Decider
        from training.offers.simulate import simulate as simulate_budget

        model = _model(artefact, bucket, version, policy, endpoint, region)
        found = simulate_budget(model, data, budget, _rows(country), as_of.date() if as_of else None)
        for offer in Decider(model.manifest.policy, model.manifest.recipe).never_offered:
            say(f"warning: policy: no tier or segment can ever get {offer}; see its eligibility and the guardrails")
        _show_simulation(found, budget)
        if out is not None:
            found.write(out)
            say(f"wrote {out}")
        result(f"{found.allocation.margin:.2f}")


def ground_truth(
    artefact: ModelFolder = None,
    bucket: options.Bucket = None,
    version: Version = None,
    policy: Annotated[Path | None, typer.Option(help="Policy file to use instead of the model's own.")] = None,
    rows: Annotated[int, typer.Option(min=1_000, help="Shoppers of the simulated world.")] = 50_000,
    spread: Annotated[float, typer.Option(min=0, help="How much true recovery rates differ unseen.")] = 0.0,
    seed: options.Seed = 1,
    loop: Annotated[
        bool,
        typer.Option("--loop", help="Let decisions, outcomes and learning run in such worlds; no model is needed."),
    ] = False,
    first_seed: Annotated[
        int | None, typer.Option(min=0, help="First of the loop's six seeds, which are 0 to 5 when absent.")
    ] = None,
    json_path: Annotated[Path | None, typer.Option("--json", help="File to write the loop's figures to.")] = None,
    endpoint: options.Endpoint = None,
    region: options.Region = None,
) -> None:
    """Play the policy where the true risks and recovery rates are known; compare it with the best possible."""
    if loop:
        _play_loop(artefact, bucket, version, policy, first_seed or 0, json_path, endpoint, region)
        return
    if json_path is not None or first_seed is not None:
        raise typer.BadParameter("--json and --first-seed go with --loop", param_hint="--loop")
    with plain_errors():
        from training.offers.synthetic_world import worlds

        model = _model(artefact, bucket, version, policy, endpoint, region)
        table = Table(
            "true rates / assumed", "policy", "of the best", "without caution", "cost of caution", "best possible",
            "best, no guardrails", "10 % for all", "nothing",
        )  # fmt: skip
        for truth, outcome in worlds(model, rows, seed, spread):
            table.add_row(f"{truth:g}", *_outcome_cells(outcome))
        console.print(f"expected margin a shopper, in {model.manifest.policy.currency}; {rows:,} simulated shoppers")
        console.print(table)


def _rows(country: str | None) -> dict[str, tuple[str, ...]] | None:
    from training.shops.overrides import ALL_COUNTRIES, COUNTRY

    if country is None:
        return None
    return {} if country == ALL_COUNTRIES else {COUNTRY: (country,)}


def _play_loop(
    artefact: Path | None, bucket: str | None, version: str | None, policy: Path | None, first_seed: int,
    json_path: Path | None, endpoint: str | None, region: str | None,
) -> None:  # fmt: skip
    with plain_errors():
        from training.loop import reach
        from training.loop.run import LATE
        from training.loop.world import model_shoppers, twin_shoppers
        from training.offers.policy_file import read_policy
        from training.shops.public_shopper import public_shopper

        seeds = range(first_seed, first_seed + reach.SEEDS)
        if artefact is None and bucket is None:
            terms = read_policy(policy) if policy else public_shopper().offers
            document = reach.document(lambda seed: twin_shoppers(terms, LATE, seed), say, seeds)
        else:
            model = _model(artefact, bucket, version, policy, endpoint, region)
            document = reach.document(lambda seed: model_shoppers(model, LATE, seed), say, seeds)
        if json_path is not None:
            json_path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        result(f"{document['dr_coverage']:.2f}")


def _outcome_cells(outcome: Outcome) -> list[str]:
    return [
        f"{outcome.policy:.3f}",
        f"{outcome.share_of_best:.1%}",
        f"{outcome.policy_without_caution:.3f}",
        f"{outcome.cost_of_caution:+.3f}",
        f"{outcome.best:.3f}",
        f"{outcome.best_without_guardrails:.3f}",
        f"{outcome.everyone:.3f}",
        "0.000",
    ]


@experiment.command("size")
def size(
    baseline: Annotated[float, typer.Option(help="Rate of the control arm, such as 0.05.")],
    lift: Annotated[float, typer.Option(help="Rise of the rate worth finding, such as 0.01.")],
    power: Annotated[float, typer.Option(help="Chance of finding it where it exists.")] = 0.8,
    significance: Annotated[float, typer.Option(help="Chance of finding it where it does not.")] = 0.05,
    share: Annotated[float, typer.Option(help="Share of the shoppers in the treatment arm.")] = 0.5,
) -> None:
    """Print the number of shoppers that an A/B test needs."""
    with plain_errors():
        from training.offers.ab_test import sample_size

        needed = sample_size(baseline, lift, power=power, significance=significance, share=share)
        say(f"to find {baseline:.2%} -> {baseline + lift:.2%} with power {power:.0%} at significance {significance:g}:")
        say(f"control {needed.control:,}, treatment {needed.treatment:,} shoppers")
        result(str(needed.control + needed.treatment))


@experiment.command("analyse")
def analyse(
    csv: Annotated[Path, typer.Argument(help="CSV with one row a shopper.")],
    arm: Annotated[str, typer.Option(help="Column that names the arm.")] = "arm",
    outcome: Annotated[str, typer.Option(help="Column of the outcome: 0 and 1, or an amount.")] = "outcome",
    control: Annotated[str, typer.Option(help="The control arm's name.")] = "control",
    share: Annotated[float, typer.Option(help="Planned share of all treatment arms together.")] = 0.5,
    confidence: Annotated[float, typer.Option(help="Confidence of the interval.")] = 0.95,
    sequential: Annotated[
        bool, typer.Option("--sequential", help="Also give a confidence sequence, for a test that is looked at daily.")
    ] = False,
    planned: Annotated[
        float,
        typer.Option(min=1, help="Shoppers of both arms where the sequence is narrowest; fixed beforehand."),
    ] = 50_000,
) -> None:
    """Compare arms with the control: difference, interval, p-value (Holm), and whether they were split as planned.

    Prints the difference of each treatment arm, one a line, in the order of their names.
    """
    with plain_errors():
        from training.experiment.effects import holm
        from training.offers import ab_test as statistics

        arms = statistics.read_outcomes(csv, arm, outcome, control)
        treatments = {name: values for name, values in arms.items() if name != control}
        part = share / len(treatments)
        found = [
            statistics.analyse(
                arms[control], values, names=(control, name), share=part / (1 - share + part), confidence=confidence
            )
            for name, values in treatments.items()
        ]
        for name, values in arms.items():
            say(f"{name}: {len(values):,} shoppers, mean {values.mean():.5g}")
        for one, corrected in zip(found, holm([each.p_value for each in found]), strict=True):
            _show_analysis(one, corrected, confidence, len(found))
            if sequential:
                _show_sequence(arms[control], arms[one.treatment.name], planned, confidence)
        p_value = statistics.sample_ratio_p_value([len(values) for values in arms.values()], share)
        trustworthy = p_value >= statistics.SAMPLE_RATIO_ALARM
        split = "as planned" if trustworthy else "NOT as planned: do not use the difference"
        say(f"sample ratio: {split} (p-value {p_value:.4g})")
        result("\n".join(f"{one.difference:.6g}" for one in found))
        if not trustworthy:
            raise typer.Exit(1)


def _show_analysis(found: Analysis, corrected: float, confidence: float, treatments: int) -> None:
    low, high = found.interval
    of = f"{found.treatment.name}: " if treatments > 1 else ""
    say(f"{of}difference {found.difference:+.5g}, {confidence:.0%} interval {low:+.5g} to {high:+.5g}")
    holm_text = f", {corrected:.4g} by Holm over {treatments} arms" if treatments > 1 else ""
    say(f"{of}p-value {found.p_value:.4g} ({found.method}){holm_text}")


def _show_sequence(control: Floats, treatment: Floats, planned: float, confidence: float) -> None:
    from training.experiment.sequential import difference_sequence

    sequence = difference_sequence(control, treatment, planned, confidence)
    low, high = sequence.interval
    verdict = "it excludes 0: stop" if sequence.excludes_zero else "it does not exclude 0: go on"
    say(f"{confidence:.0%} confidence sequence {low:+.5g} to {high:+.5g}; {verdict}")


def _show_simulation(found: Simulation, budget: float) -> None:
    money = found.currency
    console.print(
        f"budget {budget:,.0f} {money}: {len(found.user_ids):,} shoppers, expected values (margins after the policy's "
        "caution, spends as if the assumed recovery rates held)",
        soft_wrap=True,
    )
    for reason, rows in found.left_out.items():
        say(f"left out: {rows:,} rows ({reason})")
    counts = ", ".join(f"{name} {count:,}" for name, count in found.counts().items())
    say(f"offers: {counts}")
    say(f"spend {found.allocation.cost:,.2f}, margin {found.allocation.margin:,.2f} {money}")
    table = Table("spend", "margin", "margin per unit of the last step")
    previous = (0.0, 0.0)
    for point in found.curve:
        step = point[0] - previous[0]
        table.add_row(f"{point[0]:,.0f}", f"{point[1]:,.0f}", f"{(point[1] - previous[1]) / step:.2f}" if step else "")
        previous = point
    console.print(table)
    say(f"without a budget: spend {found.unlimited[0]:,.2f}, margin {found.unlimited[1]:,.2f} {money}")
    if found.same_for_all is not None:
        name, spend, margin = found.same_for_all
        say(f"{name} for everyone: spend {spend:,.2f}, margin {margin:,.2f} {money}")


def _model(
    folder: Path | None, bucket: str | None, version: str | None, policy: Path | None, endpoint: str | None,
    region: str | None,
) -> Artefact:  # fmt: skip
    from training.offers.policy_file import read_policy
    from training.release.package import read, with_policy

    if folder is not None:
        model = read(folder)
    elif bucket is not None:
        registry = options.open_registry(bucket, endpoint, region)
        model = registry.load(version or registry.routing()[0].champion)
    else:
        raise typer.BadParameter("name a model: --artefact FOLDER or --bucket")
    return with_policy(model, read_policy(policy)) if policy else model
