"""Reads a Dockerfile as far as ours goes: stages, and the instructions of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]


@dataclass(frozen=True)
class Stage:
    """One ``FROM``; ``instructions`` are (keyword, rest) in order."""

    base: str
    name: str
    instructions: tuple[tuple[str, str], ...]

    def all_of(self, keyword: str) -> list[str]:
        """Return what follows each instruction of that keyword."""
        return [rest for found, rest in self.instructions if found == keyword]

    def command(self, keyword: str) -> list[str]:
        """Return the one JSON command after CMD, or after ``HEALTHCHECK ... CMD``."""
        (rest,) = self.all_of(keyword)
        command: list[str] = json.loads(rest[rest.index("[") :])
        return command


def stages(path: Path = ROOT / "Dockerfile") -> dict[str, Stage]:
    """Return the stages by name."""
    lines = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for keyword, _, rest in (line.partition(" ") for line in lines if line and not line.startswith("#")):
        if keyword == "FROM":
            found.append((rest, []))
        else:
            found[-1][1].append((keyword, rest))
    named = [(header.split(" AS "), instructions) for header, instructions in found]
    return {name: Stage(base, name, tuple(instructions)) for (base, name), instructions in named}
