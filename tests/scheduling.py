"""Which tests ``pytest -n`` gives to one worker: what they share is made once, and what takes long starts first.

The groups of pytest-xdist 3.8 (``--dist loadgroup``) have no effect with pytest 9.2, which has dropped the attribute
that they rely on: every worker would deploy a local AWS of its own. This scheduler reads the ids of the tests.
"""

from __future__ import annotations

import os
from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# How the ids of tests start -> what they share. The first that fits counts; other tests share what their file makes.
SHARED: Final = {
    "tests/e2e/test_cleanup.py": "nothing but the machine",
    "tests/e2e/test_least_privilege.py": "the local AWS that checks policies",
    "tests/e2e/": "the local AWS",
    "tests/infrastructure/build/": "the bundles",
    "tests/infrastructure/": "the templates",
}


def shared_by(test_id: str) -> str:
    """Name what a test shares with others; those run on one worker, one after the other."""
    return next((name for start, name in SHARED.items() if test_id.startswith(start)), test_id.partition("::")[0])


class SharingScheduling(LoadScopeScheduling):  # type: ignore[misc]  # ships no types
    """Hands a worker all tests that share something, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return shared_by(nodeid)


def make_scheduler(config: pytest.Config) -> SharingScheduling | None:
    """Return the scheduler, unless the command line asks for another with ``--dist``."""
    if config.getoption("dist") != "load":
        return None
    config.option.loadscopereorder = False  # by size, that is: a file of many quick tests would be first
    scheduler = SharingScheduling(config)
    scheduler.log = Producer("scheduling", enabled=config.option.debug)  # by default it tells of every hand-out
    return scheduler


def give_each_worker_one_thread(config: pytest.Config) -> None:
    """Set the number of OpenMP's threads to 1, unless the environment has a number, where there are several workers.

    Threads that outnumber the cores spin while they wait for each other: a training takes twice the CPU. To be called
    before the workers start: they inherit the environment.
    """
    if config.getoption("numprocesses", None):
        os.environ.setdefault("OMP_NUM_THREADS", "1")
