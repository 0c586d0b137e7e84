"""The reader of manifests of format 1.

A later format changes ``Manifest``; this module then turns what format 1 says into it.
"""

from __future__ import annotations

from typing import Final

from lambda_fn.scoring.manifest import Manifest

FORMAT_VERSION: Final = 1


def read(data: bytes) -> Manifest:
    """Return the manifest of a JSON document of format 1; raise pydantic's ValidationError where it is malformed."""
    return Manifest.model_validate_json(data)
