"""`promote`, `rollback`, `list`: which model answers."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from training.cli.console import console, plain_errors, result, say
from training.cli.options import Endpoint, Region, RegistryBucket, open_registry


def promote(
    version: Annotated[str, typer.Argument(help="Version to make champion, as `run` prints it.")],
    bucket: RegistryBucket,
    endpoint: Endpoint = None,
    region: Region = None,
) -> None:
    """Make a published version the champion."""
    with plain_errors():
        routing = open_registry(bucket, endpoint, region).promote(version)
        say(f"champion: {routing.champion}")
        result(routing.champion)


def rollback(bucket: RegistryBucket, endpoint: Endpoint = None, region: Region = None) -> None:
    """Make the previous champion champion again."""
    with plain_errors():
        routing = open_registry(bucket, endpoint, region).roll_back()
        say(f"champion: {routing.champion}")
        result(routing.champion)


def list_versions(bucket: RegistryBucket, endpoint: Endpoint = None, region: Region = None) -> None:
    """List the published versions, oldest first, with their role and holdout metrics."""
    from lambda_fn.scoring.errors import ModelUnavailable

    with plain_errors():
        registry = open_registry(bucket, endpoint, region)
        versions = registry.versions()
        try:
            routing, _ = registry.routing()
            roles = {routing.champion: "champion", routing.challenger: f"challenger {routing.challenger_share:.0%}"}
        except ModelUnavailable:
            roles = {}
        table = Table("version", "role", "family", "f1", "roc_auc", "holdout rows")
        for version in versions:
            manifest = registry.manifest(version)
            shown = [str(manifest.metrics.get(name, "")) for name in ("f1", "roc_auc", "holdout_rows")]
            table.add_row(version, roles.get(version, ""), manifest.family, *(text[:7] for text in shown))
        console.print(table)
        result("\n".join(versions))
