from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize(
    ("command", "file", "told"),
    [
        (("demo", "--shop"), "shop.yaml", "name the shop's table, too: SHOP=shop.yaml DATA=customers.csv"),
        (("up", "--data"), "gone.csv", "does not exist"),
    ],
)
def test_a_shop_file_alone_or_a_file_that_is_not_there_is_told_at_once(
    tmp_path: Path, command: tuple[str, str], file: str, told: str
) -> None:
    (tmp_path / "shop.yaml").touch()

    ended = subprocess.run(
        [sys.executable, "-m", "cdk.local", *command, tmp_path / file],
        cwd=ROOT,
        env={"COLUMNS": "300", "TERM": "dumb"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 2
    assert told in ended.stderr
