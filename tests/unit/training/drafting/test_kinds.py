"""What a column is, from its name and its texts."""

import numpy as np
import pandas as pd
import pytest

from lambda_fn.scoring.artefact.dialect import Dialect
from training.drafting.kinds import Guess, Kind, guess_kind
from training.drafting.profile import profile

ROWS = 400
DRAW = np.random.default_rng(5)
DIALECT = Dialect(missing=("", "-"), dates=("DD.MM.YYYY",), true=("ja", "true"), false=("nein", "false"))


def guess(name: str, cells: list[str]) -> Guess:
    return guess_kind(profile(name, pd.Series(cells, dtype="str"), DIALECT), DIALECT)


def drawn(*texts: object) -> list[str]:
    return [str(text) for text in DRAW.choice(np.array(texts, dtype=object), ROWS)]


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("spend", [f"{value:.2f}" for value in DRAW.uniform(0, 90, ROWS)], Kind.NUMBER),
        ("visits", [str(value) for value in DRAW.poisson(3, ROWS)], Kind.NUMBER),
        ("half empty", [str(7 * n % 401) if n % 2 else "-" for n in range(ROWS)], Kind.NUMBER),
        ("Browser", drawn(*range(1, 14)), Kind.CATEGORY),
        ("plz", drawn("01067", "80331", "20095"), Kind.CATEGORY),
        ("Weekend", drawn("Ja", "nein"), Kind.FLAG),
        ("member", drawn(0, 1), Kind.FLAG),
        ("Month", drawn("Jan", "Feb", "Mar"), Kind.CATEGORY),
        ("last order", drawn("24.12.2025", "01.02.2026"), Kind.DATE),
        ("customer_id", [str(9_000 + 7 * n) for n in range(ROWS)], Kind.ID),
        ("nr", [f"u{n:05d}" for n in range(ROWS)], Kind.ID),
        ("remark", [f"please call the customer number {n} back about the parcel" for n in range(ROWS)], Kind.LEFT_OUT),
        ("city", [f"town {n // 2}" for n in range(ROWS)], Kind.LEFT_OUT),
        ("nothing", ["", "-"] * (ROWS // 2), Kind.LEFT_OUT),
        ("always", ["x"] * ROWS, Kind.LEFT_OUT),
    ],
)
def test_a_column_is_what_it_looks_like(name: str, cells: list[str], kind: Kind) -> None:
    assert guess(name, cells).kind is kind


def test_few_whole_numbers_are_asked_about() -> None:
    assert guess("Browser", drawn(*range(1, 14))).question == (
        "Browser: number or code? 13 different whole numbers; drafted as a code (category)"
    )
    assert "drafted as a number" in guess("visits", drawn(0, 1, 2, 3)).question
    assert guess("spend", [f"{n / 7:.2f}" for n in range(ROWS)]).question == ""


def test_a_sample_of_shuffled_ids_is_still_one_of_ids() -> None:
    # Given every third of shuffled numbers from 1, which lie three times as far apart as in the file
    shuffled = pd.Series([str(3 * (7 * n % 401)) for n in range(401)], dtype="str")
    # Then they are an id as part of a sample, and numbers as a whole table
    sampled, whole = (profile("serial", shuffled, DIALECT, step) for step in (3, 1))
    assert (guess_kind(sampled, DIALECT).kind, guess_kind(whole, DIALECT).kind) == (Kind.ID, Kind.NUMBER)


def test_rare_texts_do_not_make_a_category_an_id() -> None:
    cells = drawn(*"abcdefghij")[:-60] + [f"rare {n}" for n in range(60)]
    assert guess("colour", cells) == Guess(Kind.CATEGORY, "70 different texts")


def test_what_keeps_a_column_of_numbers_from_being_one_is_asked_about() -> None:
    cells = [str(n % 40) if n % 20 else "n/k" for n in range(ROWS)]
    assert guess("pages", cells).question == (
        "pages holds numbers but for 'n/k' in 20 rows: if that means missing, add it to `missing` below `table`, and "
        "make the column a number"
    )
    assert guess("size", drawn("S", "M", 38, "L", "XL")).question == ""
