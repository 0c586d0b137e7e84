from __future__ import annotations

import os
from pathlib import Path

import pytest

from cdk.local import paths


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "RUNS", tmp_path / "runs")
    return tmp_path / "runs"


def test_a_run_has_a_folder_named_after_its_process_that_is_gone_at_its_end(runs: Path) -> None:
    with paths.run_folder("demo") as folder:
        (folder / "deploy.log").write_text("fine")
        assert folder.parent == runs
        assert folder.name.startswith(f"demo-{os.getpid()}-")

    assert list(runs.iterdir()) == []


@pytest.mark.parametrize("ending", [ValueError, KeyboardInterrupt, SystemExit])
def test_after_a_failure_the_logs_stay(ending: type[BaseException]) -> None:
    folders: list[Path] = []

    def run() -> None:
        with paths.run_folder("demo") as folder:
            folders.append(folder)
            (folder / "deploy.log").write_text("why")
            (folder / "outputs.json").write_text("{}")
            (folder / "state").mkdir()
            (folder / "state" / "inner.log").write_text("the local AWS's own")
            raise ending

    with pytest.raises(ending):
        run()

    assert [path.name for path in folders[0].rglob("*")] == ["deploy.log"]
