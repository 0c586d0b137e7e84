"""The training job: CSV in, checked and published model out. Nothing that ships to Lambda imports it."""

import os
from types import MappingProxyType
from typing import Final

from lambda_fn import contract

# What a shop trains on, and how often, is nobody else's business. Set before any of these packages is imported.
NO_TELEMETRY: Final = MappingProxyType({**contract.NO_TELEMETRY, "MLFLOW_DISABLE_TELEMETRY": "true"})
os.environ.update(NO_TELEMETRY)
