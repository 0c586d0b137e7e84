"""A manifest of a format that this code does not understand is refused."""

import pytest

from lambda_fn.scoring.errors import ArtefactRejected
from lambda_fn.scoring.manifest import (
    read_manifest,
)
from tests import factories


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (b'"format_version":1', b'"format_version":2', "format_version"),
        (b'"op":"inverse"', b'"op":"exec"', "recipe.steps.4"),
        (b'"low":0.0', b'"low":null', "not fitted"),
        (b'"high_value_tier":"High"', b'"high_value_tier":"Top"', "Top"),
        (b"{", b"", "Invalid JSON"),
    ],
)
def test_a_manifest_this_code_does_not_understand_is_refused(before: bytes, after: bytes, message: str) -> None:
    manifest, _ = factories.artefact()
    data = manifest.model_dump_json().encode()
    assert read_manifest(data) == manifest
    with pytest.raises(ArtefactRejected, match=message):
        read_manifest(data.replace(before, after, 1))
