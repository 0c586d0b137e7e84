"""Scores -> response bodies. The models here describe them in OpenAPI."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from lambda_fn.api.decided import Decided
from lambda_fn.api.rounded import rounded
from lambda_fn.scoring.offers.assignment import Assignment
from lambda_fn.scoring.service import MONEY_DECIMALS, RISK_DECIMALS, RISK_LEVELS, Scorer


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class InputWarning(_Answer):
    """What was done to one field before it was scored."""

    field: str
    issue: Literal["imputed", "missing", "clipped", "unknown_category", "unknown_field"]
    detail: str


class InputReason(_Answer):
    """One input that moved the risk."""

    field: str
    value: float | str = Field(description="As it was read; a flag is 0 or 1.")
    effect: float = Field(
        ge=-1,
        le=1,
        description="Change of the risk, in probability, by knowing this input. The effects of all inputs add up to "
        "the risk minus that of a shopper of whom nothing is known.",
    )


class Prediction(_Answer):
    """Who will abandon, what to offer, and what the offer is expected to earn."""

    user_id: str | int
    abandonment_risk: float = Field(ge=0, le=1, description="Calibrated probability that the cart is abandoned.")
    risk_level: Literal["LOW", "MEDIUM", "HIGH"] = Field(description="HIGH from 0.7, MEDIUM from 0.4.")
    recommended_intervention: str = Field(description="`none`, or an intervention of the policy; see /model/info.")
    estimated_margin_impact: float = Field(
        description="Expected incremental contribution margin of the recommendation against doing nothing, in the "
        "currency of `average_order_value`. Only an exploring shopper's can be negative.",
    )
    confidence: float = Field(
        ge=0, le=1, description="Calibrated probability of the predicted side of the decision threshold."
    )
    model_version: str
    prediction_timestamp: dt.datetime
    decision_id: str = Field(description="Of this decision; name it in the outcome, where you can.")
    policy_group: Literal["control", "explore", "exploit"] = Field(
        description="control: never gets an offer. explore: gets one of the allowed offers, or none, by chance. "
        "exploit: gets the best offer."
    )
    warnings: list[InputWarning]
    reasons: list[InputReason] | None = Field(
        default=None,
        description="Only where `?reasons=` asks for them: the inputs that moved this risk most, the largest effect "
        "first. Null where the model in service cannot give any, because it imputes what is missing.",
    )


class BatchPrediction(_Answer):
    """One prediction a record, in the order of the records."""

    predictions: list[Prediction]


class OutcomesTaken(_Answer):
    """Outcomes that were kept."""

    taken: int = Field(description="How many: all that were sent. Where one is faulty, none is kept.")


class Health(_Answer):
    """``ok``: the promoted models answer. ``degraded``: an older one answers, and ``problems`` says why."""

    status: Literal["ok", "degraded"]
    model_version: str
    problems: list[str]


class ModelDescription(_Answer):
    """One model in service."""

    model_version: str
    family: str
    created: dt.datetime
    share: float = Field(description="Share of shoppers that this model scores.")
    inputs: list[str]
    features: list[str]
    decision_threshold: float
    calibration: dict[str, JsonValue]
    policy: dict[str, JsonValue]
    data: dict[str, JsonValue]
    libraries: dict[str, str]


class AssignmentDescription(_Answer):
    """How shoppers are drawn into groups."""

    version: int = Field(description="Raised by every change of the shares.")
    control_share: float = Field(description="Share of all shoppers, who never get an offer.")
    explore_share: float = Field(description="Share of the others, who get an allowed offer, or none, by chance.")


class ModelInfo(_Answer):
    """The models in service. ``challenger`` is null where no experiment runs."""

    champion: ModelDescription
    challenger: ModelDescription | None
    assignment: AssignmentDescription


class ModelMetrics(_Answer):
    """The champion's metrics on its holdout, beside those of the baselines."""

    model_version: str
    metrics: dict[str, JsonValue]


ANSWERS: Final = (Prediction, BatchPrediction, OutcomesTaken, Health, ModelInfo, ModelMetrics)


def predictions(user_ids: Sequence[str | int], decided: Decided) -> list[dict[str, Any]]:
    """Return one response body per record, in order."""
    scorer, scores = decided.model.scorer, decided.scores
    id_name = scorer.manifest.id_name
    timestamp = decided.at.isoformat(timespec="milliseconds")
    rows = zip(
        user_ids,
        rounded(scores.risk, RISK_DECIMALS),
        scores.level.tolist(),
        scores.choice.tolist(),
        rounded(scores.margin, MONEY_DECIMALS),
        rounded(scores.confidence, RISK_DECIMALS),
        decided.ids,
        decided.groups,
        strict=True,
    )
    return [
        {
            id_name: user_id,
            "abandonment_risk": risk,
            "risk_level": RISK_LEVELS[level],
            "recommended_intervention": scorer.choices[choice],
            "estimated_margin_impact": margin,
            "confidence": confidence,
            "model_version": scorer.version,
            "prediction_timestamp": timestamp,
            "decision_id": decision_id,
            "policy_group": group,
            "warnings": [] if scores.notes.none else [note._asdict() for note in scores.notes.of(row)],
        }
        for row, (user_id, risk, level, choice, margin, confidence, decision_id, group) in enumerate(rows)
    ]


def describe_assignment(assignment: Assignment) -> dict[str, Any]:
    """Return what /model/info says of the groups: nothing that tells who is in which."""
    return assignment.model_dump(include=set(AssignmentDescription.model_fields))


def describe(scorer: Scorer, share: float) -> dict[str, Any]:
    """Return what /model/info says of one model. ``share`` is its share of the shoppers."""
    manifest = scorer.manifest
    return {
        "model_version": manifest.model_version,
        "family": manifest.family,
        "created": manifest.created.isoformat(),
        "share": share,
        "inputs": [field.name for field in manifest.recipe.inputs],
        "features": list(manifest.recipe.feature_names),
        "decision_threshold": manifest.decision_threshold,
        "calibration": manifest.calibration.model_dump(mode="json"),
        "policy": manifest.policy.model_dump(mode="json"),
        "data": manifest.data.model_dump(mode="json"),
        "libraries": manifest.libraries,
    }
