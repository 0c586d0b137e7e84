"""The posterior with blanks is that of complete rows, averaged over what is unknown."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from training.synthetic.best_possible import posterior
from training.synthetic.posterior_with_blanks import CAUSES, posterior_with_blanks
from training.synthetic.twin import generate

ROWS = 200_000
THRESHOLD = 30.0


@pytest.fixture(scope="module")
def twin() -> pd.DataFrame:
    return pd.DataFrame(generate(ROWS, seed=5))


def causes(table: pd.DataFrame, known: tuple[str, ...]) -> dict[str, np.ndarray]:
    return {
        name: table[name].to_numpy(dtype=np.float64) if name in known else np.full(len(table), np.nan)
        for name in CAUSES
    }


def test_where_all_is_known_it_is_the_posterior_of_complete_rows(twin: pd.DataFrame) -> None:
    np.testing.assert_allclose(
        posterior_with_blanks(causes(twin, CAUSES), THRESHOLD), posterior(twin, THRESHOLD), atol=1e-12
    )


@pytest.mark.parametrize("known", [(), (CAUSES[0],), (CAUSES[3],), (CAUSES[0], CAUSES[2]), CAUSES[1:]])
def test_each_known_combination_has_the_share_that_is_counted(twin: pd.DataFrame, known: tuple[str, ...]) -> None:
    # Given the share of rows whose rate is at least the threshold, in each group of equal known values
    p = posterior_with_blanks(causes(twin, known), THRESHOLD)
    frame = twin.assign(p=p, label=twin["cart_abandonment_rate"] >= THRESHOLD)
    # When
    groups = frame.groupby(list(known) or (lambda _: 0))
    found = groups.agg(p=("p", "mean"), spread=("p", "std"), label=("label", "mean"), rows=("p", "size"))
    # Then the posterior is one number a group, within five standard errors of what is counted
    error = np.sqrt(found["p"] * (1 - found["p"]) / found["rows"])
    assert found["spread"].fillna(0).max() < 1e-12
    assert (np.abs(found["label"] - found["p"]) <= 5 * error + 1e-12).all()


def test_a_combination_that_the_chain_cannot_give_has_no_posterior() -> None:
    impossible = {name: np.array([value]) for name, value in zip(CAUSES, (0.0, 10.0, 5.0, 3.0), strict=True)}
    assert np.isnan(posterior_with_blanks(impossible, THRESHOLD)).all()


def test_knowing_less_never_makes_anybody_surer_on_average(twin: pd.DataFrame) -> None:
    # The expected log loss of a posterior is its mean entropy, which rises with every input that is taken away.
    def entropy(known: tuple[str, ...]) -> float:
        p = posterior_with_blanks(causes(twin, known), THRESHOLD).clip(1e-12, 1 - 1e-12)
        return float(-(p * np.log(p) + (1 - p) * np.log1p(-p)).mean())

    for known in product((False, True), repeat=len(CAUSES)):
        names = tuple(name for name, is_known in zip(CAUSES, known, strict=True) if is_known)
        for dropped in names:
            assert entropy(names) <= entropy(tuple(name for name in names if name != dropped)) + 0.003
