"""The Bayes optimum on the twin: its label's exact posterior, and the metrics of that on the same rows.

No model can do better on these rows but by chance.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Floats, Labels
from training.models.metrics import Ranking

CHAIN: Final = (  # in the order of their causes
    "overall_stress_level",
    "stress_from_financial_decisions",
    "impulse_buying_score",
    "impulse_purchases_per_month",
    "cart_abandonment_rate",
)
LESS_THAN_A_STEP: Final = 1e-3  # of the posterior, which goes in steps of 1/21
TIE_BREAKS: Final = 20
NOISE: Final = 10  # the rate's noise is a whole number, uniform from -10 to 10


def is_twin(table: pd.DataFrame) -> bool:
    """Return whether every row obeys the chain that the twin is drawn from."""
    if not set(CHAIN) <= set(table.columns):
        return False
    overall, financial, impulse, purchases, rate = (table[name].to_numpy(dtype=np.float64) for name in CHAIN)
    low, high = (np.clip(5 * impulse + 3 * financial + noise, 0, 100) for noise in (-NOISE, NOISE))
    return bool(
        (np.abs(financial - overall) <= 2).all()
        and (np.abs(impulse - financial) <= 2).all()
        and ((purchases - impulse // 2 >= 0) & (purchases - impulse // 2 <= 2)).all()
        and ((rate >= low) & (rate <= high)).all()
    )


def posterior(table: pd.DataFrame, threshold_percent: float) -> Floats:
    """Return each shopper's true probability of a rate of at least the threshold, given everything but the rate.

    The rate is ``5 * impulse + 3 * financial stress + noise``, and nothing else in the table tells about the noise.
    """
    centre = 5 * table["impulse_buying_score"].to_numpy(dtype=np.float64)
    centre = centre + 3 * table["stress_from_financial_decisions"].to_numpy(dtype=np.float64)
    least_noise = np.ceil(threshold_percent - centre)
    share: Floats = np.clip((NOISE - least_noise + 1) / (2 * NOISE + 1), 0.0, 1.0)
    return share


def bayes_optimum_metrics(table: pd.DataFrame, labels: Labels, threshold_percent: float) -> dict[str, float]:
    """Return the metrics of the posterior on these rows, named ``limit_*``. F1 is at the threshold where it is highest.

    Average precision counts tied rows as one step. A model that orders them by chance would beat that, so ties are
    broken at random TIE_BREAKS times and the mean is taken.
    """
    p = posterior(table, threshold_percent)
    metrics = Ranking(labels, p, 0.5).metrics()
    rng = np.random.default_rng(0)
    untied = (Ranking(labels, p + rng.random(len(p)) * LESS_THAN_A_STEP, 0.5).metrics() for _ in range(TIE_BREAKS))
    metrics["average_precision"] = float(np.mean([drawn["average_precision"] for drawn in untied]))
    metrics["f1"] = max(Ranking(labels, p, cut).metrics()["f1"] for cut in np.unique(p))
    return {f"limit_{name}": value for name, value in metrics.items()}
