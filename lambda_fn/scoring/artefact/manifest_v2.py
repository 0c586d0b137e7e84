"""The reader of manifests of format 2, which say what their model takes where an input is missing."""

from __future__ import annotations

from typing import Final

from lambda_fn.scoring.artefact.manifest import Manifest

FORMAT_VERSION: Final = 2


def read(data: bytes) -> Manifest:
    """Return the manifest of a JSON document of format 2; raise pydantic's ValidationError where it is malformed."""
    return Manifest.model_validate_json(data)
