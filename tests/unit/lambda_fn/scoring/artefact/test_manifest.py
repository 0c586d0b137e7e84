"""A manifest that contradicts itself is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from lambda_fn.scoring.artefact.manifest import CategoryHistogram, Manifest, NumberHistogram, TableCalibration
from lambda_fn.scoring.errors import ArtefactRejected
from tests import factories


def test_it_survives_its_json() -> None:
    manifest, _ = factories.artefact()
    assert Manifest.model_validate_json(manifest.model_dump_json()) == manifest


def test_it_must_list_the_model() -> None:
    with pytest.raises(ArtefactRejected, match=r"does not list model\.onnx"):
        factories.artefact(files={})


@pytest.mark.parametrize(
    ("scores", "probabilities"), [((0.0, 1.0), (0.0, 0.5, 1.0)), ((1.0, 0.0), (0.0, 1.0)), ((0.0, 1.0), (1.0, 0.0))]
)
def test_knots_of_a_calibration_are_pairs_and_rise(scores: tuple[float, ...], probabilities: tuple[float, ...]) -> None:
    with pytest.raises(ValidationError, match="equally long and rising"):
        TableCalibration(scores=scores, probabilities=probabilities)


@pytest.mark.parametrize(("edges", "counts"), [((1.0, 2.0), (5, 5)), ((2.0, 1.0), (5, 5, 5))])
def test_a_histogram_has_one_more_count_than_rising_edges(edges: tuple[float, ...], counts: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError, match="one more count than edges"):
        NumberHistogram(edges=edges, counts=counts)


@pytest.mark.parametrize(
    "change",
    [{"model_version": "v1"}, {"decision_threshold": 1.0}, {"unknown": 1}, {"calibration": {"method": "magic"}}],
)
def test_what_is_malformed_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(change))):
        factories.artefact(**change)


def test_a_histogram_of_categories_counts_what_is_none_of_them() -> None:
    assert CategoryHistogram(counts=(3, 4)).other == 0
