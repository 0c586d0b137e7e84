"""Words and marks are told by the columns that they stand in."""

from collections import Counter

import pytest

from lambda_fn.tables.detect_dates import Dates
from lambda_fn.tables.detect_words import find_flag_words, find_marks, find_missing

NO_DATES = Dates({}, ())


@pytest.mark.parametrize(
    ("texts", "decimal", "thousands", "signs"),
    [
        (["1.5", "2.25"], ".", "", ()),
        (["1,5", "2,25"], ",", "", ()),
        (["1,234.5", "7.1"], ".", ",", ()),
        (["1.234,5", "7,1"], ",", ".", ()),
        (["1.234.567", "2.345"], ",", ".", ()),
        (["1 234,5", "2 345,75"], ",", " ", ()),
        (["1'234.50 CHF", "9.75 CHF"], ".", "'", ("CHF",)),
        (["0,125", "0,250"], ",", "", ()),
        (["€ 5", "-€ 7"], ".", "", ("€",)),
        (["12 %", "7%"], ".", "", ("%",)),
        (["1.234", "5.678"], ".", "", ()),
        (["a 1,5", "b"], ".", "", ()),
    ],
)
def test_marks_and_signs_are_told(texts: list[str], decimal: str, thousands: str, signs: tuple[str, ...]) -> None:
    marks, _ = find_marks({"spend": Counter(texts)})
    assert marks == {"decimal_mark": decimal, "thousands_mark": thousands, "signs": signs}


def test_a_word_among_numbers_stands_for_a_missing_cell() -> None:
    columns = {"age": Counter({"1": 9, "2": 5, "None": 2, "-": 1}), "plan": Counter(["Gold", "None"])}
    assert find_missing(columns, NO_DATES)[0] == ("", "None", "-")


@pytest.mark.parametrize(
    ("texts", "true", "false"),
    [
        (["Yes", "no"], ("true", "yes"), ("false", "no")),
        (["JA"], ("true", "ja"), ("false", "nein")),
        (["y", "n"], ("true", "y"), ("false", "n")),
        (["y"], ("true",), ("false",)),
        (["yes", "no", "maybe"], ("true",), ("false",)),
        (["1", "0"], ("true",), ("false",)),
        (["TRUE", "FALSE"], ("true",), ("false",)),
    ],
)
def test_words_of_flags_are_told_by_both(texts: list[str], true: tuple[str, ...], false: tuple[str, ...]) -> None:
    assert find_flag_words({"left": Counter(texts)}) == (true, false)
