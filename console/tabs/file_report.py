"""The report on a scored file in words: counts, mixes, drift, first rows, and what can be taken away."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import plotly.graph_objects as go

from console import figures, markup, words
from lambda_fn import contract
from lambda_fn.scoring.artefact.policy import NO_INTERVENTION

FIRST_INPUTS: Final = 8
REASONS: Final = "reasons"  # column of a scored file
DRIFT_LIMIT: Final = 0.2  # population stability index of a changed input


def counts_html(report: Mapping[str, Any]) -> str:
    """Return what became of the rows, and what the offers are expected to bring."""
    currency = report["currency"]
    shown = [
        markup.Fact("Rows", words.count(report["rows"]), "scored + rejected"),
        markup.Fact("Scored", words.count(report["scored"])),
        markup.Fact("Rejected", words.count(report["rejected"]), _share_of(report["rejected"], report["rows"])),
        markup.Fact(
            "Expected margin", words.money(report["expected_margin"], currency), "of the offers, over doing nothing"
        ),
    ]
    if budget := report.get("budget"):
        spent = words.money(budget["expected_spend"], currency)
        shown.append(markup.Fact("Expected spend", spent, f"of a budget of {words.money(budget['limit'], currency)}"))
    return markup.facts(shown) + markup.source(
        f"reports/{stem_of(report)}.json, model {report['model_version']}, as of {report['as_of']}"
    )


def rows_html(rows: Sequence[Mapping[str, str]], caption: str, empty: str) -> str:
    """Return the first rows of a file as a table."""
    if not rows:
        return f"<p class='about'>{empty}</p>"
    columns = [name for name in rows[0] if name != "model_version"]
    numeric = {"line", "abandonment_risk", "estimated_margin_impact", "confidence"}
    names = [words.label(name) for name in columns]
    right = {words.label(name) for name in columns if name in numeric}
    cells = [[_short(_told(name, row.get(name, ""))) for name in columns] for row in rows]
    return markup.table(caption, names, cells, right)


def mix_figures(report: Mapping[str, Any]) -> tuple[go.Figure, go.Figure]:
    """Return the scored rows by risk level and by offer."""
    levels = {words.LEVELS[level]: rows for level, rows in report["risk_levels"].items()}
    colours = {words.LEVELS[level]: colour for level, colour in figures.LEVEL_COLOURS.items()}
    offers = {words.offer(name): rows for name, rows in report["interventions"].items()}
    return figures.bars(levels, "customers", colours), figures.bars(offers, "customers")


def drift_html(report: Mapping[str, Any]) -> str:
    """Return each input's drift and blanks, the most changed first."""
    rows = [
        (
            words.label(name),
            "too few rows" if one["stability_index"] is None else f"{one['stability_index']:.3f}",
            "changed" if (one["stability_index"] or 0) > DRIFT_LIMIT else "as in training",
            words.percent(one["missing_share"], 1),
            _share_or_unknown(one.get("missing_share_in_training")),
        )
        for name, one in sorted(report["drift"].items(), key=lambda item: -(item[1]["stability_index"] or 0))
    ]
    changed = sum(1 for row in rows if row[2] == "changed")
    found = (
        f"{changed} of {len(rows)} inputs have changed" if changed else f"All {len(rows)} inputs look as in training"
    )
    about = f"Drift is the population stability index (PSI): above {DRIFT_LIMIT:g} an input has changed."
    shown, others = rows[:FIRST_INPUTS], rows[FIRST_INPUTS:]
    first = markup.table("Most changed inputs", _DRIFT_COLUMNS, shown, _DRIFT_NUMBERS)
    more = markup.table("Other inputs", _DRIFT_COLUMNS, others, _DRIFT_NUMBERS)
    return (
        markup.heading(found, about) + first + (markup.details(f"{len(others)} other inputs", more) if others else "")
    )


_DRIFT_COLUMNS: Final = ("Input", "Drift (PSI)", "Compared with training", "Blank", "Blank in training")
_DRIFT_NUMBERS: Final = ("Drift (PSI)", "Blank", "Blank in training")


def downloads_html(report: Mapping[str, Any]) -> str:
    """Return the links that take the results away; one an offer for the mailing tool."""
    file = {"file": stem_of(report)}
    whole = [markup.link(f"/download/{kind}", text, file) for kind, text in _WHOLE.items()]
    segments = [
        markup.link("/download/segment", f"{words.offer(name)} ({words.count(rows)})", {**file, "offer": name})
        for name, rows in report["interventions"].items()
        if rows and name != NO_INTERVENTION
    ]
    told = "For the mailing tool, one list an offer: id, offer, expected margin."
    lists = markup.heading("Mailing lists", told) + "".join(segments) if segments else ""
    return markup.heading("Downloads") + "".join(whole) + lists


_WHOLE: Final = {"scored": "Scored customers (CSV)", "rejected": "Rejected rows (CSV)", "report": "Report (JSON)"}


def failure_html(failure: Mapping[str, Any]) -> str:
    """Return why a file could not be scored, and what to do."""
    return markup.note("problem", "This file could not be scored", f"{failure['message']} {failure['what_to_do']}")


def stem_of(report: Mapping[str, Any]) -> str:
    """Return the path of the reported file below ``incoming/``, without the ending."""
    scored: str = report["outputs"]["scored"]
    return scored.removeprefix(contract.SCORED_PREFIX).removesuffix(".csv")


def _share_or_unknown(share: float | None) -> str:
    return "-" if share is None else words.percent(share, 1)


def _share_of(part: int, whole: int) -> str:
    return words.percent(part / whole, 1) + " of all rows" if whole else ""


def _told(column: str, cell: str) -> str:
    """Return a cell as it is shown: reasons, which are JSON, in words."""
    if column != REASONS or not cell:
        return cell
    try:
        found = json.loads(cell)
        return "; ".join(
            f"{words.label(one['field'])} = {words.value(one['value'])} ({words.points(one['effect'])})"
            for one in found
        )
    except (ValueError, KeyError, TypeError):
        return cell


def _short(cell: str, most: int = 160) -> str:
    return cell if len(cell) <= most else f"{cell[:most]}…"
