"""The formats of a manifest that this code reads, each with a reader of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pydantic import BaseModel, ValidationError

from lambda_fn.scoring.artefact import manifest_v1, manifest_v2
from lambda_fn.scoring.artefact.manifest import Manifest
from lambda_fn.scoring.errors import ArtefactRejected, ScoringError

READERS: Final[dict[int, Callable[[bytes], Manifest]]] = {
    manifest_v1.FORMAT_VERSION: manifest_v1.read,
    manifest_v2.FORMAT_VERSION: manifest_v2.read,
}


class _Format(BaseModel):
    """What every format says of itself, in the same place."""

    format_version: int = manifest_v1.FORMAT_VERSION


def read_manifest(data: bytes) -> Manifest:
    """Parse and check a manifest of any known format.

    Raises ArtefactRejected where it is malformed or of an unknown format.
    """
    try:
        return _reader(_Format.model_validate_json(data).format_version)(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "manifest"
        raise ArtefactRejected(f"the manifest cannot be used: {where}: {first['msg']}") from error
    except ScoringError as error:
        raise ArtefactRejected(f"the manifest cannot be used: {error}") from error


def _reader(version: int) -> Callable[[bytes], Manifest]:
    if version not in READERS:
        known = ", ".join(map(str, READERS))
        raise ArtefactRejected(
            f"format_version: {version} is unknown, this code reads {known}; deploy a release that reads {version}"
        )
    return READERS[version]
