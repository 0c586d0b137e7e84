"""The scheduler with real workers of pytest-xdist: they are processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parents[2]


def test_workers_have_one_thread_each_and_make_what_is_shared_once(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given two files whose tests share something
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    pytester.makeconftest(
        """
        import os
        import pathlib
        import pytest
        from tests.scheduling import give_each_worker_one_thread, make_scheduler

        pytest_configure = give_each_worker_one_thread

        def pytest_xdist_make_scheduler(config):
            return make_scheduler(config)

        @pytest.fixture(scope="session")
        def shared(worker_id):
            pathlib.Path(f"made-by-{worker_id}").touch()
            return os.environ.get("OMP_NUM_THREADS")
        """
    )
    for name in ("a", "b"):
        file = pytester.path / "tests" / "e2e" / f"test_{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("def test_1(shared): assert shared == '1'\ndef test_2(shared): pass\n")

    # When two workers run them
    result = pytester.runpytest_subprocess("-p", "xdist", "-n", "2")

    # Then one of them has made it, and all tests passed
    result.assert_outcomes(passed=4)
    assert len(list(pytester.path.glob("made-by-*"))) == 1
