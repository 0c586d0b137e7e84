"""The charts. Each shows only numbers that it is given, and says in its title or axes what they are."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Final

import plotly.graph_objects as go

from console import words

INK: Final = "#1f2933"
FAINT: Final = "#d5dbe1"
ACCENT: Final = "#1f6f8b"
QUIET: Final = "#8a99a8"
UP: Final = "#b4432f"  # raises the risk
DOWN: Final = "#2b7a55"  # lowers it
LEVEL_COLOURS: Final = {"LOW": "#2b7a55", "MEDIUM": "#b7791f", "HIGH": "#b4432f"}
HEIGHT: Final = 340  # pixels
TOP: Final = 44  # pixels, for the chart's label
TOP_WITH_LEGEND: Final = 84
LABEL_WIDTH: Final = 22  # characters
BAR_HEIGHT: Final = 34  # pixels of one row of a chart of bars
_FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Open Sans', sans-serif"


def bars(
    counts: Mapping[str, float], axis: str, colours: Mapping[str, str] | None = None, decimals: int = 0
) -> go.Figure:
    """Show one horizontal bar a name, in the given order from the top."""
    names = list(counts)
    figure = go.Figure(
        go.Bar(
            orientation="h",
            y=[wrapped(name) for name in names],
            x=list(counts.values()),
            marker={"color": [(colours or {}).get(name, ACCENT) for name in names]},
            text=[f"{value:,.{decimals}f}" for value in counts.values()],
            textposition="auto",
        )
    )
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title=axis)
    return styled(figure, height=130 + BAR_HEIGHT * max(len(names), 2))


def response(values: Sequence[Any], risks: Sequence[float], axis: str) -> go.Figure:
    """Show the mean risk over the values of one input."""
    trace = (
        go.Bar(x=list(values), y=[100 * risk for risk in risks], marker={"color": ACCENT})
        if values and isinstance(values[0], str)
        else go.Scatter(x=list(values), y=[100 * risk for risk in risks], mode="lines+markers", line={"color": ACCENT})
    )
    figure = go.Figure(trace)
    figure.update_xaxes(title=axis)
    figure.update_yaxes(title="mean risk, %", range=[-2, 102])
    return styled(figure)


def budget_curve(
    curve: Sequence[tuple[float, float]], chosen: tuple[float, float], same_for_all: tuple[str, float, float] | None,
    currency: str,
) -> go.Figure:  # fmt: skip
    """Show the expected margin against the expected spend, with the chosen budget and the same offer for everybody."""
    spends, margins = [point[0] for point in curve], [point[1] for point in curve]
    figure = go.Figure(go.Scatter(x=spends, y=margins, mode="lines", name="best offers", line={"color": ACCENT}))
    figure.add_trace(_mark("this budget", chosen, "circle", ACCENT))
    figure.add_trace(_mark("no offer", (0.0, 0.0), "square", QUIET))
    if same_for_all is not None:
        name, spend, margin = same_for_all
        figure.add_trace(_mark(f"{words.label(name)} for all", (spend, margin), "x", UP))
    figure.update_xaxes(title=f"expected spend, {currency}")
    figure.update_yaxes(title=f"expected margin, {currency}")
    return styled(figure)


def calibration(bins: Sequence[Mapping[str, float]]) -> go.Figure:
    """Show how often shoppers of a stated risk abandon, beside the line on which both are equal."""
    figure = go.Figure(
        go.Scatter(x=[0, 100], y=[0, 100], mode="lines", name="perfect", line={"color": QUIET, "dash": "dot"})
    )
    figure.add_trace(
        go.Scatter(
            x=[100 * one["predicted"] for one in bins],
            y=[100 * one["observed"] for one in bins],
            mode="lines+markers",
            name="this model",
            line={"color": ACCENT},
            customdata=[one["rows"] for one in bins],
            hovertemplate="stated %{x:.0f} %, came true %{y:.0f} %, %{customdata:,} rows<extra></extra>",
        )
    )
    figure.update_xaxes(title="stated risk, %", range=[-2, 102])
    figure.update_yaxes(title="abandoned, %", range=[-2, 102])
    return styled(figure)


def line(times: Sequence[Any], values: Sequence[float], axis: str) -> go.Figure:
    """Show one number over time."""
    figure = go.Figure(
        go.Scatter(x=[str(time) for time in times], y=list(values), mode="lines+markers", line={"color": ACCENT})
    )
    figure.update_xaxes(type="category")
    figure.update_yaxes(title=axis, rangemode="tozero")
    return styled(figure)


def by_time(
    times: Sequence[Any], series: Mapping[str, Sequence[float]], axis: str, *, stacked: bool = True
) -> go.Figure:
    """Show numbers over time, stacked or side by side where there are several."""
    colours = dict(zip(series, (ACCENT,) if len(series) == 1 else (QUIET, ACCENT), strict=False))
    named = {words.LEVELS[level]: colour for level, colour in LEVEL_COLOURS.items()}
    figure = go.Figure(
        [
            go.Bar(
                x=[str(time) for time in times],
                y=list(values),
                name=name,
                marker={"color": named.get(name, colours.get(name, QUIET))},
            )
            for name, values in series.items()
        ]
    )
    figure.update_layout(barmode="stack" if stacked else "group", showlegend=len(series) > 1)
    figure.update_xaxes(type="category")
    figure.update_yaxes(title=axis, rangemode="tozero")
    return styled(figure)


def interval(rows: Sequence[tuple[str, float, float, float]], axis: str) -> go.Figure:
    """Show estimates with their intervals: name, estimate, low, high; beside the line of no effect."""
    figure = go.Figure(
        go.Scatter(
            x=[estimate for _, estimate, _, _ in rows],
            y=[name for name, _, _, _ in rows],
            mode="markers",
            marker={"color": ACCENT, "size": 11},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [high - estimate for _, estimate, _, high in rows],
                "arrayminus": [estimate - low for _, estimate, low, _ in rows],
                "color": INK,
            },
        )
    )
    figure.add_vline(x=0, line={"color": QUIET, "dash": "dot"})
    figure.update_xaxes(title=axis)
    return styled(figure, height=150 + BAR_HEIGHT * max(len(rows), 1))


def wrapped(name: str) -> str:
    """Return a name on lines of at most LABEL_WIDTH characters: a narrow page needs its width for the bars."""
    return "<br>".join(textwrap.wrap(name, LABEL_WIDTH)) or name


def _mark(name: str, at: tuple[float, float], symbol: str, colour: str) -> go.Scatter:
    marker = {"symbol": symbol, "size": 11, "color": colour}
    return go.Scatter(x=[at[0]], y=[at[1]], mode="markers", name=name, marker=marker)


def styled(figure: go.Figure, height: int = HEIGHT) -> go.Figure:
    """Return a chart in the page's style: its fonts, margins and grid; it cannot be zoomed."""
    figure.update_layout(
        height=height,
        margin={
            "l": 8,
            "r": 16,
            "t": TOP_WITH_LEGEND if len(figure.data) > 1 and figure.layout.showlegend is not False else TOP,
            "b": 8,
        },
        font={"family": _FONT, "size": 13, "color": INK},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "traceorder": "normal"},
        modebar={
            "remove": ["zoom", "pan", "select", "lasso", "zoomin", "zoomout", "autoscale", "resetscale", "toimage"]
        },
    )
    figure.update_xaxes(title_font_size=13, gridcolor=FAINT, zeroline=False, automargin=True, fixedrange=True)
    figure.update_yaxes(
        title_font_size=13, gridcolor=FAINT, zeroline=False, automargin=True, fixedrange=True,
        ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)",
    )  # fmt: skip
    return figure
