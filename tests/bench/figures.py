"""Figures of a benchmark: measured, printed as a table, written as JSON."""

from __future__ import annotations

import json
import platform
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from rich.console import Console
from rich.table import Column, Table

CALLS_PER_TURN: Final = 25
OUTPUT: Final = Path(".local") / "bench.json"


@dataclass(frozen=True)
class Figure:
    """One result. ``reach``: the value to reach; ``at_least``: whether larger is better."""

    name: str
    value: float
    unit: str
    reach: float | None
    at_least: bool
    detail: str

    @property
    def reached(self) -> bool | None:
        """Whether the value reaches what it should; None where nothing is asked."""
        if self.reach is None:
            return None
        return self.value >= self.reach if self.at_least else self.value <= self.reach


def speedup(name: str, ours: float, peer: float, unit: str, reach: float) -> Figure:
    """Return how many times less time (or more work) ours takes than the peer."""
    ratio = ours / peer if unit.endswith("/s") else peer / ours
    detail = f"ours {written(ours)} {unit}, peer {written(peer)} {unit}"
    return Figure(name, round(ratio, 2), "x", reach, at_least=True, detail=detail)


def median_ms(calls: int, *alternatives: Callable[[], object]) -> list[float]:
    """Return the median duration of each alternative in milliseconds.

    They take turns, so that noise hits all alike; a turn is some calls long, so that no one runs in the caches that
    another has just emptied.
    """
    durations: list[list[float]] = [[] for _ in alternatives]
    for start in range(0, calls, CALLS_PER_TURN):
        for call, measured in zip(alternatives, durations, strict=True):
            for _ in range(min(CALLS_PER_TURN, calls - start)):
                started = perf_counter()
                call()
                measured.append(perf_counter() - started)
    return [statistics.median(measured) * 1000 for measured in durations]


def note(text: str) -> None:
    """Say on the standard error what is measured now."""
    Console(stderr=True).print(f"bench: {text}", markup=False)


def save(figures: list[Figure], output: Path = OUTPUT) -> None:
    """Merge figures into the JSON file."""
    known = json.loads(output.read_text(encoding="utf-8")) if output.exists() else {}
    known.update({figure.name: {**asdict(figure), "reached": figure.reached} for figure in figures})
    known["machine"] = {"python": platform.python_version(), "platform": platform.platform(terse=True)}
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def table(figures: list[Figure]) -> None:
    """Print figures beside what they should reach."""
    rows = Table(
        *(Column(name, no_wrap=True) for name in ("figure", "value", "reach", "")), "detail",
        title="Side by side, in this run, on this machine",
    )  # fmt: skip
    for figure in figures:
        sign = "" if figure.reach is None else f"{'>=' if figure.at_least else '<='} {figure.reach:g}"
        mark = {True: "reached", False: "[bold red]missed[/]", None: ""}[figure.reached]
        rows.add_row(figure.name, f"{written(figure.value)} {figure.unit}", sign, mark, figure.detail)
    Console().print(rows)


def written(value: float) -> str:
    """Return a number with at least three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
