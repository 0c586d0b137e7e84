"""`promote`, `assignment`, `rollback`, `list`: which model answers, and who is left without an offer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.table import Table

from training.cli.caller import caller
from training.cli.console import console, plain_errors, result, say
from training.cli.options import Endpoint, Region, RegistryBucket, open_registry

if TYPE_CHECKING:
    from lambda_fn.registry import Registry
    from lambda_fn.routing import Routing
    from training.release.promotion import FoundRouting

DEFAULT_SHARE: Final = 0.1
Control = Annotated[
    float | None, typer.Option(min=0, max=0.5, help="Share of shoppers who never get an offer; 0.02 is usual.")
]
Explore = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="Share of the others who get an allowed offer by chance; 0.05 is usual."),
]
ALIAS_MOVES: Final = 5  # as many as commands are likely to promote at once
SHOWN_CHANGES: Final = 10  # of the routing, the latest


def promote(
    bucket: RegistryBucket,
    version: Annotated[str | None, typer.Argument(help="Version to make champion, as `run` prints it.")] = None,
    challenger: Annotated[
        str | None, typer.Option(help="Make this version the challenger instead; 'none' ends the experiment.")
    ] = None,
    share: Annotated[
        float | None,
        typer.Option(min=0, max=1, help=f"Share of shoppers the challenger scores; {DEFAULT_SHARE:g} when absent."),
    ] = None,
    control: Control = None,
    explore: Explore = None,
    data: Annotated[
        Path | None, typer.Option(help="CSV on whose holdout to compare with the champion, where `run` did not.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Past the gates; needs --why.")] = False,
    why: Annotated[str | None, typer.Option(help="The reason, recorded in the routing.")] = None,
    endpoint: Endpoint = None,
    region: Region = None,
) -> None:
    """Make a published version the champion, or a challenger for a share of the shoppers, through the gates.

    A challenger need not match the champion: the experiment finds that out. A share above 0.5 needs --force.
    Promoting ends a running experiment. Control group and exploration stay as they are, unless they are given.
    """
    if (version is None) == (challenger is None):
        raise typer.BadParameter("name one version: VERSION to promote it, or --challenger VERSION")
    if challenger is not None and data is not None:
        raise typer.BadParameter("a challenger is not compared with the champion beforehand", param_hint="--data")
    if share is not None and challenger in (None, "none"):
        raise typer.BadParameter("only --challenger VERSION gets a share of the shoppers", param_hint="--share")
    if share == 0:
        raise typer.BadParameter("a challenger without shoppers shows nothing", param_hint="--share")
    with plain_errors():
        registry, who = open_registry(bucket, endpoint, region), caller(endpoint, region)
        if challenger is not None:
            routing = _challenge(registry, challenger, share or DEFAULT_SHARE, force, why, who)
            result(_arms(_assigned(registry, routing, control, explore, why, who)))
            return
        assert version is not None
        before = registry.find_routing()
        routing = _promote(registry, version, data, before, force, why, who)
        _tell_ended_experiment(before)
        _move_alias(registry, routing)
        result(_arms(_assigned(registry, routing, control, explore, why, who)))


def assignment(
    bucket: RegistryBucket,
    control: Control = None,
    explore: Explore = None,
    why: Annotated[str | None, typer.Option(help="The reason, recorded in the routing.")] = None,
    endpoint: Endpoint = None,
    region: Region = None,
) -> None:
    """Set, or without options show, how many shoppers get no offer (control) or one by chance (exploration).

    The model in service stays. A shopper stays in the control group as long as its share does not shrink.
    """
    with plain_errors():
        registry = open_registry(bucket, endpoint, region)
        routing, _ = registry.routing()
        if control is not None or explore is not None:
            routing = _assigned(registry, routing, control, explore, why, caller(endpoint, region))
        result(_shares(routing))


def _assigned(
    registry: Registry, routing: Routing, control: float | None, explore: float | None, why: str | None, who: str
) -> Routing:
    """Set the shares that are given; return the routing as it then is."""
    if control is None and explore is None:
        return routing
    changed = registry.assign(control, explore, why, who=who)
    say(_shares(changed))
    return changed


def _shares(routing: Routing) -> str:
    return f"control {routing.control_share:g} explore {routing.explore_share:g}"


def _promote(
    registry: Registry,
    version: str,
    data: Path | None,
    before: FoundRouting,
    force: bool,
    why: str | None,
    who: str,
) -> Routing:
    from training.cli.tables import gates_table
    from training.errors import DataRefused, PromotionRefused
    from training.release import promotion

    try:
        gates = promotion.check(registry, version, data, before)
        console.print(gates_table(gates))
    except (DataRefused, PromotionRefused) as error:
        if not force:
            raise
        say(f"forced past: {error}")
        gates = []
    return promotion.promote(registry, version, gates, before, force=force, why=why, who=who)


def _challenge(registry: Registry, version: str, share: float, force: bool, why: str | None, who: str) -> Routing:
    from training.cli.tables import gates_table
    from training.release import promotion

    before = registry.find_routing()
    if version == "none":
        return registry.challenge(None, share, why, expected=before[1] if before else None, who=who)
    gates = promotion.check_challenger(registry, version, share)
    console.print(gates_table(gates))
    return promotion.challenge(registry, version, share, gates, before, force=force, why=why, who=who)


def _move_alias(registry: Registry, routing: Routing) -> None:
    """Keep MLflow's alias with the champion; the registry has the last word, so a failure here only warns."""
    try:
        moved = _follow(registry, routing.champion)
    except Exception as error:  # noqa: BLE001  # any fault of a tracking server, which promotion must not depend on
        say(f"MLflow's alias was not moved: {error}")
        return
    if moved is not None:
        say("MLflow's alias champion moved" if moved else "MLflow does not know this model; its alias was not moved")


def _follow(registry: Registry, champion: str) -> bool | None:
    """Move the alias to the champion that the registry names when it is done; None where no run made that model.

    Another command may promote in between, and set the alias first: the registry is asked again after each move.
    """
    from training.release.tracking import set_champion

    moved = None
    for _ in range(ALIAS_MOVES):
        manifest = registry.manifest(champion)
        moved = set_champion(manifest) if manifest.mlflow_run_id else None
        now = registry.routing()[0].champion
        if now == champion:
            return moved
        say(f"{now} was promoted meanwhile; MLflow's alias follows it")
        champion = now
    return moved


def rollback(bucket: RegistryBucket, endpoint: Endpoint = None, region: Region = None) -> None:
    """Make the previous champion champion again. This ends a running experiment."""
    with plain_errors():
        registry = open_registry(bucket, endpoint, region)
        before = registry.find_routing()
        routing = registry.roll_back(expected=before[1] if before else None, who=caller(endpoint, region))
        _tell_ended_experiment(before)
        _move_alias(registry, routing)
        result(_arms(routing))


def list_versions(bucket: RegistryBucket, endpoint: Endpoint = None, region: Region = None) -> None:
    """List the published versions, oldest first, with their role and holdout metrics, and who changed the routing."""
    with plain_errors():
        from training.cli.tables import changes_table

        registry = open_registry(bucket, endpoint, region)
        versions = registry.versions()
        roles: dict[str | None, str] = {}
        found = registry.find_routing()
        if found:
            routing, _ = found
            roles = {routing.champion: "champion", routing.challenger: f"challenger {routing.challenger_share:.1%}"}
        table = Table("version", "role", "family", "f1", "roc_auc", "holdout rows")
        for version in versions:
            manifest = registry.manifest(version)
            shown = [str(manifest.metrics.get(name, "")) for name in ("f1", "roc_auc", "holdout_rows")]
            table.add_row(version, roles.get(version, ""), manifest.family, *(text[:7] for text in shown))
        console.print(table)
        if found and found[0].log:
            console.print(changes_table(found[0].log[-SHOWN_CHANGES:]))
        result("\n".join(versions))


def _tell_ended_experiment(before: tuple[Routing, str] | None) -> None:
    if before and (challenger := before[0].challenger):
        say(f"this ended the experiment with {challenger} ({before[0].challenger_share:.1%} of the shoppers)")


def _arms(routing: Routing) -> str:
    challenger = f" challenger {routing.challenger} {routing.challenger_share:g}" if routing.challenger else ""
    return f"champion {routing.champion}{challenger}"
