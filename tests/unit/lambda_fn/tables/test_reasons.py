"""Why a row is rejected: what the field should hold, and what it holds."""

import pytest

from lambda_fn.scoring.artefact.recipe import FlagInput
from lambda_fn.tables.reasons import bad_id, wrong_value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (b"maybe", "'maybe'"),
        (b"\xff", "'\ufffd'"),
        (b"x" * 40, f"'{'x' * 40}'"),
        (b"x" * 41, f"'{'x' * 40}...'"),
    ],
)
def test_a_wrong_value_is_shown_and_cut(text: bytes, shown: str) -> None:
    assert wrong_value(FlagInput(name="weekend"), text) == f"weekend: expected 0, 1, true or false, found {shown}"


def test_an_id_is_counted_in_characters() -> None:
    assert bad_id("\u00e4".encode() * 129) == "user_id: expected 1 to 128 characters, found 129"
