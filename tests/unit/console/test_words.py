"""Names and numbers in words."""

import pytest

from console import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, None), ("  ", None), ("500", 500), ("1,500.50", 1500.5), ("12,345,678", 12_345_678), ("0", 0)],
)
def test_an_amount_is_read_with_commas_between_thousands(text: str | None, expected: float | None) -> None:
    assert words.amount(text) == expected


@pytest.mark.parametrize("text", ["12,5", "1,2345", "-1", "nan", "inf", "five"])
def test_what_may_be_another_amount_is_refused(text: str) -> None:
    with pytest.raises(words.Unfit, match="is not an amount"):
        words.amount(text)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.97, "very sure"), (0.8, "fairly sure"), (0.6, "leaning one way"), (0.5, "close to a coin toss")],
)
def test_confidence_is_told_in_words(share: float, expected: str) -> None:
    assert words.confidence(share).startswith(expected)


def test_an_offer_says_what_it_gives_away() -> None:
    assert words.offer("none") == "No offer"
    assert words.offer("free_shipping") == "Free shipping"
    assert words.discount({"discount_share": {"value": 0.1}}) == "10\u00a0% off the order"
    assert words.discount({"discount_share": {"value": 0}}) == "no discount"
    assert words.discount(None) == ""
