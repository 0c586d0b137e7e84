"""A run checks, trains and publishes; the same data give the same model."""

import dataclasses
import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lambda_fn.registry import Artefact, Registry
from lambda_fn.routing import Routing
from lambda_fn.scoring.errors import PolicyError, RegistryUnreachable
from lambda_fn.tables import files
from training.data import load
from training.data.label import check_balance
from training.data.options import DataOptions
from training.data.split import split
from training.errors import DataRefused, TrainingError
from training.job import Result, RunOptions, check_options, run
from training.release.champion import compare_on_file
from training.shops.overrides import overridden
from training.shops.public_shopper import public_shopper
from training.shops.shop import Shop

SHOP = public_shopper()
TRAP = overridden(SHOP, threshold_percent=0.3)

BOTH = np.array([0, 1] * 20, dtype=np.int8)


def job(data: Path, out: Path, family: str = "logistic") -> RunOptions:
    return RunOptions(DataOptions(data), SHOP.offers, family, out=out, track=False)


def test_the_same_data_give_the_same_content_hash_in_another_process_on_another_day(
    small_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.data.checks._today", lambda: dt.date(2031, 1, 1))
    here = run(job(small_csv, tmp_path / "a")).version
    command = [sys.executable, "-m", "training", "run", "--data", str(small_csv), "--out", str(tmp_path / "b")]
    done = subprocess.run([*command, "--model", "logistic", "--no-track"], capture_output=True, text=True, check=True)
    there = done.stdout.strip().splitlines()[-1]
    assert here.split("-")[1] == there.split("-")[1]


def test_the_run_names_the_trap_before_it_trains(twin_csv: Path, tmp_path: Path) -> None:
    trap = dataclasses.replace(job(twin_csv, tmp_path), data=DataOptions(twin_csv, TRAP))
    with pytest.raises(DataRefused, match="minority is below 10%"):
        run(trap)
    check_balance(BOTH, SHOP.label)
    assert not list(tmp_path.iterdir())


class Shelf(Registry):
    """A registry in memory."""

    def __init__(self, champion: Artefact | None = None) -> None:
        self.champion = champion
        self.published: list[str] = []

    def find_routing(self) -> tuple[Routing, str] | None:
        return (Routing(champion=self.champion.manifest.model_version), "etag") if self.champion else None

    def load(self, version: str) -> Artefact:
        assert self.champion is not None
        assert version == self.champion.manifest.model_version
        return self.champion

    def publish(self, artefact: Artefact) -> None:
        self.published.append(artefact.manifest.model_version)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every opening of a table and every hashing of a file."""
    noted: list[str] = []
    parse, sha256 = files.open_table, load._sha256

    def note_parsing(*arguments: Any, **named: Any) -> Any:
        noted.append("parsed")
        return parse(*arguments, **named)

    def note_hashing(path: Path) -> str:
        noted.append("hashed")
        return sha256(path)

    monkeypatch.setattr(load, "open_table", note_parsing)
    monkeypatch.setattr(load, "_sha256", note_hashing)
    return noted


def without(name: str) -> Shop:
    """Return the public shopper's shop without an input and the steps that read it alone."""
    inputs = tuple(field for field in SHOP.inputs if field.name != name)
    steps = tuple(step for step in SHOP.features if getattr(step, "source", "") != name)
    return SHOP.model_copy(update={"inputs": inputs, "features": steps})


def test_a_run_reads_its_file_once_though_the_champion_reads_more_of_it(
    small_csv: Path, model: Artefact, readings: list[str]
) -> None:
    # Given a champion that reads an input which the candidate's recipe does not have
    shelf = Shelf(model)
    data = DataOptions(small_csv, without("household_size"))
    # When a model is trained
    result = run(RunOptions(data, SHOP.offers, "logistic", registry=shelf, track=False))
    # Then the file was parsed and hashed once, and both models were compared on all rows that neither learnt from
    assert readings == ["parsed", "hashed"]
    comparison = result.metrics["champion_comparison"]
    unseen = split(pd.read_csv(small_csv, dtype={"user_id": "str"})["user_id"]).validation
    assert (comparison["champion"], comparison["rows"]) == (model.manifest.model_version, len(unseen))
    assert shelf.published == [result.version]
    # And a comparison that reads the file itself finds the same
    assert compare_on_file(result.artefact, model, small_csv).model_dump(mode="json") == comparison
    assert readings == ["parsed", "hashed"] * 2


def test_a_champion_whose_inputs_the_file_lacks_keeps_no_model_from_being_trained(
    small_csv: Path, model: Artefact, tmp_path: Path
) -> None:
    path, said = tmp_path / "narrow.csv", list[str]()
    pd.read_csv(small_csv).drop(columns="household_size").to_csv(path, index=False)
    data = DataOptions(path, without("household_size"))
    result = run(RunOptions(data, SHOP.offers, "logistic", registry=Shelf(model), track=False), said.append)
    assert "not compared with the champion: the file lacks household_size, which the champion reads" in said
    assert "champion_comparison" not in result.metrics


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"policy": SHOP.offers.model_copy(update={"high_value_tier": "Platinum"})},
            "unknown tier 'Platinum'; tiers are Low, Mid, High",
        ),
        ({"family": "oracle"}, "no model family 'oracle'; choose one of logistic"),
        ({"parameters": {"depht": 3}}, "logistic has no parameter depht"),
        ({"out": Path(__file__)}, "nothing can be written below"),
    ],
)
def test_what_needs_no_data_is_checked_before_the_first_row_is_read(
    small_csv: Path, tmp_path: Path, readings: list[str], change: dict[str, Any], message: str
) -> None:
    said: list[str] = []
    with pytest.raises((TrainingError, PolicyError), match=message):
        run(dataclasses.replace(job(small_csv, tmp_path), **change), said.append)
    assert (readings, said) == ([], [])


def test_a_registry_that_does_not_answer_stops_the_run_before_it_reads(
    small_csv: Path, tmp_path: Path, readings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf()
    monkeypatch.setattr(shelf, "find_routing", lambda: (_ for _ in ()).throw(RegistryUnreachable("does not answer")))
    with pytest.raises(RegistryUnreachable):
        run(dataclasses.replace(job(small_csv, tmp_path), registry=shelf))
    assert readings == []


def test_an_offer_that_nobody_can_get_is_said(small_csv: Path, tmp_path: Path) -> None:
    policy = SHOP.offers
    share = policy.minimum_margin_rate.model_copy(update={"value": 1.0})
    said: list[str] = []
    options = dataclasses.replace(
        job(small_csv, tmp_path), policy=policy.model_copy(update={"minimum_margin_rate": share})
    )
    check_options(options, said.append)
    assert said == [
        f"warning: policy: no tier or segment can ever get {offer}; see its eligibility and the guardrails"
        for offer in ("free_shipping", "discount_5", "discount_10", "discount_15")
    ]


def test_the_steps_of_a_run_are_timed_by_name(finished: Result) -> None:
    assert list(finished.steps_seconds) == ["prepare", "scan", "train", "measure", "check", "champion", "publish"]
