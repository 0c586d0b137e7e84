"""`simulate`, `ground-truth`, `experiment`: what offers earn, in expectation, in a known world, and in a test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from training.cli import options
from training.cli.console import console, plain_errors, result, say

if TYPE_CHECKING:
    from lambda_fn.registry import Artefact
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
        from lambda_fn.scoring.decider import Decider
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
    endpoint: options.Endpoint = None,
    region: options.Region = None,
) -> None:
    """Play the policy where the true risks and recovery rates are known; compare it with the best possible."""
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
    share: Annotated[float, typer.Option(help="Planned share of the treatment arm.")] = 0.5,
    confidence: Annotated[float, typer.Option(help="Confidence of the interval.")] = 0.95,
) -> None:
    """Compare two arms: difference, interval, p-value, and whether the arms were split as planned."""
    with plain_errors():
        from training.offers import ab_test as statistics

        without, with_, name = statistics.read_outcomes(csv, arm, outcome, control)
        found = statistics.analyse(without, with_, names=(control, name), share=share, confidence=confidence)
        for one in (found.control, found.treatment):
            say(f"{one.name}: {one.shoppers:,} shoppers, mean {one.mean:.5g}")
        low, high = found.interval
        say(f"difference {found.difference:+.5g}, {confidence:.0%} interval {low:+.5g} to {high:+.5g}")
        say(f"p-value {found.p_value:.4g} ({found.method})")
        planned = "as planned" if found.trustworthy else "NOT as planned: do not use the difference"
        say(f"sample ratio: {planned} (p-value {found.sample_ratio_p_value:.4g})")
        result(f"{found.difference:.6g}")
        if not found.trustworthy:
            raise typer.Exit(1)


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
