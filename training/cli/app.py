"""The commands of `python -m training`."""

from __future__ import annotations

import typer

from training.cli import analysis, data, decisions, registry, retrain, shops, train

app = typer.Typer(
    help="Train, evaluate, publish and promote cart-abandonment models.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("sample")(data.sample)
app.command("draft")(shops.draft)
app.command("schema")(shops.schema)
app.command("check")(analysis.check)
app.command("signals")(analysis.signals)
app.command("run")(train.run)
app.command("retrain")(retrain.retrain)
app.command("compare")(train.compare)
app.command("tune")(train.tune)
app.command("score")(shops.score)
app.command("promote")(registry.promote)
app.command("rollback")(registry.rollback)
app.command("list")(registry.list_versions)
app.command("simulate")(decisions.simulate)
app.command("ground-truth")(decisions.ground_truth)
app.add_typer(decisions.experiment, name="experiment")
