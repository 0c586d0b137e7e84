"""From a table to a shop file that trains without an edit."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lambda_fn.scoring.artefact.dialect import Dialect
from training.drafting import leaks
from training.drafting.bounds import date_bounds, number_bounds
from training.drafting.dialect_text import described
from training.drafting.kinds import ID_NAME, MOST_LISTED, Guess, Kind, guess_kind
from training.drafting.label import DraftedLabel, draft_label
from training.drafting.offers import draft_offers
from training.drafting.profile import Profile, profile
from training.drafting.shop_text import ShopText, flow, scalar
from training.drafting.text_table import TextTable
from training.errors import DataRefused

MOST_NAMED: Final = 30  # columns, where the label is none of them
_EPOCH: Final = dt.date(1970, 1, 1)
_SCHEMA_LINE: Final = "# yaml-language-server: $schema=shop.schema.json"


@dataclass(frozen=True)
class Column:
    """One column of the table and what it is guessed to be."""

    profile: Profile
    guess: Guess


def draft(name: str, table: TextTable, dialect: Dialect, label: str, abandoned: Sequence[str]) -> ShopText:
    """Return the shop file of a table; raise DataRefused where the label cannot be used."""
    names = [str(name) for name in table.columns.columns]
    profiles = {name: profile(name, table.columns[name], dialect, table.step) for name in names}
    if label not in profiles:
        raise DataRefused(_no_column(label, names))
    drafted = draft_label(profiles[label], table.columns[label], abandoned)
    columns = _guess_all(table, profiles, dialect, drafted)
    id_column = _choose_id(columns)
    text = ShopText()
    _write_head(text, name, table, drafted)
    _write_table(text, dialect, id_column, columns)
    _write_label(text, drafted)
    _write_inputs(text, [column for column in columns if _is_input(column)])
    _write_left_out(text, columns, id_column)
    draft_offers(text, [column.profile for column in columns if column.guess.kind is Kind.NUMBER], dialect.signs)
    return text


def _no_column(label: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(label, names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"there is no column {label!r}; {hint}the columns are {', '.join(names[:MOST_NAMED])}{more}"


def _guess_all(table: TextTable, profiles: dict[str, Profile], dialect: Dialect, label: DraftedLabel) -> list[Column]:
    """Guess what each column but the label is; a column that repeats another, or gives the label away, is left out."""
    guesses = {name: guess_kind(found, dialect) for name, found in profiles.items() if name != label.column}
    used = [name for name, guess in guesses.items() if guess.kind not in (Kind.LEFT_OUT, Kind.ID)]
    for name, other in leaks.copies(table.columns, used).items():
        guesses[name] = Guess(Kind.LEFT_OUT, f"a copy of {other}: it says the same in every row")
    labelled = label.labels >= 0
    for name in used:
        if guesses[name].kind is Kind.LEFT_OUT:
            continue
        auc = leaks.auc_alone(profiles[name], table.columns[name], label.labels, labelled)
        if auc >= leaks.LEAKAGE_AUC:
            guesses[name] = Guess(
                Kind.LEAKAGE,
                f"gives the label away: alone it tells abandoned from completed with an AUC of {auc:.4f}",
                f"{name} gives the label away (AUC {auc:.4f}) and is left out: is it known in time?",
            )
    return [Column(profiles[name], guess) for name, guess in guesses.items()]


def _choose_id(columns: Sequence[Column]) -> Column | None:
    """Return the column that tells shoppers apart: an id without repetition or gaps, by its name where several are."""
    found = [column for column in columns if column.guess.kind is Kind.ID and _is_key(column.profile)]
    return max(found, key=lambda column: bool(ID_NAME.search(column.profile.name)), default=None)


def _is_key(found: Profile) -> bool:
    return found.distinct == found.known == found.rows


def _is_input(column: Column) -> bool:
    return column.guess.kind in (Kind.NUMBER, Kind.FLAG, Kind.CATEGORY, Kind.DATE)


def _write_head(text: ShopText, name: str, table: TextTable, label: DraftedLabel) -> None:
    text.add(_SCHEMA_LINE)
    text.comment(
        f"Drafted from {table.rows:,} rows. Each guess has its reason beside it; nothing has to be changed to go on. "
        f"{label.positive_share:.1%} of the labelled rows are abandoned carts."
    )
    text.add("format: 1")
    text.add(f"name: {scalar(name)}")


def _write_table(text: ShopText, dialect: Dialect, id_column: Column | None, columns: Sequence[Column]) -> None:
    text.add()
    text.add("table:")
    if id_column is None:
        named = [column.profile.name for column in columns if column.guess.kind is Kind.ID]
        reason = (
            f"the position in the file; {', '.join(named)} has repetitions or gaps"
            if named
            else ("the position in the file: no column tells the rows apart")
        )
        text.add("  id: row", reason, "no column is the id: rows are told apart by their position in the file")
    else:
        text.add(f"  id: {scalar(id_column.profile.name)}", id_column.guess.reason)
    for key, value, reason in described(dialect):
        text.add(f"  {key}: {value}", reason)
    text.add("  as_of: newest", "days are counted to the newest date of the data")


def _write_label(text: ShopText, label: DraftedLabel) -> None:
    text.add()
    text.add("label:")
    text.add("  kind: values")
    text.add(f"  column: {scalar(label.column)}")
    text.add(f"  abandoned: [{', '.join(map(scalar, label.abandoned))}]")
    several = len(label.completed) > 1
    text.add(
        f"  completed: [{', '.join(map(scalar, label.completed))}]",
        "every other value of the column",
        f"do all of {', '.join(label.completed)} mean that the cart was not abandoned?" if several else "",
    )
    absent = float((label.labels < 0).mean())
    if absent:
        text.comment(f"{absent:.1%} of the rows have no label and are left out.", "  ")


def _write_inputs(text: ShopText, columns: Sequence[Column]) -> None:
    if not columns:
        raise DataRefused("no column is left to learn from: each is empty, constant, an id, free text, or a leak")
    text.add()
    text.add("inputs:")
    for column in columns:
        gaps = f"; {column.profile.missing_share:.1%} missing" if column.profile.missing_share else ""
        text.add(f"  - {flow(_input_of(column))}", column.guess.reason + gaps, column.guess.question)
    text.add()
    text.add("features:")
    for column in columns:
        text.add(f"  - {flow(_step_of(column))}")


def _input_of(column: Column) -> dict[str, object]:
    found = column.profile
    match column.guess.kind:
        case Kind.NUMBER:
            assert found.numbers is not None
            low, high = number_bounds(float(np.nanmin(found.numbers)), float(np.nanmax(found.numbers)))
            return {"name": found.name, "kind": "number", "unit": "as in the table", "minimum": low, "maximum": high}
        case Kind.DATE:
            assert found.days is not None
            first, last = (_EPOCH + dt.timedelta(days=int(pick(found.days))) for pick in (np.nanmin, np.nanmax))
            low_date, high_date = date_bounds(first, last)
            return {"name": found.name, "kind": "date", "minimum": str(low_date), "maximum": str(high_date)}
        case Kind.CATEGORY if found.distinct > MOST_LISTED:
            listed = [str(text) for text in found.texts.index[:MOST_LISTED]]
            return {"name": found.name, "kind": "category", "categories": sorted(listed)}
    return {"name": found.name, "kind": str(column.guess.kind)}


def _step_of(column: Column) -> dict[str, object]:
    name = column.profile.name
    match column.guess.kind:
        case Kind.DATE:
            return {"op": "days_since", "name": f"days since {name}", "source": name}
        case Kind.CATEGORY:
            return {"op": "one_hot", "name": f"{name} is", "source": name}
    return {"op": "passthrough", "name": f"{name} value", "source": name}


def _write_left_out(text: ShopText, columns: Sequence[Column], id_column: Column | None) -> None:
    text.add()
    leaking = [column for column in columns if column.guess.kind is Kind.LEAKAGE]
    if leaking:
        text.add("leakage:")
        for column in leaking:
            text.add(f"  - {scalar(column.profile.name)}", column.guess.reason, column.guess.question)
    others = [column for column in columns if column.guess.kind in (Kind.LEFT_OUT, Kind.ID) and column is not id_column]
    if others:
        text.comment("Left out:")
        for column in others:
            text.comment(f"  {column.profile.name}: {column.guess.reason}")
            if column.guess.question:
                text.questions.append((len(text.lines), column.guess.question))
