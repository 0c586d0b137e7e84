"""What a column is: a number, a flag, a category, a date, an id, free text, or nothing to learn from."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from lambda_fn.scoring.artefact.dialect import Dialect
from training.drafting.profile import Profile
from training.drafting.questions import NUMBER_OR_CODE, number_or_code

MOST_CATEGORIES: Final = 50
MOST_LISTED: Final = 30  # categories; rarer ones are scored together as "other"
CODES_AT_MOST: Final = 30  # different whole numbers, for a code
ENOUGH_COVERED: Final = 0.8  # of the rows, by the listed categories
NEARLY_UNIQUE: Final = 0.95
MOST_ODD: Final = 3  # texts shown of those that keep a column from being one of numbers
LONG_TEXT: Final = 40.0  # characters on average
ID_NAME: Final = re.compile(
    r"(^|[^a-z])(id|ids|uid|uuid|guid|key|nr|no|number|num|e-?mail|mail|phone|hash|token|ip)$|id$|^id", re.IGNORECASE
)
_CODE_NAME: Final = re.compile(
    "code|type|region|zip|postal|browser|system|channel|segment|class|group|cluster|store|cat", re.IGNORECASE
)


class Kind(StrEnum):
    """What a column is used as."""

    NUMBER = "number"
    FLAG = "flag"
    CATEGORY = "category"
    DATE = "date"
    ID = "id"
    LEAKAGE = "leakage"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Guess:
    """A kind, the reason for it, and the question it leaves open, if any."""

    kind: Kind
    reason: str
    question: str = ""


def guess_kind(profile: Profile, dialect: Dialect) -> Guess:
    """Say what a column is, from its name and its texts."""
    if not profile.known:
        return Guess(Kind.LEFT_OUT, "empty: no row has a value")
    if profile.distinct == 1:
        if profile.missing_share == 0:
            return Guess(Kind.LEFT_OUT, f"constant: every row is {profile.texts.index[0]!r}")
        return Guess(Kind.LEFT_OUT, f"constant: every known row is {profile.texts.index[0]!r}")
    if flag := _flag(profile, dialect):
        return flag
    if profile.days is not None:
        return Guess(Kind.DATE, f"dates written {profile.date_format}")
    if profile.numbers is not None:
        return _number(profile)
    guess = _text(profile)
    return replace(guess, question=_ask_odd(profile)) if profile.not_numbers else guess


def _ask_odd(profile: Profile) -> str:
    shown = ", ".join(map(repr, profile.not_numbers[:MOST_ODD])) + (
        ", ..." if len(profile.not_numbers) > MOST_ODD else ""
    )
    rows = int(profile.texts[list(profile.not_numbers)].sum())
    return (
        f"{profile.name} holds numbers but for {shown} in {rows:,} rows: if that means missing, add it to `missing` "
        "below `table`, and make the column a number"
    )


def _flag(profile: Profile, dialect: Dialect) -> Guess | None:
    words = {text.casefold() for text in profile.texts.index}
    yes, no = ({word.casefold() for word in words_} for words_ in ((*dialect.true, "1"), (*dialect.false, "0")))
    if len(words) <= 4 and words <= yes | no and words & yes and words & no:
        return Guess(Kind.FLAG, f"only {' and '.join(sorted(profile.texts.index))}")
    return None


def _number(profile: Profile) -> Guess:
    assert profile.numbers is not None
    known = profile.numbers[~np.isnan(profile.numbers)]
    if profile.whole and profile.unique_share > NEARLY_UNIQUE and _is_counter(profile, known):
        return Guess(Kind.ID, f"an id: {profile.unique_share:.0%} of its numbers are different")
    padded = any(len(text) > 1 and text[0] == "0" and text.isdigit() for text in profile.texts.index)
    if padded:
        return _category(profile, "whole numbers with leading zeros, so codes")
    if profile.whole and profile.distinct <= CODES_AT_MOST:
        kind, drafted_as = (
            (Kind.CATEGORY, "code (category)") if _looks_coded(profile, known) else (Kind.NUMBER, "number")
        )
        reason = f"{NUMBER_OR_CODE} {profile.distinct} different whole numbers: read as a {drafted_as}"
        return Guess(kind, reason, number_or_code(profile.name, profile.distinct, drafted_as))
    return Guess(Kind.NUMBER, f"numbers from {known.min():g} to {known.max():g}")


def _is_counter(profile: Profile, known: np.ndarray) -> bool:
    """Return whether unique whole numbers look like an id: by their name, their order, or their density."""
    named = bool(ID_NAME.search(profile.name))
    rising = bool((np.diff(known) > 0).all())
    dense = float(known.max() - known.min() + 1) <= 2 * len(known) * profile.step and profile.missing_share == 0
    return named or rising or (dense and len(known) > MOST_CATEGORIES)


def _looks_coded(profile: Profile, known: np.ndarray) -> bool:
    """Return whether few whole numbers look like codes: they start at 1 or later, and are no falling counts."""
    if known.min() < 1:
        return False
    if _CODE_NAME.search(profile.name):
        return True
    counts = profile.texts.sort_index(key=lambda texts: texts.astype(float)).to_numpy()
    falls_all_the_way = bool((np.diff(counts) <= 0).all())
    return not falls_all_the_way and known.max() > profile.distinct + 1  # gaps: 1, 2, 13, 20


def _text(profile: Profile) -> Guess:
    if profile.unique_share > NEARLY_UNIQUE and profile.distinct > MOST_CATEGORIES:
        what = "free text" if profile.average_length > LONG_TEXT else "an id"
        kind = Kind.LEFT_OUT if profile.average_length > LONG_TEXT else Kind.ID
        return Guess(kind, f"{what}: {profile.unique_share:.0%} of its texts are different")
    if profile.average_length > LONG_TEXT and profile.distinct > MOST_LISTED:
        return Guess(Kind.LEFT_OUT, f"free text: {profile.average_length:.0f} characters on average")
    return _category(profile, "texts")


def _category(profile: Profile, what: str) -> Guess:
    if profile.distinct > MOST_CATEGORIES and profile.covered_by(MOST_LISTED) < ENOUGH_COVERED:
        return Guess(
            Kind.LEFT_OUT,
            f"{profile.distinct:,} different {what}, of which the {MOST_LISTED} most frequent cover only "
            f"{profile.covered_by(MOST_LISTED):.0%} of the rows",
        )
    return Guess(Kind.CATEGORY, f"{profile.distinct} different {what}")
