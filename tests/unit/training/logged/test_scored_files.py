"""A scored file is read as the log that it is; so is a trial written as a table."""

import datetime as dt
from collections.abc import Callable

import pytest

from lambda_fn.scoring.offers.assignment import Assigner, Assignment
from lambda_fn.scoring.offers.decision_log import DecisionRecord, policy_version
from lambda_fn.scoring.service import Scorer
from lambda_fn.tables.scoring import ChunkScoring, DecidedAs
from tests import csv_files, factories
from training.errors import DataRefused
from training.logged.scored_files import is_undecided, read_table, records_of
from training.logged.sources import SourceFile

ROWS = 300
MOMENT = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC).isoformat()


def scored_file(assigner: Assigner | None) -> tuple[SourceFile, Scorer]:
    manifest, files = factories.artefact()
    scorer = Scorer(manifest, files["model.onnx"])
    scoring = ChunkScoring(scorer, csv_files.HEADER, factories.AS_OF, decided=DecidedAs("file", MOMENT, assigner))
    text = b"".join(line + b"\n" for line in csv_files.rows(ROWS))
    body = scoring.header + b"".join(output.scored for output in scoring.run([text]))
    return SourceFile("scored/shoppers.csv", body), scorer


def read(text: str, hash_id: Callable[[str], str] = str) -> list[DecisionRecord]:
    return records_of(read_table(SourceFile("t.csv", text.encode())), "t.csv", hash_id)


def test_a_file_scored_with_groups_gives_the_records_that_the_api_would_have_logged() -> None:
    assigner = Assigner(Assignment(version=3, control_share=0.2, explore_share=0.4), b"k" * 32)
    file, scorer = scored_file(assigner)
    table = read_table(file)
    records = records_of(table, file.name, lambda text: assigner.shopper_hash(text.encode()))
    assert len(records) == ROWS
    first, row = records[0], table.iloc[0]
    assert first == DecisionRecord(
        decision_id=row["decision_id"],
        shopper=assigner.shopper_hash(str(row.iloc[0]).encode()),
        time=MOMENT,
        model=scorer.version,
        policy=policy_version(scorer.manifest.policy),
        assignment="3",
        p=float(row["abandonment_risk"]),
        order_value=float(row["order_value"]),
        sensitivity=float(row["sensitivity"]),
        tier=row["value_tier"],
        segment=row["recency_segment"],
        allowed=tuple(row["allowed_interventions"].split()),
        propensities=tuple(float(text) for text in row["propensities"].split()),
        offer=row["recommended_intervention"],
        greedy=row["greedy_intervention"],
        group=row["policy_group"],
    )
    assert {record.group for record in records} == {"control", "explore", "exploit"}


def test_a_file_scored_without_groups_says_no_propensities() -> None:
    with_groups, _ = scored_file(Assigner(Assignment(control_share=0.2), b"k" * 32))
    without, _ = scored_file(None)
    assert [is_undecided(read_table(file)) for file in (with_groups, without)] == [False, True]


def test_an_id_that_a_spreadsheet_would_run_is_the_one_that_was_dropped() -> None:
    head = "user_id,decision_id,decided_at,recommended_intervention,allowed_interventions,propensities\n"
    rows = [
        "'=1+1,d1,2026-01-01,none,none,1\n",
        "'quoted,d2,2026-01-01,none,none,1\n",
        "NA,d3,2026-01-01,none,none,1\n",
    ]
    assert [record.shopper for record in read(head + "".join(rows))] == ["=1+1", "'quoted", "NA"]


def test_a_trial_may_be_a_table_of_the_fields_of_records() -> None:
    head = "decision_id,shopper,time,offer,propensities,p\n"
    found = read(head + '1,7,2026-01-01,Mens E-Mail,"{""none"": 0.5, ""Mens E-Mail"": 0.5}",\n')
    assert (found[0].allowed, found[0].propensities, found[0].p) == (("none", "Mens E-Mail"), (0.5, 0.5), None)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (",7,2026-01-01,none,none,1", "line 2: it has no decision_id"),
        ("1,7,2026-01-01,none,none,a", "line 2: a number or list is none"),
        ("1,7,2026-01-01,none,none mail,1", "line 2: give one propensity for each allowed offer"),
    ],
)
def test_a_row_that_is_no_record_is_named(row: str, message: str) -> None:
    with pytest.raises(DataRefused, match=rf"^t.csv: {message}"):
        read(f"decision_id,shopper,time,offer,allowed,propensities\n{row}\n")


def test_what_is_no_csv_is_refused() -> None:
    with pytest.raises(DataRefused, match=r"^t.csv cannot be read as CSV"):
        read_table(SourceFile("t.csv", b""))
