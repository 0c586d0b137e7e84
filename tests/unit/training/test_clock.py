"""The clock notes each step once it is done."""

import time

import pytest

from training.clock import Clock


def test_each_step_is_noted_by_name_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([10.0, 12.5, 20.0, 20.004])
    monkeypatch.setattr(time, "perf_counter", lambda: next(moments))
    clock = Clock()
    with clock.step("read"):
        pass
    with clock.step("train"):
        pass
    assert list(clock.seconds.items()) == [("read", 2.5), ("train", 0.0)]


def test_a_step_that_fails_is_not_noted() -> None:
    clock = Clock()
    with pytest.raises(ZeroDivisionError), clock.step("read"):
        1 / 0  # noqa: B018
    assert clock.seconds == {}
