"""Offers from a YAML file: those of a shop, or others in their place."""

from __future__ import annotations

from pathlib import Path

from lambda_fn.scoring.artefact.policy import Policy
from training.shops.validated_yaml import read_yaml


def read_policy(path: Path) -> Policy:
    """Read and check a file of offers; raise ShopRefused naming file, line and key, and what would be right."""
    return read_yaml(path, Policy)
