"""Lines of any encoding become UTF-8, and what is no text is marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.csv_io.encoding import NOT_TEXT, Encoding

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(texts, st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]))
def test_text_becomes_utf8(text: str, name: str) -> None:
    assert Encoding(name).as_utf8(text.encode(name)) == text.encode()


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("cp1252", b"\x80 M\xfcller", "€ Müller".encode()),
        ("latin-1", b"M\xfcller", "Müller".encode()),
        ("cp1252", b"a\x81b", b"a" + NOT_TEXT + b"b"),
        ("utf-16-le", b"a\0\x00\xd8b\0", b"a" + NOT_TEXT + b"b"),
        ("utf-8", b"a\xff", b"a\xff"),
    ],
)
def test_what_is_no_text_is_marked(name: str, data: bytes, text: bytes) -> None:
    assert Encoding(name).as_utf8(data) == text


@given(texts, st.integers(0, 3), st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]))
def test_newlines_are_found_at_whole_units_only(text: str, place: int, name: str) -> None:
    encoding = Encoding(name)
    place -= place % encoding.unit
    data = text.encode(name)
    ends = [len(part.encode(name)) for part in text.split("\n")][:-1]
    first = ends[0] if ends else -1
    last = len(text[: text.rfind("\n")].encode(name)) if ends else -1
    assert (encoding.find(data, place), encoding.rfind(data, place)) == (first, last)
