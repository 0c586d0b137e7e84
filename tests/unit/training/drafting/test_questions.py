"""The list of what is unsure stays short, however many columns a table has."""

from training.drafting.questions import MOST_SINGLE, number_or_code, shortened


def test_few_columns_are_asked_about_one_by_one() -> None:
    asked = [(n, number_or_code(f"c{n}", 3, "number")) for n in range(MOST_SINGLE)]
    assert shortened(asked) == asked
    assert asked[0] == (0, "c0: number or code? 3 different whole numbers; drafted as a number")


def test_many_columns_with_the_same_question_share_a_line_and_others_keep_theirs() -> None:
    numbers = [(10 + n, number_or_code(f"n{n}", 3, "number")) for n in range(80)]
    codes = [(100 + n, number_or_code(f"c{n}", 3, "code (category)")) for n in range(2)]
    first, last = (7, "no column is the id"), (300, "the currency of the offers is assumed to be USD")
    shared = (
        "number or code? 80 columns of few different whole numbers; drafted as a number: n0, n1, n2, n3 and 76 more"
    )
    assert shortened([first, *numbers, *codes, last]) == [first, (10, shared), *codes, last]
