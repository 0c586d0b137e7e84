"""Whatever a file or an answer holds, it is shown as text."""

from hypothesis import given
from hypothesis import strategies as st

from console import markup

NASTY = "<img src=x onerror=alert(1)>\n\n# heading '\""


@given(st.text())
def test_a_text_never_opens_a_tag_nor_ends_the_html(text: str) -> None:
    shown = markup.escape(text)
    assert not set("<>\"'") & set(shown)
    assert "\n\n" not in shown


def test_every_piece_escapes_what_it_is_given() -> None:
    pieces = [
        markup.note("problem", NASTY, NASTY, NASTY),
        markup.facts([markup.Fact(NASTY, NASTY, NASTY)]),
        markup.table(NASTY, [NASTY], [[NASTY]], [NASTY]),
        markup.heading(NASTY, NASTY),
        markup.source(NASTY),
        markup.link("/download/scored", NASTY, {"file": NASTY}),
        markup.items([NASTY]),
        markup.details(NASTY, ""),
        markup.steps([NASTY], 0),
    ]
    assert [piece for piece in pieces if "<img" in piece or "\n" in piece] == []


def test_a_table_names_itself_and_its_columns() -> None:
    assert markup.table("Rows", ("A", "B"), [("x", 1)], ("B",)) == (
        "<div class='scroll' role='region' tabindex='0' aria-label='Rows'><table><caption>Rows</caption>"
        "<thead><tr><th scope='col'>A</th><th scope='col' class='number'>B</th></tr></thead>"
        "<tbody><tr><td>x</td><td class='number'>1</td></tr></tbody></table></div>"
    )


def test_a_long_cell_gets_room_in_a_table() -> None:
    shown = markup.table("Rows", ("A",), [("x" * 40,), ("x" * 41,)])
    assert shown.count("<td class='long'>") == 1
