"""A run checks, trains and publishes; the same data give the same model."""

import dataclasses
import datetime as dt
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from training.data.label import check_balance
from training.data.options import DataOptions
from training.errors import DataRefused
from training.job import RunOptions, run
from training.offers.policy_file import read_policy

BOTH = np.array([0, 1], dtype=np.int8)


def job(data: Path, out: Path, family: str = "logistic") -> RunOptions:
    return RunOptions(DataOptions(data), read_policy(), family, out=out, track=False)


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
    trap = dataclasses.replace(job(twin_csv, tmp_path), data=DataOptions(twin_csv, threshold_percent=0.3))
    with pytest.raises(DataRefused, match="minority is below 10%"):
        run(trap)
    check_balance(BOTH, 30)
    assert not list(tmp_path.iterdir())
