"""What every tier of tests relies on."""

import gc
import logging
import os

import hypothesis
import pytest

import training  # sends no telemetry, and neither do the processes that tests start
from lambda_fn import settings, telemetry
from tests.scheduling import SharingScheduling, give_each_worker_one_thread, make_scheduler
from tests.tiers import summary

os.environ.update(training.NO_TELEMETRY)

# How long an example takes says how busy the machine is, not whether the code is right. The same commit is tried with
# the same examples; who looks for others runs with --hypothesis-profile search.
hypothesis.settings.register_profile("search", deadline=None, print_blob=True)
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.load_profile("repeatable")

# New objects before the garbage collector looks at them, and how much more rarely at each older generation.
GARBAGE_COLLECTION = (20_000, 20, 10)


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """Forget settings and loggers, which belong to the process, before each test.

    A logger keeps the standard output of the test that made it, so it is forgotten by the logging module, too.
    """
    for remembered in (settings.settings, telemetry.logger, telemetry.tracer):
        remembered.cache_clear()
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("cart-abandonment")]:
        del logging.root.manager.loggerDict[name]


def pytest_configure(config: pytest.Config) -> None:
    """Let the workers of pytest-xdist share the cores."""
    give_each_worker_one_thread(config)


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what lives until the end: a client of AWS made it look at all of it."""
    gc.freeze()
    gc.set_threshold(*GARBAGE_COLLECTION)


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_make_scheduler(config: pytest.Config) -> SharingScheduling | None:
    """Let tests that share something slow run on one worker."""
    return make_scheduler(config)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say of each tier how many tests passed, and which were skipped and why."""
    terminalreporter.section("tiers")
    for line in summary(terminalreporter.stats):
        terminalreporter.write_line(line)
