"""The reader of manifests of format 1, whose models take the training default where an input is missing."""

from __future__ import annotations

import json
from typing import Final

from lambda_fn.scoring.manifest import FORMAT_VERSION as CURRENT
from lambda_fn.scoring.manifest import Manifest

FORMAT_VERSION: Final = 1


def read(data: bytes) -> Manifest:
    """Return the manifest of a JSON document of format 1; raise pydantic's ValidationError where it is malformed."""
    document = json.loads(data)
    return Manifest.model_validate_json(json.dumps({**document, "format_version": CURRENT, "missing": "imputed"}))
