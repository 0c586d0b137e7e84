"""onnxruntime, imported so that it sends no telemetry: import ``ort`` from here, never the package itself."""

from __future__ import annotations

import os

from lambda_fn.contract import NO_TELEMETRY

os.environ.update(NO_TELEMETRY)  # before the import: `disable_telemetry_events()` comes after the first event

import onnxruntime as ort

__all__ = ["ort"]
