"""What shoppers get: of the control group nobody an offer, of the explorers each allowed one as often as the next."""

import numpy as np
import pytest

from lambda_fn.scoring.columns import Columns
from lambda_fn.scoring.deciding import allowed_choices, assign
from lambda_fn.scoring.offers.assignment import CONTROL, EXPLOIT, EXPLORE, Assigner, Assignment
from lambda_fn.scoring.service import Scorer, Scores
from tests import factories

KEY = b"k" * 32
IDS = [b"%d" % number for number in range(3_000)]


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    manifest, files = factories.artefact()
    return Scorer(manifest, files["model.onnx"])


@pytest.fixture(scope="module")
def best(scorer: Scorer) -> Scores:
    one = scorer.imputer.defaults()
    many = Columns(np.repeat(one.numbers, len(IDS), axis=0), np.repeat(one.codes, len(IDS), axis=0))
    return scorer.score(many, factories.AS_OF)


def test_each_group_gets_its_own(scorer: Scorer, best: Scores) -> None:
    scores, groups = assign(scorer.decider, best, IDS, Assigner(Assignment(control_share=0.3, explore_share=0.5), KEY))
    allowed, margins = allowed_choices(best), scorer.decider.margins(best.signals)
    assert (scores.choice[groups == CONTROL] == 0).all()
    assert (scores.margin[groups == CONTROL] == 0).all()
    assert (scores.choice[groups == EXPLOIT] == best.choice[groups == EXPLOIT]).all()
    explored = scores.choice[groups == EXPLORE]
    assert allowed[groups == EXPLORE, explored].all()
    counts = np.bincount(explored, minlength=len(scorer.choices))[allowed[0]]
    assert counts / counts.sum() == pytest.approx(1 / len(counts), abs=0.06)
    offered = np.flatnonzero((groups == EXPLORE) & (scores.choice > 0))
    assert scores.margin[offered].tolist() == margins[offered, scores.choice[offered] - 1].tolist()


def test_without_groups_the_scores_are_the_same(scorer: Scorer, best: Scores) -> None:
    scores, groups = assign(scorer.decider, best, IDS, Assigner(Assignment(), KEY))
    assert scores is best
    assert (groups == EXPLOIT).all()
