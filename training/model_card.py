"""The model card, generated with the model."""

from __future__ import annotations

from lambda_fn.scoring.policy import Policy
from training.evaluate import Metrics
from training.prepare import Prepared


def model_card(prepared: Prepared, metrics: Metrics, policy: Policy) -> str:
    """Return the card as Markdown."""
    lines = [
        f"# Cart abandonment: {metrics['family']}",
        "",
        f"Label: {metrics['label']}. Data: {prepared.fingerprint.source}, {prepared.fingerprint.rows:,} rows.",
        f"Holdout F1 {metrics['f1']:.4f}; constant {metrics['constant_f1']:.4f}.",
        f"Policy: {', '.join(policy.choices)}.",
    ]
    return "\n".join(lines) + "\n"
