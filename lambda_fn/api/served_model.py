"""One model in service: what scores records, and what reads them."""

from __future__ import annotations

from lambda_fn.api.parsing.records import RecordReader
from lambda_fn.registry import Artefact
from lambda_fn.scoring.offers.decision_log import policy_version
from lambda_fn.scoring.service import Scorer


class ServedModel:
    """A scorer with the reader of its records, and what the log says of its decisions.

    policy_version: tells its policy from others.
    tiers, segments: labels of the policy's value tiers and recency segments; one empty label where it names none.
    """

    def __init__(self, artefact: Artefact) -> None:
        self.scorer = Scorer(artefact.manifest, artefact.onnx)
        self.manifest = artefact.manifest
        self.reader = RecordReader(artefact.manifest.recipe, self.scorer.layout, artefact.manifest.id_column)
        policy, recipe = artefact.manifest.policy, artefact.manifest.recipe
        self.policy_version = policy_version(policy)
        self.tiers = policy.tiers(recipe) or ("",)
        self.segments = policy.segments(recipe) or ("",)
