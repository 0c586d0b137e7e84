"""How far the effects of reasons are from those of many permutations, on shoppers that the model has not seen."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from cdk.ops.aws import Aws
from lambda_fn.registry import Artefact, Registry
from lambda_fn.scoring.arrays import Floats
from lambda_fn.scoring.columns import MISSING, Columns
from lambda_fn.scoring.service import Scorer
from lambda_fn.tables.files import read_table
from tests.bench.figures import Figure
from tests.bench.models import BUCKET, Models, run_training

SHOPPERS: Final = 200
PAIRS: Final = 400  # of a permutation and its reverse, for each shopper
SEED: Final = 13


def measure(trained: Models) -> Figure:
    """Return the error of an effect: of each shopper's worst input, on average."""
    fresh = trained.data.with_name("fresh.csv")
    arguments = ("--rows", str(SHOPPERS), "--seed", str(SEED), "--country", "USA", "--out", str(fresh))
    run_training(trained.environment, "sample", *arguments)
    artefact = Registry(BUCKET, Aws(trained.endpoint).client("s3")).load(trained.version)
    worst = worst_errors(artefact, fresh)
    detail = (
        f"worst input of each of {len(worst)} fresh shoppers against {PAIRS} pairs of permutations; "
        f"median {np.median(worst):.4f}, 95 of 100 below {np.quantile(worst, 0.95):.4f}"
    )
    return Figure("reasons_error", round(float(worst.mean()), 4), "", 0.015, at_least=False, detail=detail)


def worst_errors(artefact: Artefact, data: Path) -> Floats:
    """Return the largest difference of an effect from that of PAIRS permutations, for each complete row."""
    manifest = artefact.manifest
    scorer = Scorer(manifest, artefact.onnx)
    tables = list(read_table(data, scorer.layout, manifest.dialect, id_column=manifest.id_column))
    rng = np.random.default_rng(SEED)
    errors = []
    for table in tables:
        reasons = scorer.reasons(table.columns, manifest.as_of, len(manifest.recipe.inputs)) or []
        for row, of_row in enumerate(reasons):
            found = {reason.field: reason.effect for reason in of_row}
            names = (*scorer.layout.numeric_names, *scorer.layout.category_names)
            expected = _by_permutations(scorer, table.columns.take(np.array([row])), rng)
            errors.append(np.abs(np.array([found.get(name, 0.0) for name in names]) - expected).max())
    return np.array(errors)


def _by_permutations(scorer: Scorer, shopper: Columns, rng: np.random.Generator) -> Floats:
    """Return the mean change of the risk by each input over PAIRS permutations and their reverses, (inputs,)."""
    numeric = shopper.numbers.shape[1]
    width = numeric + shopper.codes.shape[1]
    orders = rng.permuted(np.tile(np.arange(width), (PAIRS, 1)), axis=1)
    orders = np.concatenate([orders, orders[:, ::-1]])
    arrivals = np.argsort(orders, axis=1)
    known = (arrivals[:, None, :] < np.arange(width + 1)[None, :, None]).reshape(-1, width)
    walked = Columns(
        np.where(known[:, :numeric], shopper.numbers, np.nan),
        np.where(known[:, numeric:], shopper.codes, np.int32(MISSING)),
    )
    risks = scorer.score(walked, scorer.manifest.as_of).risk.reshape(len(orders), -1)
    steps = np.empty(orders.shape)
    np.put_along_axis(steps, orders, np.diff(risks, axis=1), axis=1)
    means: Floats = steps.mean(axis=0)
    return means
