"""Intervention policies, one YAML file each."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError

from lambda_fn.scoring.errors import ScoringError
from lambda_fn.scoring.policy import Policy
from training.errors import TrainingError

DEFAULT: Final = Path(__file__).parents[1] / "shops" / "default.yaml"


def read_policy(path: Path = DEFAULT) -> Policy:
    """Read and check a policy file; raise TrainingError naming the field and what is wrong with it."""
    try:
        return Policy.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise TrainingError(f"{path}: {where}: {first['msg']}") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ScoringError) as error:
        raise TrainingError(f"{path} is not a usable policy: {error}") from error
