"""The commands of `python -m training`."""

from __future__ import annotations

import typer

from training.cli import analysis, data, decisions, loop, registry, retrain, shops, train, watch_bucket

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
app.command("assignment")(registry.assignment)
app.command("rollback")(registry.rollback)
app.command("list")(registry.list_versions)
app.command("simulate")(decisions.simulate)
app.command("ground-truth")(decisions.ground_truth)
app.command("learn")(loop.learn)
app.command("watch")(loop.watch)
app.command("watch-bucket")(watch_bucket.watch_bucket)
app.add_typer(decisions.experiment, name="experiment")
