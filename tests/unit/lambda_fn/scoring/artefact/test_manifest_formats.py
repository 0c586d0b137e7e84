"""Every known format has a reader, and what this code does not understand is refused."""

import json
from unittest.mock import Mock

import pytest

from lambda_fn.scoring.artefact.manifest_formats import READERS, read_manifest
from lambda_fn.scoring.errors import ArtefactRejected
from tests import factories


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (b'"format_version":2', b'"format_version":3', "format_version"),
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


def test_an_unknown_format_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ArtefactRejected) as caught:
        read_manifest(b'{"format_version": 7}')
    assert str(caught.value) == (
        "the manifest cannot be used: format_version: 7 is unknown, this code reads 1, 2; deploy a release that reads 7"
    )


def test_a_further_format_gets_a_reader_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a format 3 that a later release brings
    manifest, _ = factories.artefact()
    second = manifest.model_dump_json().encode()
    reader = Mock(return_value=manifest)
    monkeypatch.setitem(READERS, 3, reader)
    third = b'{"format_version": 3, "everything": "is different"}'
    # When manifests of both formats are read
    read = [read_manifest(second), read_manifest(third)]
    # Then each went to its own reader
    assert read == [manifest, manifest]
    reader.assert_called_once_with(third)


def test_a_manifest_of_format_1_is_one_whose_model_imputes() -> None:
    manifest, _ = factories.artefact(missing="value")
    first = manifest.model_dump(mode="json", exclude={"missing", "importance", "id_column", "dialect"}) | {
        "format_version": 1
    }
    assert read_manifest(json.dumps(first).encode()) == manifest.model_copy(update={"missing": "imputed"})
