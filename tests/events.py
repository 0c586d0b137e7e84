"""Recorded payloads, by name."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "events"


def load(name: str) -> dict[str, Any]:
    """Return one recorded payload of ``events/``."""
    payload: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return payload
