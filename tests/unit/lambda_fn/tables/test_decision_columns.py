"""The scored file is the log of a batch: it says all that each decision was made by."""

import csv
import datetime as dt
import io

import pytest

from lambda_fn.scoring.deciding import allowed_choices, assign
from lambda_fn.scoring.offers.assignment import EXPLOIT, GROUPS, Assigner, Assignment, propensities
from lambda_fn.scoring.offers.decision_log import PROPENSITY_DECIMALS, policy_version
from lambda_fn.scoring.service import MONEY_DECIMALS, Scorer
from lambda_fn.tables.reader import TableReader
from lambda_fn.tables.scoring import ChunkScoring, DecidedAs
from tests import csv_files, factories

ROWS = 400
TEXT = b"".join(line + b"\n" for line in csv_files.rows(ROWS))
SHARES = Assignment(version=7, control_share=0.2, explore_share=0.4)
MOMENT = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC).isoformat()


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    manifest, files = factories.artefact()
    return Scorer(manifest, files["model.onnx"])


def scored(scorer: Scorer, assigner: Assigner | None) -> list[dict[str, str]]:
    scoring = ChunkScoring(scorer, csv_files.HEADER, factories.AS_OF, decided=DecidedAs("file", MOMENT, assigner))
    body = scoring.header + b"".join(output.scored for output in scoring.run([TEXT]))
    return list(csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True))


def test_with_groups_each_line_says_what_was_decided_and_by_which_chances(scorer: Scorer) -> None:
    assigner = Assigner(SHARES, b"k" * 32)
    table = TableReader(csv_files.HEADER, scorer.layout).read(TEXT)
    best = scorer.score(table.columns, factories.AS_OF)
    scores, groups = assign(scorer.decider, best, table.ids.tolist(), assigner)
    allowed = allowed_choices(best)
    chances = propensities(allowed, best.choice, SHARES)
    policy, recipe = scorer.manifest.policy, scorer.manifest.recipe
    tiers, segments, names = policy.tiers(recipe), policy.segments(recipe), scorer.choices

    found = scored(scorer, assigner)

    assert {row["policy_group"] for row in found} == set(GROUPS)
    for row, line in enumerate(found):
        may = [place for place in range(len(names)) if allowed[row, place]]
        assert line["policy_group"] == GROUPS[groups[row]]
        assert line["recommended_intervention"] == names[scores.choice[row]]
        assert float(line["estimated_margin_impact"]) == float(scores.margin[row].round(MONEY_DECIMALS))
        assert line["greedy_intervention"] == names[best.choice[row]]
        assert line["allowed_interventions"].split() == [names[place] for place in may]
        assert [float(text) for text in line["propensities"].split()] == [
            round(float(chances[row, place]), PROPENSITY_DECIMALS) for place in may
        ]
        assert (line["decided_at"], line["policy_version"], line["assignment_version"]) == (
            MOMENT, policy_version(policy), "7",
        )  # fmt: skip
        assert float(line["order_value"]) == pytest.approx(best.signals.order_value[row], abs=1e-6)
        assert float(line["sensitivity"]) == pytest.approx(best.signals.sensitivity[row], abs=1e-6)
        assert line["value_tier"] == tiers[int(best.signals.value_tier[row])]
        assert line["recency_segment"] == segments[int(best.signals.recency_segment[row])]


def test_without_groups_everybody_gets_the_best_offer_and_the_file_says_no_more(scorer: Scorer) -> None:
    best = scorer.score(TableReader(csv_files.HEADER, scorer.layout).read(TEXT).columns, factories.AS_OF)
    found = scored(scorer, None)
    assert list(found[0])[-3:] == ["decision_id", "policy_group", "warnings"]
    assert {line["policy_group"] for line in found} == {GROUPS[EXPLOIT]}
    assert [line["recommended_intervention"] for line in found] == [scorer.choices[one] for one in best.choice]
