"""Lines of YAML: every text stays as it is written, every value knows its line."""

import pytest

from training.errors import ShopRefused
from training.shops.yaml_lines import parse_yaml

TEXT = """\
# a comment
table:
  id: 007
  missing: ["", NULL, no]

rows: {country: [USA, Norge]}
"""


def test_texts_stay_what_they_are() -> None:
    assert parse_yaml(TEXT, "shop.yaml").data == {
        "table": {"id": "007", "missing": ["", "NULL", "no"]},
        "rows": {"country": ["USA", "Norge"]},
    }


@pytest.mark.parametrize(
    ("location", "line"),
    [
        (("table",), 2),
        (("table", "id"), 3),
        (("table", "missing", 1), 4),
        (("rows", "country", 1), 6),
        (("table", "absent"), 2),
        (("absent",), 2),
    ],
)
def test_a_location_has_a_line(location: tuple[str | int, ...], line: int) -> None:
    assert parse_yaml(TEXT, "shop.yaml").line_of(location) == line


def test_a_text_is_found_as_a_key_or_a_value() -> None:
    document = parse_yaml(TEXT, "shop.yaml")
    assert [document.line_of_text(text) for text in ("id", "Norge", "nowhere")] == [3, 6, None]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", r"^shop\.yaml, line 3: this is no YAML: "),
        ("a: 1\nb: 2\na: 3\n", r"^shop\.yaml, line 3: 'a' stands twice; line 1 has it already$"),
        ("", r"^shop\.yaml is empty$"),
        ("[a]: 1\n", r"^shop\.yaml, line 1: a key must be a plain text$"),
        ("[" * 60 + "]" * 60, r"^shop\.yaml, line 1: nested too deeply$"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ShopRefused, match=message):
        parse_yaml(text, "shop.yaml")
