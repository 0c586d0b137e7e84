"""The manifest: everything a model artefact says about itself."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final, Literal, Self

from pydantic import Field, JsonValue, model_validator

from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.artefact.recipe import ID_FIELD, Recipe
from lambda_fn.scoring.errors import ArtefactRejected
from lambda_fn.scoring.frozen import Frozen

FORMAT_VERSION: Final = 2  # that is written; manifest_formats.py lists those that are read
ROW: Final = "row"  # the name of the id where it is a row's position in its file
MODEL_FILE: Final = "model.onnx"
MANIFEST_FILE: Final = "manifest.json"
METRICS_FILE: Final = "metrics.json"
MODEL_CARD_FILE: Final = "model_card.md"
VERSION_PATTERN: Final = r"^v\d{8}T\d{6}-[0-9a-f]{8}$"

Missing = Literal["imputed", "value"]


class FileEntry(Frozen):
    """Checksum and size of one file of the artefact."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size_bytes: int = Field(ge=0)


class IdentityCalibration(Frozen):
    """The estimator's probabilities are used as they are."""

    method: Literal["identity"] = "identity"


class SigmoidCalibration(Frozen):
    """``1 / (1 + exp(-(slope * logit(p) + intercept)))`` (Platt scaling on the logit)."""

    method: Literal["sigmoid"] = "sigmoid"
    slope: float = Field(gt=0)
    intercept: float


class TableCalibration(Frozen):
    """Linear interpolation between knots.

    scores: the estimator's probabilities at the knots, rising.
    probabilities: the calibrated ones, rising.
    """

    method: Literal["table"] = "table"
    scores: tuple[float, ...] = Field(min_length=2)
    probabilities: tuple[float, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _check_knots(self) -> Self:
        rising = list(self.scores) == sorted(self.scores) and list(self.probabilities) == sorted(self.probabilities)
        if len(self.scores) != len(self.probabilities) or not rising:
            raise ValueError("scores and probabilities must be equally long and rising")
        return self


Calibration = Annotated[IdentityCalibration | SigmoidCalibration | TableCalibration, Field(discriminator="method")]


class NumberHistogram(Frozen):
    """Training rows per bin of a numeric, flag or date input. A date counts as days before the as-of date.

    edges: the inner edges, rising. Bin i holds ``edges[i-1] < x <= edges[i]``.
    counts: one per bin, so one more than edges.
    missing: rows without a value; null in manifests that do not say.
    """

    kind: Literal["number"] = "number"
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    missing: int | None = Field(default=None, ge=0)

    @property
    def rows(self) -> int:
        """How many rows have a value."""
        return sum(self.counts)

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        if len(self.counts) != len(self.edges) + 1 or list(self.edges) != sorted(self.edges):
            raise ValueError("give rising edges and one more count than edges")
        return self


class CategoryHistogram(Frozen):
    """Training rows per category.

    counts: one per category, in the order of the input's categories.
    other: rows with any other text.
    missing: rows without a value; null in manifests that do not say.
    """

    kind: Literal["category"] = "category"
    counts: tuple[int, ...]
    other: int = 0
    missing: int | None = Field(default=None, ge=0)

    @property
    def rows(self) -> int:
        """How many rows have a value."""
        return sum(self.counts) + self.other


Histogram = Annotated[NumberHistogram | CategoryHistogram, Field(discriminator="kind")]


class DataFingerprint(Frozen):
    """Which data a model was trained on.

    source: name of the file.
    sha256: checksum of the file's bytes.
    rows: number of rows read.
    country: the country whose rows were kept, or ``all``.
    """

    source: str
    sha256: str
    rows: int
    country: str | None = None


class Manifest(Frozen):
    """What an immutable artefact says about itself, in the current format.

    format_version: the format of this document.
    model_version: ``v``, the time of training (UTC), and eight hex digits of the content's hash.
    family: the kind of estimator.
    created: when it was trained.
    as_of: the day that recency counted to in training.
    files: checksum and size of every other file of the artefact.
    recipe: the fitted inputs and feature steps.
    id_column: the column that tells shoppers apart; null where a row's position in its file does.
    dialect: how the shop writes its files.
    missing: what the model takes where an input is missing; ``imputed``: the training default, ``value``: NaN.
    importance: mean absolute effect of each input on the risk, in probability; empty where nothing was explained.
    calibration: what turns the estimator's probabilities into calibrated ones.
    decision_threshold: the risk from which a shopper counts as one who abandons.
    policy: offers, guardrails and assumed recovery rates.
    metrics: measured on the holdout, beside those of the baselines.
    histograms: the training rows of each input per bin, for drift.
    libraries: names and versions of what trained it.
    data: which rows it was trained on.
    mlflow_run_id: the run that recorded the training; null where none did.

    Raises ArtefactRejected where the recipe is not fitted or MODEL_FILE is not listed.
    Raises PolicyError where the policy names what the recipe lacks.
    """

    format_version: Literal[2] = FORMAT_VERSION
    model_version: str = Field(pattern=VERSION_PATTERN)
    family: str
    created: dt.datetime
    as_of: dt.date
    files: dict[str, FileEntry]
    recipe: Recipe
    id_column: str | None = ID_FIELD
    dialect: Dialect = DEFAULT_DIALECT
    missing: Missing = "imputed"
    importance: dict[str, float] = Field(default_factory=dict)
    calibration: Calibration
    decision_threshold: float = Field(gt=0, lt=1)
    policy: Policy
    metrics: dict[str, JsonValue]
    histograms: dict[str, Histogram]
    libraries: dict[str, str]
    data: DataFingerprint
    mlflow_run_id: str | None = None

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        if unfitted := list(self.recipe.unfitted()):
            raise ArtefactRejected(f"the recipe is not fitted: {', '.join(unfitted)}")
        self.policy.check_against(self.recipe)
        if self.id_name in {field.name for field in self.recipe.inputs}:
            raise ArtefactRejected(f"{self.id_name!r} is the id and an input; an id says who, not what")
        if MODEL_FILE not in self.files:
            raise ArtefactRejected(f"the manifest does not list {MODEL_FILE}")
        return self

    @property
    def id_name(self) -> str:
        """Return the name under which answers and scored files give the id."""
        return self.id_column or ROW
