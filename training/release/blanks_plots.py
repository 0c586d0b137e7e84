"""Plots of the model card about missing inputs, drawn by hand: the same data give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from training.evaluation.evaluate import Metrics

BLANKED_PLOT_FILE: Final = "blanked.svg"
IMPORTANCE_PLOT_FILE: Final = "importance.svg"
MOST_BARS: Final = 15
_EDGE: Final = 40
_LINES: Final = (
    ("log_loss", "log loss", "#1f6fb4", ""),
    ("ece", "calibration error (ECE)", "#b4331f", ""),
    ("ece_by_chance", "ECE by chance", "#b4331f", ' stroke-dasharray="4"'),
)


def blanks_plots(metrics: Metrics) -> dict[str, str]:
    """Return the plots as SVG by their file names; the one of importance only where the model was explained."""
    plots = {BLANKED_PLOT_FILE: blanked_svg(metrics["blanked"])}
    if importance := metrics.get("importance"):
        plots[IMPORTANCE_PLOT_FILE] = importance_svg(importance)
    return plots


def blanked_svg(blanked: Sequence[Mapping[str, float]]) -> str:
    """Return log loss and calibration error by the share of blanks."""
    width, height = 420, 260
    top = max(max(row["log_loss"], row["ece_by_chance"]) for row in blanked) or 1.0
    span, rise = width - 2 * _EDGE, height - 2 * _EDGE

    def points(key: str) -> str:
        return " ".join(
            f"{_EDGE + span * row['share']:.1f},{height - _EDGE - rise * row[key] / top:.1f}" for row in blanked
        )

    lines = "".join(
        f'<polyline points="{points(key)}" fill="none" stroke="{colour}"{dashes}/>'
        f'<text x="{_EDGE + 6}" y="{_EDGE + 14 * place}" fill="{colour}">{label}{" (dashed)" if dashes else ""}</text>'
        for place, (key, label, colour, dashes) in enumerate(_LINES)
    )
    return (
        f"{_begin(width, height)}"
        f'<path d="M{_EDGE} {_EDGE}V{height - _EDGE}H{width - _EDGE}" fill="none" stroke="#333"/>{lines}'
        f'<text x="4" y="{_EDGE}">{top:.2f}</text><text x="{_EDGE}" y="{height - 24}">0</text>'
        f'<text x="{width - _EDGE}" y="{height - 24}">1</text>'
        f'<text x="{width / 2}" y="{height - 8}" text-anchor="middle">share of inputs missing</text></svg>\n'
    )


def importance_svg(importance: Mapping[str, float]) -> str:
    """Return a bar for the mean absolute effect of each of the MOST_BARS inputs that move the risk most."""
    rows = sorted(importance.items(), key=lambda row: -row[1])[:MOST_BARS]
    top = max((effect for _, effect in rows), default=0.0) or 1.0
    width, names, bar = 560, 240, 18
    height = bar * len(rows) + 30
    bars = "".join(
        f'<text x="{names - 6}" y="{bar * place + 21}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{names}" y="{bar * place + 10}" width="{(width - names - 60) * effect / top:.1f}" '
        f'height="{bar - 4}" fill="#1f6fb4"/>'
        f'<text x="{names + (width - names - 60) * effect / top + 4:.1f}" y="{bar * place + 21}">'
        f"{effect:.3f}</text>"
        for place, (name, effect) in enumerate(rows)
    )
    return (
        f"{_begin(width, height)}{bars}"
        f'<text x="{names}" y="{height - 6}">mean absolute effect on the risk, in probability</text></svg>\n'
    )


def _begin(width: int, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="11"><rect width="{width}" height="{height}" fill="#fff"/>'
    )
