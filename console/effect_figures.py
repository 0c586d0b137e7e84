"""The charts of effects on the risk: of one shopper, of many, and over the values of one input."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, Final

import plotly.graph_objects as go

from console import words
from console.effects import InputEffects, Value
from console.figures import ACCENT, BAR_HEIGHT, DOWN, FAINT, QUIET, UP, styled, wrapped

LOW: Final = "#3b76b0"  # a small value; a large one has the colour UP
RISK_TICKS: Final = (0, 50, 100)  # percent
BESIDE: Final = 22.0  # points of risk left for the text beside a bar
SPREAD_CELLS: Final = 60  # in which the dots of a row are counted
SPREAD_STEP: Final = 0.06  # between two dots of one cell, in rows
SPREAD: Final = 0.4  # the farthest that a dot is moved


def waterfall(base: float, effects: Sequence[tuple[str, float]], risk: float) -> go.Figure:
    """Show how inputs lead from a base risk to a risk, in percent. What ``effects`` leave over is a bar of its own."""
    rest = risk - base - sum(effect for _, effect in effects)
    steps = [*effects, ("all other inputs", rest)] if abs(rest) >= 0.0005 else list(effects)
    names = [wrapped(name) for name in ("nothing known", *(name for name, _ in steps), "this shopper")]
    reached = [100 * share for share in accumulate((effect for _, effect in steps), initial=base)]
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            measure=["absolute", *["relative"] * len(steps), "total"],
            y=names,
            x=[100 * base, *(100 * effect for _, effect in steps), 100 * risk],
            increasing={"marker": {"color": UP}},
            decreasing={"marker": {"color": DOWN}},
            totals={"marker": {"color": ACCENT}},
            connector={"line": {"color": FAINT}},
        )
    )
    ends = [100 * base, *(max(before, after) for before, after in pairwise(reached)), 100 * risk]
    effects_told = (f"{100 * effect:+.1f}" for _, effect in steps)
    texts = [f"\u00a0{text}" for text in (words.percent(base), *effects_told, words.percent(risk))]
    figure.add_trace(  # right of every bar, where no name of an input is
        go.Scatter(x=ends, y=names, text=texts, mode="text", textposition="middle right", hoverinfo="skip")
    )
    low, high = min(0.0, *reached), max(100.0, *reached)  # on the way a sum may leave what a risk can be
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title="risk, %", tickvals=RISK_TICKS, tickangle=0, range=[low - 1, high + BESIDE])
    figure.update_layout(showlegend=False)
    return styled(figure, height=140 + BAR_HEIGHT * len(names))


def beeswarm(inputs: Sequence[InputEffects]) -> go.Figure:
    """Show each shopper's effect of each input, in points of risk, a row an input.

    A dot's colour says where its value lies among the input's values; that of a category is grey.
    """
    figure = go.Figure()
    for place, one in enumerate(inputs):
        points = [100 * effect for effect in one.effects]
        shades = _shades(one.values)
        marker: dict[str, Any] = {"size": 5, "opacity": 0.8, "color": QUIET}
        if shades is not None:
            marker |= {"color": shades, "colorscale": [[0, LOW], [1, UP]], "cmin": 0, "cmax": 1}
        figure.add_trace(
            go.Scatter(
                x=points,
                y=[place + shift for shift in _spread(points)],
                mode="markers",
                name=words.label(one.name),
                marker=marker,
                customdata=[words.value(value) for value in one.values],
                hovertemplate=words.label(one.name) + " = %{customdata}: %{x:+.1f} points<extra></extra>",
            )
        )
    names = [wrapped(words.label(one.name)) for one in inputs]
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=names, range=[len(names) - 0.4, -0.6])
    figure.update_xaxes(title="effect, points of risk")
    figure.add_vline(x=0, line={"color": QUIET, "dash": "dot"})
    figure.update_layout(showlegend=False)
    return styled(figure, height=130 + BAR_HEIGHT * max(len(names), 3))


def dependence(one: InputEffects, axis: str) -> go.Figure:
    """Show one input's effect on each shopper's risk, in points, over its value."""
    points = [100 * effect for effect in one.effects]
    texts = [isinstance(value, str) and _day(value) is None for value in one.values]
    figure = go.Figure(
        go.Scatter(
            x=list(one.values),
            y=points,
            mode="markers",
            marker={"size": 6, "opacity": 0.5, "color": ACCENT},
            hovertemplate="%{x}: %{y:+.1f} points<extra></extra>",
        )
    )
    if any(texts):
        figure.update_xaxes(type="category", categoryorder="mean descending")
    figure.add_hline(y=0, line={"color": QUIET, "dash": "dot"})
    figure.update_xaxes(title=axis)
    figure.update_yaxes(title="effect on the risk, points")
    return styled(figure)


def _spread(values: Sequence[float]) -> list[float]:
    """Return how far to move each dot from its row's line, so that dots of nearly one value do not hide each other."""
    width = max(max(values, default=0.0) - min(values, default=0.0), 1e-9) / SPREAD_CELLS
    cells = [round(value / width) for value in values]
    counts = Counter(cells)
    seen: Counter[int] = Counter()
    shifts = []
    for cell in cells:
        nth = seen[cell] = seen[cell] + 1
        step = min(SPREAD_STEP, 2 * SPREAD / counts[cell])
        shifts.append(nth // 2 * step * (1 if nth % 2 else -1))
    return shifts


def _shades(values: Sequence[Value]) -> list[float] | None:
    """Return where each value lies among the others, 0 to 1; None where values have no order."""
    numbers = [_day(value) if isinstance(value, str) else value for value in values]
    if any(number is None for number in numbers):
        return None
    ranked = sorted(set(numbers))  # type: ignore[type-var]  # there is no None among them
    places = {number: place / max(len(ranked) - 1, 1) for place, number in enumerate(ranked)}
    return [places[number] for number in numbers]


def _day(text: str) -> float | None:
    try:
        return float(dt.date.fromisoformat(text).toordinal())
    except ValueError:
        return None
