"""The reader of manifests of format 1.

They knew one table, the public shopper's, and one way to write it. Their models take the training default where an
input is missing.
"""

from __future__ import annotations

import json
from typing import Final

from lambda_fn.scoring.artefact.manifest import FORMAT_VERSION as CURRENT
from lambda_fn.scoring.artefact.manifest import Manifest
from lambda_fn.scoring.errors import ArtefactRejected

FORMAT_VERSION: Final = 1
LATER: Final = ("id_column", "dialect", "missing", "importance")  # format 1 means their defaults


def read(data: bytes) -> Manifest:
    """Return the manifest of a JSON document of format 1.

    Raises pydantic's ValidationError where it is malformed.
    Raises ArtefactRejected where it says what only a later format may say.
    """
    document = json.loads(data)
    if found := [name for name in LATER if name in document]:
        raise ArtefactRejected(f"format 1 knows no {found[0]}")
    return Manifest.model_validate_json(json.dumps({**document, "format_version": CURRENT}))
