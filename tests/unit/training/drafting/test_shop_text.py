"""YAML of a draft: what is written is what is read, and what is unsure names its line."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from training.drafting.shop_text import ShopText, flow, scalar


@given(st.text(min_size=1).filter(lambda text: all(char.isprintable() for char in text)))
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    assert yaml.load(f"key: {scalar(text)}", yaml.BaseLoader) == {"key": text}
    assert yaml.load(flow({"key": text, "list": [text]}), yaml.BaseLoader) == {"key": text, "list": [text]}


@pytest.mark.parametrize("text", ["FALSE", "no", "01", "1.0", "null", "~", "-", "2026-01-01"])
def test_a_text_that_yaml_would_take_for_something_else_is_quoted(text: str) -> None:
    assert yaml.safe_load(f"key: {scalar(text)}") == {"key": text}


def test_a_question_names_the_line_it_is_about() -> None:
    text = ShopText()
    text.add("table:")
    text.add("  id: row", "no column tells the rows apart", "which column is the id?")
    text.add("x" * 100, "a reason that does not fit behind it", "and this?")

    assert str(text).splitlines() == [
        "table:",
        "  id: row".ljust(60) + "  # no column tells the rows apart",
        "# a reason that does not fit behind it",
        "x" * 100,
    ]
    assert text.questions == [(2, "which column is the id?"), (4, "and this?")]


def test_a_long_comment_is_broken_between_words() -> None:
    text = ShopText()
    text.comment("word " * 60, "  ")
    assert {line[:4] for line in text.lines} == {"  # "}
    assert all(len(line) <= 120 for line in text.lines)
    assert " ".join(line.removeprefix("  # ") for line in text.lines).split() == ["word"] * 60
