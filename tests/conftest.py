"""What every tier of tests relies on."""

import logging

import hypothesis
import pytest

from lambda_fn import settings, telemetry

# How long an example takes says how busy the machine is, not whether the code is right.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """Forget settings and loggers, which belong to the process, before each test.

    A logger keeps the standard output of the test that made it, so it is forgotten by the logging module, too.
    """
    for remembered in (settings.settings, telemetry.logger, telemetry.metrics, telemetry.tracer):
        remembered.cache_clear()
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("cart-abandonment")]:
        del logging.root.manager.loggerDict[name]
